//! Who may act for the cluster: `quorum`, `tie_breaker`, `wait_for_all`, `witness`. These words are our own.

use super::read::Statement;
use super::timing::Timing;
use super::{WITNESS_PORT_DEFAULT, value};
use crate::problem::Complaints;
use crate::quorum::Quorum;
use model::NodeName;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// A witness forgets a holder after twice this long, so a longer deadtime could outlast it.
const WITNESSED_DEADTIME_MAX: Duration = Duration::from_secs(30);

/// The words of the file that have to do with it, each with its line.
struct Words<'a> {
    statements: &'a [Statement],
    nodes: &'a [NodeName],
    complaints: &'a mut Complaints,
}

/// The rule that the statements ask for, and the witness's address.
pub(super) fn quorum(
    statements: &[Statement],
    nodes: &[NodeName],
    timing: Timing,
    complaints: &mut Complaints,
) -> (Quorum, Option<SocketAddr>) {
    let mut words = Words { statements, nodes, complaints };
    let base = words.base();
    let breaker = words.breaker(base);
    let waits = words.waits_for_all();
    let witness = words.witness();
    if let Some((line, _)) = witness {
        words.check_witness(line, base, breaker.is_some(), waits.is_some_and(|(_, waits)| waits));
        words.check_deadtime(line, timing);
    }
    let rule = match (base, breaker, &witness) {
        (_, _, Some(_)) => Quorum::Witness,
        (Base::LastManStanding, breaker, None) => Quorum::LastManStanding(breaker),
        (_, Some(breaker), None) => Quorum::TieBreaker(breaker),
        (Base::Majority, None, None) => Quorum::Majority,
        (Base::Any, None, None) => Quorum::AnyOfTwo,
        (Base::Unsaid, None, None) => Quorum::for_nodes(nodes.len()),
    };
    (words.waiting(rule, waits), witness.map(|(_, address)| address))
}

/// What `quorum` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Base {
    Unsaid,
    Majority,
    Any,
    LastManStanding,
}

impl<'a> Words<'a> {
    fn last(&self, name: &str) -> Option<(usize, &'a str)> {
        let statement = self.statements.iter().rfind(|statement| statement.directive.name == name)?;
        Some((statement.line, statement.words.first()?.as_str()))
    }

    fn base(&mut self) -> Base {
        let Some((line, word)) = self.last("quorum") else { return Base::Unsaid };
        match word {
            "majority" => Base::Majority,
            "any" => {
                self.check_any(line);
                Base::Any
            }
            "last-man-standing" => Base::LastManStanding,
            _ => {
                let hint = "write majority, any (of two nodes) or last-man-standing";
                self.complaints.error(line, format!("[{word}] is no rule of quorum"), hint);
                Base::Unsaid
            }
        }
    }

    fn check_any(&mut self, line: usize) {
        if self.nodes.len() > 2 {
            let what = format!("quorum any is for two nodes, and there are {}", self.nodes.len());
            self.complaints.error(line, what, "every part of a larger cluster would act for itself; write majority");
        }
    }

    fn breaker(&mut self, base: Base) -> Option<NodeName> {
        let (line, word) = self.last("tie_breaker")?;
        let name = NodeName::new(word.to_lowercase());
        if !self.nodes.contains(&name) {
            self.complaints.error(line, format!("tie_breaker: [{word}] is not a node of this cluster"), "");
        }
        if base == Base::Any {
            self.complaints.error(line, "quorum any needs no tie breaker", "remove one of the two lines");
        }
        Some(name)
    }

    fn waits_for_all(&mut self) -> Option<(usize, bool)> {
        let (line, word) = self.last("wait_for_all")?;
        let found = value::boolean(word);
        if found.is_none() {
            self.complaints.error(line, format!("wait_for_all: [{word}] is neither yes nor no"), "write on or off");
        }
        found.map(|waits| (line, waits))
    }

    fn waiting(&mut self, rule: Quorum, waits: Option<(usize, bool)>) -> Quorum {
        match (waits, rule) {
            (Some((line, false)), Quorum::LastManStanding(breaker)) => {
                let hint = "remove the line, or choose another rule";
                self.complaints.error(line, "quorum last-man-standing always waits for all nodes at first", hint);
                Quorum::LastManStanding(breaker)
            }
            (Some((_, true)), Quorum::LastManStanding(breaker)) => Quorum::LastManStanding(breaker),
            (Some((_, true)), rule) => Quorum::WaitForAll(Box::new(rule)),
            (Some((_, false)) | None, rule) => rule,
        }
    }

    fn witness(&mut self) -> Option<(usize, SocketAddr)> {
        let (line, word) = self.last("witness")?;
        let alone = |address: IpAddr| SocketAddr::new(address, WITNESS_PORT_DEFAULT);
        let parsed = word.parse::<SocketAddr>().ok().or_else(|| word.parse().ok().map(alone));
        let Some(address) = parsed.filter(|address| address.port() != 0 && !address.ip().is_unspecified()) else {
            let hint = "write it in numbers, with a port if it is not 6940: 192.0.2.7 or 192.0.2.7:700";
            self.complaints.error(line, format!("witness: [{word}] is not an address"), hint);
            return None;
        };
        Some((line, address))
    }

    fn check_witness(&mut self, line: usize, base: Base, breaker: bool, waits: bool) {
        if matches!(base, Base::Any | Base::LastManStanding) {
            self.complaints.error(line, "a witness goes with quorum majority only", "remove the line with quorum");
        }
        if breaker {
            self.complaints.error(line, "a witness and a tie_breaker decide the same question", "remove one of them");
        }
        if waits {
            let hint = "remove one of them: the witness keeps a second host from starting alone";
            self.complaints.error(line, "a witness and wait_for_all contradict each other", hint);
        }
        if self.nodes.len() % 2 == 1 {
            let what = format!("{} nodes are an odd number, so that there are no halves", self.nodes.len());
            self.complaints.error(line, what, "remove the line: the majority decides");
        }
    }

    fn check_deadtime(&mut self, line: usize, timing: Timing) {
        if timing.deadtime > WITNESSED_DEADTIME_MAX {
            self.complaints.error(
                line,
                "deadtime is longer than 30 s, which is too long for a witness",
                "make it shorter",
            );
        }
    }
}
