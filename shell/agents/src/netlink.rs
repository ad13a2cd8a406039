//! The kernel's interfaces, addresses and routes, by rtnetlink.
//!
//! Only what an address agent needs: list the three, add and delete an address, bring an interface up.

mod socket;
pub mod types;
pub mod wire;

#[cfg(test)]
mod tests;

pub use socket::Netlink;
pub use types::{Address, Link, Route};
