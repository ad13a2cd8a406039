//! Changes to a CIB in a file, as the cluster would make them to its own.

use crate::attribute::{Attribute, Scope};
use crate::configuration::nodes;
use crate::counterfactual;
use crate::exit::Exit;
use crate::failure::Failure;
use api::Change;
use cib::Element;
use std::sync::Arc;

/// The CIB after a change.
///
/// # Errors
/// When the change is refused, as the cluster would.
pub fn apply(cib: &Arc<Element>, change: &Change) -> Result<Arc<Element>, Failure> {
    let change = match change.clone() {
        Change::Create { section, xml } => cib::Change::Create { section, xml },
        Change::Modify { section, xml, may_create } => cib::Change::Modify { section, xml, may_create },
        Change::Replace { section, xml } => cib::Change::Replace { section, xml },
        Change::Delete { section, xml } => cib::Change::Delete { section, xml },
        Change::Erase => cib::Change::Erase,
        Change::Bump => cib::Change::Bump,
        Change::Attribute { node, name, value, permanent } => {
            let node = nodes::named(cib, &node)?;
            let scope = if permanent { Scope::Node(node) } else { Scope::Transient(node) };
            match Attribute::new(scope, name).as_change(cib, value.as_deref())? {
                Some(Change::Modify { section, xml, may_create }) => cib::Change::Modify { section, xml, may_create },
                Some(Change::Delete { section, xml }) => cib::Change::Delete { section, xml },
                Some(_) | None => return Ok(Arc::clone(cib)),
            }
        }
    };
    cib::apply(cib, &change).map_err(|refused| {
        let exit = match refused.kind {
            cib::Refusal::NotFound => Exit::NO_SUCH,
            cib::Refusal::Exists => Exit::EXISTS,
            cib::Refusal::Invalid => Exit::CONFIG,
            cib::Refusal::Old => Exit::OLD,
        };
        Failure { exit, reason: refused.reason, hint: refused.hint }
    })
}

/// Without the failures of a resource, or of all, on a node, or on all.
pub(super) fn forget(cib: &Arc<Element>, resource: Option<&str>, node: Option<&str>) -> Arc<Element> {
    let resources = crate::configuration::resources::all(cib);
    let ids = resources
        .iter()
        .filter_map(|found| found.element.id())
        .filter(|id| resource.is_none_or(|wanted| wanted == *id));
    let ids: Vec<&str> = ids.collect();
    let hosts = nodes::all(cib).into_iter().filter(|host| node.is_none_or(|wanted| wanted == host.name));
    hosts.fold(Arc::clone(cib), |cib, host| {
        ids.iter().fold(cib, |cib, id| counterfactual::without_failures(&cib, &host.name, id))
    })
}
