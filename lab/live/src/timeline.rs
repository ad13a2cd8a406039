//! Which host held a virtual address when: the kernel's own announcements, so that nothing is missed between two looks.

use crate::Failure;
use demo::hosts::{HostError, Lab};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

/// `ip monitor` on several hosts; dropping it ends them.
pub struct Timeline {
    watchers: Vec<(String, Child, PathBuf)>,
}

/// A time on one host with one address, in microseconds of the day.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    host: String,
    address: String,
    from: u64,
    to: u64,
}

/// A watcher may read the news so much later than another one: less is no overlap.
const CLOCK_NOISE: u64 = 100_000;
const DAY: u64 = 24 * 3600 * 1_000_000;

impl Timeline {
    /// Starts to watch; the hosts must not hold a virtual address yet.
    ///
    /// # Errors
    /// When a host is off.
    pub fn start(lab: &Lab, hosts: &[&str]) -> Result<Self, Failure> {
        let mut watchers = Vec::new();
        for host in hosts {
            let failed = |source| HostError::System { what: "starting ip monitor".into(), source };
            let file = lab.directory(host).join("addresses");
            let out = fs::File::create(&file).map_err(failed)?;
            let mut command = lab.command(host, "timeout")?;
            command.args(["300", "ip", "-4", "-o", "-ts", "monitor", "address"]).stdin(Stdio::null());
            let child = command.stdout(out).stderr(Stdio::null()).spawn().map_err(failed)?;
            watchers.push(((*host).to_owned(), child, file));
        }
        // `ip monitor` says nothing when it is ready.
        std::thread::sleep(Duration::from_millis(200));
        Ok(Self { watchers })
    }

    /// Two hosts that held virtual addresses at the same time, as a sentence; `None` when that never happened.
    pub fn overlap(&self) -> Option<String> {
        let spans: Vec<Span> = self.watchers.iter().flat_map(|(host, _, file)| spans(host, file)).collect();
        let clash = |a: &Span, b: &Span| a.host < b.host && a.from + CLOCK_NOISE < b.to && b.from + CLOCK_NOISE < a.to;
        let (a, b) = spans.iter().find_map(|a| spans.iter().find(|b| clash(a, b)).map(|b| (a, b)))?;
        Some(format!("{a:?} and {b:?} overlap"))
    }

    /// How many times an address was put on any host.
    pub fn additions(&self) -> usize {
        self.watchers.iter().map(|(host, _, file)| spans(host, file).len()).sum()
    }
}

impl Drop for Timeline {
    fn drop(&mut self) {
        for (_, child, _) in &mut self.watchers {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn spans(host: &str, file: &PathBuf) -> Vec<Span> {
    let mut all: Vec<Span> = Vec::new();
    for (at, address, is_gone) in fs::read_to_string(file).unwrap_or_default().lines().filter_map(news) {
        let open = all.iter_mut().find(|span| span.address == address && span.to == DAY);
        match open {
            Some(span) if is_gone => span.to = at,
            Some(_) => {}
            None if is_gone => {}
            None => all.push(Span { host: host.into(), address, from: at, to: DAY }),
        }
    }
    all
}

/// `[2026-11-22T16:50:01.123456] Deleted 2: eth0.10    inet 1.2.3.4/24 ...`, for the tutorial's two addresses.
fn news(line: &str) -> Option<(u64, String, bool)> {
    let (stamp, rest) = line.strip_prefix('[')?.split_once(']')?;
    let clock = stamp.split_once('T')?.1;
    let mut parts = clock.split([':', '.']).map(|part| part.parse::<u64>().ok());
    let mut next = || parts.next().flatten();
    let (hour, minute, second, micros) = (next()?, next()?, next()?, next()?);
    let address = rest.split("inet ").nth(1)?.split('/').next()?;
    let at = ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros;
    let is_virtual = matches!(address, "1.2.3.4" | "1.2.3.5");
    is_virtual.then(|| (at, address.to_owned(), rest.trim_start().starts_with("Deleted")))
}

#[cfg(test)]
mod tests {
    use super::news;

    #[test]
    fn the_news_of_ip_monitor_are_read() {
        let line =
            "[2026-11-22T00:00:01.000002] Deleted 2: eth0.10    inet 1.2.3.4/24 brd 1.2.3.255 scope global eth0.10";
        assert_eq!(news(line), Some((1_000_002, "1.2.3.4".into(), true)));
        assert_eq!(news("[2026-11-22T00:00:01.000002] 2: eth0.10    inet 1.2.3.1/24 scope global eth0.10"), None);
    }
}
