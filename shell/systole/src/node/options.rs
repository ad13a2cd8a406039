//! The command line of `systole node` and `heartbeat`: Heartbeat's letters, and our own words for places.

use clusterd::brain;
use clusterd::disk::Layout;
use std::path::PathBuf;
use thiserror::Error;

/// What `--help` prints.
pub const USAGE: &str = "\
usage: systole node [OPTIONS]      stay in the foreground
       heartbeat [OPTIONS]         go to the background

  without a letter of the first group: start
  -k   stop: move the resources away, leave the cluster, wait until it is done
  -s   say whether it runs
  -r   read ha.cf and authkeys again
  -D   print the directives of ha.cf with their defaults
  -V   print the version

  -d   more in the log (may be repeated)       -l   no real-time priority, no locked memory
  -v   the same as -d                          -f, --foreground   stay in the foreground

  --ha-dir DIR      ha.cf and authkeys   (/etc/ha.d)
  --state-dir DIR   the CIB, identity    (/var/lib/heartbeat)
  --run-dir DIR     sockets, pid files   (/var/run/heartbeat)
  --ocf-root DIR    agents               (/usr/lib/ocf)
  --socket FILE     the clients' socket  (RUN-DIR/systole.sock)";

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Start,
    Stop,
    Status,
    Reload,
    Directives,
    Version,
    Help,
}

/// Whether a start stays with its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreground {
    Yes,
    No,
}

/// A command line that is not understood. Nothing was done.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum Misuse {
    /// No such option.
    #[error("unknown option [{0}]")]
    Unknown(String),
    /// An option of the old program that has no meaning here.
    #[error("option [-{0}] is not supported: {1}")]
    Refused(char, &'static str),
    /// An option without its value.
    #[error("option [{0}] needs a value")]
    NoValue(String),
    /// Two actions at once.
    #[error("one of -k, -s, -r, -D, -V at a time")]
    TwoActions,
}

/// A command line.
#[derive(Clone, Debug)]
pub struct Options {
    pub action: Action,
    pub foreground: Foreground,
    /// Begin a session of our own first.
    pub detached: bool,
    pub brain: brain::Options,
}

impl Options {
    /// Reads a command line.
    pub fn parse(arguments: &[String], foreground: Foreground) -> Result<Self, Misuse> {
        let brain = brain::Options { to_stderr: true, ..brain::Options::default() };
        let mut this = Self { action: Action::Start, foreground, detached: false, brain };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.strip_prefix("--") {
                Some(long) => this.take_long(long, &mut rest)?,
                None => this.take_letters(argument)?,
            }
        }
        this.brain.to_stderr = this.foreground == Foreground::Yes && !this.detached;
        Ok(this)
    }

    /// The command line that a child needs to see the same places.
    pub fn arguments(&self) -> Vec<String> {
        let layout = &self.brain.layout;
        let mut words = Vec::new();
        for (option, path) in [
            ("--ha-dir", Some(&layout.ha_dir)),
            ("--state-dir", Some(&layout.state_dir)),
            ("--run-dir", Some(&layout.run_dir)),
            ("--ocf-root", Some(&layout.ocf_root)),
            ("--socket", layout.socket.as_ref()),
        ] {
            words.extend(path.into_iter().flat_map(|path| [option.to_owned(), path.display().to_string()]));
        }
        words.extend(self.brain.without_realtime.then(|| "-l".to_owned()));
        words.extend(self.brain.debug.then(|| "-d".to_owned()));
        words.extend(self.detached.then(|| "--detached".to_owned()));
        words
    }

    fn take_long<'a>(&mut self, word: &str, rest: &mut impl Iterator<Item = &'a String>) -> Result<(), Misuse> {
        let (name, inline) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value.to_owned())));
        let mut path = || {
            let value = inline.clone().or_else(|| rest.next().cloned());
            value.map(PathBuf::from).ok_or_else(|| Misuse::NoValue(format!("--{name}")))
        };
        let layout: &mut Layout = &mut self.brain.layout;
        match name {
            "ha-dir" => layout.ha_dir = path()?,
            "state-dir" => layout.state_dir = path()?,
            "run-dir" => layout.run_dir = path()?,
            "ocf-root" => layout.ocf_root = path()?,
            "socket" => layout.socket = Some(path()?),
            "foreground" => self.foreground = Foreground::Yes,
            "detached" => self.detached = true,
            "again" => self.brain.turn = brain::Turn::Again,
            "help" => self.set(Action::Help)?,
            "version" => self.set(Action::Version)?,
            _ => return Err(Misuse::Unknown(format!("--{name}"))),
        }
        Ok(())
    }

    fn take_letters(&mut self, word: &str) -> Result<(), Misuse> {
        let letters = word.strip_prefix('-').filter(|letters| !letters.is_empty());
        let letters = letters.ok_or_else(|| Misuse::Unknown(word.to_owned()))?;
        letters.chars().try_for_each(|letter| self.take_letter(letter))
    }

    fn take_letter(&mut self, letter: char) -> Result<(), Misuse> {
        match letter {
            'k' => self.set(Action::Stop),
            's' => self.set(Action::Status),
            'r' => self.set(Action::Reload),
            'D' => self.set(Action::Directives),
            'V' => self.set(Action::Version),
            'h' | '?' => self.set(Action::Help),
            'f' => {
                self.foreground = Foreground::Yes;
                Ok(())
            }
            'l' => {
                self.brain.without_realtime = true;
                Ok(())
            }
            'd' | 'v' => {
                self.brain.debug = true;
                Ok(())
            }
            // -D prints one form only, and that is good for a wiki, too.
            'W' => Ok(()),
            'M' => {
                Err(Misuse::Refused('M', "to keep hands off the resources, set the cluster option maintenance-mode"))
            }
            'R' | 'C' => {
                Err(Misuse::Refused(letter, "a restart without giving up resources is what -r does by itself"))
            }
            _ => Err(Misuse::Unknown(format!("-{letter}"))),
        }
    }

    fn set(&mut self, action: Action) -> Result<(), Misuse> {
        if self.action != Action::Start && self.action != action {
            return Err(Misuse::TwoActions);
        }
        self.action = action;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, Misuse> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words, Foreground::No)
    }

    #[test]
    fn the_letters_of_old_do_what_they_did() {
        let actions = [
            ("", Action::Start),
            ("-k", Action::Stop),
            ("-s", Action::Status),
            ("-r", Action::Reload),
            ("-D", Action::Directives),
            ("-DW", Action::Directives),
            ("-V", Action::Version),
            ("-dk", Action::Stop),
        ];
        for (line, action) in actions {
            assert_eq!(parse(line).unwrap().action, action, "{line}");
        }
    }

    #[test]
    fn every_place_can_be_set_and_reaches_a_child() {
        let line = "--ha-dir /a --state-dir=/b --run-dir /c --ocf-root /d --socket /e -l -d";
        let options = parse(line).unwrap();
        let child = Options::parse(&options.arguments(), Foreground::Yes).unwrap();
        assert_eq!(child.brain.layout, options.brain.layout);
        assert_eq!(options.brain.layout.cib(), PathBuf::from("/b/crm/cib.xml"));
        assert_eq!(options.brain.layout.pid_file(), PathBuf::from("/c.pid"));
        assert!(child.brain.without_realtime && child.brain.debug);
    }

    #[test]
    fn only_a_brain_that_is_told_so_follows_another_one() {
        assert_eq!(parse("").unwrap().brain.turn, brain::Turn::First);
        assert_eq!(parse("--again").unwrap().brain.turn, brain::Turn::Again);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        assert_eq!(parse("-k -s").unwrap_err(), Misuse::TwoActions);
        assert_eq!(parse("-x").unwrap_err(), Misuse::Unknown("-x".into()));
        assert_eq!(parse("start").unwrap_err(), Misuse::Unknown("start".into()));
        assert_eq!(parse("--ha-dir").unwrap_err(), Misuse::NoValue("--ha-dir".into()));
        assert!(matches!(parse("-R").unwrap_err(), Misuse::Refused('R', _)));
    }
}
