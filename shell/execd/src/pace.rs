//! Who goes first on a busy host: the hands, and the stops that they start. An address that is let go of late is answered for by two hosts.

use rustix::process::{getpriority_process, setpriority_process};

/// Before everything that asks for nothing, behind everything in real time.
const AHEAD: i32 = -10;

/// Our place among the processes that wait for a processor, which children inherit.
pub(crate) struct Pace {
    inherited: i32,
    /// False where we may not go ahead, or were ahead already.
    is_ahead: bool,
}

impl Pace {
    /// Goes ahead where that is allowed.
    pub(crate) fn quicken() -> Self {
        let inherited = getpriority_process(None).unwrap_or(0);
        let is_ahead = inherited > AHEAD && setpriority_process(None, AHEAD).is_ok();
        Self { inherited, is_ahead }
    }

    /// Does `work` where we would have stood: a child made in it, and a service that it starts, has no advantage.
    pub(crate) fn ordinary<T>(&self, work: impl FnOnce() -> T) -> T {
        self.move_to(self.inherited);
        let result = work();
        self.move_to(AHEAD);
        result
    }

    fn move_to(&self, place: i32) {
        if self.is_ahead {
            // It was allowed a moment ago; were it no longer, we would be slower, no worse.
            let _ = setpriority_process(None, place);
        }
    }
}
