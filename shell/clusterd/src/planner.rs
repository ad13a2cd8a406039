//! The policy worker: one plan at a time, the newest question only, and a bug in policy costs a plan instead of the node.

use crate::brain::Event;
use crate::queue::Sender;
use policy::plan::{Plan, PolicyInput};
use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Planning recurses over nested groups and clones; only the pages that are used cost memory.
const STACK: usize = 2 << 20;

#[derive(Debug)]
struct Question {
    number: u64,
    input: PolicyInput,
}

#[derive(Debug, Default)]
struct Slot {
    question: Mutex<Option<Question>>,
    bell: Condvar,
}

impl Slot {
    fn question(&self) -> MutexGuard<'_, Option<Question>> {
        self.question.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The node loop's end.
#[derive(Debug)]
pub struct Planner {
    slot: Arc<Slot>,
}

impl Planner {
    /// Starts the worker.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(events: Sender<Event>) -> io::Result<Self> {
        let slot = Arc::new(Slot::default());
        let theirs = slot.clone();
        thread::Builder::new().name("policy".into()).stack_size(STACK).spawn(move || work(&theirs, &events))?;
        Ok(Self { slot })
    }

    /// Asks for a plan. One that was asked for earlier and not begun is forgotten.
    pub fn ask(&self, number: u64, input: PolicyInput) {
        *self.slot.question() = Some(Question { number, input });
        self.slot.bell.notify_one();
    }
}

fn work(slot: &Slot, events: &Sender<Event>) {
    let mut planner = policy::Planner::default();
    loop {
        let waited = slot.bell.wait_while(slot.question(), |question| question.is_none());
        let question = waited.unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Question { number, input }) = question {
            events.send(Event::Planned { number, plan: plan(&mut planner, &input) });
        }
    }
}

/// What the planner keeps from plan to plan is given up with a bug.
fn plan(planner: &mut policy::Planner, input: &PolicyInput) -> Result<Box<Plan>, String> {
    match catch_unwind(AssertUnwindSafe(|| planner.plan(input))) {
        Ok(Ok(plan)) => Ok(Box::new(plan)),
        Ok(Err(e)) => Err(e.to_string()),
        Err(panic) => {
            *planner = policy::Planner::default();
            Err(format!("policy failed: {}", words(&*panic)))
        }
    }
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    literal.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it gave no reason")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::queue;
    use cib::Element;
    use model::WallTime;
    use std::time::Duration;

    fn answer(cib: Element) -> (u64, Result<Box<Plan>, String>) {
        let (sender, events) = queue(10).unwrap();
        let planner = Planner::start(sender).unwrap();
        planner.ask(7, PolicyInput { cib: Arc::new(cib), now: WallTime(0) });
        for _ in 0..12_000 {
            if let Some(Event::Planned { number, plan }) = events.next() {
                return (number, plan);
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("no answer within a minute")
    }

    #[test]
    fn a_question_is_answered_under_its_number() {
        let (number, plan) = answer(crate::disk::adopt::empty());
        assert_eq!((number, plan.map(|plan| plan.actions.len())), (7, Ok(0)));
    }

    #[test]
    fn what_cannot_be_planned_is_a_sentence_and_not_the_end_of_the_node() {
        let (_, plan) = answer(Element::new("no-cib"));
        assert!(plan.is_err_and(|reason| !reason.is_empty()));
    }
}
