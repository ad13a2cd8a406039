//! What stands between the hands' machine, whoever drives it, and the brain that gives it work.

use model::{Notice, OcfCode, OperationStatus, ResourceId, WallTime};
use std::collections::BTreeMap;
use std::time::Duration;

/// A call number, unique within one life of the hands and growing; the CIB's `call-id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u64);

/// Which program runs a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Agent {
    /// `ocf`, `lsb`, `systemd`, `heartbeat`, `stonith`, `service`.
    pub class: String,
    /// For `ocf`.
    pub provider: Option<String>,
    /// The agent's own name, e.g. `IPaddr2`.
    pub kind: String,
}

/// One operation as the brain asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// On which resource.
    pub resource: ResourceId,
    /// By which agent.
    pub agent: Agent,
    /// `start`, `stop`, `monitor`, `promote`, ...
    pub action: String,
    /// Zero: once. Else again and again, counted from the end of the last run.
    pub interval: Duration,
    /// After which the agent's process group is killed.
    pub timeout: Duration,
    /// Before the first run.
    pub start_delay: Duration,
    /// Instance parameters and `CRM_meta_*`, without the `OCF_RESKEY_` prefix.
    pub parameters: BTreeMap<String, String>,
    /// Opaque here; comes back with each report (the brain keeps its transition key in it).
    pub tag: String,
}

/// How one run of an operation ended, or that it is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The call, the same for every run of a recurring operation.
    pub call: CallId,
    /// As it was asked for.
    pub operation: Operation,
    /// `Pending` in the list of what is under way; never in a result.
    pub status: OperationStatus,
    /// The agent's code, or the one that stands for `status` (timeout and error: 1).
    pub code: OcfCode,
    /// What the agent said as its reason, or why it could not be run. Empty when there is none.
    pub reason: String,
    /// Last lines of what the agent printed, for the notice; bounded.
    pub output: String,
    /// When this run began.
    pub started: WallTime,
    /// When code last changed (recurring operations).
    pub changed: WallTime,
    /// How long it ran.
    pub run_time: Duration,
    /// How long it waited for its turn.
    pub queue_time: Duration,
}

/// One run of an agent's process, named by the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub u64);

/// What to execute; the driver adds nothing but stdin from /dev/null, pipes, and a process group of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Absolute path.
    pub program: String,
    /// Arguments after the program.
    pub arguments: Vec<String>,
    /// The whole environment.
    pub environment: BTreeMap<String, String>,
}

/// A signal for a run's process group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM.
    Terminate,
    /// SIGKILL.
    Kill,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// With this code.
    Code(u8),
    /// By this signal.
    Signal(u8),
    /// It never began: the program is not there or not executable.
    NotFound(String),
    /// It never began for another reason.
    NotSpawned(String),
}

/// Facts for the hands.
#[derive(Clone, Debug)]
pub enum Input {
    /// The brain wants this run. A recurring operation replaces one of the same resource, action and interval; its
    /// first run is due after `start_delay`, the next ones `interval` after the end of the one before.
    /// An action that changes the resource's state (start, stop, promote, demote, migrate) ends the recurring ones of
    /// that resource without a report: they judged the old state, and the brain asks for new ones.
    Run(Operation),
    /// The brain wants no more runs of this operation: recurring, or (interval zero) one that has not begun. A run under
    /// way goes to its end, unheard. Answered by one report of status `Cancelled` once no run is under way; where
    /// there is no such operation its call is 0 and its agent empty. A single run under way answers for itself.
    Cancel {
        /// On which resource.
        resource: ResourceId,
        /// Usually `monitor`.
        action: String,
        /// Which one.
        interval: Duration,
    },
    /// A brain connected. It hears the reports that nobody heard, then `State`: what is under way and the last report
    /// of each recurring operation.
    Attached,
    /// Names and values for every agent from now on, over those of the settings: `HA_*`, `PCMK_*`.
    Environment(BTreeMap<String, String>),
    /// The brain is gone. Go on; keep reports (bounded, newest per operation) for the next one.
    Detached,
    /// A process ended, after its pipes were read.
    Ended {
        /// Which.
        run: RunId,
        /// How.
        exit: Exit,
        /// What it printed, bounded by the driver.
        stdout: String,
        /// Same.
        stderr: String,
    },
    /// Wall-clock time, before any other input and before each `wake`.
    Clock(WallTime),
    /// Begin nothing more; the driver ends once `Executor::is_idle`.
    Stop,
}

/// Intentions of the hands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "an output lives for one step of a driver's loop")]
pub enum Output {
    /// Start a process in a group of its own; answered by `Ended`. The driver reaps it only after it has drained what
    /// `Ended` led to, so that the group's number is still its own when a `Signal` follows.
    Spawn {
        /// Its name from now on.
        run: RunId,
        /// What to execute.
        command: Command,
    },
    /// Signal the whole process group.
    Signal {
        /// Whose.
        run: RunId,
        /// Which.
        signal: Signal,
    },
    /// To the brain: one run ended (recurring: the first time, and whenever status or code changes).
    Report(Report),
    /// To the brain, in answer to `Attached`: everything under way (status `Pending`) or recurring (its last report
    /// again, for the level and not to be counted twice), and the last single run that ended here, by which a brain
    /// sees whether what it remembers is all that happened.
    State(Vec<Report>),
    /// For the operator.
    Notice(Notice),
}
