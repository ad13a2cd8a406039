//! Where a tool speaks: standard output and standard error, or a transcript in tests.

use std::fmt::Display;

/// Which of the two streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// For results.
    Out,
    /// For complaints.
    Err,
}

/// The tool's mouth.
#[derive(Debug)]
pub enum Console {
    /// The process's own streams.
    Process,
    /// Everything said so far, in order.
    Kept(Vec<(Stream, String)>),
}

impl Console {
    /// One line of result.
    pub fn say(&mut self, line: impl Display) {
        self.write(Stream::Out, format!("{line}\n"));
    }

    /// Text of result that ends its own lines.
    pub fn print(&mut self, text: impl Into<String>) {
        self.write(Stream::Out, text.into());
    }

    /// One line of complaint.
    pub fn complain(&mut self, line: impl Display) {
        self.write(Stream::Err, format!("{line}\n"));
    }

    /// A reader that went away (`crm_mon -1 | head -1`) is no failure: what it did not read is not missed.
    fn write(&mut self, stream: Stream, text: String) {
        match self {
            Self::Kept(said) => said.push((stream, text)),
            Self::Process => {
                let _ = match stream {
                    Stream::Out => write_all(&mut std::io::stdout().lock(), &text),
                    Stream::Err => write_all(&mut std::io::stderr().lock(), &text),
                };
            }
        }
    }
}

fn write_all(stream: &mut impl std::io::Write, text: &str) -> std::io::Result<()> {
    stream.write_all(text.as_bytes())?;
    stream.flush()
}
