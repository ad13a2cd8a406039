//! Configured orderings: pairs, sets, and sets of sets, each in both directions where they are symmetrical.

use super::Set;
use crate::cluster::Cluster;
use crate::ids::RscIx;
use crate::relation::{End, Rel};
use crate::task::{Key, Task};
use crate::values;
use cib::Element;
use model::Score;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Force {
    Optional,
    Mandatory,
    Serialize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Symmetry {
    Asymmetric,
    Symmetric,
    Inverse,
}

fn relation(force: Force, first: Task, symmetry: Symmetry) -> Rel {
    match (force, symmetry) {
        (Force::Optional, _) => Rel::ORDERED,
        (Force::Serialize, _) => Rel::SERIALIZE,
        (Force::Mandatory, Symmetry::Asymmetric) => Rel::ORDERED | Rel::ASYMMETRIC,
        (Force::Mandatory, Symmetry::Symmetric) if first.is_up() => {
            Rel::ORDERED | Rel::FIRST_IMPLIES_THEN | Rel::UNRUNNABLE_FIRST_BLOCKS
        }
        (Force::Mandatory, Symmetry::Symmetric) => Rel::ORDERED | Rel::FIRST_IMPLIES_THEN,
        (Force::Mandatory, Symmetry::Inverse) => Rel::ORDERED | Rel::THEN_IMPLIES_FIRST,
    }
}

impl Cluster {
    fn force(&mut self, element: &Element) -> Force {
        match element.attribute("kind") {
            Some("Mandatory") => Force::Mandatory,
            Some("Optional") => Force::Optional,
            Some("Serialize") => Force::Serialize,
            Some(other) => {
                let (id, other) = (element.id().unwrap_or_default().to_owned(), other.to_owned());
                self.complain(
                    &id,
                    format!(
                        "kind '{other}' of '{id}' is none and counts as Mandatory; use Mandatory, Optional or Serialize"
                    ),
                );
                Force::Mandatory
            }
            None => match element.attribute("score").map(|text| self.options.score(text).unwrap_or(Score::ZERO)) {
                Some(Score::ZERO) => Force::Optional,
                Some(_) | None => Force::Mandatory,
            },
        }
    }

    fn symmetry(&mut self, element: &Element, parent: Force, inherited: Option<&str>) -> Symmetry {
        let own = element.attribute("kind").is_some() || element.attribute("score").is_some();
        let force = if own { self.force(element) } else { parent };
        let explicit = element.attribute("symmetrical").and_then(values::boolean);
        let symmetric = explicit.or_else(|| inherited.map(|text| values::is_true(Some(text))));
        match (symmetric, force) {
            (Some(true) | None, Force::Optional | Force::Mandatory) => Symmetry::Symmetric,
            (Some(_) | None, _) => Symmetry::Asymmetric,
        }
    }

    pub(super) fn unpack_ordering(&mut self, id: &str, element: &Element) {
        let force = self.force(element);
        let symmetry = self.symmetry(element, force, None);
        let Some(mut sets) = self.sets(element) else { return };
        if let (true, Some(first), Some(then)) =
            (sets.is_empty(), element.attribute("first"), element.attribute("then"))
        {
            let carried = [("action", element.attribute("first-action")), ("action", element.attribute("then-action"))];
            match self.sets_for_lists(id, [first, then], carried) {
                Ok(expanded) => sets = expanded,
                Err(()) => return,
            }
        }
        let mut last: Option<&Set> = None;
        for set in &sets {
            if self.order_in_set(set, force, element.attribute("symmetrical")).is_none() {
                return;
            }
            if let Some(last) = last {
                if self.order_sets((last, set), force, symmetry).is_none() {
                    return;
                }
                if symmetry == Symmetry::Symmetric && self.order_sets((set, last), force, Symmetry::Inverse).is_none() {
                    return;
                }
            }
            last = Some(set);
        }
        if sets.is_empty() {
            self.order_pair(id, element, force, symmetry);
        }
    }

    fn named(&mut self, id: &str, name: &str) -> Option<RscIx> {
        let rsc = self.constrained(name);
        if rsc.is_none() {
            self.missing(id, name);
        }
        rsc
    }

    fn order_pair(&mut self, id: &str, element: &Element, force: Force, symmetry: Symmetry) {
        let Some(first) = self.named(id, element.attribute("first").unwrap_or_default()) else { return };
        let Some(then) = self.named(id, element.attribute("then").unwrap_or_default()) else { return };
        let first_task = self.task(element.attribute("first-action").unwrap_or("start"));
        let then_task = element.attribute("then-action").map_or(first_task, |word| self.task(word));
        let rel = relation(force, first_task, symmetry);
        match self.least_instances(first, element) {
            0 => self.order_tasks(first, first_task, then, then_task, rel),
            least => {
                let enough = self.milestone(&format!("clone-one-or-more:{id}"));
                self.actions[enough].runnable_needed = least;
                for instance in self.rscs[first].children.clone() {
                    self.order(
                        End::Key(instance, Key::once(first_task)),
                        End::Action(enough),
                        Rel::MIN_RUNNABLE | Rel::FIRST_IMPLIES_THEN_GRAPHED,
                    );
                }
                self.order(
                    End::Action(enough),
                    End::Key(then, Key::once(then_task)),
                    rel | Rel::UNRUNNABLE_FIRST_BLOCKS,
                );
            }
        }
        if symmetry != Symmetry::Symmetric {
            return;
        }
        match (first_task.inverse(), then_task.inverse()) {
            (Some(first_down), Some(then_down)) => {
                self.order_tasks(then, then_down, first, first_down, relation(force, first_down, Symmetry::Inverse));
            }
            _ => self.warn(
                id,
                format!("constraint '{id}' has no inverse; say symmetrical=false and add the inverse by hand"),
            ),
        }
    }

    /// How many instances of a clone must be there before what follows.
    fn least_instances(&self, first: RscIx, element: &Element) -> u32 {
        let r = &self.rscs[first];
        if !r.is_clone() {
            return 0;
        }
        if let Some(least) = r.meta.get("clone-min") {
            return values::leading_integer(least).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        }
        u32::from(element.attribute("require-all").is_some_and(|text| values::boolean(text) != Some(true)))
    }

    fn order_in_set(&mut self, set: &Set, parent: Force, inherited: Option<&str>) -> Option<()> {
        let task = self.task(set.xml.attribute("action").unwrap_or("start"));
        let force = if set.xml.attribute("kind").is_some() { self.force(&set.xml) } else { parent };
        let sequential = values::is_true(Some(set.xml.attribute("sequential").unwrap_or("1")));
        let symmetry = self.symmetry(&set.xml, parent, inherited);
        let mut members = Vec::new();
        for name in &set.members {
            members.push(self.named(&set.id, name)?);
        }
        let rel = relation(force, task, symmetry);
        if force == Force::Serialize {
            for (at, first) in members.iter().enumerate() {
                for then in &members[at + 1..] {
                    self.order_tasks(*first, task, *then, task, rel);
                }
            }
        } else if sequential {
            for pair in members.windows(2) {
                self.order_tasks(pair[0], task, pair[1], task, rel);
            }
        }
        if members.len() > 1
            && symmetry != Symmetry::Asymmetric
            && sequential
            && let Some(down) = task.inverse()
        {
            let rel = relation(force, down, Symmetry::Inverse);
            for pair in members.windows(2) {
                self.order_tasks(pair[1], down, pair[0], down, rel);
            }
        }
        Some(())
    }

    fn order_sets(&mut self, (one, two): (&Set, &Set), force: Force, symmetry: Symmetry) -> Option<()> {
        let mut tasks = [one, two].map(|set| self.task(set.xml.attribute("action").unwrap_or("start")));
        if symmetry == Symmetry::Inverse {
            tasks = [tasks[0].inverse()?, tasks[1].inverse()?];
        }
        let [first_task, then_task] = tasks;
        let all = one.xml.attribute("require-all").and_then(values::boolean) != Some(false);
        let rel = relation(force, first_task, symmetry);
        if !all && !matches!(first_task, Task::Stop | Task::Demote) {
            return self.order_any_of((one, two), tasks, rel);
        }
        let strict = |set: &Set| values::is_true(set.xml.attribute("sequential"));
        let inverse = symmetry == Symmetry::Inverse;
        let edge = |set: &Set, first: bool| -> Vec<String> {
            if !strict(set) {
                return set.members.clone();
            }
            let member = if first { set.members.first() } else { set.members.last() };
            member.cloned().into_iter().collect()
        };
        let (firsts, thens) = (edge(one, inverse), edge(two, !inverse));
        for first in &firsts {
            let first = self.named(&one.id, first)?;
            for then in &thens {
                let then = self.named(&two.id, then)?;
                self.order_tasks(first, first_task, then, then_task, rel);
            }
        }
        Some(())
    }

    /// Any one member of the first set is enough for the second.
    fn order_any_of(&mut self, (one, two): (&Set, &Set), [first_task, then_task]: [Task; 2], rel: Rel) -> Option<()> {
        let enough = self.milestone(&format!("one-or-more:{}", one.id));
        self.actions[enough].runnable_needed = 1;
        for name in &one.members {
            let first = self.named(&one.id, name)?;
            self.order(
                End::Key(first, Key::once(first_task)),
                End::Action(enough),
                Rel::MIN_RUNNABLE | Rel::FIRST_IMPLIES_THEN_GRAPHED,
            );
        }
        for name in &two.members {
            let then = self.named(&two.id, name)?;
            self.order(End::Action(enough), End::Key(then, Key::once(then_task)), rel | Rel::UNRUNNABLE_FIRST_BLOCKS);
        }
        Some(())
    }
}
