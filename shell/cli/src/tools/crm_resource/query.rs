//! `-L`, `-l`, `-W`, `-q`, `-w`, `-a`: looking at resources.

use super::wanted;
use crate::configuration::{nodes, resources};
use crate::failure::Failure;
use crate::session::Session;
use crate::status_text::{self, Show, bullets};
use crate::tools::crm_mon;
use cib::Element;
use model::Role;

/// `-L`: everything, with state and without places.
pub(super) fn list(session: &mut Session) -> Result<(), Failure> {
    let cluster = session.cluster()?;
    session.present(crm_mon::resources_xml(&cluster, &session.world));
    let lines = status_text::resources(&cluster, Show { inactive: true, without_nodes: true, ..Show::default() });
    if lines.is_empty() {
        session.console.say("NO resources configured");
        return Ok(());
    }
    session.console.print(format!("Full List of Resources:\n{}", bullets(&lines, 2)));
    Ok(())
}

/// `-l`: the primitives, instances included.
pub(super) fn ids(session: &mut Session) -> Result<(), Failure> {
    let cluster = session.cluster()?;
    let primitives = status_text::in_order(&cluster).into_iter().flat_map(|rsc| cluster.primitives(rsc));
    let ids: Vec<&str> = primitives.map(|rsc| &*cluster.rscs[rsc].id).collect();
    session.present(items("resource names", ids.iter().map(|id| ("resource", *id))));
    let ids: String = ids.iter().map(|id| format!("{id}\n")).collect();
    session.console.print(if ids.is_empty() { "NO resources configured\n".to_owned() } else { ids });
    Ok(())
}

/// A list of named texts as XML.
pub(super) fn items<'a>(name: &str, items: impl ExactSizeIterator<Item = (&'a str, &'a str)>) -> Element {
    let list = Element::new("list").with("name", name).with("count", &items.len().to_string());
    items.fold(list, |list, (name, text)| list.with_child(Element::new("item").with("name", name).with_text(text)))
}

/// `-W`: one line for each node.
pub(super) fn locate(session: &mut Session) -> Result<(), Failure> {
    let id = wanted(session)?;
    let (places, promoted, quiet) = (session.places(&id)?, session.promoted_places(&id)?, session.options.has("quiet"));
    session.present(located(&id, &places, &promoted));
    for node in &places {
        let role = if promoted.contains(node) { format!(" {}", Role::Promoted) } else { String::new() };
        session.console.say(if quiet { node.clone() } else { format!("resource {id} is running on: {node}{role}") });
    }
    if places.is_empty() && !quiet {
        session.console.complain(format!("resource {id} is NOT running"));
    }
    Ok(())
}

fn located(id: &str, places: &[String], promoted: &[String]) -> Element {
    let node = |node: &String| {
        let element = Element::new("node").with_text(node);
        if promoted.contains(node) { element.with("state", Role::Promoted.as_str()) } else { element }
    };
    places.iter().map(node).fold(Element::new("nodes").with("resource", id), Element::with_child)
}

/// `-q` and `-w`: the state, then the XML.
pub(super) fn xml(session: &mut Session, raw: bool) -> Result<(), Failure> {
    let (id, cib, cluster) = (wanted(session)?, session.cib()?, session.cluster()?);
    let found = resources::named(&cib, &id)?;
    let rsc = cluster.rsc_by_id(&id).or_else(|| cluster.rsc_by_id(found.element.id().unwrap_or_default()));
    let Some(rsc) = rsc else {
        session.console.print(found.element.to_xml());
        return Ok(());
    };
    let mut lines = Vec::new();
    status_text::resource(&cluster, rsc, Show { inactive: true, ..Show::default() }, 0, &mut lines);
    let (first, rest) = lines.split_first().expect("a resource has at least one line");
    let element: &Element = if raw { found.element } else { &cluster.rscs[rsc].xml };
    let xml = element.to_xml();
    let state = crm_mon::resource_xml(&cluster, &session.world, rsc);
    let config = Element::new("resource_config").with_child(state);
    session.present(config.with_child(Element::new("xml").with_text(&xml)));
    session.console.print(format!("{}\n{}Resource XML:\n{xml}", first.text, bullets(rest, 0)));
    Ok(())
}

/// `-a`: the location constraints and colocations that name a resource or its collective.
pub(super) fn constraints(session: &mut Session) -> Result<(), Failure> {
    let (id, cib) = (wanted(session)?, session.cib()?);
    let found = resources::named(&cib, &id)?;
    let mut ids = vec![found.element.id().unwrap_or_default()];
    ids.extend(found.parent.and_then(|parent| parent.id()));
    ids.extend(found.top.id());
    let all = nodes::section(&cib, "constraints").map(Element::children).unwrap_or_default();
    let about = |constraint: &Element| {
        let named = ["rsc", "with-rsc", "first", "then"].iter().filter_map(|name| constraint.attribute(name));
        let in_sets = constraint.children_named("resource_set").flat_map(|set| set.children_named("resource_ref"));
        named.chain(in_sets.filter_map(|reference| reference.id())).any(|named| ids.contains(&named))
    };
    let found: Vec<_> = all.iter().filter(|constraint| about(constraint)).cloned().collect();
    session.present(found.iter().cloned().fold(Element::new("constraints"), Element::with_child));
    let xml: String = found.iter().map(|constraint| constraint.to_xml()).collect();
    if xml.is_empty() && !session.options.has("quiet") && !session.in_xml() {
        session.console.complain(format!("no constraint names {id}"));
    }
    session.console.print(xml);
    Ok(())
}
