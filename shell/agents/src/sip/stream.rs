//! SIP messages out of a TCP stream: cut by the empty line and Content-Length.

use super::message::header;
use std::io::{self, Read};

/// Longest message accepted; an answer to OPTIONS is about 500 bytes.
const MESSAGE_MAX: usize = 64 * 1024;

/// Reads one message; `None` when the peer closed before another one began.
///
/// # Errors
/// When the stream fails, ends inside a message, or the message is longer than any that is expected here.
pub fn read_message(stream: &mut impl Read, buffer: &mut Vec<u8>) -> io::Result<Option<Vec<u8>>> {
    loop {
        let blank = buffer.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        buffer.drain(..blank);
        if let Some(length) = message_length(buffer) {
            if length > MESSAGE_MAX {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a SIP message longer than 64 KiB"));
            }
            if buffer.len() >= length {
                return Ok(Some(buffer.drain(..length).collect()));
            }
        } else if buffer.len() > MESSAGE_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a SIP header longer than 64 KiB"));
        }
        let mut chunk = [0; 2048];
        match stream.read(&mut chunk)? {
            0 if buffer.is_empty() => return Ok(None),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => buffer.extend_from_slice(&chunk[..n]),
        }
    }
}

/// The length of the message that begins the buffer, once its header is complete.
fn message_length(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let body = std::str::from_utf8(&buffer[..head])
        .ok()
        .and_then(|text| header(text, "Content-Length", "l")?.parse::<usize>().ok())
        .unwrap_or(0);
    Some(head.saturating_add(body))
}
