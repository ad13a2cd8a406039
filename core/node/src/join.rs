//! How the members of a new view agree on one CIB.
//!
//! ```text
//!   View ──► Gathering ──(a Hello of each member)──► all the same ─────────────► Joined
//!                 ▲                                └► AwaitingSnapshot ──(it)──► Joined
//!                 └──────────── the next view, at any time ────────────
//! ```
//! All members hear the same Hellos in the same order and judge them by the same rule: nobody has to be told the
//! verdict. There is no timer: whoever does not answer leaves the view sooner or later, and the next one begins.

#[cfg(test)]
mod tests;

use crate::command::Hello;
use messaging::contract::View;
use model::NodeName;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Where joining stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    /// Not all members have said Hello.
    Gathering,
    /// This member is to send the CIB that wins.
    AwaitingSnapshot {
        /// Who.
        from: NodeName,
    },
    /// All members have the same CIB.
    Joined,
}

/// One view, from its installation on.
#[derive(Clone, Debug)]
pub struct Join {
    view: View,
    hellos: BTreeMap<NodeName, Hello>,
    stage: Stage,
}

impl Join {
    /// At the installation of a view.
    pub fn new(view: View) -> Self {
        Self { view, hellos: BTreeMap::new(), stage: Stage::Gathering }
    }

    /// The view.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Whether all members have the same CIB.
    pub fn is_joined(&self) -> bool {
        self.stage == Stage::Joined
    }

    /// What the members brought.
    pub fn hellos(&self) -> &BTreeMap<NodeName, Hello> {
        &self.hellos
    }

    /// A member's first word; the verdict once it is the last one missing.
    pub fn on_hello(&mut self, from: &NodeName, hello: Hello) -> Option<Verdict> {
        if self.stage != Stage::Gathering || !self.view.members.iter().any(|member| member.name == *from) {
            return None;
        }
        self.hellos.insert(from.clone(), hello);
        let verdict = self.verdict()?;
        self.stage = match &verdict {
            Verdict::Same => Stage::Joined,
            Verdict::From(member) => Stage::AwaitingSnapshot { from: member.clone() },
        };
        Some(verdict)
    }

    /// A CIB arrived; true when it is the awaited one, after which all are joined.
    pub fn on_snapshot(&mut self, from: &NodeName) -> bool {
        let awaited = matches!(&self.stage, Stage::AwaitingSnapshot { from: member } if member == from);
        if awaited {
            self.stage = Stage::Joined;
        }
        awaited
    }

    fn verdict(&self) -> Option<Verdict> {
        let hellos: Vec<_> = self.view.members.iter().map(|m| self.hellos.get(&m.name)).collect::<Option<_>>()?;
        let (place, best) = hellos.iter().enumerate().max_by_key(|(place, hello)| (rank(hello), Reverse(*place)))?;
        let same = hellos.iter().all(|hello| version(hello) == version(best) && hello.digest == best.digest);
        Some(if same { Verdict::Same } else { Verdict::From(self.view.members[place].name.clone()) })
    }
}

/// Which CIB the view starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everybody has it already.
    Same,
    /// This member's.
    From(NodeName),
}

/// What decides, most significant first. An administrator's word is first. Then the last view with quorum that changed
/// it: of two such views the later has a member of the earlier, so whoever has the last change has all of them. Then
/// the number of changes. Between equals, one that ran beats one from a disk, because it has a status. Seniority decides
/// the rest.
fn rank(hello: &Hello) -> (u64, u64, u64, bool, u64) {
    (hello.admin_epoch, hello.quorate_view, hello.epoch, hello.has_run, hello.num_updates)
}

fn version(hello: &Hello) -> (u64, u64, u64) {
    (hello.admin_epoch, hello.epoch, hello.num_updates)
}
