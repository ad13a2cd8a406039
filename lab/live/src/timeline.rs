//! Which host holds a virtual address, as the kernels of all hosts announce it to one watcher.
//!
//! No clock decides what overlapped: what a host has let go of was announced before anybody could take it, so whoever has
//! read every announcement there is, twice, and still sees two holders, has seen them hold at the same time.

mod news;

use crate::Failure;
use demo::hosts::{HostError, Lab};
use news::{Socket, Word};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

const VIRTUAL: [Ipv4Addr; 2] = [Ipv4Addr::new(1, 2, 3, 4), Ipv4Addr::new(1, 2, 3, 5)];
/// How soon the watcher notices that it is to end.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// A watcher of several hosts; dropping it ends it.
pub struct Timeline {
    seen: Arc<Mutex<Seen>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Seen {
    additions: usize,
    overlap: Option<String>,
}

/// One host and what it holds by its last announcement.
struct Host {
    name: String,
    socket: Socket,
    held: BTreeSet<Ipv4Addr>,
}

impl Timeline {
    /// Starts to watch; the hosts must not hold a virtual address yet, or no other one may take it before they let it go.
    ///
    /// # Errors
    /// When a host is off.
    pub fn start(lab: &Lab, hosts: &[&str]) -> Result<Self, Failure> {
        let failed = |source| HostError::System { what: "listening to a host's kernel".into(), source };
        let mut watched = Vec::new();
        for host in hosts {
            let socket = Socket::of(lab.first_process(host)?).map_err(failed)?;
            watched.push(Host { name: (*host).to_owned(), socket, held: BTreeSet::new() });
        }
        let (seen, over) = (Arc::new(Mutex::new(Seen::default())), Arc::new(AtomicBool::new(false)));
        let (its_seen, its_over) = (Arc::clone(&seen), Arc::clone(&over));
        let thread = std::thread::spawn(move || watch(&mut watched, &its_seen, &its_over));
        Ok(Self { seen, over, thread: Some(thread) })
    }

    /// Two hosts that held virtual addresses at the same time, as a sentence; `None` when that never happened.
    pub fn overlap(&self) -> Option<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).overlap.clone()
    }

    /// How many times an address was put on any host.
    pub fn additions(&self) -> usize {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).additions
    }
}

impl Drop for Timeline {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn watch(hosts: &mut [Host], seen: &Mutex<Seen>, over: &AtomicBool) {
    while !over.load(Ordering::Relaxed) {
        let mut sockets: Vec<PollFd<'_>> =
            hosts.iter().map(|host| PollFd::from_borrowed_fd(host.socket.as_fd(), PollFlags::IN)).collect();
        let _ = poll(&mut sockets, Some(&LOOK));
        let additions = read_all(hosts);
        // What one host let go of while another one was read is known after the second time.
        let suspicious = holders(hosts).len() > 1;
        let additions = additions + if suspicious { read_all(hosts) } else { 0 };
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.additions += additions;
        if suspicious && seen.overlap.is_none() {
            let holders = holders(hosts);
            seen.overlap = (holders.len() > 1).then(|| format!("held at the same time: {}", holders.join(", ")));
        }
    }
}

/// Reads every announcement there is; how many addresses were put on.
fn read_all(hosts: &mut [Host]) -> usize {
    let mut additions = 0;
    for host in hosts {
        for Word { address, is_gone } in host.socket.read().into_iter().filter(|word| VIRTUAL.contains(&word.address)) {
            if is_gone {
                host.held.remove(&address);
            } else if host.held.insert(address) {
                additions += 1;
            }
        }
    }
    additions
}

fn holders(hosts: &[Host]) -> Vec<String> {
    let holding = hosts.iter().filter(|host| !host.held.is_empty());
    holding.map(|host| format!("{:?} on {}", host.held, host.name)).collect()
}
