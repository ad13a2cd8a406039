//! The persistence thread: writes the CIB and says when it is on disk, so that no loop ever waits for a disk.
//!
//! Writes that pile up are folded: the newest content stands for all tickets before it. A disk that refuses is tried again every second.

use crate::brain::Event;
use crate::clock;
use crate::disk::{CibFile, cib_file};
use crate::queue::Sender;
use cib::Element;
use model::{Notice, Severity};
use node::contract::Ticket;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long to wait before a refused write is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// How often a disk that goes on refusing is told of.
const TELL_EVERY: Duration = Duration::from_mins(1);

/// Configurations of lost partitions that may wait to be kept aside; more than one at a time needs a cluster in pieces.
const ASIDE_MAX: usize = 16;

/// Whether `enable_config_writes` lets us write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writes {
    /// The rule.
    Enabled,
    /// The configuration lives in memory only; every ticket is confirmed at once.
    Disabled,
}

#[derive(Debug, Default)]
struct Work {
    write: Option<(Ticket, Arc<Element>)>,
    aside: VecDeque<(String, Arc<Element>)>,
    check: bool,
}

impl Work {
    fn is_empty(&self) -> bool {
        self.write.is_none() && self.aside.is_empty() && !self.check
    }
}

#[derive(Debug, Default)]
struct Desk {
    work: Mutex<Work>,
    bell: Condvar,
}

impl Desk {
    /// Has the last content written again, unless a newer one waits.
    fn restore(&self, last: Option<(Ticket, Arc<Element>)>) {
        let mut work = self.work();
        work.write = work.write.take().or(last);
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The node loop's end.
#[derive(Debug)]
pub struct Persistence {
    desk: Arc<Desk>,
}

impl Persistence {
    /// Starts the thread on a file that has been read.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(file: CibFile, writes: Writes, events: Sender<Event>) -> io::Result<Self> {
        let desk = Arc::new(Desk::default());
        let mut worker = Writer { desk: desk.clone(), file, writes, events, told: None, last: None };
        thread::Builder::new().name("persistence".into()).stack_size(crate::STACK).spawn(move || worker.run())?;
        Ok(Self { desk })
    }

    /// Asks for a write; it is confirmed by an event.
    pub fn write(&self, ticket: Ticket, cib: Arc<Element>) {
        self.give(|work| work.write = Some((ticket, cib)));
    }

    /// Asks to keep a configuration in a file of its own.
    pub fn keep_aside(&self, title: String, cib: Arc<Element>) {
        self.give(|work| {
            work.aside.truncate(ASIDE_MAX - 1);
            work.aside.push_back((title, cib));
        });
    }

    /// Asks to look whether somebody edited the file.
    pub fn check(&self) {
        self.give(|work| work.check = true);
    }

    fn give(&self, change: impl FnOnce(&mut Work)) {
        change(&mut self.desk.work());
        self.desk.bell.notify_one();
    }
}

struct Writer {
    desk: Arc<Desk>,
    file: CibFile,
    writes: Writes,
    events: Sender<Event>,
    told: Option<Instant>,
    /// What was written last: it is put back where somebody edited the file, so that a new brain finds what the cluster runs on.
    last: Option<(Ticket, Arc<Element>)>,
}

impl Writer {
    fn run(&mut self) {
        loop {
            let work = self.next_work();
            if work.check
                && let Some(notice) = self.file.check()
            {
                self.events.send(Event::Notice(notice));
                if work.write.is_none() {
                    self.desk.restore(self.last.clone());
                }
            }
            for (title, cib) in work.aside {
                self.keep(&title, &cib);
            }
            if let Some((ticket, cib)) = work.write {
                self.write(ticket, cib);
            }
        }
    }

    fn next_work(&self) -> Work {
        let waited = self.desk.bell.wait_while(self.desk.work(), |work| work.is_empty());
        std::mem::take(&mut *waited.unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&mut self, ticket: Ticket, cib: Arc<Element>) {
        let outcome = match self.writes {
            Writes::Enabled => self.file.write(&cib_file::text_for_disk(&cib)),
            Writes::Disabled => Ok(None),
        };
        match outcome {
            Ok(edited) => {
                self.told = None;
                self.last = Some((ticket, cib));
                if let Some(notice) = edited {
                    self.events.send(Event::Notice(notice));
                }
                self.events.send(Event::Persisted(ticket));
            }
            Err(e) => self.try_again(ticket, cib, &e),
        }
    }

    /// A newer write takes the place of the refused one; otherwise the same is tried again.
    fn try_again(&mut self, ticket: Ticket, cib: Arc<Element>, error: &io::Error) {
        if self.told.is_none_or(|at| at.elapsed() >= TELL_EVERY) {
            self.told = Some(Instant::now());
            let path = self.file.path().display();
            let said = format!("{path}: {error}; make room or repair the disk, the write is tried again");
            self.events.send(Event::NotPersisted(ticket, said));
        }
        thread::sleep(RETRY);
        self.desk.work().write.get_or_insert((ticket, cib));
    }

    fn keep(&self, title: &str, cib: &Element) {
        let notice = match self.file.keep_aside(title, &cib.to_xml(), clock::wall()) {
            Ok(path) => Notice::new(
                "changes-kept-aside",
                Severity::Warning,
                format!(
                    "{title}: the changes that did not survive are in {}; apply what you still want with cibadmin",
                    path.display()
                ),
            ),
            Err(e) => Notice::new(
                "changes-lost",
                Severity::Error,
                format!("{title}: the changes could not be kept aside: {e}"),
            ),
        };
        self.events.send(Event::Notice(notice));
    }
}

#[cfg(test)]
mod tests;
