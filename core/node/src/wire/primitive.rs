//! How numbers, texts and collections are written: fixed width, big endian, lengths first and capped.

use super::WireError;
use model::{NodeName, OcfCode, OperationStatus, ResourceId, WallTime};
use std::collections::BTreeMap;
use std::time::Duration;

/// Longest text: far above any CIB, far below what would hurt the host.
const TEXT_MAX: usize = 64 * 1024 * 1024;
/// Most items of a list or map: a thousand parameters are beyond any agent.
const ITEMS_MAX: usize = 4096;

/// A value that can be written and read.
pub trait Wire: Sized {
    /// Appends the value.
    fn put(&self, writer: &mut Writer);
    /// Takes the value from the front.
    fn take(reader: &mut Reader<'_>) -> Result<Self, WireError>;
}

/// Bytes being written.
#[derive(Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn length(&mut self, length: usize) {
        u32::try_from(length).unwrap_or(u32::MAX).put(self);
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }
}

/// Bytes being read.
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Over a whole message.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Bytes not read yet.
    pub fn remaining(&self) -> usize {
        self.0.len()
    }

    fn bytes(&mut self, count: usize) -> Result<&'a [u8], WireError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(WireError::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        self.bytes(N)?.try_into().map_err(|_| WireError::Short)
    }

    fn length(&mut self, max: usize) -> Result<usize, WireError> {
        let length = u32::take(self)?;
        let too_long = WireError::TooLong(u64::from(length));
        usize::try_from(length).ok().filter(|length| *length <= max).ok_or(too_long)
    }

    fn text(&mut self) -> Result<&'a str, WireError> {
        let length = self.length(TEXT_MAX)?;
        std::str::from_utf8(self.bytes(length)?).map_err(|_| WireError::Text)
    }
}

macro_rules! number {
    ($($type:ty),*) => {$(
        impl Wire for $type {
            fn put(&self, writer: &mut Writer) {
                writer.0.extend_from_slice(&self.to_be_bytes());
            }
            fn take(reader: &mut Reader<'_>) -> Result<Self, WireError> {
                Ok(Self::from_be_bytes(reader.array()?))
            }
        }
    )*};
}
number!(u8, u32, u64, i64);

macro_rules! text {
    ($($type:ty: $write:expr, $read:expr;)*) => {$(
        impl Wire for $type {
            fn put(&self, writer: &mut Writer) {
                writer.text($write(self));
            }
            fn take(reader: &mut Reader<'_>) -> Result<Self, WireError> {
                reader.text().map($read)
            }
        }
    )*};
}
text! {
    String: String::as_str, str::to_owned;
    NodeName: NodeName::as_str, NodeName::new;
    ResourceId: ResourceId::as_str, ResourceId::new;
}

impl Wire for bool {
    fn put(&self, writer: &mut Writer) {
        u8::from(*self).put(writer);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        match u8::take(reader)? {
            0 => Ok(false),
            1 => Ok(true),
            tag => Err(WireError::Tag(tag)),
        }
    }
}

impl<T: Wire> Wire for Option<T> {
    fn put(&self, writer: &mut Writer) {
        self.is_some().put(writer);
        if let Some(value) = self {
            value.put(writer);
        }
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        bool::take(reader)?.then(|| T::take(reader)).transpose()
    }
}

impl<T: Wire> Wire for Box<T> {
    fn put(&self, writer: &mut Writer) {
        (**self).put(writer);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        T::take(reader).map(Self::new)
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn put(&self, writer: &mut Writer) {
        writer.length(self.len());
        for item in self {
            item.put(writer);
        }
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let count = reader.length(ITEMS_MAX)?;
        (0..count).map(|_| T::take(reader)).collect()
    }
}

impl Wire for BTreeMap<String, String> {
    fn put(&self, writer: &mut Writer) {
        writer.length(self.len());
        for (name, value) in self {
            name.put(writer);
            value.put(writer);
        }
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let count = reader.length(ITEMS_MAX)?;
        (0..count).map(|_| Ok((String::take(reader)?, String::take(reader)?))).collect()
    }
}

impl Wire for Duration {
    fn put(&self, writer: &mut Writer) {
        u64::try_from(self.as_micros()).unwrap_or(u64::MAX).put(writer);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        u64::take(reader).map(Self::from_micros)
    }
}

impl Wire for WallTime {
    fn put(&self, writer: &mut Writer) {
        self.0.put(writer);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        i64::take(reader).map(Self)
    }
}

impl Wire for OcfCode {
    fn put(&self, writer: &mut Writer) {
        self.0.put(writer);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        u8::take(reader).map(Self)
    }
}

impl Wire for OperationStatus {
    fn put(&self, writer: &mut Writer) {
        i64::from(self.code()).put(writer);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let code = i64::take(reader)?;
        Self::from_code(code).ok_or(WireError::Tag(u8::try_from(code).unwrap_or(u8::MAX)))
    }
}
