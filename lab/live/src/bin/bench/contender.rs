//! What a cluster manager must be able to do to be measured.

use demo::hosts::{HostError, Lab};
use std::time::Duration;

/// The two hosts.
pub const HOSTS: [&str; 2] = ["sip-a", "sip-b"];

/// A cluster manager in one configuration.
pub trait Contender {
    /// For the table.
    fn name(&self) -> String;

    /// After how long, by its configuration, a silent host is taken for dead.
    fn detection(&self) -> Duration;

    /// What this machine lacks to run it.
    fn missing(&self) -> Option<&'static str>;

    /// Puts its files in place on a fresh host.
    fn furnish(&self, lab: &Lab, host: &str) -> Result<(), HostError>;

    /// Starts its daemons on a host.
    fn start(&self, lab: &Lab, host: &str) -> Result<(), HostError>;

    /// Once, after the first start: gives it the resources, if its files do not.
    fn configure(&self, lab: &Lab) -> Result<(), HostError>;

    /// Moves everything from one host to the other.
    fn move_away(&self, lab: &Lab, from: &str, to: &str) -> Result<(), HostError>;

    /// Takes back what a move leaves behind.
    fn after_move(&self, lab: &Lab, host: &str) -> Result<(), HostError>;

    /// Forgets the failures of the proxy.
    fn clean_up(&self, lab: &Lab, host: &str) -> Result<(), HostError>;

    /// Waits until nothing is under way.
    fn settle(&self, lab: &Lab, host: &str) -> Result<(), HostError>;

    /// An extended regular expression for the command lines of its daemons.
    fn daemons(&self) -> &'static str;
}
