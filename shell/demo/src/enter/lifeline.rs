//! A pipe from the outer process to the inner one: when the outer one ends, in whichever way, the inner one ends, too.
//!
//! Signals would not do: Ctrl-C does not reach the first process of a process namespace, and nobody can act on SIGKILL.

use super::io;
use rustix::io::{FdFlags, fcntl_setfd};
use std::fs::File;
use std::io::{PipeReader, PipeWriter, Read as _};
use std::os::fd::AsRawFd as _;
use std::process::Command;

/// Tells the inner process the number of its end of the pipe.
const MARK: &str = "SYSTOLE_DEMO_LIFELINE";

/// The exit code of the inner process when the outer one has gone: nobody is left to read it.
const GONE: i32 = 1;

/// The outer process's hold on both ends: the inner one inherits the reading one, nobody else has the writing one.
pub(super) struct Lifeline {
    _reader: PipeReader,
    _writer: PipeWriter,
}

/// Ties `command`, which is to be started while the line is held, to this process.
pub(super) fn tie(command: &mut Command) -> io::Result<Lifeline> {
    let (reader, writer) = io::pipe()?;
    fcntl_setfd(&reader, FdFlags::empty())?;
    command.env(MARK, reader.as_raw_fd().to_string());
    Ok(Lifeline { _reader: reader, _writer: writer })
}

/// Ends this process, and with it its namespaces, as soon as nobody holds the other end.
pub(super) fn hold() -> io::Result<()> {
    let Ok(number) = std::env::var(MARK) else { return Ok(()) };
    let mut line = File::open(format!("/proc/self/fd/{number}"))?;
    std::thread::Builder::new().name("lifeline".into()).spawn(move || {
        while matches!(line.read(&mut [0]), Ok(count) if count > 0) {}
        std::process::exit(GONE);
    })?;
    Ok(())
}
