//! The brain's connection to the hands: kept up, and made anew when lost.

mod life;

use crate::config::Configuration;
use crate::disk::Layout;
use execd::client::{Answer, HandsClient, HandsError};
use executor::contract::Operation;
use model::ResourceId;
use rustix::event::PollFlags;
use std::collections::BTreeMap;
use std::os::fd::BorrowedFd;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How soon a lost connection is tried again: a restart of the hands takes some ten milliseconds.
const RETRY: Duration = Duration::from_millis(50);

/// How soon it is tried after it has failed for a while.
const RETRY_LATER: Duration = Duration::from_secs(1);

/// Tries at the quicker pace.
const QUICK_TRIES: u32 = 100;

/// The connection, or the wish for one.
#[derive(Debug)]
pub struct Hands {
    socket: PathBuf,
    environment: BTreeMap<String, String>,
    client: Option<HandsClient>,
    life: u64,
    retry_at: Option<Instant>,
    tries: u32,
}

/// The connection broke.
#[derive(Debug)]
pub struct Lost(pub HandsError);

impl Hands {
    /// Not connected yet.
    pub fn new(layout: &Layout, configuration: &Configuration) -> Self {
        Self {
            socket: layout.hands_socket(),
            environment: environment(layout, configuration),
            client: None,
            life: 0,
            retry_at: Some(Instant::now()),
            tries: 0,
        }
    }

    /// To wait for, while connected.
    pub fn descriptor(&self) -> Option<(BorrowedFd<'_>, PollFlags)> {
        let client = self.client.as_ref()?;
        let write = if client.wants_write() { PollFlags::OUT } else { PollFlags::empty() };
        Some((client.fd(), PollFlags::IN | write))
    }

    /// When to call [`Hands::connect`], while not connected.
    pub fn retry_at(&self) -> Option<Instant> {
        self.retry_at
    }

    /// Which process of hands this is: it differs between two of them.
    pub fn life(&self) -> u64 {
        self.life
    }

    /// Connects, when it is time to.
    pub fn connect(&mut self, now: Instant) {
        if self.retry_at.is_none_or(|at| now < at) {
            return;
        }
        let client = HandsClient::connect(&self.socket, self.environment.clone()).ok();
        let process = client.as_ref().and_then(|client| rustix::net::sockopt::socket_peercred(client.fd()).ok());
        let life = process.and_then(|process| life::of(process.pid.as_raw_nonzero().get().unsigned_abs()));
        if let (Some(client), Some(life)) = (client, life) {
            self.life = life;
            self.client = Some(client);
            self.retry_at = None;
            self.tries = 0;
        } else {
            self.tries = self.tries.saturating_add(1);
            self.retry_at = Some(now + if self.tries < QUICK_TRIES { RETRY } else { RETRY_LATER });
        }
    }

    /// What the hands have said, after sending what waited to be sent.
    ///
    /// # Errors
    /// When the connection broke; it is made anew by itself.
    pub fn converse(&mut self) -> Result<Vec<Answer>, Lost> {
        self.with(|client| {
            client.flush()?;
            client.receive()
        })
    }

    /// Hands over an operation. Without a connection nothing happens: the node knows that it has no hands, and asks again.
    ///
    /// # Errors
    /// As [`Hands::converse`].
    pub fn run(&mut self, operation: &Operation) -> Result<(), Lost> {
        self.with(|client| client.run(operation))
    }

    /// Ends a recurring operation.
    ///
    /// # Errors
    /// As [`Hands::converse`].
    pub fn cancel(&mut self, resource: &ResourceId, action: &str, interval: Duration) -> Result<(), Lost> {
        self.with(|client| client.cancel(resource, action, interval))
    }

    fn with<T: Default>(&mut self, act: impl FnOnce(&mut HandsClient) -> Result<T, HandsError>) -> Result<T, Lost> {
        let Some(client) = &mut self.client else { return Ok(T::default()) };
        act(client).map_err(|e| {
            self.client = None;
            self.retry_at = Some(Instant::now());
            Lost(e)
        })
    }
}

/// What every agent finds in its environment beside its own parameters.
fn environment(layout: &Layout, configuration: &Configuration) -> BTreeMap<String, String> {
    let path = |path: &std::path::Path| path.display().to_string();
    let fixed = [
        ("HA_CURHOST", configuration.name.to_string()),
        ("HA_DIR", path(&layout.ha_dir)),
        ("HA_FUNCS", path(&layout.ha_dir.join("shellfuncs"))),
        ("HA_DATEFMT", "%Y/%m/%d_%T ".to_owned()),
        ("HA_RSCTMP", path(&layout.run_dir.join("rsctmp"))),
        ("OCF_ROOT", path(&layout.ocf_root)),
    ];
    let mut all: BTreeMap<String, String> = fixed.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    all.extend(configuration.ha.parameters.iter().map(|(name, value)| (format!("HA_{name}"), value.clone())));
    all.extend(configuration.ha.env.iter().map(|(name, value)| (format!("HA_{name}"), value.clone())));
    all
}
