//! What an idle cluster costs on the host that serves: CPU time of the daemons and of every agent they ran, and memory.

use demo::hosts::Lab;
use live::Failure;
use std::collections::BTreeMap;
use std::time::Duration;

/// The cost of idling.
#[derive(Clone, Copy, Debug, Default)]
pub struct Idle {
    /// CPU seconds in a minute, agents included.
    pub cpu: f64,
    /// Proportional set size of all daemons, in MiB.
    pub pss: f64,
    /// How many processes.
    pub processes: usize,
}

/// One line per process: number, CPU time with that of its dead children in ticks, PSS in KiB.
fn look(lab: &Lab, host: &str, daemons: &str) -> Result<BTreeMap<u32, (u64, u64)>, Failure> {
    // The ticks of children that ended and were reaped count with their parent: so agents do.
    let line = format!(
        "for p in $(pgrep -f '{daemons}'); do [ $p != $$ ] && [ $p != 1 ] && [ -r /proc/$p/smaps_rollup ] || continue; \
         echo $p $(sed 's/.*) //' /proc/$p/stat | awk '{{print $12+$13+$14+$15}}') \
         $(awk '/^Pss:/ {{print $2}}' /proc/$p/smaps_rollup); done"
    );
    let output = lab.shell(host, &line)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.lines().filter_map(process).collect())
}

fn process(line: &str) -> Option<(u32, (u64, u64))> {
    let mut numbers = line.split(' ').map(str::parse::<u64>);
    let mut next = || numbers.next()?.ok();
    Some((u32::try_from(next()?).ok()?, (next()?, next()?)))
}

/// Linux counts CPU time in hundredths of a second for everybody.
const TICKS_PER_SECOND: f64 = 100.0;

/// Looks twice.
pub fn measure(lab: &Lab, host: &str, daemons: &str, time: Duration) -> Result<Idle, Failure> {
    let before = look(lab, host, daemons)?;
    std::thread::sleep(time);
    let after = look(lab, host, daemons)?;
    // The shell that looks is no daemon: it is gone at the second look.
    let lasting = || after.iter().filter_map(|(id, end)| before.get(id).map(|begin| (begin, end)));
    let ticks: u64 = lasting().map(|(begin, end)| end.0.saturating_sub(begin.0)).sum();
    let kib: u64 = lasting().map(|(_, end)| end.1).sum();
    let float = |number: u64| u32::try_from(number).map_or(f64::NAN, f64::from);
    let cpu = float(ticks) / TICKS_PER_SECOND * 60.0 / time.as_secs_f64();
    Ok(Idle { cpu, pss: float(kib) / 1024.0, processes: lasting().count() })
}
