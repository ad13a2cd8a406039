//! The one use that agents make of the program `sipsak`, where it is not installed: `sipsak -s sip:USER@HOST[:PORT]`.
//!
//! Its codes are those of that program: 0 for an answer 2xx, 1 for another answer, 2 for a mistake here, 3 for none.

use super::{Probe, ProbeError, Transport};
use std::net::{SocketAddr, ToSocketAddrs};
use thiserror::Error;

const PORT: u16 = 5060;
const NOT_ACCEPTED: u8 = 1;
const MISTAKE: u8 = 2;
const NO_ANSWER: u8 = 3;

/// A command line that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Mistake {
    /// Not one of the few options known here.
    #[error("option {0} is not known to this stand-in; install sipsak for it")]
    Option(String),
    /// An option lacks its value.
    #[error("option {0} needs a value")]
    Value(String),
    /// No `-s`, or not a SIP URI.
    #[error("{0:?} is not of the form sip:user@host[:port]; give one with -s")]
    Uri(String),
    /// The host has no address.
    #[error("unable to determine the IP address for: {0}")]
    Host(String),
}

/// Asks as the command line says.
pub fn main(args: &[String]) -> u8 {
    let probe = match probe(args) {
        Ok(probe) => probe,
        Err(mistake) => {
            eprintln!("error: {mistake}");
            return MISTAKE;
        }
    };
    match probe.run() {
        Ok(response) if (200..300).contains(&response.status) => 0,
        Ok(response) => {
            println!("{} answers {} {}", probe.target, response.status, response.reason);
            NOT_ACCEPTED
        }
        Err(error @ (ProbeError::Refused(_) | ProbeError::Silent { .. } | ProbeError::Io(..))) => {
            eprintln!("{error}");
            NO_ANSWER
        }
    }
}

/// What the command line asks for; `-H`, this host's name in the request, changes nothing for the one who answers.
pub(super) fn probe(args: &[String]) -> Result<Probe, Mistake> {
    let mut uri = "";
    let mut words = args.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| Mistake::Value(word.clone()));
        match word.as_str() {
            "-s" => uri = value()?,
            "-H" => {
                value()?;
            }
            "-v" | "-vv" | "-vvv" | "-i" | "-n" => {}
            _ => return Err(Mistake::Option(word.clone())),
        }
    }
    let bare = uri.strip_prefix("sip:").ok_or_else(|| Mistake::Uri(uri.to_owned()))?;
    let bare = bare.split([';', '?']).next().unwrap_or(bare);
    let (user, host) = bare.split_once('@').unwrap_or(("", bare));
    Ok(Probe { user: user.to_owned(), ..Probe::new(resolve(host)?, Transport::Udp) })
}

fn resolve(host: &str) -> Result<SocketAddr, Mistake> {
    let unknown = || Mistake::Host(host.to_owned());
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let found = host.to_socket_addrs().or_else(|_| (bare, PORT).to_socket_addrs());
    found.ok().and_then(|mut all| all.next()).filter(|_| !host.is_empty()).ok_or_else(unknown)
}
