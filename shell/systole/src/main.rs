//! One multi-call binary: dispatches on its first argument or on the name it was called by.

fn main() {}
