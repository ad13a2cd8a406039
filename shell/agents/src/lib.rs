//! Native OCF agents: IPaddr2 and OpenSIPS.

pub mod dummy;
pub mod frame;
pub mod ipaddr2;
pub mod metadata;
pub mod netlink;
pub mod ocf;
pub mod sip;
pub mod sys;
