//! What could be in a resource's way: each with its words, the command that clears it, and the CIB as it would be without it.

mod companions;
mod related;

use crate::configuration::nodes::{self, Node, section, truth};
use crate::configuration::pairs::{self, Pair};
use crate::counterfactual::{self, Edit};
use crate::failcounts;
use crate::history;
use crate::tools::crm_resource::placement::{self, Kind};
use cib::Element;
use model::{OperationStatus, Role, Score};
use std::sync::Arc;

use companions::{companions, members};
pub(super) use related::related;

/// How the CIB looks without what is suspected.
type Cure = Box<dyn Fn(&Arc<Element>) -> Arc<Element>>;

/// Something that may be in the way.
pub(super) struct Suspect {
    /// Which resource it is about; empty for the whole cluster.
    pub about: String,
    /// What it is, as a clause.
    pub text: String,
    /// What to do about it; empty where no command helps.
    pub clear: String,
    /// About one node only: where every node has such a reason, each of them is told.
    pub of_node: bool,
    /// The CIB without it.
    pub cure: Cure,
}

impl Suspect {
    fn new(
        about: &str,
        text: impl Into<String>,
        clear: impl Into<String>,
        cure: impl Fn(&Arc<Element>) -> Arc<Element> + 'static,
    ) -> Self {
        Self { about: about.to_owned(), text: text.into(), clear: clear.into(), of_node: false, cure: Box::new(cure) }
    }

    fn on_one_node(mut self) -> Self {
        self.of_node = true;
        self
    }
}

/// Everything that may be in the way of a resource, what people forget most often first.
pub(super) fn all(cib: &Arc<Element>, resource: &str) -> Vec<Suspect> {
    let ids = related(cib, resource);
    let mut suspects = cluster_options(cib);
    suspects.extend(ids.iter().flat_map(|id| meta_attributes(cib, id)));
    suspects.extend(defaults(cib));
    suspects.extend(ids.iter().flat_map(|id| made_by_moving(cib, id)));
    suspects.extend(ids.iter().flat_map(|id| failures(cib, id)));
    suspects.extend(nodes::all(cib).iter().flat_map(|node| of_node(cib, node)));
    suspects.extend(ids.iter().flat_map(|id| locations(cib, id)));
    suspects.extend(ids.iter().flat_map(|id| companions(cib, id)));
    suspects.extend(stickiness(cib, resource));
    suspects
}

/// Everything in a CIB that an operator did by hand or that failed, and that is easily forgotten.
pub fn noteworthy(cib: &Arc<Element>) -> Vec<(String, String)> {
    let found = crate::configuration::resources::all(cib);
    let ids: Vec<&str> = found.iter().filter_map(|found| found.element.id()).collect();
    let mut suspects = cluster_options(cib);
    suspects.extend(nodes::all(cib).iter().flat_map(|node| of_node(cib, node)));
    suspects.extend(defaults(cib));
    suspects.extend(ids.iter().flat_map(|id| meta_attributes(cib, id)));
    suspects.extend(ids.iter().flat_map(|id| made_by_moving(cib, id)));
    suspects.extend(ids.iter().flat_map(|id| failures(cib, id)));
    suspects.into_iter().map(|suspect| (suspect.text, suspect.clear)).collect()
}

fn option<'a>(cib: &'a Element, name: &str) -> Option<Pair<'a>> {
    let options = section(cib, "crm_config")?;
    let mut all = pairs::below(options, "cluster_property_set").filter(|pair| pair.name == name).collect::<Vec<_>>();
    all.drain(..).next()
}

fn drop_pair(pair: &Pair<'_>) -> impl Fn(&Arc<Element>) -> Arc<Element> + 'static {
    let id = pair.id.to_owned();
    move |cib| counterfactual::without(cib, "nvpair", &id)
}

fn cluster_options(cib: &Element) -> Vec<Suspect> {
    let mut suspects = Vec::new();
    for (name, text) in [
        ("maintenance-mode", "the whole cluster is in maintenance"),
        ("stop-all-resources", "everything is kept stopped"),
    ] {
        if let Some(pair) = option(cib, name).filter(|pair| truth(pair.value)) {
            suspects.push(Suspect::new(
                "",
                format!("{text} ({name}=true)"),
                format!("crm_attribute -n {name} -D"),
                drop_pair(&pair),
            ));
        }
    }
    if let Some(pair) = option(cib, "symmetric-cluster").filter(|pair| !truth(pair.value)) {
        let text = "resources run only where a location constraint allows it (symmetric-cluster=false)";
        suspects.push(Suspect::new("", text, "crm_attribute -n symmetric-cluster -D", drop_pair(&pair)));
    }
    let policy = option(cib, "no-quorum-policy").map_or("stop", |pair| pair.value);
    if !nodes::quorate(cib) && policy != "ignore" {
        let text = format!("this partition has no quorum (no-quorum-policy={policy})");
        suspects.push(Suspect::new("", text, "", |cib| counterfactual::with_root(cib, "have-quorum", "1")));
    }
    suspects
}

/// The element of a resource or template.
fn element<'a>(cib: &'a Element, id: &str) -> Option<&'a Arc<Element>> {
    fn find<'a>(at: &'a Element, id: &str) -> Option<&'a Arc<Element>> {
        at.children().iter().find_map(|child| if child.id() == Some(id) { Some(child) } else { find(child, id) })
    }
    find(section(cib, "resources")?, id)
}

/// What keeps a resource from being run or from being touched, among meta attributes.
fn holds(pair: &Pair<'_>) -> Option<&'static str> {
    match pair.name {
        "target-role" => match Role::parse(pair.value)? {
            Role::Stopped => Some("is told to stay stopped"),
            Role::Unpromoted => Some("is told not to be promoted"),
            Role::Unknown | Role::Started | Role::Promoted => None,
        },
        "is-managed" if !truth(pair.value) => Some("is not managed"),
        "maintenance" if truth(pair.value) => Some("is in maintenance"),
        _ => None,
    }
}

fn meta_attributes(cib: &Element, id: &str) -> Vec<Suspect> {
    let Some(element) = element(cib, id) else { return Vec::new() };
    let pairs = pairs::below(element, "meta_attributes").collect::<Vec<_>>();
    let held = pairs.iter().filter_map(|pair| holds(pair).map(|text| (pair, text)));
    held.map(|(pair, text)| {
        let (name, value) = (pair.name, pair.value);
        let text = format!("{id} {text} ({name}={value} in {})", pair.set);
        Suspect::new(id, text, format!("crm_resource -r {id} -m -d {name}"), drop_pair(pair))
    })
    .collect()
}

fn defaults(cib: &Element) -> Vec<Suspect> {
    let Some(defaults) = section(cib, "rsc_defaults") else { return Vec::new() };
    let pairs = pairs::below(defaults, "meta_attributes").collect::<Vec<_>>();
    let held = pairs.iter().filter_map(|pair| holds(pair).map(|text| (pair, text)));
    held.map(|(pair, text)| {
        let (name, value) = (pair.name, pair.value);
        let text = format!("by default every resource {text} ({name}={value} in {})", pair.set);
        Suspect::new("", text, format!("crm_attribute -t rsc_defaults -n {name} -D"), drop_pair(pair))
    })
    .collect()
}

fn drop_location(id: &str) -> impl Fn(&Arc<Element>) -> Arc<Element> + 'static {
    let id = id.to_owned();
    move |cib| counterfactual::without(cib, "rsc_location", &id)
}

/// What `crm_resource -M` or `-B` left behind.
fn made_by_moving(cib: &Element, id: &str) -> Vec<Suspect> {
    let made = placement::made(cib).into_iter().filter(|made| made.rsc == id);
    made.map(|made| {
        let node = made.node.as_deref().unwrap_or("some nodes");
        let text = match made.kind {
            Kind::Ban => format!("{id} is banned from {node} by {}, left by an earlier move", made.id),
            Kind::Prefer => format!("{id} is pinned to {node} by {}, left by an earlier move", made.id),
        };
        Suspect::new(id, text, format!("crm_resource -U -r {id}"), drop_location(&made.id)).on_one_node()
    })
    .collect()
}

/// Location constraints of the administrator that speak against a node.
fn locations(cib: &Element, id: &str) -> Vec<Suspect> {
    let constraints = section(cib, "constraints").map(Element::children).unwrap_or_default();
    let ours: Vec<String> = placement::made(cib).into_iter().map(|made| made.id).collect();
    let names = |c: &Element| c.attribute("rsc") == Some(id) || members(c).contains(&id);
    let locations = constraints.iter().filter(|c| c.name() == "rsc_location" && names(c));
    locations
        .filter(|constraint| !ours.iter().any(|made| constraint.id() == Some(made)))
        .filter_map(|constraint| {
            let scores = constraint
                .attribute("score")
                .into_iter()
                .chain(constraint.children().iter().filter_map(|rule| rule.attribute("score")));
            let against = scores.filter_map(Score::parse).any(|score| score < Score::ZERO);
            let (name, node) = (constraint.id()?, constraint.attribute("node"));
            let place = node.map(|node| format!(" on {node}")).unwrap_or_default();
            against.then(|| {
                Suspect::new(
                    id,
                    format!("the location constraint {name} speaks against {id}{place}"),
                    "",
                    drop_location(name),
                )
            })
        })
        .collect()
}

/// Failures on each node, with how the last one ended.
fn failures(cib: &Element, id: &str) -> Vec<Suspect> {
    nodes::all(cib)
        .iter()
        .filter_map(|node| {
            let count = failcounts::total(cib, &node.name, id);
            let operations = history::of_node(cib, &node.name).into_iter().find(|(resource, _)| *resource == id);
            let failed = operations.and_then(|(_, all)| all.into_iter().rev().find(history::Operation::has_failed));
            if count == Score::ZERO && failed.is_none() {
                return None;
            }
            let text = failure_text(id, &node.name, count, failed.as_ref());
            let (host, resource) = (node.name.clone(), id.to_owned());
            let cure = move |cib: &Arc<Element>| counterfactual::without_failures(cib, &host, &resource);
            Some(Suspect::new(id, text, format!("crm_resource -C -r {id}"), cure).on_one_node())
        })
        .collect()
}

fn failure_text(id: &str, node: &str, count: Score, failed: Option<&history::Operation<'_>>) -> String {
    let outcome = failed.map(|operation| {
        let reason =
            if operation.exit_reason().is_empty() { String::new() } else { format!(": {}", operation.exit_reason()) };
        match operation.status() {
            Some(OperationStatus::Done) | None => format!("'{}'{reason}", operation.code()),
            Some(_) => format!("{}{reason}", operation.status_word()),
        }
    });
    let task = failed.map_or("operation", history::Operation::task);
    let outcome = outcome.map(|outcome| format!(" ({outcome})")).unwrap_or_default();
    let times = match count.value() {
        1_000_000 => return format!("the {task} of {id} failed on {node}{outcome}, which counts for good"),
        0 | 1 => "once".to_owned(),
        count => format!("{count} times"),
    };
    format!("{id} failed {times} on {node}, last its {task}{outcome}")
}

fn of_node(cib: &Element, node: &Node) -> Vec<Suspect> {
    let mut suspects = Vec::new();
    let configured =
        section(cib, "nodes").and_then(|nodes| nodes.children_named("node").find(|n| n.id() == Some(&node.id)));
    let transient = nodes::state(cib, &node.name).and_then(|state| state.child("transient_attributes"));
    let name = &node.name;
    for holder in [configured, transient].into_iter().flatten() {
        for pair in pairs::below(holder, "instance_attributes").filter(|pair| truth(pair.value)) {
            let (text, clear) = match pair.name {
                "standby" => (format!("{name} is on standby"), format!("crm_standby -D -N {name}")),
                "maintenance" => {
                    (format!("{name} is in maintenance"), format!("crm_attribute -N {name} -n maintenance -D"))
                }
                _ => continue,
            };
            suspects.push(Suspect::new("", text, clear, drop_pair(&pair)).on_one_node());
        }
    }
    if !node.member {
        let (id, host) = (node.id.clone(), name.clone());
        let cure = move |cib: &Arc<Element>| counterfactual::with_node_online(cib, &id, &host);
        let (text, clear) = (format!("{name} is not in the cluster"), format!("start the cluster software on {name}"));
        suspects.push(Suspect::new("", text, clear, cure).on_one_node());
    }
    suspects
}

/// The wish to stay.
fn stickiness(cib: &Arc<Element>, resource: &str) -> Option<Suspect> {
    let is_wish = |element: &Element| {
        element.name() == "nvpair"
            && element
                .attribute("name")
                .is_some_and(|name| ["resource-stickiness", "default-resource-stickiness"].contains(&name))
    };
    let without = move |cib: &Arc<Element>| {
        counterfactual::edited(cib, &|element| if is_wish(element) { Edit::Drop } else { Edit::Keep })
    };
    let differs = !Arc::ptr_eq(&without(cib), cib);
    differs.then(|| {
        Suspect::new(
            resource,
            format!("{resource} stays where it runs (resource-stickiness)"),
            format!("crm_resource -M -r {resource}, then -U"),
            without,
        )
    })
}
