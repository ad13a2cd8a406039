//! Reducing a CIB to what a disagreement needs: elements and attributes are taken out, bigger ones first, as long as it
//! stays.

use cib::Element;
use std::sync::Arc;

/// Attempts in all; each one runs both schedulers.
const ATTEMPTS_MAX: usize = 600;

/// Attributes that may go: those whose absence means a default.
const OPTIONAL: [&str; 8] =
    ["role", "rsc-role", "with-rsc-role", "influence", "node-attribute", "symmetrical", "require-all", "sequential"];

/// The smallest cluster found that still `shows` it.
pub(super) fn shrink(cib: &Arc<Element>, shows: &dyn Fn(&Arc<Element>) -> bool) -> Arc<Element> {
    let mut best = Arc::clone(cib);
    let mut attempts = 0;
    loop {
        let (mut at, mut progress) = (0, false);
        while let Some(smaller) = reduction(&best, at) {
            if attempts == ATTEMPTS_MAX {
                return best;
            }
            attempts += 1;
            if shows(&smaller) {
                (best, progress) = (smaller, true);
            } else {
                at += 1;
            }
        }
        if !progress {
            return best;
        }
    }
}

/// The CIB without the thing of this number, counted over all that may go; what holds more comes first.
fn reduction(cib: &Arc<Element>, at: usize) -> Option<Arc<Element>> {
    let mut cuts = Vec::new();
    collect(cib, &mut Vec::new(), &mut cuts);
    cuts.sort_by_key(|cut| cut.path.len());
    let cut = cuts.get(at)?;
    without(cib, &cut.path, cut.attribute)
}

/// Where something is taken out: an element, or an attribute of it.
struct Cut {
    path: Vec<usize>,
    attribute: Option<&'static str>,
}

/// Whether an element can go and leave a CIB behind.
fn may_go(element: &Element) -> bool {
    !matches!(
        element.name(),
        "configuration" | "status" | "crm_config" | "nodes" | "resources" | "constraints" | "lrm" | "lrm_resources"
    )
}

fn collect(element: &Element, path: &mut Vec<usize>, cuts: &mut Vec<Cut>) {
    for (at, child) in element.children().iter().enumerate() {
        path.push(at);
        if may_go(child) {
            cuts.push(Cut { path: path.clone(), attribute: None });
        }
        let optional = OPTIONAL.into_iter().filter(|name| child.attribute(name).is_some());
        cuts.extend(optional.map(|name| Cut { path: path.clone(), attribute: Some(name) }));
        collect(child, path, cuts);
        path.pop();
    }
}

fn without(element: &Arc<Element>, path: &[usize], attribute: Option<&str>) -> Option<Arc<Element>> {
    let mut copy = (**element).clone();
    match (path, attribute) {
        ([], None) => return None,
        ([], Some(name)) => drop(copy.remove(name)),
        ([at], None) => drop(copy.children_mut().remove(*at)),
        ([at, rest @ ..], _) => copy.children_mut()[*at] = without(element.children().get(*at)?, rest, attribute)?,
    }
    Some(Arc::new(copy))
}
