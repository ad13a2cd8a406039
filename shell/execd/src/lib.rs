//! The hands: spawns agents for the brain and outlives it.
//!
//! [`main`] is the process: it moves bytes and signals, and asks `executor::Executor` for every decision. [`client`] is the
//! brain's end of the socket. Deliberately absent: threads, an async runtime, and any knowledge of clusters.

mod agents;
pub mod client;
mod door;
mod hands;
mod link;
mod pace;
mod pipe;
mod shield;
mod sys;
mod wire;

use std::fmt::Display;
use std::io::Write;
use std::path::PathBuf;

pub use executor::Settings;

/// The hands were told to stop, and nothing is under way any more.
pub const EXIT_STOPPED: u8 = 0;
/// They cannot work here; a line on standard error says why.
pub const EXIT_FAILED: u8 = 1;
/// Others hold the socket already; nothing was touched.
pub const EXIT_ALREADY_RUNNING: u8 = 2;

/// Where the hands listen, and what they know of this host.
#[derive(Clone, Debug)]
pub struct Options {
    /// The socket at which the brain attaches; beside it lies a lock, `SOCKET.lock`.
    pub socket: PathBuf,
    /// Places of agents, environment, bound on processes.
    pub settings: Settings,
}

impl Options {
    /// The usual places, and two agents a core.
    pub fn at(socket: impl Into<PathBuf>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { socket: socket.into(), settings: Settings::for_cores(cores) }
    }
}

/// Runs the hands until they are told to stop (by the brain, SIGTERM or SIGINT); an exit code.
///
/// For a process of its own with one thread: signal handlers, umask, working directory and all children are taken over.
pub fn main(options: Options) -> u8 {
    let door = match door::Door::open(&options.socket) {
        Ok(door) => door,
        Err(error) => {
            say(&format_args!("error: {}", error.with_sources()));
            return if error.is_taken() { EXIT_ALREADY_RUNNING } else { EXIT_FAILED };
        }
    };
    match hands::Hands::new(options.settings, door).and_then(hands::Hands::work) {
        Ok(()) => EXIT_STOPPED,
        Err(error) => {
            say(&format_args!("error: the hands cannot go on: {error}"));
            EXIT_FAILED
        }
    }
}

/// A line on standard error; that nobody reads it is no reason to stop.
fn say(line: &dyn Display) {
    let _ = writeln!(std::io::stderr(), "execd: {line}");
}
