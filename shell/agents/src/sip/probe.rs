//! The question of a monitor: one OPTIONS request, repeated until a final response or the deadline.

use super::stream::read_message;
use super::{Options, Response, Transport};
use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use thiserror::Error;

/// First gap between two copies of a datagram; the next ones double up to [`REPEAT_MAX`]. A local proxy answers in
/// under 1 ms, so this is far below the 500 ms of RFC 3261, which is made for the Internet.
const REPEAT_FIRST: Duration = Duration::from_millis(50);
/// Longest gap between two copies.
const REPEAT_MAX: Duration = Duration::from_millis(500);

/// Whom to ask, and for how long.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Who is asked.
    pub target: SocketAddr,
    /// What carries the question.
    pub transport: Transport,
    /// The user of the request URI.
    pub user: String,
    /// How long to wait for a final response.
    pub timeout: Duration,
}

/// Why nobody is taken to be alive there.
#[derive(Debug, Error)]
pub enum ProbeError {
    /// Nothing listens: the host itself said so.
    #[error("nothing listens at {0}")]
    Refused(SocketAddr),
    /// No final response came in time.
    #[error("no answer to OPTIONS from {target} within {} ms", waited.as_millis())]
    Silent {
        /// Who was asked.
        target: SocketAddr,
        /// How long.
        waited: Duration,
    },
    /// The question could not be asked.
    #[error("cannot ask {0} by SIP")]
    Io(SocketAddr, #[source] io::Error),
}

impl Probe {
    /// A probe with the user `monitor` and three seconds of patience.
    pub fn new(target: SocketAddr, transport: Transport) -> Self {
        Self { target, transport, user: "monitor".to_owned(), timeout: Duration::from_secs(3) }
    }

    /// Asks, and waits for the final response, whatever its status is.
    ///
    /// # Errors
    /// When nothing listens there, or nothing answers in time.
    pub fn run(&self) -> Result<Response, ProbeError> {
        let deadline = Instant::now() + self.timeout;
        let found = match self.transport {
            Transport::Udp => self.by_datagram(deadline),
            Transport::Tcp => self.by_stream(deadline),
        };
        found.map_err(|error| self.explain(error))
    }

    fn by_datagram(&self, deadline: Instant) -> io::Result<Response> {
        let any: SocketAddr = match self.target {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(any)?;
        socket.connect(self.target)?;
        let ask = self.question(socket.local_addr()?);
        let mut gap = REPEAT_FIRST;
        loop {
            socket.send(&ask.bytes)?;
            let until = deadline.min(Instant::now() + gap);
            if let Some(response) = ask.await_datagram(&socket, until)? {
                return Ok(response);
            }
            remaining(deadline)?;
            gap = REPEAT_MAX.min(gap * 2);
        }
    }

    fn by_stream(&self, deadline: Instant) -> io::Result<Response> {
        let mut stream = TcpStream::connect_timeout(&self.target, remaining(deadline)?)?;
        stream.set_nodelay(true)?;
        let ask = self.question(stream.local_addr()?);
        stream.write_all(&ask.bytes)?;
        let mut buffer = Vec::new();
        loop {
            stream.set_read_timeout(Some(remaining(deadline)?))?;
            let Some(message) = read_message(&mut stream, &mut buffer)? else {
                return Err(io::ErrorKind::UnexpectedEof.into());
            };
            if let Some(response) = ask.answered_by(&message) {
                return Ok(response);
            }
        }
    }

    fn question(&self, local: SocketAddr) -> Question {
        let unique = unique();
        let call_id = format!("{unique}@{}", local.ip());
        let bytes = Options {
            target: self.target,
            local,
            transport: self.transport,
            user: &self.user,
            call_id: &call_id,
            branch: &unique,
            tag: &unique,
            cseq: 1,
        }
        .to_bytes();
        Question { bytes, call_id }
    }

    fn explain(&self, error: io::Error) -> ProbeError {
        let kind = error.kind();
        if kind == io::ErrorKind::ConnectionRefused {
            ProbeError::Refused(self.target)
        } else if matches!(kind, io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) {
            ProbeError::Silent { target: self.target, waited: self.timeout }
        } else {
            ProbeError::Io(self.target, error)
        }
    }
}

struct Question {
    bytes: Vec<u8>,
    call_id: String,
}

impl Question {
    fn answered_by(&self, message: &[u8]) -> Option<Response> {
        Response::parse(message).ok().filter(|response| response.is_final() && response.call_id == self.call_id)
    }

    fn await_datagram(&self, socket: &UdpSocket, until: Instant) -> io::Result<Option<Response>> {
        let mut buffer = [0; 8192];
        while let Ok(left) = remaining(until) {
            socket.set_read_timeout(Some(left))?;
            match socket.recv(&mut buffer) {
                Ok(length) => {
                    if let Some(response) = self.answered_by(&buffer[..length]) {
                        return Ok(Some(response));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

/// The time left, never zero; `TimedOut` when there is none.
fn remaining(deadline: Instant) -> io::Result<Duration> {
    Some(deadline.saturating_duration_since(Instant::now()))
        .filter(|left| !left.is_zero())
        .ok_or_else(|| io::ErrorKind::TimedOut.into())
}

/// A text no other request of this host carries: process and time are enough, nobody guesses against a monitor.
fn unique() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:x}.{:x}", std::process::id(), now.as_nanos())
}
