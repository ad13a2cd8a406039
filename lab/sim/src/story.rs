//! Stories: how large a cluster is, by which rule it counts, and what happens to it. Drawn from a seed, or read from text.
//!
//! All of a story is drawn before it is played, so that it can be shortened and played again without changing the rest.

mod draw;
mod faults;
mod work;

use crate::verb::{Verb, host};
use messaging::Quorum;
use model::NodeName;
use std::fmt;

pub use faults::Kind;

/// The services of the simulated cluster.
pub const SERVICES: [&str; 4] = ["ip4", "ip5", "proxy", "mail"];

/// All that a run follows from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// How many hosts there are.
    pub hosts: usize,
    /// By which rule they count.
    pub rule: Rule,
    /// Where the chance of the world comes from: delays, losses, how long agents take.
    pub seed: u64,
    /// The kinds of faults it was drawn from.
    pub kinds: Vec<Kind>,
    /// What happens.
    pub verbs: Vec<Verb>,
}

/// Rules of quorum, as a story names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// More than half.
    Majority,
    /// Any of two.
    Any,
    /// Half with `n0` in it.
    TieBreaker,
    /// Never before all were there; then as `Majority`, or `Any` of two.
    WaitForAll,
    /// More than half of the last view that had quorum.
    LastManStanding,
    /// Half with the vote of a witness.
    Witness,
}

impl Rule {
    const ALL: [(&'static str, Self); 6] = [
        ("majority", Self::Majority),
        ("any", Self::Any),
        ("tie-breaker", Self::TieBreaker),
        ("wait-for-all", Self::WaitForAll),
        ("last-man-standing", Self::LastManStanding),
        ("witness", Self::Witness),
    ];

    /// What the product calls it.
    pub fn quorum(self, hosts: usize) -> Quorum {
        match self {
            Self::Majority => Quorum::Majority,
            Self::Any => Quorum::AnyOfTwo,
            Self::TieBreaker => Quorum::TieBreaker(NodeName::new("n0")),
            Self::WaitForAll => Quorum::WaitForAll(Box::new(Quorum::for_nodes(hosts))),
            Self::LastManStanding => Quorum::LastManStanding(None),
            Self::Witness => Quorum::Witness,
        }
    }

    /// Whether two parts of so many hosts may act at the same time: Heartbeat's rule for two.
    pub fn allows_two_parts(self, hosts: usize) -> bool {
        hosts == 2 && matches!(self, Self::Any | Self::WaitForAll)
    }

    /// Whether a part may act that knows nothing of what the part before it did.
    pub fn forgets(self, hosts: usize) -> bool {
        self.allows_two_parts(hosts) || self == Self::Witness
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::ALL.iter().find(|(_, rule)| rule == self).map_or("", |(word, _)| word);
        f.write_str(word)
    }
}

impl Story {
    /// The story of a seed.
    pub fn drawn(seed: u64) -> Self {
        draw::story(seed)
    }

    /// Reads a story: `hosts N`, `quorum RULE` and `seed N` in any place, else one verb a line; `#` begins a comment, and a
    /// scenario's line of dashes ends it.
    ///
    /// # Errors
    /// The line that is not understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut story = Self { hosts: 0, rule: Rule::Majority, seed: 1, kinds: Vec::new(), verbs: Vec::new() };
        let mut rule = None;
        let lines = text.lines().map(str::trim).take_while(|line| *line != "----");
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let bad = || format!("{line:?} is not understood");
            match line.split_once(' ') {
                Some(("hosts", count)) => story.hosts = count.parse().map_err(|_| bad())?,
                Some(("seed", seed)) => story.seed = seed.parse().map_err(|_| bad())?,
                Some(("quorum", word)) => {
                    rule = Some(Rule::ALL.into_iter().find(|(known, _)| *known == word).ok_or_else(bad)?.1);
                }
                _ => story.verbs.push(Verb::parse(line).ok_or_else(bad)?),
            }
        }
        story.rule = rule.unwrap_or(if story.hosts == 2 { Rule::Any } else { Rule::Majority });
        Ok(story)
    }

    /// The same with only those verbs whose places are given.
    #[must_use]
    pub fn keeping(&self, places: &[usize]) -> Self {
        let verbs = places.iter().filter_map(|place| self.verbs.get(*place).cloned()).collect();
        Self { verbs, ..self.clone() }
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "hosts {}\nquorum {}\nseed {}", self.hosts, self.rule, self.seed)?;
        self.verbs.iter().try_for_each(|verb| writeln!(f, "{verb}"))
    }
}

/// The host that a scenario watches is written as the others are.
pub(crate) fn watched(line: &str) -> Option<usize> {
    let word = line.trim().strip_prefix("watch ")?;
    host(word).map(|host| host.0)
}
