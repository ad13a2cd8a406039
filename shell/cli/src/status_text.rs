//! The state of nodes and resources as nested lines, in the wording that scripts know from Pacemaker.
//!
//! One place for `crm_mon`, `crm_resource -L` and the summaries of `crm_simulate`. It renders what `policy` unpacked
//! from the CIB and decides nothing; where the lines are indented, and which titles stand above them, is the caller's.

pub mod brief;
mod bundle;
mod clone;
mod nodes;
mod primitive;

pub(crate) use nodes::full_name;
pub use nodes::{health, node_state, nodes};
pub use primitive::{pending_state, primitive, shown_role};

use brief::Inactive;
use policy::state::{Cluster, RscIx};

/// What to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "independent options of several command lines")]
pub struct Show {
    /// Inactive resources, too (`-r`).
    pub inactive: bool,
    /// Each instance of a clone on a line of its own (`-R`).
    pub detail: bool,
    /// Resources without where they are (`crm_resource -L`).
    pub without_nodes: bool,
    /// How many of each agent, instead of a line for each primitive (`-b`).
    pub brief: bool,
    /// As if no operation were under way.
    pub settled: bool,
}

/// One line of a nested list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How far inside, from zero.
    pub depth: usize,
    /// What it says.
    pub text: String,
}

impl Line {
    pub(crate) fn new(depth: usize, text: impl Into<String>) -> Self {
        Self { depth, text: text.into() }
    }
}

/// The lines as text, each with `* ` before it, the outermost `indent` blanks in.
pub fn bullets(lines: &[Line], indent: usize) -> String {
    lines.iter().map(|line| format!("{:width$}* {}\n", "", line.text, width = indent + 2 * line.depth)).collect()
}

/// All resources, or without `inactive` those that are active somewhere.
pub fn resources(cluster: &Cluster, show: Show) -> Vec<Line> {
    let is_shown = |rsc: &RscIx| cluster.is_active(*rsc, false) || (show.inactive && !cluster.rscs[*rsc].removed);
    let shown: Vec<RscIx> = in_order(cluster).into_iter().filter(is_shown).collect();
    let inactive = if show.inactive { Inactive::Counted } else { Inactive::Hidden };
    let mut lines = if show.brief { brief::lines(cluster, &shown, inactive, 0) } else { Vec::new() };
    for rsc in shown {
        if !(show.brief && cluster.rscs[rsc].is_primitive()) {
            resource(cluster, rsc, show, 0, &mut lines);
        }
    }
    lines
}

/// The resources that are part of no other, highest priority first, without the connections that guests bring along.
pub fn in_order(cluster: &Cluster) -> Vec<RscIx> {
    let implied = |rsc: &RscIx| {
        let r = &cluster.rscs[*rsc];
        r.is_connection && r.launcher.is_some() && !r.removed
    };
    cluster.top.iter().copied().filter(|rsc| !implied(rsc)).collect()
}

/// One resource with its parts.
pub(crate) fn resource(cluster: &Cluster, rsc: RscIx, show: Show, depth: usize, lines: &mut Vec<Line>) {
    let r = &cluster.rscs[rsc];
    if r.is_group() {
        group(cluster, rsc, show, depth, lines);
    } else if r.is_clone() {
        clone::lines(cluster, rsc, show, depth, lines);
    } else if r.is_bundle() {
        bundle::lines(cluster, rsc, show, depth, lines);
    } else {
        lines.push(Line::new(depth, primitive(cluster, rsc, show)));
    }
}

fn group(cluster: &Cluster, rsc: RscIx, show: Show, depth: usize, lines: &mut Vec<Line>) {
    let members = &cluster.rscs[rsc].children;
    let inactive = members.iter().filter(|member| !cluster.is_active(**member, true)).count();
    let mut remarks = Vec::new();
    if inactive > 0 && !show.inactive {
        remarks.push(format!("{inactive} member{} inactive", if inactive == 1 { "" } else { "s" }));
    }
    remarks.extend(collective_remarks(cluster, rsc));
    lines.push(Line::new(depth, format!("Resource Group: {}{}:", cluster.rscs[rsc].id, in_brackets(&remarks))));
    if show.brief {
        lines.extend(brief::lines(cluster, members, Inactive::Counted, depth + 1));
        return;
    }
    for member in members {
        if show.inactive || cluster.is_active(*member, false) {
            resource(cluster, *member, show, depth + 1, lines);
        }
    }
}

/// What an operator did to a whole collective.
fn collective_remarks(cluster: &Cluster, rsc: RscIx) -> Vec<String> {
    let r = &cluster.rscs[rsc];
    let mut remarks = Vec::new();
    if is_disabled(cluster, rsc) {
        remarks.push("disabled".to_owned());
    }
    if r.maintenance {
        remarks.push("maintenance".to_owned());
    } else if !r.managed {
        remarks.push("unmanaged".to_owned());
    }
    remarks
}

/// Whether its `target-role` keeps a resource from doing all it could.
pub fn is_disabled(cluster: &Cluster, rsc: RscIx) -> bool {
    let target = target_role(cluster, rsc);
    target == Some(model::Role::Stopped)
        || (target == Some(model::Role::Unpromoted) && cluster.rscs[cluster.top_of(rsc, false)].promotable)
}

/// The role that an operator allows at most.
pub(crate) fn target_role(cluster: &Cluster, rsc: RscIx) -> Option<model::Role> {
    cluster.rscs[rsc].meta.get("target-role").and_then(model::Role::parse)
}

/// The role that an operator allows a collective at most, by itself or, where it says nothing, by what it is made of.
fn inner_target_role(cluster: &Cluster, rsc: RscIx) -> Option<model::Role> {
    let r = &cluster.rscs[rsc];
    let of_child = || target_role(cluster, *r.children.first()?);
    if r.meta.get("target-role").is_some() { target_role(cluster, rsc) } else { of_child() }
}

fn in_brackets(remarks: &[String]) -> String {
    if remarks.is_empty() { String::new() } else { format!(" ({})", remarks.join(", ")) }
}

/// `[ a b ]`
fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let inside: String = names.into_iter().map(|name| format!("{name} ")).collect();
    format!("[ {inside}]")
}
