//! To whom the vote was given, and how that is written on disk.

use crate::contract::{Incarnation, Member};
use model::NodeName;
use std::fmt;
use std::time::Duration;

/// To whom the vote was given, and for how long at a time.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Grant {
    /// The members of the half, by name.
    pub holder: Vec<Member>,
    /// For how long, from its last question on.
    pub lease: Duration,
}

impl Grant {
    pub(super) fn new(members: &[Member], lease: Duration) -> Self {
        let mut holder = members.to_vec();
        holder.sort_by(|a, b| (&a.name, a.incarnation).cmp(&(&b.name, b.incarnation)));
        Self { holder, lease }
    }

    /// These members are all of the holder, in the same or a later life, so that nobody else can believe in the vote.
    pub(super) fn is_continued_by(&self, members: &[Member]) -> bool {
        let is_there = |one: &Member| {
            members.iter().any(|member| member.name == one.name && member.incarnation >= one.incarnation)
        };
        !self.holder.is_empty() && self.holder.iter().all(is_there)
    }

    /// What [`Grant::to_string`] gave; `None` for anything else, a damaged file among it.
    pub fn parse(text: &str) -> Option<Self> {
        let (body, sum) = text.rsplit_once("sum ")?;
        if sum != format!("{:016x}\n", checksum(body)) {
            return None;
        }
        let mut lines = body.lines();
        let lease = lines.next()?.strip_prefix("lease ")?.parse().ok()?;
        let holder = lines.map(member).collect::<Option<Vec<_>>>()?;
        Some(Self { holder, lease: Duration::from_millis(lease) })
    }
}

fn member(line: &str) -> Option<Member> {
    let (name, incarnation) = line.strip_prefix("node ")?.split_once(' ')?;
    Some(Member { name: NodeName::new(name), incarnation: Incarnation(incarnation.parse().ok()?) })
}

impl fmt::Display for Grant {
    /// Lines of text, with a checksum in the last one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut body = format!("lease {}\n", self.lease.as_millis());
        for Member { name, incarnation } in &self.holder {
            body.push_str(&format!("node {name} {}\n", incarnation.0));
        }
        writeln!(f, "{body}sum {:016x}", checksum(&body))
    }
}

/// FNV-1a: against accidents, not against people.
fn checksum(text: &str) -> u64 {
    text.bytes()
        .fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3))
}
