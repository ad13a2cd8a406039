//! The command line.

use std::path::PathBuf;

/// How to call it.
pub const USAGE: &str =
    "usage: conformance pacemaker DIRECTORY [--ratchet FILE] [--update] [--only TEXT] [--show CASE] [--all]
       conformance heartbeat DIRECTORY [--modern DIRECTORY] [--causes FILE] [--only TEXT] [--show CASE] [--all]

  --ratchet FILE   fail when a case that this file lists no longer agrees
  --update         write the cases that agree now to the ratchet file
  --only TEXT      only cases whose names contain this
  --show CASE      every difference of one case
  --all            list every case that disagrees, not just the first of each kind of difference; for those of
                   Heartbeat: with the fewest edits of the input that make the difference
  --modern DIR     the newer suite: same names must come to the same plan
  --causes FILE    or to another one for a cause that stands in this file";

/// Which suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// Pacemaker's scheduler cases.
    Pacemaker,
    /// The cases of Heartbeat 2 in 2007.
    Heartbeat,
}

/// What to do.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// Which suite.
    pub suite: Suite,
    /// Where it is.
    pub directory: PathBuf,
    /// The list of cases that agreed.
    pub ratchet: Option<PathBuf>,
    /// Write that list.
    pub update: bool,
    /// A part of the names to run.
    pub only: Option<String>,
    /// The case to show in full.
    pub show: Option<String>,
    /// List every case that disagrees.
    pub all: bool,
    /// The newer suite.
    pub modern: Option<PathBuf>,
    /// Why cases differ from those of the newer suite.
    pub causes: Option<PathBuf>,
}

impl Arguments {
    /// Reads the command line.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let suite = match words.next().as_deref() {
            Some("pacemaker") => Suite::Pacemaker,
            Some("heartbeat") => Suite::Heartbeat,
            Some(other) => return Err(format!("there is no suite '{other}'")),
            None => return Err("no suite is named".to_owned()),
        };
        let directory = words.next().ok_or("no directory is named")?.into();
        let mut arguments = Self {
            suite,
            directory,
            ratchet: None,
            update: false,
            only: None,
            show: None,
            all: false,
            modern: None,
            causes: None,
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match word.as_str() {
                "--ratchet" => arguments.ratchet = Some(value()?.into()),
                "--only" => arguments.only = Some(value()?),
                "--show" => arguments.show = Some(value()?),
                "--modern" => arguments.modern = Some(value()?.into()),
                "--causes" => arguments.causes = Some(value()?.into()),
                "--update" => arguments.update = true,
                "--all" => arguments.all = true,
                other => return Err(format!("unknown option {other}")),
            }
        }
        Ok(arguments)
    }

    /// Whether a case is to be run.
    pub fn wants(&self, name: &str) -> bool {
        let shown = self.show.as_ref().is_none_or(|show| show == name);
        shown && self.only.as_ref().is_none_or(|part| name.contains(part.as_str()))
    }
}
