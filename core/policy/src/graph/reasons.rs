//! Reasons as data: why a resource goes where it goes, and why an action is in the plan.

use crate::cluster::{Cluster, Term};
use crate::ids::{ActIx, NodeIx, RscIx};
use crate::options::NoQuorum;
use crate::plan::{Candidate, Candidates, Contribution, Host, Placement};
use crate::task::Task;
use model::{NodeName, ResourceId, Role, Score};
use std::sync::Arc;

impl Cluster {
    /// One placement for each primitive and instance.
    pub(super) fn placements(&self) -> Vec<Placement> {
        let hosts: Arc<[Host]> = self.node_order.iter().map(|node| self.host(*node)).collect();
        let mut terms: Vec<&Term> = self.terms.iter().collect();
        terms.sort_by_key(|term| term.rsc);
        let primitives = self.top.iter().flat_map(|rsc| self.primitives(*rsc));
        let placement = |rsc: RscIx| {
            let begin = terms.partition_point(|term| term.rsc < rsc);
            let length = terms[begin..].partition_point(|term| term.rsc == rsc);
            self.placement(rsc, self.candidates(rsc, &hosts, &terms[begin..begin + length]))
        };
        primitives.map(placement).collect()
    }

    /// How the nodes stood for one resource, when nobody needs to know it for all.
    pub(super) fn candidates_of(&self, rsc: RscIx) -> Candidates {
        let hosts: Arc<[Host]> = self.node_order.iter().map(|node| self.host(*node)).collect();
        let terms: Vec<&Term> = self.terms.iter().filter(|term| term.rsc == rsc).collect();
        self.candidates(rsc, &hosts, &terms)
    }

    fn host(&self, node: NodeIx) -> Host {
        Host { name: self.node_name(node), veto: self.nodes[node].veto() }
    }

    /// A node's name, as others see it.
    pub(super) fn node_name(&self, node: NodeIx) -> NodeName {
        NodeName::from(Arc::clone(&self.nodes[node].name))
    }

    fn candidates(&self, rsc: RscIx, hosts: &Arc<[Host]>, terms: &[&Term]) -> Candidates {
        let place = |wanted: NodeIx| self.node_order.iter().position(|node| *node == wanted);
        let contribution = |term: &&Term| {
            let told =
                Contribution { score: term.score, source: Arc::clone(&term.source), text: Arc::clone(&term.text) };
            Some((place(term.node)?, told))
        };
        let table = &self.rscs[rsc].allowed;
        let scores = self.node_order.iter().map(|node| table.score(*node)).collect();
        Candidates::new(hosts, scores, terms.iter().filter_map(contribution).collect())
    }

    pub(super) fn placement(&self, rsc: RscIx, candidates: Candidates) -> Placement {
        let r = &self.rscs[rsc];
        Placement {
            resource: ResourceId::from(Arc::clone(&r.id)),
            current: r.active.iter().map(|node| self.node_name(*node)).collect(),
            current_role: r.role,
            next: r.node().map(|node| self.node_name(node)),
            next_role: r.next_role,
            reason: self.placement_reason(rsc, &candidates),
            candidates,
        }
    }

    fn placement_reason(&self, rsc: RscIx, candidates: &Candidates) -> String {
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

    fn why_there(&self, rsc: RscIx, node: NodeIx, candidates: &Candidates) -> String {
        let r = &self.rscs[rsc];
        let here = &*self.nodes[node].name;
        let score = r.allowed.score(node).unwrap_or(Score::ZERO);
        let place = self.node_order.iter().position(|other| *other == node);
        let eligible = |c: &Candidate<'_>| c.host.veto.is_none() && c.score >= Score::ZERO && Some(c.place) != place;
        let second = candidates.iter().filter(eligible).max_by_key(|c| c.score);
        let stays = r.active.contains(&node);
        match second {
            None => format!("{here} is the only node that can run it"),
            Some(second) if second.score == score && stays => {
                format!("it is there, and {} is not preferred to it ({} each)", second.host.name, second.score)
            }
            Some(second) if second.score == score => format!(
                "{here} and {} are equal ({} each); {here} has fewer resources, or comes first",
                second.host.name, second.score
            ),
            Some(second) => format!("{here} is preferred: {} against {} on {}", score, second.score, second.host.name),
        }
    }

    fn why_nowhere(&self, rsc: RscIx, candidates: &Candidates) -> String {
        let r = &self.rscs[rsc];
        let mut at = Some(rsc);
        while let Some(part) = at {
            let role = self.rscs[part].meta.get("target-role").and_then(Role::parse);
            if role == Some(Role::Stopped) {
                return format!("target-role is Stopped (set on {} or what it inherits from)", self.rscs[part].base_id);
            }
            at = self.rscs[part].parent;
        }
        let reasons: Vec<String> = candidates.iter().map(|c| format!("{}: {}", c.host.name, why_not(c))).collect();
        if reasons.is_empty() {
            return format!("no node is allowed for {}", r.id);
        }
        format!("no node can run it ({})", reasons.join("; "))
    }

    fn stops_without_quorum(&self) -> bool {
        !self.options.quorate && self.options.no_quorum == NoQuorum::Stop
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
            Task::Stop if r.node().is_some() && self.stops_without_quorum() => {
                "this part of the cluster has no quorum (no-quorum-policy is stop)".to_owned()
            }
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

fn why_not(candidate: Candidate<'_>) -> String {
    if let Some(veto) = candidate.host.veto {
        return veto.to_owned();
    }
    let ban = candidate.contributions().find(|c| c.score == Score::MINUS_INFINITY);
    match ban.or_else(|| candidate.contributions().min_by_key(|c| c.score)) {
        Some(term) if candidate.score < Score::ZERO => term.text.to_string(),
        Some(_) | None if candidate.score < Score::ZERO => format!("score {}", candidate.score),
        Some(_) | None => "what it goes with is not there".to_owned(),
    }
}
