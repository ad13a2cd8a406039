//! What the OCF resource agent API, versions 1.0 and 1.1, puts into an agent's environment.

use crate::contract::Operation;
use crate::outcome::EXIT_REASON_PREFIX;
use std::collections::BTreeMap;

/// The version of the API that we speak.
const VERSION: (&str, &str) = ("1", "1");

/// The one parameter that agents expect under its bare name.
const CHECK_LEVEL: &str = "OCF_CHECK_LEVEL";

/// Adds the names of the API and the operation's parameters.
pub(super) fn add_ocf(environment: &mut BTreeMap<String, String>, operation: &Operation, provider: &str) {
    let fixed = [
        ("OCF_RA_VERSION_MAJOR", VERSION.0),
        ("OCF_RA_VERSION_MINOR", VERSION.1),
        ("OCF_RESOURCE_INSTANCE", operation.resource.as_str()),
        ("OCF_RESOURCE_TYPE", &operation.agent.kind),
        ("OCF_RESOURCE_PROVIDER", provider),
        ("OCF_EXIT_REASON_PREFIX", EXIT_REASON_PREFIX),
    ];
    environment.extend(fixed.map(|(name, value)| (name.to_owned(), value.to_owned())));
    for (name, value) in &operation.parameters {
        environment.insert(variable(name), value.clone());
        if name == CHECK_LEVEL {
            environment.insert(name.clone(), value.clone());
        }
    }
}

/// The variable of a parameter. A shell cannot read a name with a dash, so those of our own meta attributes lose it;
/// a parameter of the agent's author keeps the name that he gave it.
fn variable(parameter: &str) -> String {
    if parameter.starts_with("CRM_meta_") {
        format!("OCF_RESKEY_{}", parameter.replace('-', "_"))
    } else {
        format!("OCF_RESKEY_{parameter}")
    }
}
