//! The brain: sockets, sealing, disk, the policy worker and the local socket around core's machines.
