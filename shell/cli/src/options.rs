//! Command lines as the old tools read them: one table of options drives parsing and `--help`.
//!
//! Rules are those of `getopt_long`: bundles (`-1rf`), attached values (`-rID`, `--node=N`), unique prefixes of long names, `--`.
//! An option has one key, its long name of today; spellings of other generations are aliases.

use crate::exit::Exit;
use crate::failure::Failure;
use std::fmt::Write as _;

/// What follows an option.
#[derive(Clone, Copy)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// A value, attached or as the next word; the string names it in the help.
    Value(&'static str),
    /// A value, only if attached (`--promoted=5`).
    Attached(&'static str),
    /// A value, attached or as the next word if that word is one: for letters that changed their meaning.
    Next(&'static str, fn(&str) -> bool),
    /// Nothing: it is refused, and the option's help says why.
    Refused,
}

/// One option of a tool.
pub struct Opt {
    key: &'static str,
    letters: &'static str,
    aliases: &'static [&'static str],
    takes: Takes,
    help: &'static str,
}

impl Opt {
    /// An option without a value. `letters` holds every letter that means it.
    pub const fn flag(key: &'static str, letters: &'static str, help: &'static str) -> Self {
        Self { key, letters, aliases: &[], takes: Takes::Nothing, help }
    }

    /// An option with a value.
    pub const fn value(key: &'static str, letters: &'static str, what: &'static str, help: &'static str) -> Self {
        Self { key, letters, aliases: &[], takes: Takes::Value(what), help }
    }

    /// An option that other tools of this name have, and this one does not; with a reason, or what to do instead.
    pub const fn refused(key: &'static str, letters: &'static str, why: &'static str) -> Self {
        Self { key, letters, aliases: &[], takes: Takes::Refused, help: why }
    }

    /// The same with another rule for its value.
    pub const fn takes(mut self, takes: Takes) -> Self {
        self.takes = takes;
        self
    }

    /// The same with further long names.
    pub const fn or(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// The name under which [`Parsed`] knows it.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// Whether that letter means it.
    pub fn has_letter(&self, letter: char) -> bool {
        self.letters.contains(letter)
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.key).chain(self.aliases.iter().copied())
    }
}

/// A command line, understood.
#[derive(Debug, Default)]
pub struct Parsed {
    given: Vec<(&'static str, Option<String>)>,
    words: Vec<String>,
    keys: Vec<&'static str>,
}

impl Parsed {
    /// Whether the option was given.
    pub fn has(&self, key: &str) -> bool {
        self.count(key) > 0
    }

    /// How often the option was given.
    pub fn count(&self, key: &str) -> usize {
        self.assert_known(key);
        self.given.iter().filter(|(given, _)| *given == key).count()
    }

    /// The last value given for the option.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.assert_known(key);
        self.given.iter().rev().find(|(given, _)| *given == key).and_then(|(_, value)| value.as_deref())
    }

    /// All values given for the option.
    pub fn values<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.assert_known(key);
        self.given.iter().filter(move |(given, _)| *given == key).filter_map(|(_, value)| value.as_deref())
    }

    /// Which of these options was given last, with its value.
    pub fn last_of(&self, keys: &[&str]) -> Option<(&'static str, Option<String>)> {
        for key in keys {
            self.assert_known(key);
        }
        self.given.iter().rev().find(|(given, _)| keys.contains(given)).cloned()
    }

    /// All options with their values, from left to right.
    pub fn in_order(&self) -> impl Iterator<Item = (&'static str, Option<&str>)> {
        self.given.iter().map(|(key, value)| (*key, value.as_deref()))
    }

    /// The words that belong to no option.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The value, or a failure that says how to give it.
    ///
    /// # Errors
    /// When the option was not given.
    pub fn require(&self, key: &str, letter: char) -> Result<&str, Failure> {
        self.value(key).ok_or_else(|| {
            Failure::usage(format!("--{key} is missing")).hint(format!("add -{letter} {}", key.to_uppercase()))
        })
    }

    fn assert_known(&self, key: &str) {
        assert!(self.keys.contains(&key), "the option '{key}' is not in this tool's table");
    }
}

/// Reads a command line by a table.
///
/// # Errors
/// On an unknown option, a missing value, or a value where none belongs.
pub fn parse(table: &'static [Opt], args: &[String]) -> Result<Parsed, Failure> {
    let parsed = Parsed { keys: table.iter().map(Opt::key).collect(), ..Parsed::default() };
    let mut reader = Reader { table, args, at: 0, parsed };
    while let Some(word) = reader.next() {
        if word == "--" {
            reader.parsed.words.extend_from_slice(&args[reader.at..]);
            break;
        } else if let Some(long) = word.strip_prefix("--") {
            reader.long(long)?;
        } else if word.len() > 1 && word.starts_with('-') {
            reader.bundle(&word[1..])?;
        } else {
            reader.parsed.words.push(word.to_owned());
        }
    }
    Ok(reader.parsed)
}

struct Reader<'a> {
    table: &'static [Opt],
    args: &'a [String],
    at: usize,
    parsed: Parsed,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let word = self.args.get(self.at)?;
        self.at += 1;
        Some(word)
    }

    fn long(&mut self, long: &'a str) -> Result<(), Failure> {
        let (name, attached) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
        let option = by_name(self.table, name)?;
        self.take(option, &format!("--{name}"), attached)
    }

    fn bundle(&mut self, bundle: &'a str) -> Result<(), Failure> {
        for (at, letter) in bundle.char_indices() {
            let option = self.table.iter().find(|option| option.letters.contains(letter));
            let option = option.ok_or_else(|| Failure::usage(format!("unknown option -{letter}")).hint(SEE_HELP))?;
            let tail = &bundle[at + letter.len_utf8()..];
            if matches!(option.takes, Takes::Nothing) || tail.is_empty() {
                self.take(option, &format!("-{letter}"), None)?;
            } else {
                return self.take(option, &format!("-{letter}"), Some(tail));
            }
        }
        Ok(())
    }

    fn take(&mut self, option: &Opt, spelled: &str, attached: Option<&'a str>) -> Result<(), Failure> {
        let value = match option.takes {
            Takes::Refused => {
                let reason = format!("{spelled} is not supported");
                return Err(Failure::new(Exit::UNIMPLEMENTED, reason).hint(option.help));
            }
            Takes::Nothing if attached.is_some() => {
                return Err(Failure::usage(format!("{spelled} takes no value")).hint(SEE_HELP));
            }
            Takes::Nothing => None,
            Takes::Attached(_) => attached,
            Takes::Next(_, is_value) => attached.or_else(|| {
                let next = self.args.get(self.at).filter(|next| is_value(next))?;
                self.at += 1;
                Some(next)
            }),
            Takes::Value(what) => {
                let missing = || Failure::usage(format!("{spelled} needs a value: {what}")).hint(SEE_HELP);
                Some(attached.or_else(|| self.next()).ok_or_else(missing)?)
            }
        };
        self.parsed.given.push((option.key, value.map(str::to_owned)));
        Ok(())
    }
}

const SEE_HELP: &str = "see --help";

/// The option of that long name, or the only one whose names begin so.
fn by_name(table: &'static [Opt], name: &str) -> Result<&'static Opt, Failure> {
    if let Some(exact) = table.iter().find(|option| option.names().any(|known| known == name)) {
        return Ok(exact);
    }
    let fits: Vec<&Opt> = table.iter().filter(|option| option.names().any(|known| known.starts_with(name))).collect();
    match fits.as_slice() {
        [only] if !name.is_empty() => Ok(only),
        [] => {
            let names = table.iter().flat_map(Opt::names);
            let hint =
                model::nearest(name, names).map_or(SEE_HELP.to_owned(), |near| format!("did you mean --{near}?"));
            Err(Failure::usage(format!("unknown option --{name}")).hint(hint))
        }
        several => {
            let names: Vec<String> = several.iter().map(|option| format!("--{}", option.key)).collect();
            Err(Failure::usage(format!("--{name} is short for more than one option")).hint(names.join(", ")))
        }
    }
}

/// The lines of `--help` about a table's options.
pub fn describe(table: &[Opt]) -> String {
    let mut out = String::new();
    for option in table {
        let value = match option.takes {
            Takes::Nothing | Takes::Refused => String::new(),
            Takes::Value(what) => format!(" {what}"),
            Takes::Attached(what) => format!("[={what}]"),
            Takes::Next(what, _) => format!(" [{what}]"),
        };
        let letters: String = option.letters.chars().map(|letter| format!("-{letter}, ")).collect();
        let names = format!("  {letters}--{}{value}", option.key);
        let also: Vec<String> = option.aliases.iter().map(|alias| format!("--{alias}")).collect();
        let also = if also.is_empty() { String::new() } else { format!(" (also {})", also.join(", ")) };
        let refused = if matches!(option.takes, Takes::Refused) { "refused: " } else { "" };
        let gap = if names.chars().count() < COLUMN { COLUMN - names.chars().count() } else { 1 };
        writeln!(out, "{names}{:gap$}{refused}{}{also}", "", option.help).expect("writing to a string cannot fail");
    }
    out
}

/// Whether each letter and each name of a table means one option only.
#[cfg(test)]
pub fn check(table: &[Opt]) -> Result<(), String> {
    let mut seen = std::collections::BTreeSet::new();
    for option in table {
        let letters = option.letters.chars().map(|letter| format!("-{letter}"));
        for name in letters.chain(option.names().map(|name| format!("--{name}"))) {
            if !seen.insert(name.clone()) {
                return Err(format!("{name} is there twice"));
            }
        }
    }
    Ok(())
}

/// Where the help texts begin.
const COLUMN: usize = 36;

#[cfg(test)]
mod tests;
