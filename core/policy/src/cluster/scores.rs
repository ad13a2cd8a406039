//! Adding to the score of a resource on a node, together with what it is for.

use super::{Cluster, Term};
use crate::ids::{NodeIx, RscIx};
use crate::node::{Standing, Table};
use model::Score;
use std::sync::Arc;

impl Cluster {
    /// Whether something can be put on a node, by its standing.
    pub(crate) fn is_available(&self, node: NodeIx, score: Score) -> bool {
        self.nodes[node].can_host() && score >= Score::ZERO
    }

    /// Whether a table has a node that something can be put on.
    pub(crate) fn any_available(&self, table: &Table) -> bool {
        table.iter().any(|(node, standing)| !standing.spoiled && self.is_available(node, standing.score))
    }

    /// The standing that a node lends to a table it was not in.
    pub(crate) fn fresh_standing(&self, node: NodeIx) -> Standing {
        Standing::new(self.nodes[node].base, self.nodes[node].probe)
    }

    /// Adds to a resource's score on a node, and to its parts'; a node that was not considered is then.
    pub(crate) fn add_score(&mut self, rsc: RscIx, node: NodeIx, score: Score, why: (&str, &str)) {
        for child in self.rscs[rsc].children.clone() {
            self.add_score(child, node, score, why);
        }
        let fresh = self.fresh_standing(node);
        let table = &mut self.rscs[rsc].allowed;
        if table.get(node).is_none() {
            table.insert(node, fresh);
        }
        if let Some(standing) = table.get_mut(node) {
            standing.score += score;
        }
        self.note_term(rsc, node, score, why);
    }

    /// As [`Cluster::add_score`], on every node.
    pub(crate) fn add_score_everywhere(&mut self, rsc: RscIx, score: Score, why: (&str, &str)) {
        for node in self.node_order.clone() {
            self.add_score(rsc, node, score, why);
        }
        if score == Score::MINUS_INFINITY {
            self.rscs[rsc].assigned = None;
        }
    }

    /// Remembers a term of a score, for the reasons.
    pub(crate) fn note_term(&mut self, rsc: RscIx, node: NodeIx, score: Score, (source, text): (&str, &str)) {
        if score != Score::ZERO && self.rscs[rsc].is_primitive() {
            // Terms of one kind come one after the other: they share their words.
            let last = self.terms.last();
            let shared = |words: &str, old: Option<&Arc<str>>| match old.filter(|old| ***old == *words) {
                Some(old) => Arc::clone(old),
                None => Arc::from(words),
            };
            let (source, text) =
                (shared(source, last.map(|term| &term.source)), shared(text, last.map(|term| &term.text)));
            self.terms.push(Term { rsc, node, score, source, text });
        }
    }
}
