//! What a command on a host said: its code and its words, with sentences for when they are not what they should be.

use crate::{Failure, require};
use std::process::Output;

/// The outcome of one shell line on one host.
#[derive(Clone, Debug)]
pub struct Said {
    line: String,
    /// Its exit code; 128 and more after a signal, as shells have it.
    pub code: i32,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

impl Said {
    /// Of a line that has ended.
    pub fn new(host: &str, line: &str, output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            line: format!("{host}# {line}"),
            code: output.status.code().unwrap_or(255),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// Everything it said.
    pub fn text(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    /// It must have ended with this code.
    ///
    /// # Errors
    /// When it did not.
    pub fn expect_code(&self, code: i32) -> Result<&Self, Failure> {
        require(self.code == code, format!("{self} wanted: code {code}"))?;
        Ok(self)
    }

    /// It must have failed.
    ///
    /// # Errors
    /// When it succeeded, or hung for two minutes.
    pub fn expect_failure(&self) -> Result<&Self, Failure> {
        require(self.code != 0 && self.code != 124, format!("{self} wanted: a failure"))?;
        Ok(self)
    }

    /// It must have said each of these.
    ///
    /// # Errors
    /// With the first that it did not say.
    pub fn expect(&self, words: &[&str]) -> Result<&Self, Failure> {
        let text = self.text();
        match words.iter().find(|word| !text.contains(**word)) {
            None => Ok(self),
            Some(word) => Err(Failure::broken(format!("{self} wanted: '{word}'"))),
        }
    }

    /// It must not have said this.
    ///
    /// # Errors
    /// When it did.
    pub fn refuse(&self, word: &str) -> Result<&Self, Failure> {
        require(!self.text().contains(word), format!("{self} wanted: no '{word}'"))?;
        Ok(self)
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\n{}[code {}]\n", self.line, self.text(), self.code)
    }
}
