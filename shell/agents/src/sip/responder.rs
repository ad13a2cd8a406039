//! The small SIP peer that answers OPTIONS: what `systole demo` keeps alive where no real proxy is installed.

use super::message::answer;
use super::stream::read_message;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

/// Streams served at the same time; more are closed at once, so that a flood costs no threads.
const STREAMS_MAX: usize = 32;
/// A stream that says nothing for this long is closed.
const STREAM_IDLE: Duration = Duration::from_secs(30);

const USAGE: &str =
    "usage: sip-responder --listen ADDRESS:PORT [...] [--pidfile FILE]; also -l, -P, -f and -c as a proxy has them";

/// Why the responder does not run.
#[derive(Debug, Error)]
pub enum ResponderError {
    /// The command line is not understood.
    #[error("{0}; {USAGE}")]
    Usage(String),
    /// The address cannot be had.
    #[error("cannot listen at {0}; is another proxy running, and is the address on this host?")]
    Listen(SocketAddr, #[source] io::Error),
    /// The pid file cannot be written.
    #[error("cannot write the pid file {}", .0.display())]
    PidFile(PathBuf, #[source] io::Error),
}

/// Runs until it is killed: `--listen ADDRESS:PORT`, `--pidfile FILE`; 2 for a wrong command line, 1 for no luck.
///
/// A host with several addresses gives `--listen` for each that is asked: an answer to a request that came in by `0.0.0.0`
/// leaves from whichever address the kernel prefers, and a client that asked another one does not take it.
///
/// It also understands the options by which agents call a proxy, so that they can be tried out on it: `-l` and `-P`
/// are the two above, `-f FILE` is ignored, and `-c` checks nothing and succeeds.
pub fn main(args: &[String]) -> u8 {
    if args.iter().any(|word| word == "-c") {
        return 0;
    }
    let Err(error) = serve_from(args);
    let source = std::error::Error::source(&error).map(|source| format!(": {source}")).unwrap_or_default();
    eprintln!("sip-responder: {error}{source}");
    if matches!(error, ResponderError::Usage(_)) { 2 } else { 1 }
}

fn serve_from(args: &[String]) -> Result<std::convert::Infallible, ResponderError> {
    let (mut listen, mut pidfile) = (Vec::new(), None);
    let mut words = args.iter();
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| ResponderError::Usage(format!("{word} needs a value")))?;
        match word.as_str() {
            "--listen" | "-l" => listen.push(address(value)?),
            "--pidfile" | "-P" => pidfile = Some(PathBuf::from(value)),
            "-f" => {}
            _ => return Err(ResponderError::Usage(format!("unknown option {word}"))),
        }
    }
    let mut responders = listen.into_iter().map(Responder::bind).collect::<Result<Vec<_>, _>>()?;
    let last = responders.pop().ok_or_else(|| ResponderError::Usage("--listen is missing".into()))?;
    if let Some(path) = pidfile {
        write_pid(&path).map_err(|error| ResponderError::PidFile(path, error))?;
    }
    for responder in responders {
        std::thread::spawn(move || responder.serve());
    }
    last.serve()
}

/// `ADDRESS:PORT`, also with the transport before it that a proxy's configuration has; both are always served.
fn address(text: &str) -> Result<SocketAddr, ResponderError> {
    let bare = text.strip_prefix("udp:").or_else(|| text.strip_prefix("tcp:")).unwrap_or(text);
    bare.parse().map_err(|_| ResponderError::Usage(format!("{text:?} is not ADDRESS:PORT")))
}

fn write_pid(path: &Path) -> io::Result<()> {
    std::fs::write(path, format!("{}\n", std::process::id()))
}

/// Both sockets of a listening responder.
#[derive(Debug)]
pub struct Responder {
    datagrams: UdpSocket,
    streams: TcpListener,
}

impl Responder {
    /// Listens by UDP and TCP; with port 0, at one free port for both.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub fn bind(address: SocketAddr) -> Result<Self, ResponderError> {
        let refused = |error| ResponderError::Listen(address, error);
        let streams = TcpListener::bind(address).map_err(refused)?;
        let datagrams = UdpSocket::bind(streams.local_addr().map_err(refused)?).map_err(refused)?;
        Ok(Self { datagrams, streams })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the kernel does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.datagrams.local_addr()
    }

    /// Answers for ever.
    ///
    /// # Errors
    /// Never in practice: only when the sockets cannot be shared with the thread that serves streams.
    pub fn serve(self) -> Result<std::convert::Infallible, ResponderError> {
        let Self { datagrams, streams } = self;
        std::thread::spawn(move || serve_streams(&streams));
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let Ok((length, peer)) = datagrams.recv_from(&mut buffer) else { continue };
            if let Some(response) = answer(&buffer[..length]) {
                // A peer that went away is its own loss: it asks again.
                let _ = datagrams.send_to(&response, peer);
            }
        }
    }
}

fn serve_streams(listener: &TcpListener) {
    let open = std::sync::Arc::new(());
    for stream in listener.incoming().flatten() {
        let token = std::sync::Arc::clone(&open);
        if std::sync::Arc::strong_count(&open) <= STREAMS_MAX + 1 {
            std::thread::spawn(move || {
                // The end of one stream concerns only its peer.
                let _ = serve_stream(stream);
                drop(token);
            });
        }
    }
}

fn serve_stream(mut stream: TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(STREAM_IDLE))?;
    let mut buffer = Vec::new();
    while let Some(message) = read_message(&mut stream, &mut buffer)? {
        if let Some(response) = answer(&message) {
            stream.write_all(&response)?;
        }
    }
    Ok(())
}
