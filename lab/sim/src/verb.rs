//! Verbs: everything that can be done to a simulated cluster, by faults, clients and time. A story is a list of them.
//!
//! Each verb is one line of text, so that what a seed suffered can be read, shortened, and kept as a scenario.

mod text;

#[cfg(test)]
mod tests;

use crate::agents::Fault;
use model::ResourceId;
use std::time::Duration;

pub(crate) use text::host;

/// A host, by number: `n0`, `n1`, ...
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostId(pub usize);

/// One thing that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Time passes.
    Run(Duration),
    /// A host's brain is started, with hands where there are none.
    Boot(HostId),
    /// A host loses its power, with all that is not on disk.
    PowerOff(HostId),
    /// A host loses its power in the middle of what it does: after so many more outputs of its brain.
    Crash(HostId, u32),
    /// A brain is killed; hands and services stay.
    KillBrain(HostId),
    /// Hands are replaced; services stay.
    ReplaceHands(HostId),
    /// A brain is stopped for a while.
    Pause(HostId, Duration),
    /// Only the node's loop stands still; the cluster engine goes on.
    Stall(HostId, Duration),
    /// Nothing passes between these hosts and the others.
    Partition(Vec<HostId>),
    /// Nothing passes from the one to the other, but back.
    Cut(HostId, HostId),
    /// Nothing passes between a host and the witness.
    CutWitness(HostId),
    /// Of a thousand packets, so many are lost and so many doubled.
    Loss(u64, u64),
    /// The longest time on the way; packets overtake each other.
    Delay(Duration),
    /// The wire is whole again.
    Heal,
    /// What a host has sent lately arrives again and again for a while.
    Replay(HostId, Duration),
    /// The witness starts anew.
    RestartWitness,
    /// From now on an agent misbehaves.
    Misbehave(HostId, ResourceId, String, Fault),
    /// All agents of a host behave again.
    Mend(HostId),
    /// A service dies.
    Die(ResourceId, HostId),
    /// Writes take long.
    SlowDisk(HostId),
    /// Writes do not end.
    FullDisk(HostId),
    /// The disk is well again.
    MendDisk(HostId),
    /// A host loses its power and gets a new disk.
    LoseDisk(HostId),
    /// A host's wall clock jumps by so many seconds.
    Clock(HostId, i64),
    /// A client of a host asks for something.
    Ask(HostId, Wish),
    /// All faults end, an operator forgives what failed, and the cluster must reach its goal.
    Recover,
}

/// What a client wishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// A permanent attribute that nobody else sets, by number.
    Key(u64),
    /// One more of a transient attribute of a node.
    Count(HostId),
    /// A node on standby, or no more.
    Standby(HostId, bool),
    /// Failures forgotten.
    Cleanup,
    /// All history forgotten.
    Reprobe,
    /// A failure on record that did not happen.
    Fail(ResourceId, HostId),
    /// Another configuration.
    Edit(Edit),
    /// Leaving in order.
    Shutdown,
    /// To hear when nothing is left to do.
    WaitIdle,
}

/// How a client changes the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// A service prefers a host.
    Prefer(ResourceId, HostId, i32),
    /// A service is to run, or not.
    Role(ResourceId, bool),
    /// Nobody touches anything, or all goes on.
    Maintenance(bool),
    /// How much services wish to stay.
    Stickiness(u32),
    /// One more service, by number.
    Create(u64),
    /// One less.
    Delete(u64),
    /// The configuration that every story begins with.
    Restore,
}
