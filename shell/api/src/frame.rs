//! Frames: 4 bytes of length (big endian), then that many bytes of JSON. The length is checked before anything is allocated.
//!
//! Not for meaning: what a frame says is the business of the types that are read from it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, Read, Write};
use thiserror::Error;

/// Longest frame either side accepts: a CIB of some thousand resources with its status is about 4 MiB.
pub const LENGTH_MAX: usize = 16 << 20;

/// Bytes before the JSON.
const HEADER: usize = 4;

/// How much is read from a stream at once.
const CHUNK: usize = 16 << 10;

/// A frame that could not be read or written; the connection is of no further use.
#[derive(Debug, Error)]
pub enum FrameError {
    /// The other side announced, or we were about to send, more than [`LENGTH_MAX`].
    #[error("a message of {0} bytes is longer than the {LENGTH_MAX} that are allowed")]
    TooLong(usize),
    /// The stream ended inside a frame.
    #[error("the connection ended in the middle of a message")]
    Torn,
    /// The bytes are not the JSON that was expected here.
    #[error("the message is not understood")]
    NotUnderstood(#[source] serde_json::Error),
    /// The stream failed, or its deadline passed.
    #[error("the connection failed")]
    Stream(#[from] io::Error),
}

/// A value as a whole frame.
///
/// # Errors
/// [`FrameError::TooLong`] when its JSON is; nothing was sent then.
pub fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, FrameError> {
    let mut bytes = vec![0; HEADER];
    serde_json::to_writer(&mut bytes, value).map_err(FrameError::NotUnderstood)?;
    let length = bytes.len() - HEADER;
    let header = u32::try_from(length).ok().filter(|_| length <= LENGTH_MAX).ok_or(FrameError::TooLong(length))?;
    bytes[..HEADER].copy_from_slice(&header.to_be_bytes());
    Ok(bytes)
}

/// Writes one frame.
///
/// # Errors
/// When the value is too long or the stream fails; the other side may hold a part of it then.
pub fn write<T: Serialize>(stream: &mut impl Write, value: &T) -> Result<(), FrameError> {
    stream.write_all(&encode(value)?)?;
    Ok(stream.flush()?)
}

/// Reads one frame from a blocking stream; `None` at an end between two frames.
///
/// # Errors
/// See [`FrameError`].
pub fn read<T: DeserializeOwned>(stream: &mut impl Read) -> Result<Option<T>, FrameError> {
    let mut header = [0; HEADER];
    let got = read_as_far_as_possible(stream, &mut header)?;
    if got == 0 {
        return Ok(None);
    }
    if got < HEADER {
        return Err(FrameError::Torn);
    }
    let length = checked_length(header, LENGTH_MAX)?;
    let mut body = Vec::new();
    stream.take(length as u64).read_to_end(&mut body)?;
    if body.len() < length {
        return Err(FrameError::Torn);
    }
    parse(&body).map(Some)
}

/// Puts frames together from pieces, for streams that must not block.
#[derive(Debug)]
pub struct Decoder {
    buffer: Vec<u8>,
    length_max: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::with_length_max(LENGTH_MAX)
    }
}

impl Decoder {
    /// A decoder with a cap of its own, for clients that may not say as much.
    pub fn with_length_max(length_max: usize) -> Self {
        Self { buffer: Vec::new(), length_max }
    }

    /// Takes bytes as they came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Reads what is there now from a non-blocking stream; false when the stream has ended.
    ///
    /// # Errors
    /// When the stream fails. That there is nothing to read is no failure.
    pub fn fill(&mut self, stream: &mut impl Read) -> io::Result<bool> {
        let mut chunk = [0; CHUNK];
        loop {
            match stream.read(&mut chunk) {
                Ok(0) => return Ok(false),
                Ok(count) => self.push(&chunk[..count]),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Ok(true),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
            if self.buffer.len() > self.length_max + HEADER {
                return Ok(true);
            }
        }
    }

    /// The body of the next whole frame, or `None` until more has been pushed.
    ///
    /// # Errors
    /// [`FrameError::TooLong`] as soon as the header says so.
    pub fn next_body(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        let Some(header) = self.buffer.first_chunk::<HEADER>() else { return Ok(None) };
        let length = checked_length(*header, self.length_max)?;
        if self.buffer.len() < HEADER + length {
            return Ok(None);
        }
        let rest = self.buffer.split_off(HEADER + length);
        let mut frame = std::mem::replace(&mut self.buffer, rest);
        Ok(Some(frame.split_off(HEADER)))
    }

    /// The next whole frame as a value, or `None` until more has been pushed.
    ///
    /// # Errors
    /// When it is too long or not understood.
    pub fn next_frame<T: DeserializeOwned>(&mut self) -> Result<Option<T>, FrameError> {
        self.next_body()?.map(|body| parse(&body)).transpose()
    }

    /// Whether a part of a frame is waiting for its rest.
    pub fn is_mid_frame(&self) -> bool {
        !self.buffer.is_empty()
    }
}

/// A frame's body as a value.
///
/// # Errors
/// [`FrameError::NotUnderstood`].
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, FrameError> {
    serde_json::from_slice(body).map_err(FrameError::NotUnderstood)
}

fn checked_length(header: [u8; HEADER], length_max: usize) -> Result<usize, FrameError> {
    let length = u32::from_be_bytes(header) as usize;
    if length > length_max { Err(FrameError::TooLong(length)) } else { Ok(length) }
}

fn read_as_far_as_possible(stream: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match stream.read(&mut buffer[got..]) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(got)
}

#[cfg(test)]
mod tests;
