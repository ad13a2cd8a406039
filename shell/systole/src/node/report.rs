//! What a start in the background says until it works: its parent reads it, and learns by the end of it that all is well.
//!
//! The daemon complains to a pipe. Once it is sure to go on it hands the pipe to its first brain, which lets go of it as soon as it works. So
//! nothing that lives on ever writes to a pipe without a reader.

use rustix::event::{PollFd, PollFlags, poll};
use rustix::stdio::dup2_stderr;
use std::fs::File;
use std::io::{self, PipeReader, Read, pipe};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Longer than any start takes: one that says nothing for so long is left alone.
const PATIENCE: Duration = Duration::from_secs(30);

/// More than any reason needs.
const LENGTH_MAX: usize = 16 * 1024;

/// The parent's end of the pipe.
#[derive(Debug)]
pub struct Report {
    pipe: PipeReader,
}

impl Report {
    /// Starts a process that complains to us.
    pub fn of(mut command: Command) -> io::Result<(Child, Self)> {
        let (pipe, theirs) = pipe()?;
        let child = command.stderr(theirs).spawn()?;
        // The command holds their end, too, and must not keep it open.
        drop(command);
        Ok((child, Self { pipe }))
    }

    /// All that is said until everybody has let go of the pipe.
    pub fn read(mut self) -> String {
        let (end, mut said, mut piece) = (Instant::now() + PATIENCE, Vec::new(), [0; 1024]);
        while said.len() < LENGTH_MAX && self.waits_until(end) {
            match self.pipe.read(&mut piece) {
                Ok(0) | Err(_) => break,
                Ok(length) => said.extend_from_slice(&piece[..length]),
            }
        }
        String::from_utf8_lossy(&said).trim_end().to_owned()
    }

    fn waits_until(&self, end: Instant) -> bool {
        let rest = clusterd::clock::timeout(end.saturating_duration_since(Instant::now()));
        poll(&mut [PollFd::new(&self.pipe, PollFlags::IN)], Some(&rest)).is_ok_and(|ready| ready > 0)
    }
}

/// The daemon's end: what was its standard error, which leads nowhere from now on.
pub fn take_stderr() -> io::Result<OwnedFd> {
    let pipe = io::stderr().as_fd().try_clone_to_owned()?;
    dup2_stderr(File::options().write(true).open("/dev/null")?)?;
    Ok(pipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> (Child, Report) {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Report::of(command).unwrap()
    }

    #[test]
    fn what_a_process_says_before_it_ends_is_heard_whole() {
        let (mut child, report) = shell("echo one >&2; echo two >&2; exit 3");
        assert_eq!(report.read(), "one\ntwo");
        assert_eq!(child.wait().unwrap().code(), Some(3));
    }

    #[test]
    fn one_that_lets_go_is_waited_for_no_longer() {
        let (mut child, report) = shell("exec 2>/dev/null sleep 1000");
        assert_eq!(report.read(), "");
        assert!(child.try_wait().unwrap().is_none(), "it lives on");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
