//! Actions that are wanted and cannot run, as they are told: in words, and for programs.

use policy::plan::{Obstacle, Withheld};
use serde::Serialize;

/// What an action waits for in vain.
#[derive(Debug, Serialize)]
pub struct Awaited {
    action: String,
    node: Option<String>,
    /// Why it does not come.
    reason: String,
}

/// What a withheld action waits for, for programs.
pub fn awaited(withheld: &Withheld) -> Vec<Awaited> {
    let told = |obstacle: &Obstacle| Awaited {
        action: obstacle.key.clone(),
        node: obstacle.node.as_ref().map(ToString::to_string),
        reason: obstacle.reason.clone(),
    };
    withheld.waits_for.iter().map(told).collect()
}

/// Why an action cannot run, in one clause, down to what holds up what it waits for.
pub fn why(withheld: &Withheld) -> String {
    if withheld.waits_for.is_empty() {
        return withheld.reason.clone();
    }
    let told = |obstacle: &Obstacle| format!("{}, which cannot run: {}", obstacle.key, obstacle.reason);
    format!("it waits for {}", withheld.waits_for.iter().map(told).collect::<Vec<_>>().join("; and for "))
}
