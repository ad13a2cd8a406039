//! Values of `ha.cf`: times, booleans, numbers.

use std::time::Duration;

/// Longer than anyone waits, and far from any overflow.
const TIME_MAX_MICROS: f64 = 366.0 * 86_400.0 * 1e6;

/// `NUMBER[UNIT]`: no unit means seconds; `ms`, `msec`, `us`, `usec` in any case. Rounded to whole milliseconds.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: f64 = number.parse().map_err(|_| format!("[{text}] is not a time"))?;
    let micros = number * unit_micros(unit.trim()).ok_or_else(|| format!("[{text}] has an unknown unit"))?;
    if micros > TIME_MAX_MICROS {
        return Err(format!("[{text}] is longer than a year"));
    }
    Ok(Duration::from_millis(round_to_millis(micros)))
}

/// What to write instead of a bad time.
pub(super) const TIME_HINT: &str = "write seconds without a unit, or milliseconds: 2, 1.5, 500ms";

fn unit_micros(unit: &str) -> Option<f64> {
    let unit = unit.to_lowercase();
    let is = |full: &str| unit.len() >= 2 && full.starts_with(&unit);
    match unit.as_str() {
        "" => Some(1e6),
        _ if is("msec") => Some(1e3),
        _ if is("usec") => Some(1.0),
        _ => None,
    }
}

/// Without a cast: a number below `TIME_MAX_MICROS` goes through `Duration`, which rounds.
fn round_to_millis(micros: f64) -> u64 {
    let exact = Duration::from_secs_f64(micros / 1e6);
    let half_up = exact + Duration::from_micros(500);
    u64::try_from(half_up.as_millis()).expect("a year in milliseconds fits")
}

/// The words for yes and no.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "on" | "yes" | "y" | "1" => Some(true),
        "false" | "off" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}
