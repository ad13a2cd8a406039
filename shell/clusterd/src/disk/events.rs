//! The last events in a file, so that "what happened, and since when" can be answered after a restart, too.
//!
//! One JSON object a line. Not a log: it is bounded, and not synced, as losing its last lines to a power cut loses no state.

use super::replace::replace;
use api::Event;
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How many events are kept: a bad day of a small cluster, and below half a megabyte.
pub const KEPT: usize = 1000;

/// The file; it holds between [`KEPT`] and twice as many lines once there have been so many.
#[derive(Debug)]
pub struct EventFile {
    path: PathBuf,
    file: Option<File>,
    lines: usize,
}

impl EventFile {
    /// Opens it and gives what an earlier life left, oldest first. A file that cannot be read or written is done without.
    pub fn open(path: &Path) -> (Self, VecDeque<Event>) {
        let mut this = Self { path: path.to_path_buf(), file: None, lines: 0 };
        let last = this.compact().unwrap_or_else(|_| read(path));
        (this, last)
    }

    /// Keeps one more.
    pub fn push(&mut self, event: &Event) {
        if self.lines >= 2 * KEPT {
            // A disk that refuses costs events, not the node.
            let _ = self.compact();
        }
        if let Some(file) = &mut self.file {
            let _ = file.write_all(event.to_line().as_bytes());
            self.lines += 1;
        }
    }

    /// Drops lines that are too old or damaged.
    fn compact(&mut self) -> io::Result<VecDeque<Event>> {
        self.file = None;
        let last = read(&self.path);
        let text: String = last.iter().map(Event::to_line).collect();
        replace(&self.path, text.as_bytes(), 0o600)?;
        self.file = Some(OpenOptions::new().append(true).open(&self.path)?);
        self.lines = last.len();
        Ok(last)
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
