//! The keys of all clusters that a witness serves, in one file: `cluster NAME`, and below it the lines of its authkeys.

use crate::config::keyring_of;
use crate::seal::Sealer;
use messaging::authkeys::{AuthKeys, FileMode};
use messaging::config::Rejected;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use thiserror::Error;

/// Longest file that is read.
const LENGTH_MAX: u64 = 1 << 20;
/// Each packet is tried with the keys of each cluster, so there is a limit.
const CLUSTERS_MAX: usize = 256;

/// Keys that cannot be used; those that were in use before stay.
#[derive(Debug, Error)]
pub enum KeysError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {source}; write one: `cluster NAME`, `auth 1`, `1 sha256 SECRET`, mode 0600", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A cluster's part of it has mistakes.
    #[error("{0}")]
    Rejected(#[from] Rejected),
    /// The file as a whole.
    #[error("{}{}: {what}; {hint}", path.display(), line.map_or_else(String::new, |line| format!(":{line}")))]
    Wrong {
        /// Which.
        path: PathBuf,
        /// Where, from 1.
        line: Option<usize>,
        /// What is wrong.
        what: String,
        /// What to do.
        hint: &'static str,
    },
    /// No randomness for nonces.
    #[error("the system gives no randomness: {0}")]
    Randomness(getrandom::Error),
}

/// A cluster with its seal.
#[derive(Debug)]
pub struct Served {
    /// As `cluster` in its ha.cf has it.
    pub cluster: String,
    /// Its keys.
    pub sealer: Sealer,
}

/// The file, as it was when it was read.
#[derive(Debug)]
pub struct Keys {
    path: PathBuf,
    changed: Option<SystemTime>,
    /// All clusters, in the order of the file.
    pub served: Vec<Served>,
}

impl Keys {
    /// Reads the file.
    ///
    /// # Errors
    /// See [`KeysError`].
    pub fn read(path: &Path) -> Result<Self, KeysError> {
        let (text, data) = read(path).map_err(|source| KeysError::Read { path: path.to_path_buf(), source })?;
        let own_user = rustix::process::geteuid().as_raw();
        let mode = FileMode { mode: data.mode() & 0o7777, owner: data.uid(), own_user };
        Ok(Self { path: path.to_path_buf(), changed: data.modified().ok(), served: parse(path, &text, mode)? })
    }

    /// Whether the file is another one by now.
    pub fn have_changed(&self) -> bool {
        fs::metadata(&self.path).and_then(|data| data.modified()).ok() != self.changed
    }

    /// Reads the file again; after an error the former keys stay, and it is not tried again before the file changes.
    ///
    /// # Errors
    /// See [`KeysError`].
    pub fn read_again(&mut self) -> Result<(), KeysError> {
        self.changed = fs::metadata(&self.path).and_then(|data| data.modified()).ok();
        *self = Self::read(&self.path)?;
        Ok(())
    }
}

fn read(path: &Path) -> io::Result<(String, fs::Metadata)> {
    let file = File::open(path)?;
    let data = file.metadata()?;
    let mut bytes = Vec::new();
    file.take(LENGTH_MAX).read_to_end(&mut bytes)?;
    Ok((String::from_utf8_lossy(&bytes).into_owned(), data))
}

fn parse(path: &Path, text: &str, mode: FileMode) -> Result<Vec<Served>, KeysError> {
    let wrong = |line, what: String, hint| KeysError::Wrong { path: path.to_path_buf(), line: Some(line), what, hint };
    let mut sections: Vec<(String, String)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split('#').next().unwrap_or_default().split_whitespace().collect();
        if let ["cluster", name] = words.as_slice() {
            if sections.iter().any(|(known, _)| known == name) {
                let hint = "put all its keys below one line";
                return Err(wrong(index + 1, format!("cluster [{name}] is there twice"), hint));
            }
            // The lines above become empty ones, so that complaints name the right line.
            sections.push(((*name).to_owned(), "\n".repeat(index + 1)));
        } else if let Some((_, section)) = sections.last_mut() {
            section.extend([line, "\n"]);
        } else if !words.is_empty() {
            let hint = "begin with `cluster NAME`, the name that ha.cf has; it is linux-ha when ha.cf says nothing";
            return Err(wrong(index + 1, "a key before any cluster".to_owned(), hint));
        }
    }
    if sections.is_empty() || sections.len() > CLUSTERS_MAX {
        let what = format!("{} clusters; from 1 to {CLUSTERS_MAX} can be served", sections.len());
        return Err(KeysError::Wrong {
            path: path.to_path_buf(),
            line: None,
            what,
            hint: "see systole witness --help",
        });
    }
    sections.into_iter().map(|(cluster, section)| serve(path, cluster, &section, mode)).collect()
}

fn serve(path: &Path, cluster: String, section: &str, mode: FileMode) -> Result<Served, KeysError> {
    let keys = AuthKeys::parse(&path.display().to_string(), section, mode)?;
    let sealer = Sealer::new(keyring_of(&cluster, &keys)).map_err(KeysError::Randomness)?;
    Ok(Served { cluster, sealer })
}
