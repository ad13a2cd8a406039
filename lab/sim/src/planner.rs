//! The policy that simulated brains ask: the product's, which remembers; and a fresh one beside it, which must agree.

use policy::Planner;
use policy::plan::{Plan, PolicyInput};

/// Plans as the product does: a plan or one sentence. The second is what differs from a plan that was made without any memory.
pub fn plan(planner: &mut Planner, input: &PolicyInput) -> (Result<Box<Plan>, String>, Option<String>) {
    let plan = planner.plan(input).map(Box::new).map_err(|failed| failed.to_string());
    let fresh = policy::plan(input).map(Box::new).map_err(|failed| failed.to_string());
    let differs = (plan != fresh).then(|| format!("the planner remembers {plan:?} where {fresh:?} is right"));
    (plan, differs)
}
