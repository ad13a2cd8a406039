//! Reasons as data: why a resource goes where it goes, and why an action is in the plan.

use crate::cluster::{Cluster, Term};
use crate::ids::{ActIx, NodeIx, RscIx};
use crate::plan::{Candidate, Contribution, Placement};
use crate::task::Task;
use model::{NodeName, ResourceId, Role, Score};
use std::sync::Arc;

impl Cluster {
    /// One placement for each primitive and instance.
    pub(super) fn placements(&self) -> Vec<Placement> {
        let mut terms: Vec<&Term> = self.terms.iter().collect();
        terms.sort_by_key(|term| term.rsc);
        let primitives = self.top.iter().flat_map(|rsc| self.primitives(*rsc));
        let placement = |(place, rsc): (usize, RscIx)| {
            let begin = terms.partition_point(|term| term.rsc < rsc);
            let length = terms[begin..].partition_point(|term| term.rsc == rsc);
            self.placement(rsc, &terms[begin..begin + length], self.shown.get(place))
        };
        primitives.enumerate().map(placement).collect()
    }

    fn placement(&self, rsc: RscIx, terms: &[&Term], shown: Option<&Arc<[Candidate]>>) -> Placement {
        let r = &self.rscs[rsc];
        let name = |node: NodeIx| NodeName::from(Arc::clone(&self.nodes[node].name));
        let candidates = match shown.filter(|shown| self.still_shows(rsc, terms, shown)) {
            Some(shown) => Arc::clone(shown),
            None => self.candidates(rsc, terms),
        };
        Placement {
            resource: ResourceId::from(Arc::clone(&r.id)),
            current: r.active.iter().copied().map(name).collect(),
            current_role: r.role,
            next: r.node().map(name),
            next_role: r.next_role,
            reason: self.placement_reason(rsc, &candidates),
            candidates,
        }
    }

    /// How every node stood.
    fn candidates(&self, rsc: RscIx, terms: &[&Term]) -> Arc<[Candidate]> {
        let mut candidates = Vec::with_capacity(self.node_order.len());
        for node in self.node_order.iter().copied() {
            let Some(score) = self.rscs[rsc].allowed.score(node) else { continue };
            let here = terms.iter().filter(|term| term.node == node);
            candidates.push(Candidate {
                node: NodeName::from(Arc::clone(&self.nodes[node].name)),
                score,
                contributions: here.map(|term| term.contribution()).collect(),
                veto: self.nodes[node].veto(),
            });
        }
        candidates.into()
    }

    /// Whether candidates that an earlier plan showed are what this one would show.
    fn still_shows(&self, rsc: RscIx, terms: &[&Term], shown: &[Candidate]) -> bool {
        let table = &self.rscs[rsc].allowed;
        let mut shown = shown.iter();
        let scored = self.node_order.iter().filter_map(|node| Some((*node, table.score(*node)?)));
        let mut all = scored.map(|(node, score)| {
            shown.next().is_some_and(|old| {
                let mut here = terms.iter().filter(|term| term.node == node);
                old.score == score
                    && old.veto == self.nodes[node].veto()
                    && *old.node.as_str() == *self.nodes[node].name
                    && old.contributions.iter().all(|old| here.next().is_some_and(|term| term.is(old)))
                    && here.next().is_none()
            })
        });
        all.all(|same| same) && shown.next().is_none()
    }

    fn placement_reason(&self, rsc: RscIx, candidates: &[Candidate]) -> String {
        let r = &self.rscs[rsc];
        if r.blocked {
            return "blocked: an earlier failure cannot be recovered without help; clean it up once it is mended"
                .to_owned();
        }
        if !r.managed {
            return if r.maintenance { "in maintenance: nobody touches it" } else { "not managed: it stays as it is" }
                .to_owned();
        }
        if self.options.stop_all {
            return "stop-all-resources is set".to_owned();
        }
        if r.removed {
            return "no longer configured".to_owned();
        }
        match r.node() {
            Some(node) => self.why_there(rsc, node, candidates),
            None => self.why_nowhere(rsc, candidates),
        }
    }

    fn why_there(&self, rsc: RscIx, node: NodeIx, candidates: &[Candidate]) -> String {
        let r = &self.rscs[rsc];
        let here = &*self.nodes[node].name;
        let score = |name: &str| candidates.iter().find(|c| c.node.as_str() == name).map_or(Score::ZERO, |c| c.score);
        let eligible = |c: &&Candidate| c.veto.is_none() && c.score >= Score::ZERO && c.node.as_str() != here;
        let second = candidates.iter().filter(eligible).max_by_key(|c| c.score);
        let stays = r.active.contains(&node);
        match second {
            None => format!("{here} is the only node that can run it"),
            Some(second) if second.score == score(here) && stays => {
                format!("it is there, and {} is not preferred to it ({} each)", second.node, second.score)
            }
            Some(second) if second.score == score(here) => format!(
                "{here} and {} are equal ({} each); {here} has fewer resources, or comes first",
                second.node, second.score
            ),
            Some(second) => format!("{here} is preferred: {} against {} on {}", score(here), second.score, second.node),
        }
    }

    fn why_nowhere(&self, rsc: RscIx, candidates: &[Candidate]) -> String {
        let r = &self.rscs[rsc];
        let mut at = Some(rsc);
        while let Some(part) = at {
            let role = self.rscs[part].meta.get("target-role").and_then(Role::parse);
            if role == Some(Role::Stopped) {
                return format!("target-role is Stopped (set on {} or what it inherits from)", self.rscs[part].base_id);
            }
            at = self.rscs[part].parent;
        }
        let reasons: Vec<String> = candidates.iter().map(|c| format!("{}: {}", c.node, why_not(c))).collect();
        if reasons.is_empty() {
            return format!("no node is allowed for {}", r.id);
        }
        format!("no node can run it ({})", reasons.join("; "))
    }

    /// Why an action is in the plan.
    pub(super) fn action_reason(&self, action: ActIx) -> String {
        let a = &self.actions[action];
        if let Some(reason) = &a.reason {
            return reason.clone();
        }
        let Some(rsc) = a.rsc else { return "a milestone that others wait for".to_owned() };
        let r = &self.rscs[rsc];
        if !r.is_primitive() {
            return format!("stands for what happens to the parts of {}", r.id);
        }
        let here = a.node.map(|node| self.nodes[node].name.to_string()).unwrap_or_default();
        let moves = r.node().is_some_and(|node| !r.active.is_empty() && !r.active.contains(&node));
        match a.task {
            Task::Monitor if a.key.interval == 0 => format!("its state on {here} is not known yet"),
            Task::Monitor => "a recurring check that belongs to its role".to_owned(),
            Task::Start if r.active.is_empty() => format!("it is to run on {here}"),
            Task::Start | Task::Stop if moves => {
                format!("it moves to {}", r.node().map(|node| self.nodes[node].name.to_string()).unwrap_or_default())
            }
            Task::Start | Task::Stop if r.failed => "it failed and is recovered".to_owned(),
            Task::Stop if r.node().is_none() => "it is not to run anywhere".to_owned(),
            Task::Start | Task::Stop => "it restarts".to_owned(),
            Task::Promote => format!("it is to be promoted on {here}"),
            Task::Demote => format!("it is not to be promoted on {here} any more"),
            Task::MigrateTo | Task::MigrateFrom => "it moves live".to_owned(),
            Task::Cancel => "the operation is no longer wanted here".to_owned(),
            Task::Delete | Task::Forget => "its history here is out of date".to_owned(),
            Task::ClearFailcount => "its failures no longer count".to_owned(),
            Task::Notify | Task::Notified => "instances are told about each other".to_owned(),
            Task::Stopped
            | Task::Running
            | Task::Demoted
            | Task::Promoted
            | Task::Reload
            | Task::Fence
            | Task::Shutdown
            | Task::Milestone
            | Task::Other(_) => String::new(),
        }
    }
}

impl Term {
    fn contribution(&self) -> Contribution {
        Contribution { score: self.score, source: self.source.to_string(), text: self.text.to_string() }
    }

    fn is(&self, told: &Contribution) -> bool {
        self.score == told.score && *self.source == *told.source && *self.text == *told.text
    }
}

fn why_not(candidate: &Candidate) -> String {
    if let Some(veto) = &candidate.veto {
        return (*veto).to_owned();
    }
    let ban = candidate.contributions.iter().find(|c| c.score == Score::MINUS_INFINITY);
    match ban.or_else(|| candidate.contributions.iter().min_by_key(|c| c.score)) {
        Some(term) if candidate.score < Score::ZERO => term.text.clone(),
        Some(_) | None if candidate.score < Score::ZERO => format!("score {}", candidate.score),
        Some(_) | None => "what it goes with is not there".to_owned(),
    }
}
