//! The CIB on disk: `cib.xml`, its digest `cib.xml.sig`, and the same two of the version before (`.last`, `.sig.last`).
//!
//! The rules are those of the tools that administrators know, with one change: whatever is found is kept. A foreign owner, a stale digest
//! or an edit at the wrong time is said loudly and never costs a configuration. Not for meaning: what the XML says is judged in `adopt`.

mod write;

use super::replace::{beside, link_over, replace, sync_directory};
use cib::{Digest, Element, Version};
use model::{Notice, Severity, WallTime};
use std::fs;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Largest CIB that is read; a client's message has the same limit.
const LENGTH_MAX: u64 = api::frame::LENGTH_MAX as u64;

/// Part of the names of configurations that were kept aside.
const ASIDE: &str = ".aside-";

/// How many of those are kept.
const ASIDE_KEPT: usize = 20;

/// A CIB that cannot be read. The file is as it was.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The system does not let us.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// It is larger than any CIB may be.
    #[error("{} is longer than {LENGTH_MAX} bytes; this is no CIB", .0.display())]
    TooLong(PathBuf),
    /// It holds bytes that are no text.
    #[error("{}:{line}: this line is not UTF-8 text; write it anew, or put cib.xml.last in its place", path.display())]
    NotText {
        /// Which file.
        path: PathBuf,
        /// 1-based.
        line: usize,
    },
}

/// A CIB's text as it was found, and what is to be said about how it was found.
#[derive(Debug, Default)]
pub struct Found {
    /// `None`: there is no file.
    pub text: Option<String>,
    /// For the operator.
    pub notices: Vec<Notice>,
}

/// The file, and what we know to be in it.
#[derive(Debug)]
pub struct CibFile {
    path: PathBuf,
    known: Option<Digest>,
    stamp: Option<Stamp>,
    edits: u32,
}

impl CibFile {
    /// The file at that path; nothing is touched yet.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_path_buf(), known: None, stamp: None, edits: 0 }
    }

    /// Reads what is there, after finishing or discarding a write that a crash interrupted.
    ///
    /// # Errors
    /// When there is something that cannot be read as text; nothing was changed then.
    pub fn read(&mut self) -> Result<Found, ReadError> {
        let Some(bytes) = read_bytes(&self.path)? else {
            return Ok(Found { text: None, notices: self.about_missing() });
        };
        let digest = Digest::of_bytes(&bytes);
        self.recover(digest);
        let text = String::from_utf8(bytes).map_err(|e| self.not_text(&e))?;
        let notices = self.about_digest(digest, &text);
        self.remember(digest);
        Ok(Found { text: Some(text), notices })
    }

    /// The text that is there, and nothing is touched.
    ///
    /// # Errors
    /// As [`CibFile::read`].
    pub fn peek(&self) -> Result<Option<String>, ReadError> {
        let bytes = read_bytes(&self.path)?;
        bytes.map(|bytes| String::from_utf8(bytes).map_err(|e| self.not_text(&e))).transpose()
    }

    /// Keeps what is there under another name, before it is first replaced by the same in another syntax.
    ///
    /// # Errors
    /// When the disk refuses; the caller must not write then.
    pub fn keep_original(&self, suffix: &str) -> io::Result<PathBuf> {
        let kept = beside(&self.path, suffix);
        link_over(&self.path, &kept)?;
        sync_directory(&kept)?;
        Ok(kept)
    }

    /// Keeps a configuration that lost, in a file of its own beside this one, and says where. The newest [`ASIDE_KEPT`] are kept.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn keep_aside(&self, title: &str, text: &str, at: WallTime) -> io::Result<PathBuf> {
        let plain: String = title.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(40).collect();
        let kept = beside(&self.path, &format!("{ASIDE}{:011}-{plain}", at.seconds().max(0)));
        replace(&kept, text.as_bytes(), 0o600)?;
        let mut all = self.aside();
        let too_many = all.len().saturating_sub(ASIDE_KEPT);
        // One that cannot be removed is one more than wished for.
        all.drain(..too_many).for_each(|old| drop(fs::remove_file(old)));
        Ok(kept)
    }

    /// What was kept aside, oldest first: the time in the name sorts them.
    fn aside(&self) -> Vec<PathBuf> {
        let prefix = beside(Path::new(self.path.file_name().unwrap_or_default()), ASIDE);
        let is_aside = |path: &PathBuf| {
            path.file_name().is_some_and(|name| name.as_bytes().starts_with(prefix.as_os_str().as_bytes()))
        };
        let directory = self.path.parent().and_then(|parent| fs::read_dir(parent).ok());
        let mut all: Vec<PathBuf> =
            directory.into_iter().flatten().flatten().map(|entry| entry.path()).filter(is_aside).collect();
        all.sort();
        all
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether somebody else wrote the file since we last did: a look at its dates, and at its content only when those have changed.
    /// What was written is kept beside it, and the notice says where.
    pub fn check(&mut self) -> Option<Notice> {
        let stamp = Stamp::of(&self.path);
        if self.known.is_none() || stamp == self.stamp {
            return None;
        }
        self.stamp = stamp;
        self.keep_edit()
    }

    /// Finishes a write whose last step did not happen, and removes what is left of one that never counted.
    fn recover(&self, digest: Digest) {
        let new_digest = self.sig(".new");
        if read_digest(&new_digest) == Some(digest) && read_digest(&self.sig("")) != Some(digest) {
            let _ = fs::rename(&new_digest, self.sig(""));
        }
        for leftover in [new_digest, beside(&self.path, ".new")] {
            let _ = fs::remove_file(leftover);
        }
    }

    fn remember(&mut self, digest: Digest) {
        self.known = Some(digest);
        self.stamp = Stamp::of(&self.path);
    }

    fn sig(&self, suffix: &str) -> PathBuf {
        beside(&beside(&self.path, ".sig"), suffix)
    }

    fn last(&self) -> PathBuf {
        beside(&self.path, ".last")
    }

    fn about_missing(&self) -> Vec<Notice> {
        if !self.last().exists() {
            return Vec::new();
        }
        let text = format!(
            "{} is not there: starting with an empty configuration; the one before is in {}, put it back to use it",
            self.path.display(),
            self.last().display()
        );
        vec![Notice::new("cib-missing", Severity::Warning, text)]
    }

    fn about_digest(&self, digest: Digest, text: &str) -> Vec<Notice> {
        match read_digest(&self.sig("")) {
            Some(on_disk) if on_disk != digest => vec![self.about_edit(text)],
            Some(_) | None => Vec::new(),
        }
    }

    /// The digest is of another content: somebody edited or copied the file while we did not run. It is taken as it is.
    fn about_edit(&self, text: &str) -> Notice {
        let version = |xml: &str| cib::parse(xml).ok().map(|root| Version::of(&root));
        let before = fs::read_to_string(self.last()).ok().and_then(|xml| version(&xml));
        let mut said =
            format!("{} was changed by hand while the cluster was down: using it as it is", self.path.display());
        if let (Some(now), Some(before)) = (version(text), before)
            && now <= before
        {
            said.push_str(&format!(
                "; its version {now} is not above {before} of cib.xml.last, so a peer that still has that one would win: raise admin_epoch"
            ));
        }
        Notice::new("cib-edited", Severity::Warning, said)
    }

    fn keep_edit(&mut self) -> Option<Notice> {
        let bytes = match read_bytes(&self.path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Some(self.notice_edit("was deleted; it will be written again with the next change")),
            Err(_) => {
                return Some(self.notice_edit("was made unreadable; it will be written again with the next change"));
            }
        };
        let digest = Digest::of_bytes(&bytes);
        if self.known == Some(digest) {
            return None;
        }
        self.known = Some(digest);
        let kept = self.free_name();
        let said = match link_over(&self.path, &kept).and_then(|()| sync_directory(&kept)) {
            Ok(()) => {
                let kept = kept.display();
                format!(
                    "was edited; the edit is kept in {kept} and not used: apply it with `cibadmin --replace --xml-file {kept}`"
                )
            }
            Err(e) => format!(
                "was edited, and the edit cannot be kept aside ({e}): copy it now, the next change will replace it"
            ),
        };
        Some(self.notice_edit(&said))
    }

    fn free_name(&mut self) -> PathBuf {
        loop {
            self.edits += 1;
            let name = beside(&self.path, &format!(".edited-{}", self.edits));
            if !name.exists() {
                return name;
            }
        }
    }

    fn notice_edit(&self, what: &str) -> Notice {
        Notice::new(
            "cib-edited",
            Severity::Error,
            format!("{} {what} (while the cluster is running)", self.path.display()),
        )
    }

    fn not_text(&self, error: &std::string::FromUtf8Error) -> ReadError {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        ReadError::NotText { path: self.path.clone(), line: good.split(|byte| *byte == b'\n').count() }
    }
}

/// What tells cheaply whether a file may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let data = fs::metadata(path).ok()?;
        Some(Self { inode: data.ino(), length: data.len(), modified: (data.mtime(), data.mtime_nsec()) })
    }
}

/// The CIB's text for the disk: all of it but the status, which is rebuilt at each start.
pub fn text_for_disk(cib: &Element) -> String {
    let mut cib = cib.clone();
    cib.children_mut().retain(|child| child.name() != "status");
    cib.to_xml()
}

fn read_bytes(path: &Path) -> Result<Option<Vec<u8>>, ReadError> {
    let unreadable = |source| ReadError::Unreadable { path: path.to_path_buf(), source };
    let file = match fs::File::open(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(unreadable)?,
    };
    let mut bytes = Vec::new();
    file.take(LENGTH_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LENGTH_MAX {
        return Err(ReadError::TooLong(path.to_path_buf()));
    }
    Ok(Some(bytes))
}

fn read_digest(path: &Path) -> Option<Digest> {
    Digest::parse(fs::read_to_string(path).ok()?.trim())
}

#[cfg(test)]
mod tests;
