//! Copies of a CIB with something taken away or added: what the planner answers then tells what that something did.
//!
//! Nothing here is ever sent to a cluster.

use cib::Element;
use std::sync::Arc;

/// What becomes of an element in the copy.
pub enum Edit {
    /// It stays, and so does what is inside, unless edited itself.
    Keep,
    /// It is left out.
    Drop,
    /// It gets this attribute.
    Set(&'static str, String),
}

/// A copy in which every element went through `edit`; untouched parts are shared with the original.
pub fn edited(element: &Arc<Element>, edit: &dyn Fn(&Element) -> Edit) -> Arc<Element> {
    let mut copy: Option<Element> = None;
    if let Edit::Set(name, value) = edit(element) {
        copy = Some((**element).clone().with(name, &value));
    }
    let kept = element.children().iter().filter(|child| !matches!(edit(child), Edit::Drop));
    let children: Vec<Arc<Element>> = kept.map(|child| edited(child, edit)).collect();
    let same = children.len() == element.children().len()
        && children.iter().zip(element.children()).all(|(new, old)| Arc::ptr_eq(new, old));
    if !same {
        *copy.get_or_insert_with(|| (**element).clone()).children_mut() = children;
    }
    copy.map_or_else(|| Arc::clone(element), Arc::new)
}

/// Without the element of that tag and id.
pub fn without(cib: &Arc<Element>, tag: &str, id: &str) -> Arc<Element> {
    edited(cib, &|element| if element.name() == tag && element.id() == Some(id) { Edit::Drop } else { Edit::Keep })
}

/// With another attribute of `<cib>` itself.
pub fn with_root(cib: &Arc<Element>, name: &str, value: &str) -> Arc<Element> {
    Arc::new((**cib).clone().with(name, value))
}

/// With the state of one node edited.
pub fn in_state(cib: &Arc<Element>, node: &str, edit: &dyn Fn(&Arc<Element>) -> Arc<Element>) -> Arc<Element> {
    let mut copy = (**cib).clone();
    for section in copy.children_mut().iter_mut().filter(|section| section.name() == "status") {
        let mut status = (**section).clone();
        let all = status.children_mut().iter_mut();
        all.filter(|state| state.attribute("uname") == Some(node)).for_each(|state| *state = edit(state));
        *section = Arc::new(status);
    }
    Arc::new(copy)
}

/// As if a node were in the cluster.
pub fn with_node_online(cib: &Arc<Element>, id: &str, name: &str) -> Arc<Element> {
    let online = |state: Element| {
        ["crmd", "join", "expected"]
            .iter()
            .zip(["online", "member", "member"])
            .fold(state.with("in_ccm", "true"), |state, (name, value)| state.with(name, value))
    };
    if cib
        .child("status")
        .is_some_and(|status| status.children_named("node_state").any(|state| state.attribute("uname") == Some(name)))
    {
        return in_state(cib, name, &|state| Arc::new(online((**state).clone())));
    }
    let fresh = Arc::new(online(Element::new("node_state").with("id", id).with("uname", name)));
    let mut copy = (**cib).clone();
    for section in copy.children_mut().iter_mut().filter(|section| section.name() == "status") {
        let mut status = (**section).clone();
        status.children_mut().push(Arc::clone(&fresh));
        *section = Arc::new(status);
    }
    Arc::new(copy)
}

/// As if a node had vanished without a word.
pub fn with_node_lost(cib: &Arc<Element>, name: &str) -> Arc<Element> {
    in_state(cib, name, &|state| {
        let lost = (**state).clone().with("in_ccm", "false").with("crmd", "offline").with("join", "down");
        Arc::new(lost.with("expected", "member"))
    })
}

/// As if the last monitor of a resource on a node had found it stopped.
pub fn with_failed_monitor(cib: &Arc<Element>, node: &str, resource: &str) -> Arc<Element> {
    let recurring = |element: &Element| {
        element.name() == "lrm_rsc_op"
            && is_about(element, resource)
            && element.attribute("interval").is_some_and(|ms| ms != "0")
    };
    in_state(cib, node, &|state| {
        let failed = edited(state, &|element| {
            if recurring(element) { Edit::Set("rc-code", "7".to_owned()) } else { Edit::Keep }
        });
        edited(&failed, &|element| match (recurring(element), element.attribute("transition-key")) {
            (true, Some(key)) => Edit::Set("transition-magic", format!("0:7;{key}")),
            _ => Edit::Keep,
        })
    })
}

/// As if the failures of a resource on a node had been cleaned up.
pub fn without_failures(cib: &Arc<Element>, node: &str, resource: &str) -> Arc<Element> {
    let counts = |name: &str| {
        let rest = name.strip_prefix("fail-count-").or_else(|| name.strip_prefix("last-failure-"));
        rest.is_some_and(|rest| rest.split('#').next() == Some(resource))
    };
    in_state(cib, node, &|state| {
        edited(state, &|element| match element.name() {
            "nvpair" if element.attribute("name").is_some_and(counts) => Edit::Drop,
            "lrm_resource" if element.id() == Some(resource) && has_failed(element) && !is_active(element) => {
                Edit::Drop
            }
            "lrm_rsc_op" if is_failure(element) && is_about(element, resource) => Edit::Drop,
            _ => Edit::Keep,
        })
    })
}

/// As if a resource had failed so often on a node.
pub fn with_failures(cib: &Arc<Element>, node: &str, resource: &str, count: u32) -> Arc<Element> {
    let name = crate::failcounts::attribute(cib, node, resource);
    in_state(cib, node, &|state| {
        let id = state.id().unwrap_or(node).to_owned();
        let plain = edited(state, &|element| {
            let counter = element.attribute("name").and_then(|name| name.strip_prefix("fail-count-"));
            let same = counter.is_some_and(|rest| rest.split('#').next() == Some(resource));
            if element.name() == "nvpair" && same { Edit::Drop } else { Edit::Keep }
        });
        let pair = Element::new("nvpair")
            .with("id", &format!("status-{id}-{name}"))
            .with("name", &name)
            .with("value", &count.to_string());
        let set = Element::new("instance_attributes").with("id", &format!("status-{id}-supposed")).with_child(pair);
        let mut copy = (*plain).clone();
        match copy.children_mut().iter_mut().find(|child| child.name() == "transient_attributes") {
            Some(transient) => *transient = Arc::new((**transient).clone().with_child(set)),
            None => copy = copy.with_child(Element::new("transient_attributes").with("id", &id).with_child(set)),
        }
        Arc::new(copy)
    })
}

fn is_about(operation: &Element, resource: &str) -> bool {
    let key = operation.attribute("operation_key").unwrap_or_default();
    key.strip_prefix(resource).is_some_and(|rest| rest.starts_with('_'))
}

fn has_failed(resource: &Element) -> bool {
    resource.children().iter().any(|operation| is_failure(operation))
}

/// A result that is neither what a start or monitor hopes for nor what a probe may find.
pub fn is_failure(operation: &Element) -> bool {
    let code = operation.attribute("rc-code").unwrap_or("0");
    let expected = operation.attribute("transition-key").and_then(|key| key.split(':').nth(2));
    let status = operation.attribute("op-status").unwrap_or("0");
    let probe = operation.attribute("operation") == Some("monitor")
        && operation.attribute("interval").is_none_or(|ms| ms == "0");
    let fine = Some(code) == expected || code == "0" || (probe && ["7", "8"].contains(&code));
    !["-1", "1"].contains(&status) && (!fine || !["0", "-1", "1"].contains(&status))
}

/// Whether the last word about a resource is that it runs.
fn is_active(resource: &Element) -> bool {
    let call =
        |operation: &&Arc<Element>| operation.attribute("call-id").and_then(|id| id.parse::<i64>().ok()).unwrap_or(0);
    let fine = resource.children().iter().filter(|operation| !is_failure(operation));
    fine.max_by_key(call)
        .is_some_and(|last| last.attribute("operation") != Some("stop") && last.attribute("rc-code") == Some("0"))
}
