//! Two hosts on one machine: namespaces, a SIP client that measures outages, and the demonstration built on them.

mod act;
pub mod client;
mod enter;
pub mod hosts;
pub mod stage;
pub mod watch;

pub use act::main;
pub use enter::{EnterError, enter, host_init, is_rootless};
