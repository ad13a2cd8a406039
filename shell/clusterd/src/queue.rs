//! Bounded queues between the loops: whoever sends also rings, so that the receiver can wait for it together with its sockets.

use rustix::event::{EventfdFlags, eventfd};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

/// Something a poll loop can wait for and other threads can ring.
#[derive(Clone, Debug)]
pub struct Doorbell(Arc<OwnedFd>);

impl Doorbell {
    /// A silent one.
    ///
    /// # Errors
    /// When the process may open no more files.
    pub fn new() -> io::Result<Self> {
        Ok(Self(Arc::new(eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?)))
    }

    /// Wakes whoever waits for it.
    pub fn ring(&self) {
        // It fails only when it has been rung 2^64 times without being heard, and then it is ringing anyway.
        let _ = rustix::io::write(&*self.0, &1_u64.to_ne_bytes());
    }

    /// Silences it; to be called before looking at what it rang for.
    pub fn hear(&self) {
        let mut count = [0; 8];
        let _ = rustix::io::read(&*self.0, &mut count);
    }
}

impl AsFd for Doorbell {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// The sending end.
#[derive(Debug)]
pub struct Sender<T> {
    queue: SyncSender<T>,
    bell: Doorbell,
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), bell: self.bell.clone() }
    }
}

/// Why something was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// The receiver does not keep up.
    Full,
    /// There is no receiver any more.
    Gone,
}

impl<T> Sender<T> {
    /// Sends, waiting for room. Says nothing when there is no receiver any more: then the process is ending.
    pub fn send(&self, item: T) {
        if self.queue.send(item).is_ok() {
            self.bell.ring();
        }
    }

    /// Sends without ever waiting.
    ///
    /// # Errors
    /// When there is no room or no receiver; the item is dropped.
    pub fn offer(&self, item: T) -> Result<(), NotSent> {
        self.queue.try_send(item).map_err(|e| match e {
            TrySendError::Full(_) => NotSent::Full,
            TrySendError::Disconnected(_) => NotSent::Gone,
        })?;
        self.bell.ring();
        Ok(())
    }
}

/// The receiving end.
#[derive(Debug)]
pub struct Inbox<T> {
    queue: Receiver<T>,
    bell: Doorbell,
}

impl<T> Inbox<T> {
    /// What to wait for.
    pub fn bell(&self) -> &Doorbell {
        &self.bell
    }

    /// The next item, without waiting.
    pub fn next(&self) -> Option<T> {
        self.queue.try_recv().ok()
    }
}

/// A queue that holds at most `capacity` items.
///
/// # Errors
/// When the process may open no more files.
pub fn queue<T>(capacity: usize) -> io::Result<(Sender<T>, Inbox<T>)> {
    let (sender, receiver) = sync_channel(capacity);
    let bell = Doorbell::new()?;
    Ok((Sender { queue: sender, bell: bell.clone() }, Inbox { queue: receiver, bell }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    fn rings(inbox: &Inbox<u8>) -> bool {
        let mut fds = [PollFd::new(inbox.bell(), PollFlags::IN)];
        poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).unwrap() == 1
    }

    #[test]
    fn a_sent_item_rings_until_it_is_heard() {
        let (sender, inbox) = queue(2).unwrap();
        assert!(!rings(&inbox));
        sender.send(1);
        sender.send(2);
        assert!(rings(&inbox));
        inbox.bell().hear();
        assert!(!rings(&inbox));
        assert_eq!([inbox.next(), inbox.next(), inbox.next()], [Some(1), Some(2), None]);
    }

    #[test]
    fn an_offer_to_a_full_queue_is_refused_and_does_not_wait() {
        let (sender, inbox) = queue(1).unwrap();
        assert_eq!(sender.offer(1), Ok(()));
        assert_eq!(sender.offer(2), Err(NotSent::Full));
        drop(inbox);
        assert_eq!(sender.offer(3), Err(NotSent::Gone));
    }
}
