//! Spans of time on command lines, and dates in local time.

use crate::failure::Failure;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::WallTime;

/// `10`, `10s`, `500ms`, `2min`, `1h` in milliseconds; a bare number is seconds.
///
/// # Errors
/// When it is none of these.
pub fn milliseconds(text: &str) -> Result<u64, Failure> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "ms" | "msec" => Some(1),
        "" | "s" | "sec" => Some(1000),
        "m" | "min" => Some(60_000),
        "h" | "hr" => Some(3_600_000),
        _ => None,
    };
    let product = number.parse::<u64>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
    product.ok_or_else(|| Failure::usage(format!("'{text}' is no time")).hint("examples: 10s, 500ms, 2min"))
}

/// `55ms`, `1.200s`, `1m35.134s`, `2h`: as people read it; one whole unit stays in the smaller one (`60s`).
pub fn readable(ms: u64) -> String {
    let (mut text, mut left) = (String::new(), ms);
    for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000)] {
        if left > length {
            text.push_str(&format!("{}{unit}", left / length));
            left %= length;
        }
    }
    match (left / 1000, left % 1000, text.is_empty()) {
        (0, 0, false) => {}
        (0, rest, true) => text.push_str(&format!("{rest}ms")),
        (seconds, 0, _) => text.push_str(&format!("{seconds}s")),
        (seconds, rest, _) => text.push_str(&format!("{seconds}.{rest:03}s")),
    }
    text
}

/// `Sun Nov 22 07:38:56 2026`; empty for a time that no calendar has.
pub fn long_date(at: WallTime, zone: &TimeZone) -> String {
    format(at, zone, "%a %b %e %H:%M:%S %Y")
}

/// A moment as a pattern of `strftime` says.
pub fn format(at: WallTime, zone: &TimeZone, pattern: &str) -> String {
    let stamp = Timestamp::from_millisecond(at.0);
    stamp.map(|stamp| stamp.to_zoned(zone.clone()).strftime(pattern).to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{milliseconds, readable};

    #[test]
    fn spans_are_read_as_people_write_them() {
        for (ms, expected) in [
            (0, "0ms"),
            (55, "55ms"),
            (10_000, "10s"),
            (1_250, "1.250s"),
            (60_000, "60s"),
            (95_134, "1m35.134s"),
            (7_200_000, "2h"),
        ] {
            assert_eq!(readable(ms), expected);
        }
    }

    #[test]
    fn a_bare_number_is_seconds() {
        for (text, expected) in
            [("5", Some(5000)), ("500ms", Some(500)), ("2min", Some(120_000)), ("", None), ("5 s", None)]
        {
            assert_eq!(milliseconds(text).ok(), expected, "{text}");
        }
        assert!(milliseconds("99999999999999999999h").is_err(), "overflow is refused");
    }
}
