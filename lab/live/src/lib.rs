//! Real binaries on hosts made of namespaces, with the verbs of the simulator.
