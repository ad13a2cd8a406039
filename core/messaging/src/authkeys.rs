//! `authkeys`: which keys a cluster has and which one seals what we send. Deriving keys and sealing is the driver's.

mod read;
#[cfg(test)]
mod tests;

use crate::problem::{Complaints, Problem, Rejected};
use std::collections::BTreeMap;
use std::fmt;

/// How a key was declared. The native seal is an AEAD in every case; the method only says how the file names the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A checksum without a key: no authentication at all.
    Crc,
    /// HMAC-MD5.
    Md5,
    /// HMAC-SHA1.
    Sha1,
    /// HMAC-SHA-256.
    Sha256,
    /// HMAC-SHA-512.
    Sha512,
}

/// Every spelling of a method.
const METHODS: &[(&str, Method)] = &[
    ("crc", Method::Crc),
    ("md5", Method::Md5),
    ("hmac-md5", Method::Md5),
    ("sha1", Method::Sha1),
    ("hmac-sha1", Method::Sha1),
    ("sha256", Method::Sha256),
    ("hmac-sha256", Method::Sha256),
    ("sha512", Method::Sha512),
    ("hmac-sha512", Method::Sha512),
];

impl Method {
    /// The word of the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Crc => "crc",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        METHODS.iter().find(|(name, _)| *name == word).map(|(_, method)| *method)
    }
}

/// One numbered key. Its secret is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    /// Its number in the file.
    pub number: u8,
    /// How it was declared.
    pub method: Method,
    /// The characters of the file; empty for `crc`.
    pub secret: String,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key {{ number: {}, method: {:?}, secret: .. }}", self.number, self.method)
    }
}

/// A loaded `authkeys`: received packets may be sealed with any of the keys, ours are sealed with the active one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthKeys {
    active: u8,
    keys: BTreeMap<u8, Key>,
    /// What works but should be changed.
    pub warnings: Vec<Problem>,
}

/// Who may read the file, as the driver found it on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileMode {
    /// Permission bits (`0o600`).
    pub mode: u32,
    /// Numeric owner.
    pub owner: u32,
    /// The user we run as: allowed as the owner beside root, so that unprivileged test clusters work.
    pub own_user: u32,
}

impl AuthKeys {
    /// Reads the file's text after checking who else could have read it.
    ///
    /// # Errors
    /// All that is wrong, with its line. Nothing of a secret is repeated.
    pub fn parse(file: &str, text: &str, mode: FileMode) -> Result<Self, Rejected> {
        let mut complaints = Complaints::about(file);
        check_mode(mode, file, &mut complaints);
        let (active, keys) = read::read(text, &mut complaints);
        let warnings = complaints.verdict()?;
        let active = active.expect("a missing auth line is an error above");
        Ok(Self { active, keys, warnings })
    }

    /// The key that seals what we send.
    pub fn active(&self) -> &Key {
        self.keys.get(&self.active).expect("parse refuses an active number without a key")
    }

    /// The key of this number, to open what a peer sent.
    pub fn key(&self, number: u8) -> Option<&Key> {
        self.keys.get(&number)
    }

    /// All keys, by number.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.keys.values()
    }
}

fn check_mode(mode: FileMode, file: &str, complaints: &mut Complaints) {
    let bits = mode.mode & 0o777;
    if bits & 0o077 != 0 {
        complaints.error(
            None,
            format!("Bad permissions on keyfile [{file}], 600 recommended: it has mode {bits:04o}, so others can read or change the cluster's key"),
            format!("run: chmod 600 {file}"),
        );
    }
    if mode.owner != 0 && mode.owner != mode.own_user {
        complaints.error(
            None,
            format!("the keyfile belongs to user {}, who could change the cluster's key", mode.owner),
            format!("run: chown root:root {file}"),
        );
    }
}
