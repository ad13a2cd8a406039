//! Writing the CIB in steps, so that a crash between any two of them leaves the old or the new one, whole and with its digest.

use super::super::replace::{beside, link_over, prepare, prepare_unsynced, sync_directory};
use super::CibFile;
use cib::Digest;
use model::Notice;
use std::fs;
use std::io;

/// One step; what is on disk after each is a state that `read` understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The new content stands beside the old, synced.
    PrepareContent,
    /// Its digest, too. From here on `read` can finish the write once the content is in place.
    PrepareDigest,
    /// The old content gets a second name.
    KeepContent,
    /// The old digest, too.
    KeepDigest,
    /// The new content takes its place: from here on it counts.
    PutContent,
    /// Its digest, too.
    PutDigest,
    /// The names are on disk.
    Sync,
}

pub(super) const STEPS: [Step; 7] = [
    Step::PrepareContent,
    Step::PrepareDigest,
    Step::KeepContent,
    Step::KeepDigest,
    Step::PutContent,
    Step::PutDigest,
    Step::Sync,
];

impl CibFile {
    /// Puts `text` in the place of the file, durably. An edit that somebody made meanwhile is kept aside first, and said.
    ///
    /// # Errors
    /// When the disk refuses: the old content is still there then, and the write may be tried again.
    pub fn write(&mut self, text: &str) -> io::Result<Option<Notice>> {
        let edited = self.check();
        let digest = Digest::of_bytes(text.as_bytes());
        for step in STEPS {
            self.perform(step, text, digest)?;
        }
        self.remember(digest);
        Ok(edited)
    }

    pub(super) fn perform(&self, step: Step, text: &str, digest: Digest) -> io::Result<()> {
        let (content, sig) = (&self.path, &self.sig(""));
        match step {
            Step::PrepareContent => prepare(content, text.as_bytes(), 0o600).map(drop),
            // Not synced: a digest that a power cut tears counts as none, and each sync costs a change some milliseconds.
            Step::PrepareDigest => prepare_unsynced(sig, digest.to_string().as_bytes(), 0o644).map(drop),
            Step::KeepContent => keep(content, &self.last()),
            Step::KeepDigest => keep(sig, &self.sig(".last")),
            Step::PutContent => fs::rename(beside(content, ".new"), content),
            Step::PutDigest => fs::rename(beside(sig, ".new"), sig),
            Step::Sync => sync_directory(content),
        }
    }
}

fn keep(file: &std::path::Path, as_file: &std::path::Path) -> io::Result<()> {
    if file.exists() { link_over(file, as_file) } else { Ok(()) }
}
