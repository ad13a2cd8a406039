//! The journal thread: turns notices into log lines and into the event file, so that no loop ever waits for a disk or for syslog.

mod line;
mod target;

use crate::clock;
use crate::disk::EventFile;
use api::Event;
use messaging::config::Logging;
use model::{NodeName, Notice, Severity, WallTime};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use target::Target;

/// Notices that may wait; beyond that the newest are dropped and counted, as a log must not stop a cluster.
const WAITING_MAX: usize = 1024;

/// What is written down.
#[derive(Debug)]
struct Entry {
    at: WallTime,
    notice: Notice,
    event: Event,
}

/// The loops' end of the journal.
#[derive(Clone, Debug)]
pub struct Journal {
    queue: SyncSender<Entry>,
    node: NodeName,
    least: Severity,
}

impl Journal {
    /// Starts the thread. With `to_stderr`, every line goes there, too.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(node: &NodeName, logging: &Logging, to_stderr: bool, file: EventFile) -> std::io::Result<Self> {
        let (queue, entries) = sync_channel(WAITING_MAX);
        let targets = Target::all(logging, to_stderr);
        thread::Builder::new()
            .name("journal".into())
            .stack_size(crate::STACK)
            .spawn(move || write(&entries, targets, file))?;
        let least = if logging.debug_level > 0 { Severity::Debug } else { Severity::Info };
        Ok(Self { queue, node: node.clone(), least })
    }

    /// Writes a notice down, and gives it back as the event that clients see; `None` when it is below what is asked for.
    pub fn record(&self, at: WallTime, notice: Notice) -> Option<Event> {
        if notice.severity < self.least {
            return None;
        }
        let event = Event {
            at_ms: at.0,
            node: self.node.to_string(),
            id: notice.id.to_owned(),
            severity: notice.severity.as_str().to_owned(),
            text: notice.text.clone(),
        };
        // A full queue means that the log's disk hangs: the event is still given to clients.
        let _ = self.queue.try_send(Entry { at, notice, event: event.clone() });
        Some(event)
    }
}

/// Writes one line to the system's log, for a process that ends before it has a journal.
pub fn say_at_once(notice: &Notice) {
    if let Some(mut target) = Target::syslog("daemon") {
        target.write(clock::wall(), notice);
    }
}

fn write(entries: &Receiver<Entry>, mut targets: Vec<Target>, mut file: EventFile) {
    while let Ok(entry) = entries.recv() {
        for target in &mut targets {
            target.write(entry.at, &entry.notice);
        }
        file.push(&entry.event);
    }
}
