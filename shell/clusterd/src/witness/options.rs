//! The command line of `systole witness`.

use messaging::config::WITNESS_PORT_DEFAULT;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use thiserror::Error;

/// What `--help` prints.
pub const USAGE: &str = "\
usage: systole witness --keys FILE [--listen ADDRESS[:PORT]] [--state-dir DIR]

Gives its vote to one half of a cluster that is split into halves. Runs on a host that is in none of them.

  --keys FILE         for each cluster a line `cluster NAME` (as in ha.cf) and below it its authkeys; mode 0600
  --listen ADDRESS    where to listen   (0.0.0.0:6940)
  --state-dir DIR     who has the vote  (/var/lib/systole-witness)";

/// Where everything is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Where questions come in.
    pub listen: SocketAddr,
    /// Whose questions are heard.
    pub keys: PathBuf,
    /// Where grants are kept.
    pub state_dir: PathBuf,
}

/// A command line that is not understood. Nothing was done.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Misuse {
    /// No such option.
    #[error("unknown option [{0}]")]
    Unknown(String),
    /// An option without its value.
    #[error("option [{0}] needs a value")]
    NoValue(String),
    /// Not an address.
    #[error("[{0}] is not an address; write it in numbers, for example 192.0.2.7:6940")]
    Address(String),
    /// No keys.
    #[error("--keys FILE is missing")]
    NoKeys,
    /// Only the usage is wanted.
    #[error("systole witness")]
    Help,
}

impl Options {
    /// # Errors
    /// See [`Misuse`].
    pub fn parse(arguments: &[String]) -> Result<Self, Misuse> {
        let mut listen = (Ipv4Addr::UNSPECIFIED, WITNESS_PORT_DEFAULT).into();
        let mut state_dir = PathBuf::from("/var/lib/systole-witness");
        let mut keys = None;
        let mut rest = arguments.iter();
        while let Some(option) = rest.next() {
            let mut value = || rest.next().cloned().ok_or_else(|| Misuse::NoValue(option.clone()));
            match option.as_str() {
                "--listen" => listen = address(&value()?)?,
                "--keys" => keys = Some(PathBuf::from(value()?)),
                "--state-dir" => state_dir = PathBuf::from(value()?),
                "-h" | "--help" => return Err(Misuse::Help),
                _ => return Err(Misuse::Unknown(option.clone())),
            }
        }
        Ok(Self { listen, state_dir, keys: keys.ok_or(Misuse::NoKeys)? })
    }
}

fn address(text: &str) -> Result<SocketAddr, Misuse> {
    let alone = text.parse::<IpAddr>().map(|address| SocketAddr::new(address, WITNESS_PORT_DEFAULT));
    text.parse().or(alone).map_err(|_| Misuse::Address(text.to_owned()))
}
