//! Fuzzing: every decoder that meets strangers, a small corpus of our own for each, and a mutator that knows their words.
//!
//! A case is a number: the same number is the same input on every machine, so a finding is reported as one command. In an
//! instrumented build, cases can also be guided by what they reach; then a finding is a file.

pub mod guided;
pub mod mutate;
pub mod processor;
pub mod run;
pub mod sys;
pub mod targets;

/// A decoder, and what is known to be good input for it.
#[derive(Clone, Copy)]
pub struct Target {
    /// What to type.
    pub name: &'static str,
    /// What it meets.
    pub about: &'static str,
    /// Good input to begin with; never empty, and the same at each call.
    pub corpus: fn() -> Vec<Vec<u8>>,
    /// Must return whatever the bytes are; a panic is a finding.
    pub run: fn(&[u8]),
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
