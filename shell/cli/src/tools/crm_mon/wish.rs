//! What is wished to be seen: which sections, and how.
//!
//! Sections are added and taken away from left to right, as on the command line; what there is before the first depends on the format.

use super::Format;
use crate::failure::Failure;
use crate::options::Parsed;
use crate::suggest;
use std::collections::BTreeSet;

/// A part of the output that can be had or left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    Stack,
    Coordinator,
    Times,
    Counts,
    Options,
    Maintenance,
    Nodes,
    Resources,
    Attributes,
    Operations,
    Failcounts,
    Failures,
    Tickets,
    Bans,
}

use Section::{
    Attributes, Bans, Coordinator, Counts, Failcounts, Failures, Maintenance, Nodes, Operations, Options, Resources,
    Stack, Tickets, Times,
};

/// What stands above the lists.
const SUMMARY: &[Section] = &[Stack, Coordinator, Times, Counts, Maintenance];

const ALL: &[Section] = &[
    Stack,
    Coordinator,
    Times,
    Counts,
    Options,
    Maintenance,
    Nodes,
    Resources,
    Attributes,
    Operations,
    Failcounts,
    Failures,
    Tickets,
    Bans,
];

/// What a person sees who asks for nothing else.
const USUAL: &[Section] = &[Stack, Coordinator, Times, Counts, Maintenance, Nodes, Resources, Failures];

/// The words of `--include` and `--exclude`. Fencing has no history yet, so that its words stand for nothing.
const WORDS: &[(&str, &[Section])] = &[
    ("attributes", &[Attributes]),
    ("bans", &[Bans]),
    ("counts", &[Counts]),
    ("dc", &[Coordinator]),
    ("failcounts", &[Failcounts]),
    ("failures", &[Failures]),
    ("fencing", &[]),
    ("fencing-failed", &[]),
    ("fencing-pending", &[]),
    ("fencing-succeeded", &[]),
    ("maint-mode", &[Maintenance]),
    ("nodes", &[Nodes]),
    ("operations", &[Operations]),
    ("options", &[Options]),
    ("resources", &[Resources]),
    ("stack", &[Stack]),
    ("summary", SUMMARY),
    ("tickets", &[Tickets]),
    ("times", &[Times]),
];

/// Options that stand for a section of their own.
const FLAGS: &[(&str, &[Section])] = &[
    ("failcounts", &[Failcounts]),
    ("operations", &[Operations]),
    ("timing-details", &[Operations]),
    ("show-node-attributes", &[Attributes]),
    ("tickets", &[Tickets]),
    ("neg-locations", &[Bans]),
];

/// What is wished to be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "switches of the command line, each on its own")]
pub(super) struct Wish {
    pub inactive: bool,
    pub by_node: bool,
    pub brief: bool,
    pub timing: bool,
    pub detail: bool,
    /// With [`Section::Bans`]: those whose ids begin so.
    pub bans: String,
    sections: BTreeSet<Section>,
}

impl Wish {
    /// From the command line.
    ///
    /// # Errors
    /// When a section is named that there is not.
    pub fn of(options: &Parsed, format: Format) -> Result<Self, Failure> {
        let mut wish = Self {
            inactive: options.has("inactive"),
            by_node: options.has("group-by-node"),
            brief: options.has("brief"),
            timing: options.has("timing-details"),
            detail: options.has("show-detail"),
            bans: String::new(),
            sections: usual(format),
        };
        for (option, value) in options.in_order() {
            let value = value.unwrap_or_default();
            match option {
                "include" => value.split(',').try_for_each(|word| wish.include(word, format))?,
                "exclude" => value.split(',').try_for_each(|word| wish.exclude(word))?,
                "hide-headers" => wish.without(SUMMARY),
                "neg-locations" => wish.include(&format!("bans:{value}"), format)?,
                flag => wish.with(FLAGS.iter().find(|(name, _)| *name == flag).map_or(&[], |(_, sections)| *sections)),
            }
        }
        Ok(wish)
    }

    /// With everything there is.
    pub fn of_all() -> Self {
        Self { inactive: true, sections: ALL.iter().copied().collect(), ..Self::default() }
    }

    /// Whether that is to be seen.
    pub fn has(&self, section: Section) -> bool {
        self.sections.contains(&section)
    }

    /// On where it is off, and off where it is on.
    pub fn switch(&mut self, section: Section) {
        self.set(section, !self.has(section));
    }

    /// On or off.
    pub fn set(&mut self, section: Section, on: bool) {
        if on { self.with(&[section]) } else { self.without(&[section]) }
    }

    /// The summary on where a part of it is missing, and off where it is whole.
    pub fn switch_summary(&mut self) {
        if SUMMARY.iter().all(|section| self.has(*section)) { self.without(SUMMARY) } else { self.with(SUMMARY) }
    }

    fn include(&mut self, word: &str, format: Format) -> Result<(), Failure> {
        match word.split_once(':') {
            Some(("bans", prefix)) => {
                prefix.clone_into(&mut self.bans);
                self.with(&[Bans]);
            }
            _ if word == "all" => self.with(ALL),
            _ if word == "none" => self.sections.clear(),
            _ if word == "default" => self.sections = usual(format),
            _ => self.with(named("include", word, &["all", "bans:PREFIX", "default", "none"])?),
        }
        Ok(())
    }

    fn exclude(&mut self, word: &str) -> Result<(), Failure> {
        match word {
            "all" => self.sections.clear(),
            "none" => self.with(ALL),
            _ => self.without(named("exclude", word, &["all", "none"])?),
        }
        Ok(())
    }

    fn with(&mut self, sections: &[Section]) {
        self.sections.extend(sections);
    }

    fn without(&mut self, sections: &[Section]) {
        self.sections.retain(|section| !sections.contains(section));
    }
}

/// Programs read what they want, and people want to see little.
fn usual(format: Format) -> BTreeSet<Section> {
    let sections = match format {
        Format::Xml | Format::OldXml => ALL,
        Format::Text | Format::Legacy | Format::Html | Format::Nothing => USUAL,
    };
    sections.iter().copied().collect()
}

fn named(option: &str, word: &str, further: &[&'static str]) -> Result<&'static [Section], Failure> {
    if let Some((_, sections)) = WORDS.iter().find(|(known, _)| *known == word) {
        return Ok(sections);
    }
    let mut known: Vec<&str> = WORDS.iter().map(|(known, _)| *known).chain(further.iter().copied()).collect();
    known.sort_unstable();
    let reason = match word {
        "list" => format!("the sections of --{option}"),
        _ => format!("--{option}: there is no section '{word}'"),
    };
    let near = if word == "list" { None } else { Some(suggest::hint(word, "sections", known.iter().copied())) };
    let hint = near.filter(|near| near.starts_with("did")).unwrap_or_else(|| known.join(", "));
    Err(Failure::usage(reason).hint(hint))
}
