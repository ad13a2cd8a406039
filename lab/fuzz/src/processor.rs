//! Time as the processor spends it on this thread: what a run had of it does not depend on who else is on the machine.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Processor time of the calling thread since a moment.
#[derive(Clone, Copy, Debug)]
pub struct Spent(Duration);

impl Spent {
    /// None yet.
    pub fn since_now() -> Self {
        Self(so_far())
    }

    /// How much since then.
    pub fn elapsed(self) -> Duration {
        so_far().saturating_sub(self.0)
    }
}

fn so_far() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).expect("below a second"))
}
