//! `(configuration, status, now) -> Plan`, with the reason for everything.

pub mod plan;
