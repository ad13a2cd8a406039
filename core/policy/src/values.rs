//! The words of the CIB as values: booleans, spans, numbers, node-name order.

use std::cmp::Ordering;

/// A boolean as the CIB spells it, in any case; `None` for anything else.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "on" | "yes" | "y" | "1" => Some(true),
        "false" | "off" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}

/// Whether a value is there and true.
pub(crate) fn is_true(text: Option<&str>) -> bool {
    text.and_then(boolean) == Some(true)
}

/// The leading integer of a text; what follows it is ignored, as the C library does.
pub(crate) fn leading_integer(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().trim_ascii_start() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    let mut digits =
        digits.iter().take_while(|byte| byte.is_ascii_digit()).map(|byte| i64::from(byte - b'0')).peekable();
    digits.peek()?;
    Some(digits.fold(0_i64, |number, digit| {
        let shifted = number.saturating_mul(10);
        if negative { shifted.saturating_sub(digit) } else { shifted.saturating_add(digit) }
    }))
}

/// The leading decimal number of a text.
pub(crate) fn leading_number(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E'))).unwrap_or(text.len());
    (1..=end).rev().find_map(|n| text.get(..n)?.parse().ok())
}

/// A span such as `10`, `10s`, `500ms`, `2min` or `PT5M`, in milliseconds; negative ones are zero, unreadable ones `None`.
pub(crate) fn span_ms(text: &str) -> Option<u64> {
    let text = text.trim();
    if text.starts_with('P') {
        return crate::calendar::iso_span_seconds(text).map(|s| s.saturating_mul(1000));
    }
    let number = leading_integer(text)?;
    let unit = text.trim_start_matches(['-', '+']).trim_start_matches(|c: char| c.is_ascii_digit()).trim();
    let (times, over) = match unit.to_ascii_lowercase().as_str() {
        "" | "s" | "sec" => (1000, 1),
        "ms" | "msec" => (1, 1),
        "us" | "usec" => (1, 1000),
        "m" | "min" => (60_000, 1),
        "h" | "hr" => (3_600_000, 1),
        _ => return None,
    };
    Some(u64::try_from(number.max(0)).unwrap_or(0).saturating_mul(times) / over)
}

/// An interval or timeout that may be absent or unreadable: zero then.
pub(crate) fn span_or_zero(text: Option<&str>) -> u64 {
    text.and_then(span_ms).unwrap_or(0)
}

/// Orders names without regard to case, runs of digits by their value.
pub(crate) fn by_name(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        match (a.first(), b.first()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (left, rest_a) = split_digits(a);
                let (right, rest_b) = split_digits(b);
                let order = left.len().cmp(&right.len()).then_with(|| left.cmp(right));
                if order != Ordering::Equal {
                    return order;
                }
                (a, b) = (rest_a, rest_b);
            }
            (Some(x), Some(y)) => {
                let order = x.to_ascii_lowercase().cmp(&y.to_ascii_lowercase());
                if order != Ordering::Equal {
                    return order;
                }
                (a, b) = (&a[1..], &b[1..]);
            }
        }
    }
}

fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|c| !c.is_ascii_digit()).unwrap_or(text.len());
    let first = text[..end].iter().position(|c| *c != b'0').unwrap_or(end);
    (&text[first..end], &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_with_every_unit() {
        for (text, expected) in [
            ("10", Some(10_000)),
            ("10s", Some(10_000)),
            ("500ms", Some(500)),
            ("2min", Some(120_000)),
            ("1h", Some(3_600_000)),
            ("PT5M", Some(300_000)),
            ("-3", Some(0)),
            ("ten", None),
            ("10 parsecs", None),
        ] {
            assert_eq!(span_ms(text), expected, "{text}");
        }
    }

    #[test]
    fn names_order_by_number_where_they_have_one() {
        let mut names = ["node10", "Node2", "node1", "n"];
        names.sort_by(|a, b| by_name(a, b));
        assert_eq!(names, ["n", "node1", "Node2", "node10"]);
    }
}
