//! `systole node`, also known as `heartbeat`: starts, stops, asks and supervises the cluster software of this host.

mod child;
mod directives;
mod earlier_hands;
mod options;
mod pid_file;
mod report;
mod supervisor;

use clusterd::brain;
use execd::Settings;
use options::{Action, Foreground, Options};
use pid_file::{PidFile, State};
use report::Report;
use rustix::io::Errno;
use rustix::process::{Signal, kill_process};
use std::io::ErrorKind;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// "Program is not running" of the init scripts' standard.
const EXIT_NOT_RUNNING: u8 = 3;
/// "Invalid argument" of the same.
const EXIT_USAGE: u8 = 2;
/// "Not configured" of the same.
const EXIT_NOT_CONFIGURED: u8 = brain::EXIT_NOT_CONFIGURED;
/// Anything else that went wrong.
const EXIT_FAILED: u8 = 1;

/// How long one that complained may take to end; after that it goes on, and tries again.
const END_AFTER_COMPLAINT: Duration = Duration::from_secs(2);

/// How often it is looked whether the daemon has come, or gone.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// As `heartbeat`: a start goes to the background.
pub fn heartbeat(arguments: &[String]) -> u8 {
    with_options(arguments, Foreground::No)
}

/// As `systole node`: a start stays in the foreground.
pub fn main(arguments: &[String]) -> u8 {
    with_options(arguments, Foreground::Yes)
}

/// The brain, as the supervisor starts it.
pub fn brain(arguments: &[String]) -> u8 {
    match Options::parse(arguments, Foreground::Yes) {
        Ok(options) => {
            // Without its supervisor nobody would start it again; a new supervisor brings a new brain.
            let _ = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
            brain::run(&options.brain)
        }
        Err(e) => misused(&e),
    }
}

/// The hands, as the supervisor starts them.
pub fn hands(arguments: &[String]) -> u8 {
    match Options::parse(arguments, Foreground::Yes) {
        Ok(options) => {
            clusterd::sys::keep_memory_small();
            let layout = &options.brain.layout;
            let mut hands = execd::Options::at(layout.hands_socket());
            hands.settings = Settings {
                ocf_root: layout.ocf_root.display().to_string(),
                heartbeat_directory: layout.ha_dir.join("resource.d").display().to_string(),
                ..hands.settings
            };
            execd::main(hands)
        }
        Err(e) => misused(&e),
    }
}

fn with_options(arguments: &[String], foreground: Foreground) -> u8 {
    match Options::parse(arguments, foreground) {
        Ok(options) => act(&options),
        Err(e) => misused(&e),
    }
}

fn misused(error: &options::Misuse) -> u8 {
    eprintln!("{error}\n{}", options::USAGE);
    EXIT_USAGE
}

fn act(options: &Options) -> u8 {
    match options.action {
        Action::Start => start(options),
        Action::Stop => stop(options),
        Action::Status => status(options),
        Action::Reload => reload(options),
        Action::Directives => directives::print(),
        Action::Version => {
            println!("{}", env!("CARGO_PKG_VERSION"));
            0
        }
        Action::Help => {
            println!("{}", options::USAGE);
            0
        }
    }
}

/// Judges the configuration here, where somebody reads what is wrong with it, and then supervises, or lets a child of its own do so.
fn start(options: &Options) -> u8 {
    let path = options.brain.layout.pid_file();
    if let State::Running(pid) = PidFile::state(&path) {
        println!("info: already running [pid {pid}].");
        return 0;
    }
    if let Err(e) = brain::check(&options.brain.layout) {
        eprintln!("{}", said(&e.to_string()));
        eprintln!("ERROR: heartbeat not started: configuration error.");
        return e.exit_code();
    }
    match options.foreground {
        Foreground::Yes => supervise(options),
        Foreground::No => to_background(options),
    }
}

/// Each line begins with the word that scripts look for.
fn said(error: &str) -> String {
    let line = |line: &str| if line.starts_with("ERROR: ") { line.to_owned() } else { format!("ERROR: {line}") };
    error.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn supervise(options: &Options) -> u8 {
    let path = options.brain.layout.pid_file();
    match PidFile::take(&path) {
        Ok(file) => supervisor::run(options, file),
        Err(e) => {
            let place = "; run as root, or name another place with --run-dir";
            let hint = if e.kind() == ErrorKind::ResourceBusy { "" } else { place };
            eprintln!("ERROR: {}: {e}{hint}", path.display());
            EXIT_FAILED
        }
    }
}

/// The child is a session of its own. Until it works it complains to us, later to the log only, as nobody watches it.
fn to_background(options: &Options) -> u8 {
    let mut command = child::of_this_binary("node", &options.arguments());
    command.arg("--detached").stdin(Stdio::null()).stdout(Stdio::null());
    match Report::of(command) {
        Ok((child, report)) => wait_until_it_runs(options, child, report),
        Err(e) => {
            eprintln!("ERROR: cannot start in the background: {e}");
            EXIT_FAILED
        }
    }
}

/// Until the brain works, or the child has ended: then its exit code is ours.
fn wait_until_it_runs(options: &Options, mut child: Child, report: Report) -> u8 {
    let path = options.brain.layout.pid_file();
    let complaint = report.read();
    let until = Instant::now() + if complaint.is_empty() { Duration::ZERO } else { END_AFTER_COMPLAINT };
    if !complaint.is_empty() {
        eprintln!("{}", said(&complaint));
    }
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            eprintln!("ERROR: heartbeat not started ({status}).");
            return status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(EXIT_FAILED);
        }
        if Instant::now() >= until && PidFile::state(&path) != State::Stopped {
            if !complaint.is_empty() {
                eprintln!("ERROR: heartbeat runs, and tries again and again until this is mended.");
            }
            return 0;
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

fn stop(options: &Options) -> u8 {
    let path = options.brain.layout.pid_file();
    let State::Running(pid) = PidFile::state(&path) else {
        println!("info: heartbeat is stopped already.");
        return 0;
    };
    if let Err(code) = signal(pid, Signal::TERM) {
        return code;
    }
    while PidFile::state(&path) == State::Running(pid) {
        std::thread::sleep(LOOK_EVERY);
    }
    0
}

fn status(options: &Options) -> u8 {
    let layout = &options.brain.layout;
    match PidFile::state(&layout.pid_file()) {
        State::Running(pid) => {
            let name = clusterd::config::load(layout)
                .map_or_else(|_| host_name(), |configuration| configuration.name.to_string());
            println!("heartbeat OK [pid {pid} et al] is running on {} [{name}]...", host_name());
            0
        }
        State::Stopped => {
            println!("heartbeat is stopped. No process");
            EXIT_NOT_RUNNING
        }
    }
}

/// A configuration with a mistake is refused here, before the running cluster hears of it.
fn reload(options: &Options) -> u8 {
    let layout = &options.brain.layout;
    let State::Running(pid) = PidFile::state(&layout.pid_file()) else {
        eprintln!("ERROR: heartbeat is not running");
        return EXIT_NOT_RUNNING;
    };
    if let Err(e) = brain::check(layout) {
        eprintln!("{}", said(&e.to_string()));
        eprintln!("ERROR: not reloaded; heartbeat goes on as before");
        return EXIT_NOT_CONFIGURED;
    }
    signal(pid, Signal::HUP).err().unwrap_or(0)
}

/// One that has ended by now needs no signal any more.
fn signal(pid: rustix::process::Pid, signal: Signal) -> Result<(), u8> {
    match kill_process(pid, signal) {
        Ok(()) | Err(Errno::SRCH) => Ok(()),
        Err(e) => {
            eprintln!("ERROR: cannot signal process {pid}: {e}");
            Err(EXIT_FAILED)
        }
    }
}

fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
