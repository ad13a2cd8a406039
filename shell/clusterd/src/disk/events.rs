//! The last events, in memory and in a file, so that "what happened, and since when" can be answered after a restart, too.
//!
//! One JSON object a line. Not a log: it is bounded, and not synced, as losing its last lines to a power cut loses no state.

use api::Event;
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// How many events are kept: a bad day of a small cluster, and below half a megabyte.
pub const KEPT: usize = 1000;

/// The events of this node.
#[derive(Debug)]
pub struct EventLog {
    path: PathBuf,
    file: Option<File>,
    lines: usize,
    last: VecDeque<Event>,
}

impl EventLog {
    /// Reads what an earlier life left. A file that cannot be read or written is done without.
    pub fn open(path: &Path) -> Self {
        let last = read(path);
        let mut this = Self { path: path.to_path_buf(), file: None, lines: 0, last };
        // Rewriting drops lines that are too old or damaged.
        let _ = this.rewrite();
        this
    }

    /// Keeps one more.
    pub fn push(&mut self, event: Event) {
        let line = event.to_line();
        self.last.push_back(event);
        while self.last.len() > KEPT {
            self.last.pop_front();
        }
        if self.lines >= 2 * KEPT {
            let _ = self.rewrite();
        } else if let Some(file) = &mut self.file {
            let _ = file.write_all(line.as_bytes());
            self.lines += 1;
        }
    }

    /// The last `count`, oldest first.
    pub fn last(&self, count: usize) -> impl Iterator<Item = &Event> {
        self.last.iter().skip(self.last.len().saturating_sub(count))
    }

    fn rewrite(&mut self) -> io::Result<()> {
        self.file = None;
        let text: String = self.last.iter().map(Event::to_line).collect();
        super::replace::replace(&self.path, text.as_bytes(), 0o600)?;
        self.file = Some(OpenOptions::new().append(true).mode(0o600).open(&self.path)?);
        self.lines = self.last.len();
        Ok(())
    }
}

fn read(path: &Path) -> VecDeque<Event> {
    let bytes = std::fs::read(path).unwrap_or_default();
    let lines = bytes.split(|byte| *byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
    let mut last: VecDeque<Event> = lines.filter_map(Event::from_line).collect();
    last.drain(..last.len().saturating_sub(KEPT));
    last
}

#[cfg(test)]
mod tests;
