//! A SIP client running on a host of the lab, and what it has seen so far.

use crate::client::Outage;
use crate::hosts::{HostError, Lab};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// One line of the client's report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// An address answered for the first time.
    Up {
        /// Which.
        address: String,
        /// Since the client's start.
        at: Duration,
    },
    /// An outage ended, or was still open at the end.
    Outage(String, Outage),
    /// How many requests were sent and answered, at the end.
    Total {
        /// Which.
        address: String,
        /// Sent.
        sent: u64,
        /// Answered.
        answered: u64,
    },
}

/// Outages shorter than this are this machine's noise, not a failover.
const NOISE: Duration = Duration::from_millis(40);

/// A running client; dropping it stops it.
pub struct Watch {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<Sighting>,
    seen: Vec<Sighting>,
}

impl Watch {
    /// Starts a client on `host` that asks each of `targets` (`ADDRESS:PORT`) every 5 ms.
    ///
    /// # Errors
    /// When the host is off or the client cannot be started.
    pub fn start(lab: &Lab, host: &str, targets: &[&str]) -> Result<Self, HostError> {
        let system = |source| HostError::System { what: "starting the SIP client".into(), source };
        let mut command = lab.command(host, lab.binary())?;
        command.arg("sip-client").args(targets).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(system)?;
        let output = child.stdout.take().ok_or_else(|| system(std::io::ErrorKind::BrokenPipe.into()))?;
        let input = child.stdin.take();
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for sighting in BufReader::new(output).lines().map_while(Result::ok).filter_map(|line| read(&line)) {
                if sender.send(sighting).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, input, lines, seen: Vec::new() })
    }

    /// Waits until that many addresses have answered; false when they have not within `patience`.
    pub fn wait_for_answers(&mut self, count: usize, patience: Duration) -> bool {
        let up = |seen: &[Sighting]| seen.iter().filter(|sighting| matches!(sighting, Sighting::Up { .. })).count();
        self.wait(patience, |seen| up(seen) >= count)
    }

    /// Waits for an outage above the noise that ends after now, then for those of the other addresses; the longest one.
    pub fn wait_for_outage(&mut self, patience: Duration) -> Option<Outage> {
        let from = self.collect().len();
        let long = |seen: &[Sighting]| longest(&seen[from..]).is_some();
        self.wait(patience, long);
        std::thread::sleep(Duration::from_millis(200));
        longest(&self.collect()[from..])
    }

    /// Everything seen so far.
    pub fn collect(&mut self) -> &[Sighting] {
        self.seen.extend(self.lines.try_iter());
        &self.seen
    }

    /// Stops the client; everything it saw, totals included.
    pub fn stop(mut self) -> Vec<Sighting> {
        drop(self.input.take());
        self.seen.extend(self.lines.iter());
        std::mem::take(&mut self.seen)
    }

    fn wait(&mut self, patience: Duration, enough: impl Fn(&[Sighting]) -> bool) -> bool {
        let end = Instant::now() + patience;
        loop {
            self.collect();
            if enough(&self.seen) {
                return true;
            }
            match self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(sighting) => self.seen.push(sighting),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return enough(&self.seen),
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The longest outage above the noise; an open one is the longest of all.
pub fn longest(seen: &[Sighting]) -> Option<Outage> {
    seen.iter()
        .filter_map(|sighting| match sighting {
            Sighting::Outage(_, outage) => Some(*outage),
            Sighting::Up { .. } | Sighting::Total { .. } => None,
        })
        .filter(|outage| outage.lasted.is_none_or(|lasted| lasted > NOISE))
        .max_by_key(|outage| outage.lasted.unwrap_or(Duration::MAX))
}

fn read(line: &str) -> Option<Sighting> {
    let words: Vec<&str> = line.split(' ').collect();
    let ms = |text: &str| text.parse().ok().map(Duration::from_millis);
    match *words {
        ["up", address, at] => Some(Sighting::Up { address: address.into(), at: ms(at)? }),
        ["outage", address, began, lasted, lost] => {
            let lasted = if lasted == "open" { None } else { Some(ms(lasted)?) };
            Some(Sighting::Outage(address.into(), Outage { began: ms(began)?, lasted, lost: lost.parse().ok()? }))
        }
        ["total", address, sent, answered] => Some(Sighting::Total {
            address: address.into(),
            sent: sent.parse().ok()?,
            answered: answered.parse().ok()?,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Sighting, longest, read};
    use crate::client::Outage;
    use std::time::Duration;

    #[test]
    fn the_clients_lines_are_read_back() {
        let ms = Duration::from_millis;
        assert_eq!(read("up 1.2.3.4:5060 12"), Some(Sighting::Up { address: "1.2.3.4:5060".into(), at: ms(12) }));
        let open = Outage { began: ms(5), lasted: None, lost: 7 };
        assert_eq!(read("outage x 5 open 7"), Some(Sighting::Outage("x".into(), open)));
        assert_eq!(read("nonsense"), None);
    }

    #[test]
    fn noise_is_no_outage_and_an_open_one_is_the_longest() {
        let ms = Duration::from_millis;
        let outage = |lasted: Option<u64>| {
            Sighting::Outage("x".into(), Outage { began: ms(0), lasted: lasted.map(ms), lost: 1 })
        };
        assert_eq!(longest(&[outage(Some(12))]), None);
        assert_eq!(longest(&[outage(Some(500)), outage(None)]).and_then(|outage| outage.lasted), None);
        assert_eq!(longest(&[outage(Some(500)), outage(Some(12))]).and_then(|outage| outage.lasted), Some(ms(500)));
    }
}
