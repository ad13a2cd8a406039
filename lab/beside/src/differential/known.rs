//! Disagreements with a reason: what Pacemaker decides today and 2.1.5 did not yet, or not so.
//!
//! Each was read out of both versions' behaviour for a reduced cluster; the test beside it sees whether a reduced
//! cluster has what that difference needs. What a cluster is reduced to needs everything that is left of it.

use super::decisions::{Difference, Kind};
use cib::Element;

/// A difference between the versions.
struct Known {
    reason: &'static str,
    applies: fn(&Element, &Difference) -> bool,
}

/// What is particular comes first.
const ALL: [Known; 15] = [
    Known {
        reason: "2.1.5 takes -INFINITY where a node lacks a rule's score-attribute; today such a node is passed over",
        applies: |cib, _| any(cib, &|e| e.attribute("score-attribute").is_some()),
    },
    Known {
        reason: "2.1.5 holds that an rsc_expression without provider is about agents without one; today, about any",
        applies: |cib, _| any(cib, &|e| e.name() == "rsc_expression" && e.attribute("provider").is_none()),
    },
    Known {
        reason: "2.1.5 assigns a bundle once for each colocation that names it, and its containers know none of them",
        applies: |cib, _| any(cib, &|e| e.name() == "bundle") && any(cib, &is_colocation),
    },
    Known {
        reason: "2.1.5 takes a bundle with replicas-per-host and control-port to have numbers nobody sees",
        applies: |cib, _| {
            let crowded = |e: &Element| e.attribute("replicas-per-host").is_some();
            any(cib, &crowded) && any(cib, &|e| e.attribute("control-port").is_some())
        },
    },
    Known {
        reason: "2.1.5 tries the containers of a bundle in another order",
        applies: |cib, difference| {
            let containers = |line: &str| ["-docker-", "-podman-", "-ip-"].iter().any(|part| line.contains(part));
            let both = difference.ours.iter().chain(&difference.theirs);
            any(cib, &|e| e.name() == "bundle")
                && difference.kind == Kind::Scores
                && both.map(String::as_str).all(containers)
        },
    },
    Known {
        reason: "2.1.5 takes a mandatory ordering for one more of the same beside one of kind Serialize",
        applies: |cib, _| count(cib, &|e| e.name() == "rsc_order") > 1 && any(cib, &serializes),
    },
    Known {
        reason: "2.1.5 takes off nothing of a capacity that a node does not state",
        applies: |cib, _| any(cib, &|e| is_pair(e, "placement-strategy")) && any(cib, &|e| e.name() == "utilization"),
    },
    Known {
        reason: "2.1.5 monitors a resource that runs on a node in maintenance and on another one, too",
        applies: |cib, difference| {
            let monitors = difference.theirs.iter().any(|line| line.contains(" monitor="));
            let cancels = difference.ours.iter().all(|line| line.contains(" cancel="));
            cancels && monitors && any(cib, &|e| is_pair(e, "maintenance"))
        },
    },
    Known {
        reason: "2.1.5 adds the score of a location to the -INFINITY of a node that is not there",
        applies: |cib, difference| {
            let barred =
                !difference.theirs.is_empty() && difference.theirs.iter().all(|line| line.ends_with("-INFINITY"));
            any(cib, &|e| e.name() == "rsc_location") && (somebody_is_away(cib) || barred)
        },
    },
    Known {
        reason: "2.1.5 leaves finite colocations of a clone out that has an instance for each node, unless they are \
                 negative, and takes inactive instances in another order",
        applies: |cib, _| any(cib, &|e| e.name() == "clone") && any(cib, &is_colocation),
    },
    Known {
        reason: "2.1.5 starts a group's member that is missing while a later one runs whose stop is blocked",
        applies: |cib, difference| {
            let starts = difference.theirs.iter().any(|line| line.contains(" start on "));
            difference.ours.is_empty() && starts && any(cib, &|e| has_gap(cib, e))
        },
    },
    Known {
        reason: "2.1.5 takes colocations as they come, optional ones before mandatory ones, too; today mandatory ones \
                 come first",
        applies: |cib, _| mixed_colocations(cib),
    },
    Known {
        reason: "2.1.5 never lets a resource make way for one that keeps away from it; today it does where that one has \
                 a single node left",
        applies: |cib, _| {
            let apart = |e: &Element| e.attribute("score").is_some_and(|score| score.starts_with('-'));
            any(cib, &|e| is_colocation(e) && apart(e))
                && count(cib, &|e| e.name() == "node") > 1
                && !any(cib, &|e| e.name() == "clone")
        },
    },
    Known {
        reason: "2.1.5 lets a wish that comes through a chain of colocations, or through a group, weigh as much as its \
                 last link; today each link weakens it",
        applies: |cib, _| any(cib, &is_colocation) && (has_chain(cib) || ties_more(cib)),
    },
    Known {
        reason: "2.1.5 offers an instance that should stay all nodes again after it preferred another one, with the \
                 scores of the first attempt",
        applies: |cib, _| any(cib, &|e| e.name() == "clone") && any(cib, &|e| e.name() == "lrm_rsc_op"),
    },
];

/// The reason for a reduced disagreement, if it is known.
pub(super) fn reason(small: &Element, difference: &Difference) -> Option<&'static str> {
    ALL.iter().find(|known| (known.applies)(small, difference)).map(|known| known.reason)
}

fn any(element: &Element, wanted: &dyn Fn(&Element) -> bool) -> bool {
    count(element, wanted) > 0
}

fn count(element: &Element, wanted: &dyn Fn(&Element) -> bool) -> usize {
    let below: usize = element.children().iter().map(|child| count(child, wanted)).sum();
    below + usize::from(wanted(element))
}

fn is_colocation(element: &Element) -> bool {
    element.name() == "rsc_colocation"
}

fn colocations(cib: &Element) -> Vec<&Element> {
    let mut found: Vec<&Element> = cib.children().iter().flat_map(|child| colocations(child)).collect();
    found.extend(Some(cib).filter(|element| is_colocation(element)));
    found
}

/// Whether what one colocation is about is what another one is with.
fn has_chain(cib: &Element) -> bool {
    let all = colocations(cib);
    all.iter().any(|one| {
        let dependent = one.attribute("rsc");
        dependent.is_some() && all.iter().any(|other| other.attribute("with-rsc") == dependent)
    })
}

/// Whether a resource has both mandatory and optional colocations.
fn mixed_colocations(cib: &Element) -> bool {
    let sides = |e: &Element| ["rsc", "with-rsc"].map(|side| e.attribute(side).map(str::to_owned));
    let share = |one: &Element, other: &Element| {
        let other = sides(other);
        sides(one).iter().any(|side| side.is_some() && other.contains(side))
    };
    let all = colocations(cib);
    let (mandatory, optional): (Vec<&Element>, Vec<&Element>) =
        all.into_iter().partition(|e| e.attribute("score").is_some_and(|score| score.ends_with("INFINITY")));
    mandatory.iter().any(|one| optional.iter().any(|other| share(one, other)))
}

/// Whether an element is a group with a member that was somewhere, after one that was nowhere.
fn has_gap(cib: &Element, group: &Element) -> bool {
    let known = |id: Option<&str>| {
        any(cib, &|e| e.name() == "lrm_resource" && e.attribute("id") == id && any(e, &|op| op.name() == "lrm_rsc_op"))
    };
    let members = group.children_named("primitive").map(|member| known(member.id()));
    group.name() == "group" && !members.collect::<Vec<_>>().is_sorted_by(|earlier, later| earlier >= later)
}

fn serializes(element: &Element) -> bool {
    element.name() == "rsc_order" && element.attribute("kind") == Some("Serialize")
}

/// Whether there are colocations that no constraint spells out, or one that stands for several.
fn ties_more(cib: &Element) -> bool {
    any(cib, &|e| matches!(e.name(), "group" | "tag" | "template" | "resource_set") || is_pair(e, "remote-node"))
}

fn is_pair(element: &Element, name: &str) -> bool {
    element.name() == "nvpair" && element.attribute("name") == Some(name)
}

/// Whether a configured node is no member.
fn somebody_is_away(cib: &Element) -> bool {
    let members = count(cib, &|e| e.name() == "node_state" && e.attribute("crmd") == Some("online"));
    count(cib, &|e| e.name() == "node") > members
}
