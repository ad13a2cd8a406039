//! Colocations: pairs, sets, and sets of sets, each as pairs in the end.

use super::Set;
use crate::cluster::{Cluster, Colocation};
use crate::ids::{ColocationIx, RscIx};
use crate::relation::Rel;
use crate::task::Task;
use crate::values;
use cib::Element;
use model::{Role, Score};
use std::cmp::Ordering;

/// What a colocation says beside who is with whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms<'a> {
    pub id: &'a str,
    pub attribute: Option<&'a str>,
    pub score: Score,
    pub dependent_role: Option<&'a str>,
    pub primary_role: Option<&'a str>,
    pub influence: bool,
    pub explicit: bool,
}

impl Terms<'_> {
    /// The terms of a colocation that the kind of a resource implies.
    pub fn implied(id: &str, score: Score, influence: bool) -> Terms<'_> {
        Terms { id, attribute: None, score, dependent_role: None, primary_role: None, influence, explicit: false }
    }
}

/// A role in a constraint; started means any. `Err` for a word that is none.
pub(super) fn constraint_role(text: Option<&str>) -> Result<Option<Role>, ()> {
    match text.map(Role::parse) {
        None | Some(Some(Role::Started)) => Ok(None),
        Some(Some(role @ (Role::Stopped | Role::Unpromoted | Role::Promoted))) => Ok(Some(role)),
        Some(Some(Role::Unknown) | None) => Err(()),
    }
}

fn sequential(set: &Set) -> bool {
    set.xml.attribute("sequential").and_then(values::boolean) != Some(false)
}

impl Cluster {
    pub(super) fn unpack_colocation(&mut self, id: &str, element: &Element) {
        let Some(mut sets) = self.sets(element) else { return };
        let (dependent, primary) = (element.attribute("rsc"), element.attribute("with-rsc"));
        if let (true, Some(dependent), Some(primary)) = (sets.is_empty(), dependent, primary) {
            if self.constrained(dependent).is_none()
                && self.constrained(primary).is_none()
                && self.list(dependent).is_some()
                && self.list(primary).is_some()
            {
                self.complain(
                    id,
                    format!(
                        "constraint '{id}' is ignored: two templates or tags cannot be colocated; use resource sets"
                    ),
                );
                return;
            }
            let carried = [("role", element.attribute("rsc-role")), ("role", element.attribute("with-rsc-role"))];
            match self.sets_for_lists(id, [dependent, primary], carried) {
                Ok(expanded) => sets = expanded,
                Err(()) => return,
            }
        }
        let score = match element.attribute("score").map(|text| self.options.score(text)) {
            None => Score::ZERO,
            Some(Some(score)) => score,
            Some(None) => {
                self.complain(
                    id,
                    format!("constraint '{id}' is ignored: its score is none; use an integer or INFINITY"),
                );
                return;
            }
        };
        let influence = element.attribute("influence");
        let mut last: Option<&Set> = None;
        for set in &sets {
            self.colocate_in_set(set, score, influence);
            if let Some(last) = last {
                self.colocate_sets(id, last, set, (score, influence));
            }
            last = Some(set);
        }
        if sets.is_empty() {
            self.colocate_pair(id, element, score);
        }
    }

    fn colocate_pair(&mut self, id: &str, element: &Element, score: Score) {
        let name = |attribute| element.attribute(attribute).unwrap_or_default();
        let (Some(dependent), Some(primary)) = (self.constrained(name("rsc")), self.constrained(name("with-rsc")))
        else {
            let missing = if self.constrained(name("rsc")).is_none() { name("rsc") } else { name("with-rsc") };
            self.missing(id, missing);
            return;
        };
        let terms = Terms {
            id,
            attribute: element.attribute("node-attribute"),
            score,
            dependent_role: element.attribute("rsc-role"),
            primary_role: element.attribute("with-rsc-role"),
            influence: self.influence(dependent, element.attribute("influence")),
            explicit: true,
        };
        self.colocate(dependent, primary, terms);
    }

    fn influence(&self, rsc: RscIx, text: Option<&str>) -> bool {
        text.and_then(values::boolean).unwrap_or(self.rscs[rsc].critical)
    }

    fn colocate_in_set(&mut self, set: &Set, score: Score, influence: Option<&str>) {
        let score = match set.xml.attribute("score") {
            None => score,
            Some(text) => match self.options.score(text) {
                Some(score) => score,
                None => return self.complain(&set.id, format!("set '{}' is ignored: '{text}' is no score", set.id)),
            },
        };
        if score == Score::ZERO || !sequential(set) {
            return;
        }
        let role = set.xml.attribute("role");
        let grouped = set.xml.attribute("ordering").is_none_or(|ordering| ordering.eq_ignore_ascii_case("group"));
        let terms = |influence| Terms {
            id: &set.id,
            attribute: None,
            score,
            dependent_role: role,
            primary_role: role,
            influence,
            explicit: true,
        };
        let mut before: Vec<RscIx> = Vec::new();
        for name in &set.members {
            let Some(rsc) = self.constrained(name) else {
                self.missing(&set.id, name);
                return;
            };
            let terms = terms(self.influence(rsc, influence));
            if score > Score::ZERO {
                if let Some(other) = before.last().copied() {
                    let (dependent, primary) = if grouped { (rsc, other) } else { (other, rsc) };
                    self.colocate(dependent, primary, terms);
                }
            } else {
                for other in before.clone() {
                    self.colocate(rsc, other, terms);
                }
            }
            before.push(rsc);
        }
    }

    /// Each set of a constraint is colocated with the next: by its first member where it is sequential, else by all.
    fn colocate_sets(&mut self, id: &str, one: &Set, two: &Set, (score, influence): (Score, Option<&str>)) {
        if score == Score::ZERO {
            return;
        }
        let first: Vec<String> =
            if sequential(one) { one.members.iter().take(1).cloned().collect() } else { one.members.clone() };
        let second: Vec<String> =
            if sequential(two) { two.members.last().cloned().into_iter().collect() } else { two.members.clone() };
        for dependent in &first {
            let Some(dependent) = self.constrained(dependent) else {
                self.missing(id, dependent);
                if sequential(one) {
                    return;
                }
                continue;
            };
            for primary in &second {
                let Some(primary) = self.constrained(primary) else {
                    self.missing(id, primary);
                    continue;
                };
                let terms = Terms {
                    id,
                    attribute: None,
                    score,
                    dependent_role: one.xml.attribute("role"),
                    primary_role: two.xml.attribute("role"),
                    influence: self.influence(dependent, influence),
                    explicit: true,
                };
                self.colocate(dependent, primary, terms);
            }
        }
    }

    /// Adds one colocation; one that forbids also orders what leaves a node before what comes.
    pub(crate) fn colocate(&mut self, dependent: RscIx, primary: RscIx, terms: Terms<'_>) {
        let (Ok(dependent_role), Ok(primary_role)) =
            (constraint_role(terms.dependent_role), constraint_role(terms.primary_role))
        else {
            self.complain(terms.id, format!("constraint '{}' is ignored: one of its roles is none", terms.id));
            return;
        };
        if terms.score == Score::ZERO {
            return;
        }
        let colocation = self.colocations.push(Colocation {
            id: terms.id.to_owned(),
            attribute: terms.attribute.unwrap_or("#uname").to_owned(),
            score: terms.score,
            dependent,
            primary,
            dependent_role,
            primary_role,
            influence: terms.influence,
            explicit: terms.explicit,
        });
        let mut list = std::mem::take(&mut self.rscs[dependent].this_with);
        self.insert_colocation(&mut list, colocation, false);
        self.rscs[dependent].this_with = list;
        let mut list = std::mem::take(&mut self.rscs[primary].with_this);
        self.insert_colocation(&mut list, colocation, true);
        self.rscs[primary].with_this = list;
        if terms.score == Score::MINUS_INFINITY {
            self.order_apart((dependent, dependent_role), (primary, primary_role));
            self.order_apart((primary, primary_role), (dependent, dependent_role));
        }
    }

    fn order_apart(&mut self, (first, first_role): (RscIx, Option<Role>), (then, then_role): (RscIx, Option<Role>)) {
        let leaves: &[Task] = match first_role {
            Some(Role::Promoted) => &[Task::Demote],
            Some(Role::Unpromoted) => &[Task::Stop, Task::Promote],
            Some(Role::Unknown | Role::Stopped | Role::Started) | None => &[Task::Stop],
        };
        let comes: &[Task] = match then_role {
            Some(Role::Promoted) => &[Task::Promote],
            Some(Role::Unpromoted) => &[Task::Start, Task::Demote],
            Some(Role::Unknown | Role::Stopped | Role::Started) | None => &[Task::Start],
        };
        for leave in leaves {
            for come in comes {
                self.order_tasks(first, *leave, then, *come, Rel::IF_REQUIRED_ON_SAME_NODE);
            }
        }
    }

    /// Inserts by importance: before the first that is not more important.
    pub(crate) fn insert_colocation(&self, list: &mut Vec<ColocationIx>, colocation: ColocationIx, by_dependent: bool) {
        let place = list.iter().position(|other| self.compare_importance(colocation, *other, by_dependent).is_le());
        list.insert(place.unwrap_or(list.len()), colocation);
    }

    fn compare_importance(&self, a: ColocationIx, b: ColocationIx, by_dependent: bool) -> Ordering {
        let side = |colocation: ColocationIx| {
            let c = &self.colocations[colocation];
            &self.rscs[if by_dependent { c.dependent } else { c.primary }]
        };
        let (a, b) = (side(a), side(b));
        let promotable = |r: &crate::resource::Rsc| r.is_clone() && r.promotable;
        (b.priority.cmp(&a.priority))
            .then_with(|| b.kind.rank().cmp(&a.kind.rank()))
            .then_with(|| if a.is_clone() { promotable(b).cmp(&promotable(a)) } else { Ordering::Equal })
            .then_with(|| a.id.cmp(&b.id))
    }
}
