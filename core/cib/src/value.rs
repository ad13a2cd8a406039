//! How the CIB writes numbers, truth and time; both generations alike.

#[cfg(test)]
mod tests;

use model::{Role, Score};
use std::time::Duration;

/// true, yes, on, y, 1 and their opposites, in any case.
pub fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" | "1" => Some(true),
        "false" | "no" | "off" | "n" | "0" => Some(false),
        _ => None,
    }
}

/// A score: whole numbers, infinities in any case, the colours of node health; decimals are cut, as Heartbeat did.
pub fn score(text: &str) -> Option<Score> {
    let text = text.trim();
    match text {
        "red" | "yellow" | "green" => return Some(if text == "red" { Score::MINUS_INFINITY } else { Score::ZERO }),
        _ => {}
    }
    match text.split_once('.') {
        Some((whole, digits)) if digits.bytes().all(|digit| digit.is_ascii_digit()) => Score::parse(whole),
        Some(_) => None,
        None => Score::parse(text),
    }
}

/// A span of time: a number with `us`, `ms`, `s`, `m`, `h`, `d` or `w` (or a longer name of it), of seconds without
/// one; or an ISO 8601 duration (`PT1M30S`; a month counts 30 days, a year 365).
pub fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    if let Some(iso) = text.strip_prefix('P') {
        return iso_duration(iso);
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[..digits].parse().ok()?;
    let micros = match text[digits..].trim_start().to_ascii_lowercase().as_str() {
        "us" | "usec" => 1,
        "ms" | "msec" => 1000,
        "" | "s" | "sec" => 1_000_000,
        "m" | "min" => 60_000_000,
        "h" | "hr" => 3_600_000_000,
        "d" => 86_400_000_000,
        "w" => 7 * 86_400_000_000,
        _ => return None,
    };
    number.checked_mul(micros).map(Duration::from_micros)
}

fn iso_duration(text: &str) -> Option<Duration> {
    let (mut seconds, mut in_time, mut parts) = (0u64, false, 0);
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(time) = rest.strip_prefix('T') {
            (in_time, rest) = (true, time);
            continue;
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next()?;
        let factor = match (unit, in_time) {
            ('S', true) => 1,
            ('M', true) => 60,
            ('H', true) => 3600,
            ('D', false) => 86_400,
            ('W', false) => 7 * 86_400,
            ('M', false) => 30 * 86_400,
            ('Y', false) => 365 * 86_400,
            _ => return None,
        };
        seconds = seconds.checked_add(number.checked_mul(factor)?)?;
        rest = &rest[digits + unit.len_utf8()..];
        parts += 1;
    }
    (parts > 0).then(|| Duration::from_secs(seconds))
}

/// Today's name of a role; other words stay as they are.
pub fn role(text: &str) -> &str {
    match Role::parse(text) {
        Some(role) => role.as_str(),
        None => text,
    }
}
