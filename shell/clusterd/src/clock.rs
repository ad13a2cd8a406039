//! The clocks that core is given: monotonic time since the brain's birth, and the wall clock.
//!
//! The monotonic one also runs while the host is suspended: who slept for an hour must know it when it wakes up.

use model::{Instant, WallTime};
use rustix::event::Timespec;
use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The monotonic clock, shared by all loops so that their instants agree.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    birth: Duration,
}

impl Clock {
    /// A clock that begins now.
    pub fn start() -> Self {
        Self { birth: since_boot() }
    }

    /// Now.
    pub fn now(&self) -> Instant {
        let age = since_boot().saturating_sub(self.birth);
        Instant::from_micros(u64::try_from(age.as_micros()).unwrap_or(u64::MAX))
    }
}

fn since_boot() -> Duration {
    let time = clock_gettime(ClockId::Boottime);
    Duration::try_from(time).expect("the time since the boot is not negative")
}

/// The wall clock.
pub fn wall() -> WallTime {
    let millis = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    WallTime(match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => millis(since),
        Err(e) => -millis(e.duration()),
    })
}

/// A span as poll wants it, rounded up to a tenth of a millisecond so that a loop does not wake just before its deadline.
pub fn timeout(span: Duration) -> Timespec {
    let span = span + Duration::from_micros(100);
    Timespec { tv_sec: i64::try_from(span.as_secs()).unwrap_or(i64::MAX), tv_nsec: span.subsec_nanos().into() }
}
