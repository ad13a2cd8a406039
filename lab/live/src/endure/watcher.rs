//! Looks every 25 ms from outside who holds the address and who runs each resource.

use crate::endure::doors::Doors;
use crate::endure::ownership::{Double, Ownership};
use crate::endure::world::{ADDRESS, MARKS};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_millis(25);

#[derive(Debug, Default)]
struct Seen {
    ownership: Ownership,
    now: BTreeMap<&'static str, Vec<String>>,
    looks: u64,
}

/// The watching thread; it ends with this value.
#[derive(Debug)]
pub struct Watcher {
    seen: Arc<Mutex<Seen>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Begins to look.
    pub fn start(doors: Arc<Doors>, epoch: Instant) -> Self {
        let (seen, over) = (Arc::new(Mutex::new(Seen::default())), Arc::new(AtomicBool::new(false)));
        let (its_seen, its_over) = (Arc::clone(&seen), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            while !its_over.load(Ordering::Relaxed) {
                let held = all().map(|what| (what, holders(&doors, what))).collect();
                its_seen.lock().unwrap_or_else(PoisonError::into_inner).note(epoch.elapsed(), held);
                std::thread::sleep(EVERY);
            }
        });
        Self { seen, over, thread: Some(thread) }
    }

    /// Whether each thing was on exactly one host at the last look.
    pub fn each_runs_once(&self) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        all().all(|what| seen.now.get(what).is_some_and(|hosts| hosts.len() == 1))
    }

    /// Who held what at the last look.
    pub fn describe(&self) -> String {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.now.iter().map(|(what, hosts)| format!("{what} on {hosts:?}")).collect::<Vec<_>>().join(", ")
    }

    /// Takes the double holders whose time has ended.
    pub fn doubles(&self) -> Vec<Double> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).ownership.take()
    }

    /// How often it has looked.
    pub fn looks(&self) -> u64 {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).looks
    }
}

impl Seen {
    fn note(&mut self, now: Duration, held: BTreeMap<&'static str, Vec<String>>) {
        for (what, hosts) in &held {
            self.ownership.look(now, what, hosts);
        }
        self.now = held;
        self.looks += 1;
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn all() -> impl Iterator<Item = &'static str> {
    std::iter::once(ADDRESS).chain(MARKS)
}

fn holders(doors: &Doors, what: &str) -> Vec<String> {
    let holds = |host: usize| {
        if what == ADDRESS {
            doors.holds(host, ADDRESS)
        } else {
            doors.path(host, &format!("run/endure-{what}")).is_some_and(|path| path.exists())
        }
    };
    (0..doors.count()).filter(|host| holds(*host)).map(|host| format!("n{}", host + 1)).collect()
}
