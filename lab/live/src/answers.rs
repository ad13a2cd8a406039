//! What one host sends from the virtual addresses, told apart from what others send by the address of its network card.

use crate::{Capture, Failure};
use demo::hosts::Lab;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A capture on the client's host; dropping it ends it.
pub struct Answers {
    wire: Capture,
    card: String,
}

impl Answers {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the host is off, or tcpdump is not installed.
    pub fn of(lab: &Lab, host: &str) -> Result<Self, Failure> {
        let shown = lab.shell(host, "ip -o link show dev eth0.10")?;
        let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
        let card = shown.split("link/ether ").nth(1).and_then(|rest| rest.split(' ').next());
        let card = card.ok_or_else(|| Failure::broken(format!("{host} has no network card: {shown}")))?.to_owned();
        let filter = format!("ether src {card} and (src host 1.2.3.4 or src host 1.2.3.5)");
        Ok(Self { wire: Capture::start(lab, "client", "eth0.10", &filter)?, card })
    }

    /// Lets the client send what is for `address` to this host, whoever holds it by now.
    ///
    /// # Errors
    /// When the client is off.
    pub fn ask_only_it(&self, lab: &Lab, address: &str) -> Result<(), Failure> {
        let line = format!("ip neighbour replace {address} lladdr {} nud permanent dev eth0.10", self.card);
        demo::stage::check(lab, "client", &line).map_err(Failure::from)
    }

    /// Every packet so far, as tcpdump tells it.
    pub fn lines(&self) -> Vec<String> {
        self.wire.lines()
    }

    /// How long after `since` the last packet was sent of those before `until`; `None` when there was none.
    pub fn last_between(&self, since: SystemTime, until: SystemTime) -> Option<Duration> {
        let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64());
        let (since, until) = (seconds(since), seconds(until));
        let stamps = self.wire.lines().into_iter().filter_map(|line| line.split(' ').next()?.parse::<f64>().ok());
        let last = stamps.filter(|at| *at >= since && *at < until).max_by(f64::total_cmp)?;
        Some(Duration::from_secs_f64(last - since))
    }
}
