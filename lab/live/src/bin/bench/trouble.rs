//! Trouble that is no power loss: a host that is stopped for a while, and a port that loses packets.

use crate::measure::{Field, PATIENCE, length, milliseconds};
use live::{Answers, Failure, Timeline};
use std::time::{Duration, Instant, SystemTime};

/// How long a host is stopped: much longer than anybody's detection.
const FROZEN: Duration = Duration::from_secs(12);
/// How long packets are lost.
const LOSSY: Duration = Duration::from_secs(40);

impl Field<'_> {
    /// The active host is stopped: the outage, and how long it still answered after it went on, for a client that asks nobody else.
    pub fn freeze(&mut self) -> Result<(f64, f64), Failure> {
        let (host, _) = self.active()?;
        let mut watch = self.watch()?;
        let answers = Answers::of(&self.lab, host)?;
        let begin = Instant::now();
        self.lab.freeze(host, true)?;
        let outage = watch.wait_for_outage(PATIENCE);
        std::thread::sleep(FROZEN.saturating_sub(begin.elapsed()));
        answers.ask_only_it(&self.lab, "1.2.3.5")?;
        let woken = SystemTime::now();
        self.lab.freeze(host, false)?;
        let end = Instant::now() + PATIENCE;
        while self.active().is_err() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(10));
        }
        let last = answers.last_between(woken, SystemTime::now()).unwrap_or_default();
        demo::stage::check(&self.lab, "client", "ip neighbour flush dev eth0.10 nud permanent")?;
        std::thread::sleep(Duration::from_secs(3));
        self.rest()?;
        Ok((length(outage)?, milliseconds(last)))
    }

    /// So many percent of the standby's packets are lost in each direction: how often an address was put on a host meanwhile.
    pub fn lose(&mut self, percent: u32) -> Result<f64, Failure> {
        let (host, other) = self.active()?;
        let timeline = Timeline::start(&self.lab, &[host, other])?;
        self.lab.loss(other, percent)?;
        std::thread::sleep(LOSSY);
        let moves = timeline.additions();
        self.lab.heal()?;
        std::thread::sleep(Duration::from_secs(3));
        self.rest()?;
        Ok(f64::from(u32::try_from(moves).unwrap_or(u32::MAX)))
    }
}
