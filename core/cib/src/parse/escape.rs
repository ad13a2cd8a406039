//! What stands for another character: `&amp;` and its kin, and line ends inside a value.

use super::ParseError;
use super::cursor::Cursor;
use crate::element::Span;

/// An attribute's value: escapes read, line ends and tabs turned to blanks as XML demands.
pub(super) fn decode_value(cursor: &Cursor<'_>, raw: Span) -> Result<String, ParseError> {
    decode(cursor, raw, |c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c })
}

/// Text between tags: escapes read, everything else kept.
pub(super) fn decode_text(cursor: &Cursor<'_>, raw: Span) -> Result<String, ParseError> {
    decode(cursor, raw, |c| c)
}

fn decode(cursor: &Cursor<'_>, raw: Span, literal: fn(char) -> char) -> Result<String, ParseError> {
    let text = cursor.slice(raw);
    let fail = |at: usize, reason: String| {
        let place = raw.range().start + at;
        Err(cursor.error_at(Span::new(place, place), reason))
    };
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c == '&' {
            let Some(end) = text[at..].find(';').filter(|end| *end <= 10) else {
                return fail(at, "a bare '&'; write &amp;".to_owned());
            };
            let entity = &text[at + 1..at + end];
            match entity_char(entity) {
                Some(meant) => out.push(meant),
                None => return fail(at, format!("unknown entity '&{entity};'; write &amp; for '&'")),
            }
            at += end + 1;
        } else if is_allowed(c) {
            out.push(literal(c));
            at += c.len_utf8();
        } else {
            return fail(at, format!("the control character {:#04x} is not allowed in XML; remove it", u32::from(c)));
        }
    }
    Ok(out)
}

fn entity_char(entity: &str) -> Option<char> {
    match entity {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => numeric_char(entity.strip_prefix('#')?),
    }
}

fn numeric_char(digits: &str) -> Option<char> {
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(code).filter(|c| is_allowed(*c))
}

/// Whether XML can carry the character at all.
pub(crate) fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..) && !matches!(c, '\u{fffe}' | '\u{ffff}')
}
