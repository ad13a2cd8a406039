//! The shape of a CIB in the syntax of Heartbeat 2, after the DTD of 2.1.
//!
//! Ids of nvpairs, expressions, rules and sets are expected rather than required: programs of that time read files
//! without them, and the upgrade makes them.

use super::shape::Kind::{Boolean, Id, Integer, Name, Role, Score, Text, Time, Word};
use super::shape::{Child, Rule, Shape, any, exp, in_order, maybe, one, opt, req, shape};

const MULTIPLE_ACTIVE: &[&str] = &["stop_start", "stop_only", "block", "stop_unexpected"];
const RESTART: &[&str] = &["ignore", "restart"];
const ON_FAIL: &[&str] = &["ignore", "block", "stop", "restart", "fence", "migrate", "standby"];
const COMPARE: &[&str] = &["lt", "gt", "lte", "gte", "eq", "ne", "defined", "not_defined"];
const CLONE: &[Rule] = &[
    req("id", Id),
    opt("description", Text),
    opt("is_managed", Boolean),
    opt("restart_type", Word(RESTART)),
    opt("multiple_active", Word(MULTIPLE_ACTIVE)),
    opt("resource_stickiness", Score),
    opt("notify", Boolean),
    opt("globally_unique", Boolean),
    opt("ordered", Boolean),
    opt("interleave", Boolean),
];
const CLONE_CHILDREN: &[Child] =
    &[any("meta_attributes"), any("instance_attributes"), maybe("primitive"), maybe("group")];

/// Every element but those of the status.
pub(super) static SHAPES: &[Shape] = &[
    in_order(
        "cib",
        &[
            opt("admin_epoch", Integer),
            opt("epoch", Integer),
            opt("num_updates", Integer),
            opt("num_peers", Integer),
            opt("cib-last-written", Text),
            opt("cib_last_written", Text),
            opt("cib_feature_revision", Text),
            opt("crm_feature_set", Text),
            opt("remote_access_port", Integer),
            opt("remote_tls_port", Integer),
            opt("dc_uuid", Text),
            opt("ccm_transition", Text),
            opt("have_quorum", Boolean),
            opt("ignore_dtd", Boolean),
            opt("validate-with", Text),
            opt("generated", Boolean),
            opt("crm-debug-origin", Text),
        ],
        &[one("configuration"), maybe("status")],
    ),
    in_order(
        "configuration",
        &[opt("crm-debug-origin", Text)],
        &[one("crm_config"), one("nodes"), one("resources"), one("constraints")],
    ),
    shape("crm_config", &[], &[any("cluster_property_set")]),
    shape("nodes", &[], &[any("node")]),
    shape("resources", &[], &[any("primitive"), any("group"), any("clone"), any("master_slave")]),
    shape("constraints", &[], &[any("rsc_order"), any("rsc_colocation"), any("rsc_location")]),
    in_order("cluster_property_set", &[req("id", Id), opt("score", Score)], &[any("rule"), one("attributes")]),
    in_order("instance_attributes", &[exp("id", Id), opt("score", Score)], &[any("rule"), one("attributes")]),
    in_order("meta_attributes", &[exp("id", Id), opt("score", Score)], &[any("rule"), one("attributes")]),
    shape("attributes", &[], &[any("nvpair")]),
    shape("nvpair", &[exp("id", Id), req("name", Name), opt("value", Text)], &[]),
    shape(
        "node",
        &[
            req("id", Name),
            req("uname", Name),
            req("type", Word(&["normal", "member", "ping"])),
            opt("description", Text),
            opt("crm-debug-origin", Text),
        ],
        &[any("instance_attributes")],
    ),
    shape(
        "primitive",
        &[
            req("id", Id),
            req("class", Word(&["ocf", "lsb", "heartbeat", "stonith"])),
            req("type", Name),
            opt("provider", Name),
            opt("description", Text),
            opt("is_managed", Boolean),
            opt("restart_type", Word(RESTART)),
            opt("multiple_active", Word(MULTIPLE_ACTIVE)),
            opt("resource_stickiness", Score),
            opt("priority", Score),
        ],
        &[maybe("operations"), any("meta_attributes"), any("instance_attributes")],
    ),
    shape(
        "group",
        &[
            req("id", Id),
            opt("description", Text),
            opt("is_managed", Boolean),
            opt("restart_type", Word(RESTART)),
            opt("multiple_active", Word(MULTIPLE_ACTIVE)),
            opt("resource_stickiness", Score),
            opt("ordered", Boolean),
            opt("collocated", Boolean),
        ],
        &[any("meta_attributes"), any("instance_attributes"), any("primitive")],
    ),
    shape("clone", CLONE, CLONE_CHILDREN),
    shape("master_slave", CLONE, CLONE_CHILDREN),
    shape("operations", &[opt("id", Id)], &[any("op")]),
    shape(
        "op",
        &[
            req("id", Id),
            req("name", Name),
            opt("interval", Time),
            opt("timeout", Time),
            opt("start_delay", Time),
            opt("disabled", Boolean),
            opt("role", Role),
            opt("role_after_failure", Role),
            opt("prereq", Word(&["nothing", "quorum", "fencing"])),
            opt("on_fail", Word(ON_FAIL)),
            opt("description", Text),
        ],
        &[any("meta_attributes"), any("instance_attributes")],
    ),
    in_order(
        "rsc_location",
        &[req("id", Id), req("rsc", Name), opt("description", Text)],
        &[maybe("lifetime"), any("rule")],
    ),
    shape("lifetime", &[req("id", Id)], &[any("rule")]),
    shape(
        "rule",
        &[
            exp("id", Id),
            opt("role", Role),
            opt("score", Score),
            opt("score_attribute", Name),
            opt("boolean_op", Word(&["or", "and"])),
        ],
        &[any("expression"), any("date_expression"), any("rule")],
    ),
    shape(
        "expression",
        &[
            exp("id", Id),
            req("attribute", Name),
            req("operation", Word(COMPARE)),
            opt("value", Text),
            opt("type", Word(&["number", "string", "version"])),
        ],
        &[],
    ),
    in_order(
        "date_expression",
        &[
            exp("id", Id),
            opt("operation", Word(&["in_range", "date_spec", "gt", "lt"])),
            opt("start", Text),
            opt("end", Text),
        ],
        &[maybe("date_spec"), maybe("duration")],
    ),
    shape(
        "date_spec",
        &[
            exp("id", Id),
            opt("seconds", Text),
            opt("minutes", Text),
            opt("hours", Text),
            opt("monthdays", Text),
            opt("weekdays", Text),
            opt("yeardays", Text),
            opt("months", Text),
            opt("weeks", Text),
            opt("weekyears", Text),
            opt("years", Text),
            opt("moon", Text),
        ],
        &[],
    ),
    shape(
        "duration",
        &[
            exp("id", Id),
            opt("seconds", Text),
            opt("minutes", Text),
            opt("hours", Text),
            opt("monthdays", Text),
            opt("weekdays", Text),
            opt("yeardays", Text),
            opt("days", Text),
            opt("months", Text),
            opt("weeks", Text),
            opt("years", Text),
        ],
        &[],
    ),
    shape(
        "rsc_order",
        &[
            req("id", Id),
            req("from", Name),
            req("to", Name),
            opt("action", Name),
            opt("to_action", Name),
            opt("type", Word(&["before", "after"])),
            opt("score", Score),
            opt("symmetrical", Boolean),
            opt("description", Text),
        ],
        &[maybe("lifetime")],
    ),
    shape(
        "rsc_colocation",
        &[
            req("id", Id),
            req("from", Name),
            req("to", Name),
            req("score", Score),
            opt("from_role", Role),
            opt("to_role", Role),
            opt("symmetrical", Boolean),
            opt("node_attribute", Name),
            opt("description", Text),
        ],
        &[maybe("lifetime")],
    ),
];
