//! The clients: each on a host or roaming, each doing one thing at a time, as long as the gate is open.

use crate::endure::client::Caller;
use crate::endure::doors::Doors;
use crate::endure::history::{Act, Entry, Told};
use crate::endure::keys::{Book, Key};
use api::{Change, Request};
use model::Rng;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A client rests so long between two acts, and up to this much longer.
const REST_MS: (u64, u64) = (30, 90);
/// Clients that go to another host each time.
const ROAMING: usize = 2;

/// What all clients share.
#[derive(Debug)]
struct Shared {
    doors: Arc<Doors>,
    epoch: Instant,
    /// Read while acting; whoever writes has all clients at rest.
    book: RwLock<Arc<Book>>,
    coordinator: AtomicUsize,
    over: AtomicBool,
}

/// All clients; they end with this value.
#[derive(Debug)]
pub struct Workload {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Workload {
    /// One client on each host and some that roam, writing into `book`.
    pub fn start(doors: &Arc<Doors>, epoch: Instant, seed: u64, book: Arc<Book>) -> Self {
        let shared = Arc::new(Shared {
            doors: Arc::clone(doors),
            epoch,
            book: RwLock::new(book),
            coordinator: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        });
        let hosts = doors.count();
        let mut rng = Rng::from_seed(seed);
        let threads = (0..hosts + ROAMING)
            .map(|number| {
                let actor = Actor {
                    number,
                    home: (number < hosts).then_some(number),
                    rng: Rng::from_seed(rng.next_u64()),
                    caller: Caller::new(Arc::clone(doors)),
                    seen: BTreeMap::new(),
                    shared: Arc::clone(&shared),
                };
                std::thread::spawn(move || actor.run())
            })
            .collect();
        Self { shared, threads }
    }

    /// Waits until every client has its answer and lets none go on before the guard goes.
    pub fn pause(&self) -> RwLockWriteGuard<'_, Arc<Book>> {
        self.shared.book.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Workload {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

struct Actor {
    number: usize,
    /// `None`: roams.
    home: Option<usize>,
    rng: Rng,
    caller: Caller,
    /// What this client read last, for comparing.
    seen: BTreeMap<Key, u64>,
    shared: Arc<Shared>,
}

impl Actor {
    fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        while !shared.over.load(Ordering::Relaxed) {
            {
                let book = shared.book.read().unwrap_or_else(PoisonError::into_inner);
                self.act(&book);
            }
            std::thread::sleep(Duration::from_millis(REST_MS.0 + self.rng.below(REST_MS.1)));
        }
    }

    fn act(&mut self, book: &Book) {
        if self.rng.chance(100) {
            return self.say_something();
        }
        let key = book.pick(&mut self.rng);
        match self.choose(&key, book) {
            Act::Read => self.read(&key, book),
            act @ (Act::Write(_) | Act::Create(_) | Act::Delete | Act::DeleteIf(_) | Act::Add) => {
                self.change(&key, act, book);
            }
        }
    }

    /// A transient attribute: load for the total order, of no interest to the judges.
    fn say_something(&mut self) {
        let host = self.host();
        let value = Some(self.rng.below(1000).to_string());
        let name = format!("load-{}", self.number);
        let change = Change::Attribute { node: format!("n{}", host + 1), name, value, permanent: false };
        self.caller.ask(host, &Request::Change(change));
    }

    fn choose(&mut self, key: &Key, book: &Book) -> Act {
        let die = self.rng.below(100);
        match key {
            Key::Counter(_) if die < 60 => Act::Add,
            Key::Register(_) if die < 35 => Act::Write(book.new_value()),
            Key::Register(_) if die < 47 => Act::Create(book.new_value()),
            Key::Register(_) if die < 54 => Act::Delete,
            Key::Register(_) if die < 64 => Act::DeleteIf(self.seen.get(key).copied().unwrap_or(0)),
            Key::Counter(_) | Key::Register(_) => Act::Read,
        }
    }

    fn change(&mut self, key: &Key, act: Act, book: &Book) {
        let host = self.host();
        let invoked = self.shared.epoch.elapsed();
        let told = self.caller.change(host, key, act);
        let returned = self.shared.epoch.elapsed();
        book.note(key, Entry { client: self.number, act, invoked, returned, told });
    }

    /// Reads at the coordinator, as one that knows what it does: it asks for the coordinator before and after, and does not
    /// believe what it read unless the same view stands.
    fn read(&mut self, key: &Key, book: &Book) {
        let host = self.shared.coordinator.load(Ordering::Relaxed);
        let Some(view) = self.coordinated_view(host) else { return };
        let invoked = self.shared.epoch.elapsed();
        let Some(xml) = self.caller.cib(host) else { return };
        let returned = self.shared.epoch.elapsed();
        if self.coordinated_view(host) != Some(view) {
            return;
        }
        let cib = cib::parse(&xml).expect("the product's own CIB is XML");
        let value = key.value(&cib);
        if let Some(value) = value {
            self.seen.insert(key.clone(), value);
        }
        let entry = Entry { client: self.number, act: Act::Read, invoked, returned, told: Told::Saw(value) };
        book.note(key, entry);
    }

    /// The view in which this host says that it is the coordinator, with quorum; else remembers who else may be.
    fn coordinated_view(&mut self, host: usize) -> Option<u64> {
        let hosts = self.shared.doors.count();
        let Some(status) = self.caller.status(host) else {
            let next = usize::try_from(self.rng.below(hosts as u64)).expect("below a usize");
            self.shared.coordinator.store(next, Ordering::Relaxed);
            return None;
        };
        let coordinator = status.coordinator.as_deref().and_then(|name| name.strip_prefix('n')?.parse::<usize>().ok());
        match coordinator {
            Some(number) if number == host + 1 && status.quorate => Some(status.view),
            Some(number) if (1..=hosts).contains(&number) && number != host + 1 => {
                self.shared.coordinator.store(number - 1, Ordering::Relaxed);
                None
            }
            Some(_) | None => {
                self.shared.coordinator.store((host + 1) % hosts, Ordering::Relaxed);
                None
            }
        }
    }

    fn host(&mut self) -> usize {
        let hosts = self.shared.doors.count() as u64;
        self.home.unwrap_or_else(|| usize::try_from(self.rng.below(hosts)).expect("below a usize"))
    }
}
