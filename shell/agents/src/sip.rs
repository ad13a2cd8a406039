//! Just enough SIP to ask a proxy whether it is alive: an OPTIONS request out, a status line back.
//!
//! Not a SIP stack: no transactions beyond one request, no dialogs, no DNS. RFC 3261 sections 8, 11 and 17.

pub mod message;
pub mod probe;
pub mod responder;
pub mod sipsak;
mod stream;

#[cfg(test)]
mod tests;

pub use message::{Options, ParseError, Response};
pub use probe::{Probe, ProbeError};

use std::fmt;
use std::str::FromStr;

/// What carries a SIP message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// One datagram per message, repeated until answered.
    Udp,
    /// A stream; messages are cut by Content-Length.
    Tcp,
}

impl Transport {
    /// The token of a Via header and of a `transport=` parameter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A transport's name that is neither UDP nor TCP.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("transport {0:?} is not known; write udp or tcp")]
pub struct UnknownTransport(String);

impl FromStr for Transport {
    type Err = UnknownTransport;

    fn from_str(text: &str) -> Result<Self, UnknownTransport> {
        [Self::Udp, Self::Tcp]
            .into_iter()
            .find(|transport| transport.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownTransport(text.to_owned()))
    }
}
