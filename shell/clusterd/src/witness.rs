//! `systole witness`: the socket, the keys and the disk around the witness's machine, which decides everything.

pub mod keys;
pub mod options;
#[cfg(test)]
mod tests;

use crate::clock::Clock;
use crate::disk::replace::replace;
use crate::seal::DATAGRAM_MAX;
use keys::{Keys, KeysError};
use messaging::contract::Opened;
use messaging::witness::{Grant, Verdict, Witness};
use options::{Misuse, Options, USAGE};
use std::fs;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use thiserror::Error;

/// How often the file of keys is looked at, and a refusal is spoken of.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Why the witness does not serve.
#[derive(Debug, Error)]
pub enum WitnessError {
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The directory of grants.
    #[error("{}: {source}; name another place with --state-dir", path.display())]
    StateDir {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The socket.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Nonces would be foreseeable.
    #[error("the system gives no randomness: {0}")]
    Randomness(getrandom::Error),
}

/// Runs until it is ended, or says why it cannot; the process's exit code.
pub fn main(arguments: &[String]) -> u8 {
    let options = match Options::parse(arguments) {
        Ok(options) => options,
        Err(Misuse::Help) => {
            println!("{USAGE}");
            return 0;
        }
        Err(misuse) => {
            eprintln!("witness: {misuse}\n{USAGE}");
            return 2;
        }
    };
    match Service::open(&options) {
        Ok(mut service) => {
            say(&format!("listens on {} for {} clusters", options.listen, service.keys.served.len()));
            loop {
                service.turn();
            }
        }
        Err(e) => {
            eprintln!("witness: {e}");
            if matches!(e, WitnessError::Keys(_)) { crate::brain::EXIT_NOT_CONFIGURED } else { 1 }
        }
    }
}

/// A witness at work.
#[derive(Debug)]
pub struct Service {
    witness: Witness,
    clock: Clock,
    keys: Keys,
    state_dir: PathBuf,
    socket: UdpSocket,
    looked: Instant,
    spoke: Option<Instant>,
    buffer: Vec<u8>,
}

impl Service {
    /// Reads everything and listens.
    ///
    /// # Errors
    /// See [`WitnessError`].
    pub fn open(options: &Options) -> Result<Self, WitnessError> {
        let path = options.state_dir.clone();
        fs::create_dir_all(&path).map_err(|source| WitnessError::StateDir { path, source })?;
        let address = options.listen;
        let listen = |source| WitnessError::Listen { address, source };
        let socket = UdpSocket::bind(address).map_err(listen)?;
        socket.set_read_timeout(Some(LOOK_EVERY)).map_err(listen)?;
        let mut seed = [0; 8];
        getrandom::fill(&mut seed).map_err(WitnessError::Randomness)?;
        let mut service = Self {
            witness: Witness::new(u64::from_ne_bytes(seed)),
            clock: Clock::start(),
            keys: Keys::read(&options.keys)?,
            state_dir: options.state_dir.clone(),
            socket,
            looked: Instant::now(),
            spoke: None,
            buffer: vec![0; DATAGRAM_MAX],
        };
        service.serve_all();
        Ok(service)
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Waits for one question, at most a second, and answers it.
    pub fn turn(&mut self) {
        if self.looked.elapsed() >= LOOK_EVERY {
            self.looked = Instant::now();
            self.look_at_keys();
        }
        // A timeout is an idle turn; what the network says about an earlier answer does not matter.
        let Ok((length, source)) = self.socket.recv_from(&mut self.buffer) else { return };
        match self.open_seal(length) {
            Some((place, packet)) => self.answer(place, &packet, source),
            None => {
                self.say_rarely(&format!("a packet from {} is not of any cluster in the keys: dropped", source.ip()));
            }
        }
    }

    fn open_seal(&self, length: usize) -> Option<(usize, Opened)> {
        let datagram = &self.buffer[..length];
        let opened = |(place, served): (usize, &keys::Served)| Some((place, served.sealer.open(datagram).ok()?));
        self.keys.served.iter().enumerate().find_map(opened)
    }

    fn answer(&mut self, place: usize, packet: &Opened, to: SocketAddr) {
        let cluster = self.keys.served[place].cluster.clone();
        let answer = match self.witness.on_question(self.clock.now(), &cluster, packet) {
            Verdict::Silent(_) => return,
            Verdict::Answer(answer) => answer,
            Verdict::SaveFirst { grant, answer } => {
                let file = grant_file(&self.state_dir, &cluster);
                if let Err(e) = replace(&file, grant.to_string().as_bytes(), 0o644) {
                    return self.say_rarely(&format!("{}: {e}: nobody gets the vote of {cluster}", file.display()));
                }
                self.witness.saved(&cluster);
                say(&format!("cluster {cluster}: the vote goes to {}", names(&grant)));
                answer
            }
        };
        if let Some(datagram) = self.keys.served[place].sealer.seal(&answer) {
            // A lost answer is asked for again.
            let _ = self.socket.send_to(&datagram, to);
        }
    }

    fn look_at_keys(&mut self) {
        if !self.keys.have_changed() {
            return;
        }
        match self.keys.read_again() {
            Ok(()) => {
                self.serve_all();
                say(&format!("has read its keys again: {} clusters", self.keys.served.len()));
            }
            Err(e) => say(&format!("keeps its former keys: {e}")),
        }
    }

    /// Takes up every cluster that is not served yet.
    fn serve_all(&mut self) {
        let now = self.clock.now();
        for served in &self.keys.served {
            let file = grant_file(&self.state_dir, &served.cluster);
            let past = fs::read_to_string(file).ok().and_then(|text| Grant::parse(&text));
            self.witness.serve(&served.cluster, past, now);
        }
    }

    fn say_rarely(&mut self, text: &str) {
        if self.spoke.is_none_or(|spoke| spoke.elapsed() >= LOOK_EVERY) {
            self.spoke = Some(Instant::now());
            say(text);
        }
    }
}

/// To stderr, which the service manager keeps.
fn say(text: &str) {
    eprintln!("witness: {text}");
}

fn names(grant: &Grant) -> String {
    grant.holder.iter().map(|member| member.name.as_str()).collect::<Vec<_>>().join(" ")
}

/// A cluster's name may have any letters; a file's name may not.
fn grant_file(state_dir: &Path, cluster: &str) -> PathBuf {
    let safe = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02x}"),
    };
    state_dir.join(format!("{}.grant", cluster.bytes().map(safe).collect::<String>()))
}
