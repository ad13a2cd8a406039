//! The calls for which there is no safe wrapper: signal dispositions, and looking at a dead child without burying it.
#![allow(unsafe_code)]

use executor::contract::Exit;
use rustix::event::EventfdFlags;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

/// The bell's descriptor for the handlers, or -1.
static BELL: AtomicI32 = AtomicI32::new(-1);
/// Whether SIGTERM or SIGINT came.
static TOLD_TO_STOP: AtomicBool = AtomicBool::new(false);

/// Rings when a child ends or a signal asks us to stop.
pub(crate) struct Bell {
    descriptor: OwnedFd,
}

impl Bell {
    /// Takes over this process's signals. Handlers, not masks or SIG_IGN: those would be inherited by every agent, while
    /// handlers fall back to the default at exec.
    pub(crate) fn hang() -> io::Result<Self> {
        let descriptor = rustix::event::eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        BELL.store(descriptor.as_raw_fd(), Ordering::SeqCst);
        forget_ignored_signals();
        handle(libc::SIGCHLD, ring)?;
        handle(libc::SIGTERM, stop)?;
        handle(libc::SIGINT, stop)?;
        handle(libc::SIGHUP, ring)?;
        unblock_signals()?;
        Ok(Self { descriptor })
    }

    /// Quiet until the next signal.
    pub(crate) fn silence(&self) {
        // It is a counter: one read takes all; when there was nothing it would block, which is as well.
        let _ = rustix::io::read(&self.descriptor, &mut [0; 8]);
    }
}

/// Whether a signal asked us to stop.
pub(crate) fn told_to_stop() -> bool {
    TOLD_TO_STOP.load(Ordering::SeqCst)
}

impl AsFd for Bell {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        BELL.store(-1, Ordering::SeqCst);
    }
}

extern "C" fn ring(_: libc::c_int) {
    let one = 1_u64.to_ne_bytes();
    // SAFETY: write(2) is async-signal-safe, and the buffer lives across the call. A stale or negative descriptor makes
    // it fail. errno is put back, because the interrupted code may be about to read it.
    unsafe {
        let errno = *libc::__errno_location();
        libc::write(BELL.load(Ordering::SeqCst), one.as_ptr().cast(), one.len());
        *libc::__errno_location() = errno;
    }
}

extern "C" fn stop(signal: libc::c_int) {
    TOLD_TO_STOP.store(true, Ordering::SeqCst);
    ring(signal);
}

fn handle(signal: libc::c_int, handler: extern "C" fn(libc::c_int)) -> io::Result<()> {
    // SAFETY: an all-zero sigaction is a valid value (no flags, empty mask); the handler calls only what is
    // async-signal-safe.
    let result = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as *const () as usize;
        action.sa_flags = libc::SA_RESTART;
        libc::sigaction(signal, &raw const action, std::ptr::null_mut())
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// What our parent ignored, our agents shall not: an ignored signal survives exec. SIGPIPE is ours, and reset by std.
fn forget_ignored_signals() {
    for signal in (1..=libc::SIGRTMAX()).filter(|signal| *signal != libc::SIGPIPE) {
        // SAFETY: the structure is only written by the kernel, and SIG_DFL is a disposition any signal may be given;
        // numbers that are none make the calls fail.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            let known = libc::sigaction(signal, std::ptr::null(), &raw mut action) == 0;
            if known && action.sa_sigaction == libc::SIG_IGN {
                libc::signal(signal, libc::SIG_DFL);
            }
        }
    }
}

fn unblock_signals() -> io::Result<()> {
    // SAFETY: sigemptyset initialises the set before it is used.
    let result = unsafe {
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut())
    };
    if result == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(result)) }
}

/// Makes every descriptor that our parent left open close at exec, so that no agent inherits it.
pub(crate) fn keep_descriptors_from_children() {
    // SAFETY: only the close-on-exec flag of descriptors changes; none is closed here. A kernel without the call
    // (before 5.11) refuses it, and then agents inherit what we inherited.
    unsafe { libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC) };
}

/// A dead child that still holds its number: its process group cannot be mistaken for another one until it is buried.
pub(crate) struct Dead {
    pub(crate) pid: i32,
    pub(crate) exit: Exit,
}

/// Any dead child, left unburied.
pub(crate) fn find_dead() -> Option<Dead> {
    // SAFETY: the kernel fills the structure; with WNOHANG and no dead child it leaves the zeroed pid.
    let info = unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
        if libc::waitid(libc::P_ALL, 0, &raw mut info, options) != 0 {
            return None;
        }
        info
    };
    // SAFETY: waitid has filled in a SIGCHLD record, or it is all zero: both fields are valid either way.
    let (pid, status) = unsafe { (info.si_pid(), info.si_status()) };
    let number = u8::try_from(status & 0xff).expect("masked to a byte");
    let exit = if info.si_code == libc::CLD_EXITED { Exit::Code(number) } else { Exit::Signal(number) };
    (pid != 0).then_some(Dead { pid, exit })
}

/// Buries a dead child; its number may be used again.
pub(crate) fn bury(pid: i32) {
    // SAFETY: a null status pointer is allowed, and WNOHANG never waits.
    unsafe { libc::waitpid(pid, std::ptr::null_mut(), libc::WNOHANG) };
}
