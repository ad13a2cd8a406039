//! One cluster node: join, CIB replica, transitions, attributes, history.

pub mod contract;
