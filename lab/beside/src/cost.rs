//! Running a program and reading what it cost: processor time and the most memory it held.

use crate::sys;
use std::process::{Command, Stdio};

/// What a run cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Processor time, user and system.
    pub seconds: f64,
    /// Most memory held, in MiB.
    pub mebibytes: f64,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Run {
    /// With this cost.
    Done(Cost),
    /// Not within the time allowed.
    TooLong,
    /// Not installed, or it failed.
    Failed,
}

/// Runs a program for at most so many seconds; its output is dropped. Cost includes `timeout`'s own, which is nothing.
pub fn of(program: &std::path::Path, arguments: &[&str], seconds: u64) -> Run {
    let mut command = Command::new("timeout");
    command.args(["--signal=KILL", &seconds.to_string()]).arg(program).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(child) = command.spawn() else { return Run::Failed };
    match sys::bury(&child) {
        Ok(remains) if remains.status == 0 => Run::Done(Cost::read(&remains.usage)),
        Ok(remains) if killed(remains.status) => Run::TooLong,
        Ok(_) | Err(_) => Run::Failed,
    }
}

/// `timeout` ends by the signal that it sends, or says 137 or 124.
fn killed(status: i32) -> bool {
    libc::WIFSIGNALED(status) || matches!(libc::WEXITSTATUS(status), 124 | 137)
}

impl Cost {
    #[allow(clippy::cast_precision_loss, reason = "seconds and KiB are far below 2^52")]
    fn read(usage: &libc::rusage) -> Self {
        let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
        Self { seconds: seconds(usage.ru_utime) + seconds(usage.ru_stime), mebibytes: usage.ru_maxrss as f64 / 1024.0 }
    }
}
