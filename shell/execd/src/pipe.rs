//! The reading end of an agent's output: its last bytes, read without waiting.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Of each stream the last bytes are kept: some hundred lines.
const KEPT_MAX: usize = 16 << 10;

/// Read at once from one agent, so that a talkative one does not hold up the others.
const READ_MAX: usize = 64 << 10;

/// One stream of one agent.
pub(crate) struct Pipe {
    descriptor: OwnedFd,
    kept: Vec<u8>,
    is_open: bool,
}

impl Pipe {
    /// Takes over a pipe's reading end.
    pub(crate) fn new(descriptor: impl Into<OwnedFd>) -> Self {
        let descriptor = descriptor.into();
        rustix::io::ioctl_fionbio(&descriptor, true).expect("every open pipe can be told not to block");
        Self { descriptor, kept: Vec::new(), is_open: true }
    }

    /// Whether more may come.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Reads what is there now.
    pub(crate) fn read(&mut self) {
        let mut chunk = [0; 4096];
        let mut count = 0;
        while self.is_open && count < READ_MAX {
            match rustix::io::read(&self.descriptor, &mut chunk) {
                Ok(0) => self.is_open = false,
                Ok(length) => {
                    count += length;
                    self.keep(&chunk[..length]);
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => return,
                Err(_) => self.is_open = false,
            }
        }
    }

    /// What is kept, as text; bytes that are none are replaced.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.kept).into_owned()
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.kept.extend_from_slice(bytes);
        let excess = self.kept.len().saturating_sub(KEPT_MAX);
        self.kept.drain(..excess);
    }
}

impl AsFd for Pipe {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}
