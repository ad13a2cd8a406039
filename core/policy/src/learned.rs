//! What was worked out about the operations of a resource: most of it holds on every node, and for every plan of a
//! configuration.

use crate::digest::Calculated;
use crate::operation::Operation;
use crate::task::Task;
use std::sync::Arc;

/// An operation by its task and interval.
pub(crate) type Which = (Task, u64);

/// What is known of a resource's operations.
#[derive(Clone, Debug, Default)]
pub(crate) struct Learned(Option<Arc<Facts>>);

#[derive(Clone, Debug, Default)]
struct Facts {
    operations: Vec<(Which, Arc<Operation>)>,
    digests: Vec<(Which, Arc<Calculated>)>,
    /// What of it another plan must work out again.
    passing: Vec<Which>,
}

fn find<T>(known: &[(Which, Arc<T>)], which: Which) -> Option<&Arc<T>> {
    known.iter().find(|(other, _)| *other == which).map(|(_, fact)| fact)
}

impl Learned {
    /// What holds for every instance of a clone, from another one.
    pub fn lasting_operation(&self, which: Which) -> Option<&Arc<Operation>> {
        let facts = self.0.as_ref()?;
        find(&facts.operations, which).filter(|_| !facts.passing.contains(&which))
    }

    pub fn operation(&self, which: Which) -> Option<&Arc<Operation>> {
        find(&self.0.as_ref()?.operations, which)
    }

    pub fn digest(&self, which: Which) -> Option<&Arc<Calculated>> {
        find(&self.0.as_ref()?.digests, which)
    }

    /// Keeps an operation for this plan and, where it is `lasting`, for later ones.
    pub fn keep_operation(&mut self, which: Which, operation: &Arc<Operation>, lasting: bool) {
        let facts = self.facts();
        facts.operations.push((which, Arc::clone(operation)));
        if !lasting {
            facts.passing.push(which);
        }
    }

    /// Keeps digests that hold on every node.
    pub fn keep_digest(&mut self, which: Which, calculated: &Arc<Calculated>) {
        self.facts().digests.push((which, Arc::clone(calculated)));
    }

    /// What lasts of another's facts, which began as these.
    pub fn take_over(&mut self, other: &Self) {
        let Some(theirs) = &other.0 else { return };
        if self.0.as_ref().is_some_and(|own| Arc::ptr_eq(own, theirs)) {
            return;
        }
        let mut lasting = Facts::clone(theirs);
        let passing = std::mem::take(&mut lasting.passing);
        lasting.operations.retain(|(which, _)| !passing.contains(which));
        lasting.digests.retain(|(which, _)| !passing.contains(which));
        self.0 = Some(Arc::new(lasting));
    }

    fn facts(&mut self) -> &mut Facts {
        Arc::make_mut(self.0.get_or_insert_default())
    }
}
