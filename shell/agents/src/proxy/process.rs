//! The processes of a proxy: who they are by `/proc`, held by descriptors that no reused number can mislead.

use super::base_name;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A process that was alive when it was opened. What is asked of `/proc` is asked after that, so it is about this one
/// process or nobody.
#[derive(Debug)]
pub struct Process {
    id: i32,
    descriptor: OwnedFd,
}

impl Process {
    /// The live process whose number a file holds.
    pub fn from_file(path: &Path) -> Option<Self> {
        let id = fs::read_to_string(path).ok()?.split_whitespace().next()?.parse().ok()?;
        Self::open(id)
    }

    fn open(id: i32) -> Option<Self> {
        let pid = Pid::from_raw(Some(id).filter(|&id| id > 1)?)?;
        let descriptor = pidfd_open(pid, PidfdFlags::empty()).ok()?;
        let process = Self { id, descriptor };
        (!process.has_ended()).then_some(process)
    }

    /// Its number.
    pub fn id(&self) -> i32 {
        self.id
    }

    /// Whether its executable is that file, also after the file was replaced by an upgrade; for a script, whether
    /// the script is.
    pub fn runs(&self, binary: &Path) -> bool {
        let Ok(found) = fs::read_link(self.proc("exe")) else { return false };
        let wanted = binary.canonicalize().unwrap_or_else(|_| binary.to_owned());
        let found = found.to_string_lossy().trim_end_matches(" (deleted)").to_owned();
        Path::new(&found) == wanted || self.arguments().iter().take(2).any(|word| word == binary)
    }

    /// Whether it does not say that it serves another pid file: two instances of one proxy run on some hosts.
    pub fn serves(&self, pidfile: &Path) -> bool {
        self.named_pidfile().is_none_or(|named| same_file(&named, pidfile))
    }

    /// All processes of one instance, found without its leader: they run the program and say that they serve that pid
    /// file. When a proxy's main process is killed, its children live on, hold the port, and even answer.
    pub fn of_instance(binary: &Path, pidfile: &Path) -> Vec<Self> {
        let said = |process: &Self| process.named_pidfile().is_some_and(|named| same_file(&named, pidfile));
        let all = numbered_processes().filter_map(Self::open);
        all.filter(|process| process.runs(binary) && said(process)).collect()
    }

    fn named_pidfile(&self) -> Option<PathBuf> {
        let arguments = self.arguments();
        let flag = arguments.iter().position(|word| word == Path::new("-P"))?;
        arguments.get(flag + 1).cloned()
    }

    /// It, its descendants, and the members of its process group that run the same executable.
    pub fn family(self: &Process) -> Vec<Self> {
        let everybody: Vec<Status> = numbered_processes().filter_map(Status::read).collect();
        let group = everybody.iter().find(|status| status.id == self.id).map(|status| status.group);
        let executable = fs::read_link(self.proc("exe")).ok();
        let of_group = |status: &Status| {
            Some(status.group) == group && fs::read_link(format!("/proc/{}/exe", status.id)).ok() == executable
        };
        let mut members = vec![self.id];
        members.extend(everybody.iter().filter(|status| status.id != self.id && of_group(status)).map(|s| s.id));
        let mut next = 0;
        while let Some(&parent) = members.get(next) {
            let children = everybody.iter().filter(|status| status.parent == parent).map(|status| status.id);
            let new: Vec<_> = children.filter(|child| !members.contains(child)).collect();
            members.extend(new);
            next += 1;
        }
        members.into_iter().filter_map(Self::open).collect()
    }

    /// Sends a signal; a process that ended meanwhile needs none.
    pub fn signal(&self, signal: Signal) {
        let _ = pidfd_send_signal(&self.descriptor, signal);
    }

    /// A zombie has ended, too: it holds nothing any more.
    fn has_ended(&self) -> bool {
        let mut watched = [PollFd::new(&self.descriptor, PollFlags::IN)];
        poll(&mut watched, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
    }

    fn arguments(&self) -> Vec<PathBuf> {
        let line = fs::read(self.proc("cmdline")).unwrap_or_default();
        line.split(|&byte| byte == 0).map(|word| std::ffi::OsStr::from_bytes(word).into()).collect()
    }

    fn proc(&self, file: &str) -> String {
        format!("/proc/{}/{file}", self.id)
    }
}

/// Waits until all have ended; `false` when some have not in time.
pub fn await_end(family: &[Process], patience: Duration) -> bool {
    let deadline = Instant::now() + patience;
    family.iter().all(|member| {
        let mut watched = [PollFd::new(&member.descriptor, PollFlags::IN)];
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).unwrap_or_default();
        poll(&mut watched, Some(&timeout)).is_ok_and(|ready| ready > 0)
    })
}

fn same_file(one: &Path, other: &Path) -> bool {
    base_name(one) == base_name(other)
        && one.canonicalize().ok().is_some_and(|one| other.canonicalize().ok() == Some(one))
}

/// The few fields of `/proc/PID/stat` that say who belongs to whom.
struct Status {
    id: i32,
    parent: i32,
    group: i32,
}

impl Status {
    fn read(id: i32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name in parentheses may hold blanks and parentheses itself.
        let mut fields = text.rsplit_once(") ")?.1.split(' ').skip(1);
        Some(Self { id, parent: fields.next()?.parse().ok()?, group: fields.next()?.parse().ok()? })
    }
}

fn numbered_processes() -> impl Iterator<Item = i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}
