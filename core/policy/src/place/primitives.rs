//! Placing a primitive: mandatory colocations first, then wishes, then the best node that is left.

use crate::cluster::Cluster;
use crate::ids::{ColocationIx, NodeIx, RscIx};
use crate::options::NoQuorum;
use model::{Role, Score};
use std::sync::Arc;

impl Cluster {
    pub(super) fn place_primitive(&mut self, rsc: RscIx, prefer: Option<NodeIx>, stop: bool) -> Option<NodeIx> {
        if let Some(parent) = self.rscs[rsc].parent.filter(|parent| !self.rscs[*parent].assigning) {
            self.place(parent, prefer, stop);
        }
        if !self.rscs[rsc].unassigned {
            return self.rscs[rsc].node();
        }
        if self.rscs[rsc].assigning {
            return None;
        }
        self.rscs[rsc].assigning = true;
        self.apply_colocations(rsc);
        let r = &mut self.rscs[rsc];
        if r.next_role == Role::Stopped {
            self.add_score_everywhere(rsc, Score::MINUS_INFINITY, ("target-role", "it is not to run"));
        } else if r.next_role > r.role && !self.options.quorate && self.options.no_quorum == NoQuorum::Freeze {
            r.next_role = r.role;
        }
        self.note_scores("primitive", rsc);
        self.settle(rsc, prefer, stop);
        self.rscs[rsc].assigning = false;
        if self.rscs[rsc].is_connection {
            self.connection_placed(rsc);
        }
        self.rscs[rsc].node()
    }

    fn apply_colocations(&mut self, rsc: RscIx) {
        let (this_with, with_this) = (self.this_with(rsc), self.with_this(rsc));
        for mandatory in [true, false] {
            for colocation in this_with.iter().copied() {
                if self.colocations[colocation].score.is_infinite() == mandatory {
                    self.apply_this_with(colocation, rsc);
                }
            }
            for colocation in with_this.iter().copied() {
                if self.colocations[colocation].score.is_infinite() == mandatory {
                    self.add_dependent_scores(colocation, rsc);
                }
            }
        }
    }

    fn apply_this_with(&mut self, colocation: ColocationIx, rsc: RscIx) {
        let c = &self.colocations[colocation];
        let (primary, score) = (c.primary, c.score);
        let undoable =
            c.dependent_role >= Some(Role::Promoted) || (score < Score::ZERO && score > Score::MINUS_INFINITY);
        let before = undoable.then(|| self.rscs[rsc].allowed.clone());
        if self.rscs[primary].unassigned {
            self.place(primary, None, true);
        }
        self.colocate_dependent(rsc, primary, colocation);
        if let Some(before) = before.filter(|_| !self.any_available(&self.rscs[rsc].allowed)) {
            self.rscs[rsc].allowed = before;
        }
    }

    fn settle(&mut self, rsc: RscIx, prefer: Option<NodeIx>, stop: bool) {
        if self.options.fencing && !self.have_fencing {
            self.rscs[rsc].managed = false;
        }
        if !self.rscs[rsc].managed {
            self.rscs[rsc].next_role = self.rscs[rsc].role;
            let here = self.current_node(rsc).map(|node| (node, self.nodes[node].base));
            self.assign(rsc, here, true, stop);
        } else if self.options.stop_all {
            self.assign(rsc, None, true, stop);
        } else {
            self.assign_best(rsc, prefer, stop);
        }
    }

    fn assign_best(&mut self, rsc: RscIx, prefer: Option<NodeIx>, stop: bool) {
        let roomiest = self.ban_full_nodes(rsc);
        let prefer = prefer.or(roomiest);
        if !self.rscs[rsc].unassigned {
            return;
        }
        self.spare_worn_out(rsc);
        let here = self.current_node(rsc);
        let table = &self.rscs[rsc].allowed;
        let score = |node: NodeIx| table.score(node).unwrap_or(Score::MINUS_INFINITY);
        let Some((best, best_score)) = self.best(table, here) else {
            self.assign(rsc, None, false, stop);
            return;
        };
        let preferred = prefer.filter(|node| {
            table.get(*node).is_some() && score(*node) >= best_score && self.is_available(*node, score(*node))
        });
        let chosen = preferred.unwrap_or_else(|| {
            let in_unique_clone = self.rscs[rsc].parent.is_some_and(|p| self.rscs[p].is_clone() && self.rscs[p].unique);
            let stay = !in_unique_clone && best_score > Score::ZERO && self.nodes[best].can_host();
            let here = here.filter(|node| stay && self.is_available(*node, self.nodes[*node].base));
            here.filter(|node| score(*node) == best_score).unwrap_or(best)
        });
        let chosen = (chosen, score(chosen));
        self.assign(rsc, Some(chosen), false, stop);
    }

    /// Failures alone never stop a service for want of a better node: only a ban does.
    fn spare_worn_out(&mut self, rsc: RscIx) {
        if self.worn.is_empty() || self.any_available(&self.rscs[rsc].allowed) {
            return;
        }
        let top = self.top_of(rsc, false);
        let worn = self.worn.iter().filter(|worn| worn.top == top).map(|worn| worn.node);
        let table = &self.rscs[rsc].allowed;
        let spared = worn.filter(|node| self.nodes[*node].can_host());
        let spared = spared
            .filter_map(|node| Some((table.score(node)?, node)))
            .filter(|(score, _)| *score > Score::MINUS_INFINITY);
        let Some((score, node)) = spared.max_by_key(|(score, node)| (*score, std::cmp::Reverse(*node))) else { return };
        if let Some(standing) = self.rscs[rsc].allowed.get_mut(node) {
            standing.score = Score::ZERO;
        }
        self.note_term(
            rsc,
            node,
            -score,
            ("resource-failure-stickiness", "failures alone never stop a service that has no other node"),
        );
        self.tell_worn_out(rsc, node);
    }

    fn tell_worn_out(&mut self, rsc: RscIx, node: NodeIx) {
        let whole = self.rscs[rsc].parent.filter(|parent| self.rscs[*parent].is_group()).unwrap_or(rsc);
        let mut worn = self.worn.iter_mut().filter(|worn| worn.whole == whole && worn.node == node);
        let Some(worn) = worn.find(|worn| worn.total < Score::ZERO && !worn.told) else { return };
        worn.told = true;
        let (total, id, name) = (worn.total, Arc::clone(&self.rscs[whole].id), Arc::clone(&self.nodes[node].name));
        let (what, fix) = ("it stays because no other node can run it", "Mend it, then reset its failcount");
        let text = format!("{id} has failed so often on {name} that its score there is {total}; {what}. {fix}");
        self.warn(&id, text);
    }

    /// A remote node is as reachable as its connection is placed.
    fn connection_placed(&mut self, rsc: RscIx) {
        let id = Arc::clone(&self.rscs[rsc].id);
        let Some(node) = self.node_by_name(&id) else { return };
        if self.rscs[rsc].node().is_some() && self.rscs[rsc].next_role != Role::Stopped {
            self.nodes[node].online = true;
            if !self.nodes[node].seen {
                self.nodes[node].unclean = false;
            }
        } else {
            self.nodes[node].shutdown = true;
        }
    }
}
