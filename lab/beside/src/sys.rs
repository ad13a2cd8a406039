//! The one call without a safe wrapper: burying a child and reading what it cost.
#![allow(unsafe_code)]

use std::io;
use std::mem::MaybeUninit;

/// What a child left behind.
pub(crate) struct Remains {
    /// As `wait` encodes it; zero is success.
    pub status: i32,
    /// What it and its own children used.
    pub usage: libc::rusage,
}

/// Waits for a child that nobody else waits for.
pub(crate) fn bury(child: &std::process::Child) -> io::Result<Remains> {
    let pid = libc::pid_t::try_from(child.id()).map_err(io::Error::other)?;
    let mut status = 0;
    let mut usage = MaybeUninit::zeroed();
    loop {
        // SAFETY: both pointers are to live locals of the right types; `rusage` is plain numbers, so zeroes are valid.
        let buried = unsafe { libc::wait4(pid, &raw mut status, 0, usage.as_mut_ptr()) };
        if buried == pid {
            // SAFETY: it was zeroed, and the call has filled it in.
            return Ok(Remains { status, usage: unsafe { usage.assume_init() } });
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}
