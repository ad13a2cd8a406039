//! The brain's start and end: reads everything, builds the machines, starts the threads, and runs the node loop on the main one.

use crate::authority::Authority;
use crate::clients::{Clients, Token};
use crate::clock::{self, Clock};
use crate::config::{self, Configuration, StartError};
use crate::disk::adopt::{self, AdoptError};
use crate::disk::identity::{self, IdentityError};
use crate::disk::{CibFile, EventFile, Layout};
use crate::journal::{self, Journal};
use crate::media::Media;
use crate::messaging_loop::{MessagingLoop, Order};
use crate::node_loop::{NodeLoop, Parts};
use crate::persistence::{Persistence, Writes};
use crate::planner::Planner;
use crate::progress::{Progress, Watcher};
use crate::queue::{Inbox, Sender, queue};
use crate::seal::Sealer;
use crate::sys;
use crate::watchdog::Watchdog;
use crate::witness_link::WitnessLink;
use messaging::config::GenerationMethod;
use messaging::contract::{Incarnation, LinkId, Output, StallAnswer};
use messaging::{Engine, Setup};
use model::{Notice, Severity};
use node::Node;
use node::contract::Ticket;
use policy::plan::Plan;
use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use thiserror::Error;

/// The brain has left the cluster in order: its supervisor ends, too.
pub const EXIT_LEFT: u8 = 0;
/// The configuration cannot be used ("not configured" of the init scripts' standard).
pub const EXIT_NOT_CONFIGURED: u8 = 6;
/// Something else keeps the brain from starting; another try may succeed.
pub const EXIT_NOT_STARTED: u8 = 1;
/// The brain asks to be started anew, with other settings; resources stay as they are.
pub const EXIT_RESTART: u8 = 75;
/// The brain could not think any more.
pub const EXIT_STALLED: u8 = 70;

/// Events that may wait for the node loop: some seconds of a busy cluster.
const EVENTS_MAX: usize = 8192;

/// Orders that may wait for the messaging loop.
const ORDERS_MAX: usize = 1024;

/// What reaches the node loop from the other threads.
#[derive(Debug)]
pub enum Event {
    /// From the cluster engine.
    Engine(Output),
    /// From the cluster engine, for a client.
    Report(Token, Box<EngineReport>),
    /// From the cluster engine, for a client that has announced a stall.
    Stall(Token, StallAnswer),
    /// From the policy worker.
    Planned {
        /// As it was asked.
        number: u64,
        /// The plan, or why there is none.
        plan: Result<Box<Plan>, String>,
    },
    /// From the persistence thread: on disk, with everything up to it.
    Persisted(Ticket),
    /// From the persistence thread: refused for now.
    NotPersisted(Ticket, String),
    /// For the operator.
    Notice(Notice),
}

/// What the messaging loop says of itself.
#[derive(Clone, Debug)]
pub struct EngineReport {
    /// The engine's own word.
    pub status: messaging::Status,
    /// Media that we cannot send on now.
    pub troubled: BTreeSet<LinkId>,
}

/// How to run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where things are.
    pub layout: Layout,
    /// Write the log to stderr, too.
    pub to_stderr: bool,
    /// Write notices of every severity down, whatever ha.cf says (`heartbeat -d`).
    pub debug: bool,
    /// No real-time priority and no locked memory, whatever ha.cf says (`heartbeat -l`).
    pub without_realtime: bool,
    /// Whether an earlier brain has run.
    pub turn: Turn,
}

/// Which brain it is since its host booted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Turn {
    /// The first.
    #[default]
    First,
    /// A later one: the hands may hold services of an earlier one, so that the others are waited for no longer than
    /// `deadtime`. They wait no longer either, and then start those services elsewhere.
    Again,
}

/// Why the brain does not run. Nothing has been sent.
#[derive(Debug, Error)]
pub enum BrainError {
    /// `ha.cf`, `authkeys`, the node's name or a directory.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The CIB.
    #[error(transparent)]
    Adopt(#[from] AdoptError),
    /// The generation.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The clients' socket.
    #[error("cannot listen on {path}: {source}")]
    Listen {
        /// Where.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The system gives no thread, no descriptor or no randomness.
    #[error("this host does not let the cluster software run: {0}")]
    System(#[from] io::Error),
}

impl BrainError {
    /// The exit code: `EXIT_NOT_CONFIGURED` when only a person can mend it, else `EXIT_NOT_STARTED`.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Start(_) | Self::Adopt(_) => EXIT_NOT_CONFIGURED,
            Self::Identity(_) | Self::Listen { .. } | Self::System(_) => EXIT_NOT_STARTED,
        }
    }
}

/// Runs the brain until it has left, must be started anew, or cannot start; answers the process's exit code.
pub fn run(options: &Options) -> u8 {
    sys::keep_memory_small();
    match build(options) {
        Ok(node_loop) => node_loop.run(),
        Err(e) => {
            eprintln!("heartbeat: {e}");
            journal::say_at_once(&Notice::new("brain-not-started", Severity::Critical, e.to_string()));
            e.exit_code()
        }
    }
}

/// Nothing can fail any more: whoever started us in the background learns by it that all is well, and may be gone later.
fn let_go_of_stderr() {
    // Where there is no /dev/null there is nobody who reads, either.
    let _ = File::options().write(true).open("/dev/null").map(rustix::stdio::dup2_stderr);
}

/// Checks everything that a start reads, and changes nothing.
///
/// # Errors
/// As the start itself would.
pub fn check(layout: &Layout) -> Result<Configuration, BrainError> {
    let configuration = config::load(layout)?;
    adopt::check(&layout.cib())?;
    Ok(configuration)
}

fn build(options: &Options) -> Result<NodeLoop, BrainError> {
    let layout = &options.layout;
    let configuration = config::load(layout)?;
    layout.create().map_err(StartError::from)?;
    end_with_every_panic();
    let signals = sys::signal_descriptor(&[libc::SIGTERM, libc::SIGINT, libc::SIGHUP])?;
    let (file, past) = EventFile::open(&layout.events());
    let journal = start_journal(options, &configuration, file)?;
    let mut cib_file = CibFile::new(&layout.cib());
    let adopted = adopt::adopt(&mut cib_file)?;
    let incarnation = incarnation(layout, &configuration)?;
    let seed = seed()?;

    let clock = Clock::start();
    let (events, inbox) = queue(EVENTS_MAX)?;
    let (orders, waiting) = queue(ORDERS_MAX)?;
    let progress = Progress::default();
    let (name, exclusive_quorum) = (configuration.name.clone(), configuration.ha.quorum.is_exclusive());
    let node = Node::new(node::Setup { name, cib: adopted.cib, seed, exclusive_quorum });
    let mut notices = adopted.notices;
    notices.extend(configuration.warnings.iter().map(|text| Notice::new("configuration", Severity::Warning, text)));
    let socket = layout.socket();
    let clients = Clients::listen(&socket, Authority::of_host())
        .map_err(|source| BrainError::Listen { path: socket.display().to_string(), source })?;
    let persistence = Persistence::start(cib_file, writes(&configuration), events.clone())?;
    let planner = Planner::start(events.clone())?;
    let mut setup = Setup::from_config(&configuration.ha, configuration.name.clone(), incarnation, seed);
    if options.turn == Turn::Again {
        setup.timing.initdead = setup.timing.deadtime;
    }
    let engine = Engine::new(setup, clock.now());
    let base = Base { options, configuration: &configuration, clock, progress: &progress };
    start_messaging(&base, engine, waiting, events, &mut notices)?;
    if !options.to_stderr {
        let_go_of_stderr();
    }
    let parts = Parts {
        layout: layout.clone(),
        configuration,
        clock,
        progress,
        journal,
        past,
        persistence,
        planner,
        clients,
        signals,
    };
    Ok(NodeLoop::new(parts, node, inbox, orders, notices))
}

fn start_journal(options: &Options, configuration: &Configuration, file: EventFile) -> io::Result<Journal> {
    let mut logging = configuration.ha.logging.clone();
    logging.debug_level = logging.debug_level.max(options.debug.into());
    Journal::start(&configuration.name, &logging, options.to_stderr, file)
}

struct Base<'a> {
    options: &'a Options,
    configuration: &'a Configuration,
    clock: Clock,
    progress: &'a Progress,
}

fn start_messaging(
    base: &Base<'_>,
    engine: Engine,
    orders: Inbox<Order>,
    events: Sender<Event>,
    notices: &mut Vec<Notice>,
) -> io::Result<()> {
    let configuration = base.configuration;
    let realtime =
        if base.options.without_realtime { messaging::config::Realtime::Off } else { configuration.ha.realtime };
    let messaging = MessagingLoop {
        engine,
        clock: base.clock,
        media: Media::open(configuration.media.clone()),
        witness: configuration.ha.witness.map(WitnessLink::open),
        sealer: Sealer::new(config::keyring(&configuration.ha, &configuration.keys)).map_err(io::Error::other)?,
        orders,
        events,
        watcher: Watcher::new(base.progress.clone(), base.clock.now()),
        watchdog: watchdog(configuration, notices),
        realtime,
    };
    messaging.start()
}

/// The watchdog that ha.cf names. One that cannot be had is said; the node runs without it.
fn watchdog(configuration: &Configuration, notices: &mut Vec<Notice>) -> Option<Watchdog> {
    let device = configuration.ha.watchdog.as_deref()?;
    match Watchdog::arm(device, configuration.ha.timing.deadtime) {
        Ok(watchdog) => Some(watchdog),
        Err(e) => {
            let text = format!(
                "watchdog {device}: {e}; this host will not reset itself when it hangs: load the driver (or softdog)"
            );
            notices.push(Notice::new("no-watchdog", Severity::Error, text));
            None
        }
    }
}

fn incarnation(layout: &Layout, configuration: &Configuration) -> Result<Incarnation, IdentityError> {
    let seconds = clock::wall().seconds();
    match configuration.ha.generation {
        GenerationMethod::File => identity::next_incarnation(&layout.state_dir, seconds),
        GenerationMethod::Time => Ok(Incarnation(u64::try_from(seconds).unwrap_or(0))),
    }
}

fn writes(configuration: &Configuration) -> Writes {
    let wish = configuration.ha.parameters.get("enable_config_writes").and_then(|value| cib::value::boolean(value));
    if wish == Some(false) { Writes::Disabled } else { Writes::Enabled }
}

fn seed() -> io::Result<u64> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(u64::from_ne_bytes(bytes))
}

/// A thread that panics takes the brain with it: half a brain is worse than none. Only policy may fail alone; its worker catches it.
fn end_with_every_panic() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        default(panic);
        if std::thread::current().name() != Some("policy") {
            std::process::exit(EXIT_STALLED.into());
        }
    }));
}
