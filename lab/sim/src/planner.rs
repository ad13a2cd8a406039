//! Which policy the simulated brains ask.

use policy::plan::{Plan, PolicyInput};

/// The product's policy; a plan or one sentence.
pub fn plan(input: &PolicyInput) -> Result<Box<Plan>, String> {
    policy::plan(input).map(Box::new).map_err(|failed| failed.to_string())
}
