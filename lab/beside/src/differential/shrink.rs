//! Reducing a CIB to what a disagreement needs: elements are taken out, bigger ones first, as long as it stays.

use cib::Element;
use std::sync::Arc;

/// Attempts in all; each one runs both schedulers.
const ATTEMPTS_MAX: usize = 150;

/// The smallest cluster found that still `shows` it.
pub(super) fn shrink(cib: &Arc<Element>, shows: &dyn Fn(&Arc<Element>) -> bool) -> Arc<Element> {
    let mut best = Arc::clone(cib);
    let mut attempts = 0;
    loop {
        let before = attempts;
        let mut paths = Vec::new();
        collect(&best, &mut Vec::new(), &mut paths);
        paths.sort_by_key(Vec::len);
        let mut progress = false;
        for path in paths {
            if attempts == ATTEMPTS_MAX {
                return best;
            }
            let Some(smaller) = without(&best, &path) else { continue };
            attempts += 1;
            if shows(&smaller) {
                (best, progress) = (smaller, true);
                break;
            }
        }
        if !progress || before == attempts {
            return best;
        }
    }
}

/// Whether an element can go and leave a CIB behind.
fn may_go(element: &Element) -> bool {
    !matches!(
        element.name(),
        "configuration" | "status" | "crm_config" | "nodes" | "resources" | "constraints" | "lrm" | "lrm_resources"
    )
}

fn collect(element: &Element, path: &mut Vec<usize>, paths: &mut Vec<Vec<usize>>) {
    for (at, child) in element.children().iter().enumerate() {
        path.push(at);
        if may_go(child) {
            paths.push(path.clone());
        }
        collect(child, path, paths);
        path.pop();
    }
}

fn without(element: &Arc<Element>, path: &[usize]) -> Option<Arc<Element>> {
    let (at, rest) = path.split_first()?;
    let child = element.children().get(*at)?;
    let mut copy = (**element).clone();
    if rest.is_empty() {
        copy.children_mut().remove(*at);
    } else {
        copy.children_mut()[*at] = without(child, rest)?;
    }
    Some(Arc::new(copy))
}
