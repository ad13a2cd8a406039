//! Keeps the kernel's memory killer from the hands, and not from what they start.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;

/// Never chosen.
const NEVER: &[u8] = b"-1000";

/// Our place in the order of the memory killer, which children inherit.
pub(crate) struct Shield {
    /// Absent where we may not lower our place.
    file: Option<File>,
    inherited: String,
}

impl Shield {
    /// Raises the shield where that is allowed.
    pub(crate) fn raise() -> Self {
        let path = "/proc/self/oom_score_adj";
        let inherited = std::fs::read_to_string(path).unwrap_or_default();
        let raised = || -> io::Result<File> {
            let file = OpenOptions::new().write(true).open(path)?;
            file.write_at(NEVER, 0)?;
            Ok(file)
        };
        Self { file: raised().ok(), inherited: inherited.trim().to_owned() }
    }

    /// Does `work` without the shield: a child made in it stands where we would have stood.
    pub(crate) fn lowered<T>(&self, work: impl FnOnce() -> T) -> T {
        self.write(self.inherited.as_bytes());
        let result = work();
        self.write(NEVER);
        result
    }

    fn write(&self, value: &[u8]) {
        if let Some(file) = &self.file {
            // It was allowed a moment ago; were it no longer, agents would be safer than they should be, no worse.
            let _ = file.write_at(value, 0);
        }
    }
}
