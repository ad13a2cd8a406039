//! Whether a member is online, pending or unclean, from its node state.

use crate::cluster::Cluster;
use crate::ids::NodeIx;
use crate::values;
use cib::Element;
use model::Score;

/// A node state's facts about membership.
struct Membership<'a> {
    /// Since when a member; zero: not one; `None`: never seen.
    member: Option<i64>,
    /// Since when its controller is there; zero: not.
    process: i64,
    join: &'a str,
    expected: Option<&'a str>,
}

impl Cluster {
    fn membership<'a>(&self, state: &'a Element) -> Membership<'a> {
        let attribute = |new: &str, old: &str| state.attribute(new).or_else(|| state.attribute(old));
        let time = |text: &str| values::leading_integer(text).filter(|at| *at >= 0);
        let member = attribute("in_ccm", "ccm").and_then(|text| match values::boolean(text) {
            Some(true) => Some(self.now.max(1)),
            Some(false) => Some(0),
            None => time(text),
        });
        let process = match state.attribute("crmd").map(str::to_ascii_lowercase).as_deref() {
            None | Some("offline") => 0,
            Some("online") => 1,
            Some(text) => time(text).unwrap_or(0),
        };
        Membership {
            member,
            process,
            join: state.attribute("join").unwrap_or_default(),
            expected: state.attribute("expected"),
        }
    }

    pub(super) fn determine_online(&mut self, node: NodeIx, state: &Element) {
        let membership = self.membership(state);
        let shutdown = self.shutdown_requested(node);
        self.nodes[node].shutdown = shutdown;
        if !shutdown && membership.expected.is_some_and(|expected| expected.eq_ignore_ascii_case("member")) {
            self.nodes[node].expected_up = true;
        }
        let online = if self.options.fencing {
            self.online_with_fencing(node, &membership)
        } else {
            self.online_without_fencing(node, &membership)
        };
        self.nodes[node].online |= online;
        if !online || shutdown {
            self.nodes[node].base = Score::MINUS_INFINITY;
        }
    }

    fn online_without_fencing(&mut self, node: NodeIx, m: &Membership<'_>) -> bool {
        if m.member.unwrap_or(-1) <= 0 {
            return false;
        }
        if m.process > 0 {
            return m.join.eq_ignore_ascii_case("member");
        }
        if self.nodes[node].expected_up {
            self.fence_node(node, "peer is unexpectedly down", false);
        }
        false
    }

    fn online_with_fencing(&mut self, node: NodeIx, m: &Membership<'_>) -> bool {
        if self.nodes[node].shutdown {
            return m.process > 0;
        }
        let Some(member) = m.member else {
            self.fence_node(node, "peer has not been seen by the cluster", false);
            return false;
        };
        if m.join == "banned" {
            self.fence_node(node, "peer failed Pacemaker membership criteria", false);
        } else if self.termination_requested(node) {
            if member <= 0 && m.process <= 0 && m.join == "down" {
                return false;
            }
            self.fence_node(node, "fencing was requested", false);
        } else if m.expected.is_none_or(|expected| expected == "down") {
            if self.pending_too_long(m) {
                self.fence_node(node, "peer pending timed out on joining the process group", false);
            } else if member > 0 || m.process > 0 {
                self.set_pending(node);
            }
        } else if member <= 0 {
            self.fence_node(node, "peer is no longer part of the cluster", true);
        } else if m.process <= 0 {
            self.fence_node(node, "peer process is no longer available", false);
        } else if m.join == "pending" || m.join == "down" {
            self.set_pending(node);
        } else if m.join != "member" {
            self.fence_node(node, "peer was in an unknown state", false);
        }
        member > 0
    }

    fn set_pending(&mut self, node: NodeIx) {
        self.nodes[node].standby = true;
        self.nodes[node].pending = true;
    }

    fn pending_too_long(&mut self, m: &Membership<'_>) -> bool {
        let (Some(member @ 1..), 0) = (m.member, m.process) else { return false };
        if self.options.node_pending_ms == 0 {
            return false;
        }
        let until = member.saturating_add(crate::failcount::seconds(self.options.node_pending_ms));
        if self.now >= until {
            return true;
        }
        self.recheck(until);
        false
    }

    /// Whether somebody asked for the node to be fenced.
    fn termination_requested(&self, node: NodeIx) -> bool {
        let Some(text) = self.nodes[node].attributes.get("terminate") else { return false };
        values::boolean(text).unwrap_or_else(|| values::leading_integer(text).is_some_and(|n| n > 0))
    }

    /// Whether the node asked to be let go.
    pub(crate) fn shutdown_requested(&self, node: NodeIx) -> bool {
        self.nodes[node].attributes.get("shutdown").is_some_and(|text| text != "0")
    }
}
