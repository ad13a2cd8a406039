//! Scores: how much a resource wants a node, with infinities that absorb.

use std::fmt;
use std::ops::{Add, AddAssign, Neg};

/// A score in -1 000 000 ..= 1 000 000, whose ends are infinities.
///
/// Law: `-INFINITY + x = -INFINITY` for every `x`; else `INFINITY + x = INFINITY` (Pacemaker Explained, "Scores").
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Score(i32);

impl Score {
    /// Never elsewhere.
    pub const INFINITY: Self = Self(1_000_000);
    /// Never here.
    pub const MINUS_INFINITY: Self = Self(-1_000_000);
    /// No wish.
    pub const ZERO: Self = Self(0);

    /// Clips to the infinities.
    pub fn new(value: i64) -> Self {
        let clipped = value.clamp(-1_000_000, 1_000_000);
        Self(i32::try_from(clipped).expect("a value within a million fits 32 bits"))
    }

    /// The number, infinities as plus or minus a million.
    pub fn value(self) -> i32 {
        self.0
    }

    /// Whether this is one of the two infinities.
    pub fn is_infinite(self) -> bool {
        self == Self::INFINITY || self == Self::MINUS_INFINITY
    }

    /// Reads an integer, `INFINITY`, `+INFINITY` or `-INFINITY` (any case; also the short `inf`); `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, digits) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let magnitude = if digits.eq_ignore_ascii_case("infinity") || digits.eq_ignore_ascii_case("inf") {
            Self::INFINITY
        } else if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            digits.parse::<i64>().map_or(Self::INFINITY, Self::new)
        } else {
            return None;
        };
        Some(if negative { -magnitude } else { magnitude })
    }
}

impl Add for Score {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        if self == Self::MINUS_INFINITY || other == Self::MINUS_INFINITY {
            Self::MINUS_INFINITY
        } else if self == Self::INFINITY || other == Self::INFINITY {
            Self::INFINITY
        } else {
            Self::new(i64::from(self.0) + i64::from(other.0))
        }
    }
}

impl AddAssign for Score {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Neg for Score {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::INFINITY => f.pad("INFINITY"),
            Self::MINUS_INFINITY => f.pad("-INFINITY"),
            Self(value) => fmt::Display::fmt(&value, f),
        }
    }
}

impl fmt::Debug for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Score;

    const SAMPLES: [i64; 9] = [-1_000_000, -999_999, -7, -1, 0, 1, 7, 999_999, 1_000_000];

    #[test]
    fn minus_infinity_absorbs_everything_then_infinity_does() {
        for a in SAMPLES {
            for b in SAMPLES {
                let (x, y) = (Score::new(a), Score::new(b));
                let expected = if a == -1_000_000 || b == -1_000_000 {
                    Score::MINUS_INFINITY
                } else if a == 1_000_000 || b == 1_000_000 {
                    Score::INFINITY
                } else {
                    Score::new(a + b)
                };
                assert_eq!(x + y, expected, "{a} + {b}");
                assert_eq!(x + y, y + x, "{a} + {b} commutes");
            }
        }
    }

    #[test]
    fn the_words_of_the_cib_are_read() {
        for (text, expected) in [
            ("INFINITY", Some(1_000_000)),
            ("+infinity", Some(1_000_000)),
            ("-INFINITY", Some(-1_000_000)),
            ("12", Some(12)),
            ("-12", Some(-12)),
            ("99999999999999999999", Some(1_000_000)),
            ("", None),
            ("-", None),
            ("12x", None),
        ] {
            assert_eq!(Score::parse(text).map(|s| i64::from(s.value())), expected, "{text:?}");
        }
    }
}
