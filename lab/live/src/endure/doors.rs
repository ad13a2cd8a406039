//! The ways into hosts from outside, without a process there: sockets, files and addresses, through `/proc`.

use std::fs;
use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};

/// Each host's first process, while it is on.
#[derive(Debug)]
pub struct Doors {
    processes: RwLock<Vec<Option<u32>>>,
}

impl Doors {
    /// To so many hosts, all off.
    pub fn of(hosts: usize) -> Self {
        Self { processes: RwLock::new(vec![None; hosts]) }
    }

    /// The host is on, or off.
    pub fn set(&self, host: usize, process: Option<u32>) {
        self.processes.write().unwrap_or_else(PoisonError::into_inner)[host] = process;
    }

    /// How many hosts there are.
    pub fn count(&self) -> usize {
        self.processes.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// A path as it is on a host; `None`: the host is off.
    pub fn path(&self, host: usize, inside: &str) -> Option<PathBuf> {
        self.process(host).map(|process| PathBuf::from(format!("/proc/{process}/root/{inside}")))
    }

    /// The brain's socket.
    pub fn socket(&self, host: usize) -> Option<PathBuf> {
        // Not /var/run: the link would lead into the caller's own /run.
        self.path(host, "run/heartbeat/systole.sock")
    }

    /// Whether the host's kernel holds this address.
    pub fn holds(&self, host: usize, address: &str) -> bool {
        let Some(process) = self.process(host) else { return false };
        let table = fs::read_to_string(format!("/proc/{process}/net/fib_trie")).unwrap_or_default();
        let leaf = format!("|-- {address}\n");
        table.split(&leaf).skip(1).any(|rest| rest.trim_start().starts_with("/32 host LOCAL"))
    }

    fn process(&self, host: usize) -> Option<u32> {
        self.processes.read().unwrap_or_else(PoisonError::into_inner)[host]
    }
}
