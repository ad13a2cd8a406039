//! Native OCF agents: IPaddr2 and OpenSIPS.

pub mod sip;
