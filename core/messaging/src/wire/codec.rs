//! Primitive values as bytes: numbers in seven-bit groups, names and bytes with their length before them.

use super::{LIST_MAX, Malformed, NAME_MAX, PIECE_MAX};
use model::NodeName;
use std::sync::Arc;

/// Appends values to a packet.
#[derive(Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

impl Writer {
    pub(crate) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    /// Little end first, seven bits a byte; the eighth says that more follow.
    pub(crate) fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(low_bits(value) | 0x80);
            value >>= 7;
        }
        self.0.push(low_bits(value));
    }

    pub(crate) fn numbers(&mut self, values: &[u64]) {
        for value in values {
            self.number(*value);
        }
    }

    pub(crate) fn name(&mut self, name: &NodeName) {
        self.bytes(name.as_str().as_bytes());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn length(&mut self, length: usize) {
        self.number(u64::try_from(length).expect("a length fits 64 bits"));
    }

    pub(crate) fn fixed(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }
}

fn low_bits(value: u64) -> u8 {
    u8::try_from(value & 0x7F).expect("seven bits fit a byte")
}

/// Takes values off a packet.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Malformed::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Malformed> {
        Ok(self.take(1)?[0])
    }

    pub(crate) fn number(&mut self) -> Result<u64, Malformed> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7F);
            if shift == 63 && bits > 1 {
                return Err(Malformed::Range);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Malformed::Range)
    }

    pub(crate) fn fixed(&mut self) -> Result<u64, Malformed> {
        let bytes = self.take(8)?;
        Ok(u64::from_le_bytes(bytes.try_into().expect("eight bytes were taken")))
    }

    pub(crate) fn name(&mut self) -> Result<NodeName, Malformed> {
        let bytes = self.capped(NAME_MAX)?;
        let text = std::str::from_utf8(bytes).map_err(|_| Malformed::Range)?;
        let printable = !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
        if printable { Ok(NodeName::new(text)) } else { Err(Malformed::Range) }
    }

    pub(crate) fn piece(&mut self) -> Result<Arc<[u8]>, Malformed> {
        Ok(Arc::from(self.capped(PIECE_MAX)?))
    }

    fn capped(&mut self, cap: usize) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(self.number()?).map_err(|_| Malformed::Range)?;
        if length > cap { Err(Malformed::Range) } else { self.take(length) }
    }

    /// A list of at most `LIST_MAX` values.
    pub(crate) fn list<T>(&mut self, one: impl Fn(&mut Self) -> Result<T, Malformed>) -> Result<Vec<T>, Malformed> {
        let count = usize::try_from(self.number()?).map_err(|_| Malformed::Range)?;
        if count > LIST_MAX {
            return Err(Malformed::Range);
        }
        (0..count).map(|_| one(self)).collect()
    }

    pub(crate) fn flag(&mut self) -> Result<bool, Malformed> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed::Range),
        }
    }

    pub(crate) fn end(&self) -> Result<(), Malformed> {
        if self.0.is_empty() { Ok(()) } else { Err(Malformed::Long) }
    }
}
