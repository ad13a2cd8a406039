//! What actions do, as words that cost nothing to compare, and the keys that people know actions by.

use std::fmt;

/// What an action does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// Stop an instance, or begin to stop a collective.
    Stop,
    /// A collective is stopped.
    Stopped,
    /// Start an instance, or begin to start a collective.
    Start,
    /// A collective is started.
    Running,
    /// Demote.
    Demote,
    /// A collective is demoted.
    Demoted,
    /// Promote.
    Promote,
    /// A collective is promoted.
    Promoted,
    /// Check.
    Monitor,
    /// Tell an instance about another one.
    Notify,
    /// All were told.
    Notified,
    /// Send a live resource away.
    MigrateTo,
    /// Receive it.
    MigrateFrom,
    /// Use changed parameters without a restart.
    Reload,
    /// Stop a recurring operation.
    Cancel,
    /// Forget what a node knows of a resource that is gone, or that another agent runs now.
    Delete,
    /// Forget where a resource was kept for a node.
    Forget,
    /// Forget its failures.
    ClearFailcount,
    /// Fence or unfence a node.
    Fence,
    /// Let a node's cluster software stop.
    Shutdown,
    /// Nothing to run; the key says what it stands for.
    Milestone,
    /// Any other configured operation, by its place in the list of their names.
    Other(u16),
}

/// What is done, and what has been done then.
const COMPLETIONS: [(Task, Task); 5] = [
    (Task::Stop, Task::Stopped),
    (Task::Start, Task::Running),
    (Task::Demote, Task::Demoted),
    (Task::Promote, Task::Promoted),
    (Task::Notify, Task::Notified),
];

const OPPOSITES: [(Task, Task); 4] = [
    (Task::Start, Task::Stop),
    (Task::Promote, Task::Demote),
    (Task::Promoted, Task::Demoted),
    (Task::Running, Task::Stopped),
];

impl Task {
    /// The word in operations and keys; of a configured operation outside the list above, a placeholder.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Stopped => "stopped",
            Self::Start => "start",
            Self::Running => "running",
            Self::Demote => "demote",
            Self::Demoted => "demoted",
            Self::Promote => "promote",
            Self::Promoted => "promoted",
            Self::Monitor => "monitor",
            Self::Notify => "notify",
            Self::Notified => "notified",
            Self::MigrateTo => "migrate_to",
            Self::MigrateFrom => "migrate_from",
            Self::Reload => "reload-agent",
            Self::Cancel => "cancel",
            Self::Delete => "delete",
            Self::Forget => "lrm_delete",
            Self::ClearFailcount => "clear_failcount",
            Self::Fence => "stonith",
            Self::Shutdown => "do_shutdown",
            Self::Milestone | Self::Other(_) => "other",
        }
    }

    const ALL: [Self; 20] = [
        Self::Stop,
        Self::Stopped,
        Self::Start,
        Self::Running,
        Self::Demote,
        Self::Demoted,
        Self::Promote,
        Self::Promoted,
        Self::Monitor,
        Self::Notify,
        Self::Notified,
        Self::MigrateTo,
        Self::MigrateFrom,
        Self::Reload,
        Self::Cancel,
        Self::Delete,
        Self::Forget,
        Self::ClearFailcount,
        Self::Fence,
        Self::Shutdown,
    ];

    /// One of the words above; `None` for another.
    pub fn known(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|task| task.as_str() == word)
    }

    /// What a collective has done when this has happened to its instances.
    pub fn completed(self) -> Option<Self> {
        COMPLETIONS.iter().find(|(task, done)| self == *task || self == *done).map(|(_, done)| *done)
    }

    /// What happens to a primitive when this is said of what it is part of.
    #[must_use]
    pub fn of_primitive(self) -> Self {
        let completion = COMPLETIONS.iter().find(|(task, done)| self == *done && *task != Self::Notify);
        completion.map_or(self, |(task, _)| *task)
    }

    /// The opposite, for orderings that hold in both directions.
    pub fn inverse(self) -> Option<Self> {
        let pair = OPPOSITES.iter().find(|(up, down)| self == *up || self == *down);
        pair.map(|(up, down)| if self == *up { *down } else { *up })
    }

    /// Whether it brings something up.
    pub fn is_up(self) -> bool {
        matches!(self, Self::Start | Self::Running | Self::Promote | Self::Promoted)
    }

    /// Whether it takes something down.
    pub fn is_down(self) -> bool {
        matches!(self, Self::Stop | Self::Stopped | Self::Demote | Self::Demoted)
    }
}

/// Which of the four notifications around an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Before.
    Pre,
    /// All were told before.
    ConfirmedPre,
    /// After.
    Post,
    /// All were told after.
    ConfirmedPost,
}

impl Stage {
    /// The word in keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pre => "pre",
            Self::ConfirmedPre => "confirmed-pre",
            Self::Post => "post",
            Self::ConfirmedPost => "confirmed-post",
        }
    }
}

/// The identity of a resource's action, apart from the resource and the node: `monitor_10000`, `pre_notify_start_0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// What; for a notification, what it is about.
    pub task: Task,
    /// In ms; zero for once.
    pub interval: u64,
    /// Set for a notification.
    pub notify: Option<Stage>,
}

impl Key {
    /// A single run of a task.
    pub fn once(task: Task) -> Self {
        Self { task, interval: 0, notify: None }
    }

    /// A recurring task.
    pub fn every(task: Task, interval: u64) -> Self {
        Self { task, interval, notify: None }
    }

    /// A notification about a task.
    pub fn notify(stage: Stage, task: Task) -> Self {
        Self { task, interval: 0, notify: Some(stage) }
    }

    /// The key with the resource's id in front.
    pub fn text(self, resource: &str, word: &str) -> String {
        match self.notify {
            None => format!("{resource}_{word}_{}", self.interval),
            Some(stage) => format!("{resource}_{}_notify_{word}_0", stage.as_str()),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text("", self.task.as_str()))
    }
}
