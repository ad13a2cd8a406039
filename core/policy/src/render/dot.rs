//! The picture of a plan, in the language of Graphviz: what happens in green, what cannot happen in red.

use crate::cluster::Cluster;
use crate::ids::{ActIx, Id};
use crate::relation::Rel;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// How much to draw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// What is planned, and what would be if it could.
    #[default]
    Planned,
    /// Also what need not happen.
    All,
}

/// The picture; one line for each action and each edge.
pub fn dot(cluster: &Cluster, detail: Detail) -> String {
    let all = detail == Detail::All;
    let names: Vec<String> = cluster.actions.ids().map(|action| cluster.action_label(action)).collect();
    let mut out = String::from(" digraph \"g\" {\n");
    let mut drawn = BTreeSet::new();
    for action in cluster.actions.ids().rev() {
        if let Some(color) = color(cluster, action, all) {
            let a = &cluster.actions[action];
            let style = if a.graphed { "bold" } else { "dashed" };
            let font = match (color, a.facets.pseudo) {
                ("red", _) if is_unmanaged(cluster, action) => "purple",
                (_, true) => "orange",
                (_, false) => "black",
            };
            let name = &names[action.place()];
            line(&mut out, format_args!("\"{name}\" [ style={style} color=\"{color}\" fontcolor=\"{font}\"]"));
            drawn.insert(action);
        }
    }
    for then in cluster.actions.ids().rev() {
        for link in &cluster.actions[then].before {
            let shown =
                drawn.contains(&link.action) && drawn.contains(&then) && link.rel != Rel::IF_ON_SAME_NODE_OR_TARGET;
            if link.graphed || (link.rel != Rel::NONE && (shown || all)) {
                let style = if link.graphed { "bold" } else { "dashed" };
                let (first, then) = (&names[link.action.place()], &names[then.place()]);
                line(&mut out, format_args!("\"{first}\" -> \"{then}\" [ style = {style}]"));
            }
        }
    }
    out.push_str("}\n");
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("writing to a string cannot fail");
}

/// `None` for what is not drawn.
fn color(cluster: &Cluster, action: ActIx, all: bool) -> Option<&'static str> {
    let a = &cluster.actions[action];
    if a.graphed {
        Some("green")
    } else if is_unmanaged(cluster, action) {
        all.then_some("red")
    } else if a.facets.optional {
        all.then_some("blue")
    } else {
        Some("red")
    }
}

fn is_unmanaged(cluster: &Cluster, action: ActIx) -> bool {
    let a = &cluster.actions[action];
    !a.graphed && a.rsc.is_some_and(|rsc| !cluster.rscs[rsc].managed)
}
