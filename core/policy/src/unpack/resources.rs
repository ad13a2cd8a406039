//! The `resources` section: every element becomes a node of the resource tree.

use super::bundle::bundle_kind;
use crate::cluster::Cluster;
use crate::ids::{NodeIx, RscIx};
use crate::node::{Capacity, NodeKind, NodeSet, ProbeMode, Table};
use crate::operation::Configured;
use crate::options::NoQuorum;
use crate::params::{Merge, Params};
use crate::resource::{Kind, MultipleActive, Rsc};
use crate::rules::Facts;
use crate::values;
use cib::Element;
use model::{Role, Score};
use std::cmp::Reverse;
use std::sync::Arc;

/// Whether the element is a connection to a remote node.
pub(super) fn is_connection(xml: &Element) -> bool {
    xml.attribute("type").is_some_and(|t| t.eq_ignore_ascii_case("remote"))
        && xml.attribute("class").is_some_and(|c| c.eq_ignore_ascii_case("ocf"))
        && xml.attribute("provider").is_some_and(|p| p.eq_ignore_ascii_case("pacemaker"))
}

/// Whether agents of a class can tell instances of a clone apart.
fn tells_instances_apart(class: &str) -> bool {
    class.eq_ignore_ascii_case("stonith") || can_be_promoted(class)
}

/// Whether agents of a class know promotion. What is of class heartbeat, which only Heartbeat 2 had, is treated as ocf.
fn can_be_promoted(class: &str) -> bool {
    class.eq_ignore_ascii_case("ocf") || class.eq_ignore_ascii_case("heartbeat")
}

impl Cluster {
    pub(super) fn unpack_resources(&mut self) {
        let Some(section) = super::section(&self.cib, "resources") else { return };
        let mut elements: Vec<Arc<Element>> = section.children().to_vec();
        elements.extend(self.implied_connections(&section));
        for element in elements {
            let Some(id) = element.id().filter(|id| !id.is_empty()).map(str::to_owned) else {
                self.complain(element.name(), format!("a <{}> without id is ignored; give it one", element.name()));
                continue;
            };
            if element.name() == "template" {
                self.lists.entry(id).or_default();
            } else if let Some(rsc) = self.unpack_resource(&element, None, None) {
                self.top.push(rsc);
            } else {
                self.complain(
                    &id,
                    format!("<{}> '{id}' is ignored because its configuration is not valid", element.name()),
                );
            }
        }
        for rsc in self.top.clone() {
            self.link_launcher(rsc);
            self.link_remote_node(rsc);
        }
        let rscs = &self.rscs;
        self.top.sort_by_key(|rsc| Reverse(rscs[*rsc].priority));
        if self.options.fencing && !self.have_fencing && !self.top.is_empty() {
            self.complain(
                "fencing-enabled",
                "nothing will be started: fencing is enabled but there is no fence device; configure one, or set fencing-enabled (stonith-enabled) to false",
            );
        }
    }

    /// Unpacks one element and all below it; `instance` numbers the copies of a clone.
    pub(super) fn unpack_resource(
        &mut self,
        element: &Arc<Element>,
        parent: Option<RscIx>,
        instance: Option<u32>,
    ) -> Option<RscIx> {
        let base_id = element.id()?.to_owned();
        let xml = self.expand_template(element)?;
        let kind = match xml.name() {
            "primitive" => Kind::Primitive,
            "group" => Kind::Group { ordered: true, colocated: true },
            "clone" | "master" | "master_slave" => self.clone_kind(&xml)?,
            "bundle" => bundle_kind(&xml)?,
            other => {
                self.complain(&base_id, format!("'{base_id}' is ignored: <{other}> is no kind of resource"));
                return None;
            }
        };
        let id = instance.map_or_else(|| base_id.clone(), |n| format!("{base_id}:{n}"));
        let ops = match xml.child("operations").map(|ops| self.document.resolve(ops)) {
            Some(Some(ops)) => ops.children_named("op").map(Configured::of).collect(),
            Some(None) | None => Arc::default(),
        };
        let twin = instance.and_then(|_| self.ids.get(format!("{base_id}:0").as_str()).copied());
        let rsc = self.rscs.push(Rsc { parent, twin, ops, ..blank(&id, &base_id, kind, &xml) });
        let meta = self.meta_of(rsc, instance);
        self.rscs[rsc].meta = Arc::new(meta);
        self.ids.entry(Arc::from(id.as_str())).or_insert(rsc);
        self.set_basics(rsc);
        self.set_needs(rsc);
        self.set_thresholds(rsc);
        if let Some(role) = self.target_role(rsc) {
            self.rscs[rsc].next_role = role;
            self.rscs[rsc].target = Some(role);
        }
        if !self.unpack_kind(rsc) {
            self.ids.retain(|_, known| *known != rsc);
            return None;
        }
        self.set_default_nodes(rsc);
        self.set_utilization(rsc);
        Some(rsc)
    }

    fn unpack_kind(&mut self, rsc: RscIx) -> bool {
        match self.rscs[rsc].kind {
            Kind::Primitive => self.unpack_primitive(rsc),
            Kind::Group { .. } => self.unpack_group(rsc),
            Kind::Clone(_) => self.unpack_clone(rsc),
            Kind::Bundle(_) => self.unpack_bundle(rsc),
        }
    }

    fn unpack_primitive(&mut self, rsc: RscIx) -> bool {
        let top = self.top_of(rsc, false);
        let class = self.rscs[rsc].class().to_owned();
        if !tells_instances_apart(&class) && self.rscs[rsc].unique && self.rscs[top].is_clone() {
            self.force_anonymous(top, rsc, &class);
        }
        if !can_be_promoted(&class) && self.rscs[top].promotable {
            let id = self.rscs[rsc].id.to_string();
            self.complain(&id, format!("'{id}' is of class {class} and cannot be promoted; only ocf agents can"));
            return false;
        }
        true
    }

    fn unpack_group(&mut self, rsc: RscIx) -> bool {
        let not_false = |value: Option<&str>| value.and_then(values::boolean) != Some(false);
        let meta = &self.rscs[rsc].meta;
        let (ordered, colocated) = (not_false(meta.get("ordered")), not_false(meta.get("collocated")));
        self.rscs[rsc].kind = Kind::Group { ordered, colocated };
        let instance = self.rscs[rsc].meta.get("clone").and_then(|n| n.parse().ok());
        let xml = Arc::clone(&self.rscs[rsc].xml);
        for member in xml.children_named("primitive") {
            if let Some(member) = self.unpack_resource(member, Some(rsc), instance) {
                self.rscs[rsc].children.push(member);
            }
        }
        if self.rscs[rsc].children.is_empty() {
            let id = self.rscs[rsc].id.to_string();
            self.complain(&id, format!("group '{id}' has no members; add one or remove the group"));
        }
        !self.rscs[rsc].children.is_empty()
    }

    /// Meta attributes: the element's own attributes and sets, its parents' sets, the defaults, what the parent worked out.
    fn meta_of(&mut self, rsc: RscIx, instance: Option<u32>) -> Params {
        let r = &self.rscs[rsc];
        let mut meta = Params::default();
        if let Some(n) = instance {
            meta.set("clone", &n.to_string());
        }
        for (name, value) in r.xml.attributes() {
            if !value.eq_ignore_ascii_case("#default") {
                meta.offer(name, value);
            }
        }
        let facts = Facts {
            now: self.now,
            standard: r.xml.attribute("class"),
            provider: r.xml.attribute("provider"),
            agent: r.xml.attribute("type"),
            ..Facts::default()
        };
        let from = Merge { document: &self.document, facts, first: None };
        let mut next = self.next_change;
        meta.merge_sets(&from, &r.xml, "meta_attributes", &mut next);
        let mut inherited = Params::default();
        let mut at = r.parent;
        while let Some(parent) = at {
            inherited.merge_sets(&from, &self.rscs[parent].xml, "meta_attributes", &mut next);
            at = self.rscs[parent].parent;
        }
        offer_all(&mut meta, &inherited);
        if let Some(defaults) = &self.rsc_defaults {
            meta.merge_sets(&from, defaults, "meta_attributes", &mut next);
        }
        if let Some(parent) = r.parent {
            offer_all(&mut meta, &self.rscs[parent].meta);
        }
        self.next_change = next;
        meta
    }

    fn set_basics(&mut self, rsc: RscIx) {
        let in_clone = self.rscs[self.top_of(rsc, false)].is_clone();
        let maintenance = self.options.maintenance;
        let r = &mut self.rscs[rsc];
        r.is_connection = is_connection(&r.xml);
        let remote = r.is_connection && r.meta.get("container").is_none();
        r.managed = !maintenance;
        r.critical = r.meta.get("critical").is_none_or(|value| values::is_true(Some(value)));
        r.notify = r.meta.is_true("notify");
        r.migratable = r.meta.get("allow-migrate").map_or(remote, |value| values::is_true(Some(value)));
        if let Some(value) = r.meta.get("is-managed").filter(|value| !value.eq_ignore_ascii_case("default")) {
            r.managed = values::is_true(Some(value));
        }
        if maintenance || r.meta.is_true("maintenance") {
            r.managed = false;
            r.maintenance = true;
        }
        r.unique = !in_clone || detect_unique(&r.meta);
        r.promotable = in_clone && r.meta.is_true("promotable");
        r.multiple_active = match r.meta.get("multiple-active").unwrap_or_default().to_ascii_lowercase().as_str() {
            "stop_only" => MultipleActive::StopOnly,
            "block" => MultipleActive::Block,
            "stop_unexpected" => MultipleActive::StopUnexpected,
            _ => MultipleActive::StopStart,
        };
        r.fence_device = r.xml.attribute("class").is_some_and(|class| class.eq_ignore_ascii_case("stonith"));
        self.have_fencing |= self.rscs[rsc].fence_device;
    }

    fn set_needs(&mut self, rsc: RscIx) {
        let fencing = self.options.fencing;
        let r = &self.rscs[rsc];
        let word = r.meta.get("requires").map(str::to_ascii_lowercase);
        let default = if r.fence_device || (r.is_primitive() && r.is_connection) {
            "quorum"
        } else if self.enable_unfencing {
            "unfencing"
        } else if fencing {
            "fencing"
        } else if self.options.no_quorum == NoQuorum::Ignore {
            "nothing"
        } else {
            "quorum"
        };
        let word = match word.as_deref() {
            Some(word @ ("nothing" | "quorum" | "fencing" | "unfencing")) => word,
            Some(_) | None => default,
        };
        let word = if word == "unfencing" && (r.fence_device || !fencing) { "quorum" } else { word };
        let r = &mut self.rscs[rsc];
        r.needs_quorum = word == "quorum";
        r.needs_fencing = matches!(word, "fencing" | "unfencing");
        r.needs_unfencing = word == "unfencing";
    }

    fn set_thresholds(&mut self, rsc: RscIx) {
        let r = &self.rscs[rsc];
        let score = |name: &str| r.meta.get(name).and_then(|text| self.options.score(text));
        let (priority, stickiness) = (score("priority"), score("resource-stickiness"));
        let (threshold, failure_stickiness) = (score("migration-threshold"), score("resource-failure-stickiness"));
        let mut timeout = values::span_or_zero(r.meta.get("failure-timeout"));
        let mut reconnect = 0;
        if r.is_connection
            && r.meta.get("container").is_none()
            && let Some(text) = self.parameters(rsc, None).get("reconnect_interval")
        {
            reconnect = values::span_ms(text).unwrap_or(0);
            timeout = reconnect;
        }
        let r = &mut self.rscs[rsc];
        r.priority = priority.unwrap_or(Score::ZERO);
        r.stickiness = stickiness.unwrap_or(Score::ZERO);
        r.failure_stickiness = failure_stickiness.unwrap_or(Score::ZERO);
        r.migration_threshold = threshold.filter(|score| *score >= Score::ZERO).unwrap_or(Score::INFINITY);
        r.failure_timeout_ms = timeout;
        r.reconnect_ms = reconnect;
    }

    /// The configured target role where it asks for less than the resource could have.
    fn target_role(&mut self, rsc: RscIx) -> Option<Role> {
        let r = &self.rscs[rsc];
        let text = r.meta.get("target-role")?;
        if text.eq_ignore_ascii_case("started") || text.eq_ignore_ascii_case("default") {
            return None;
        }
        let promotable = self.rscs[self.top_of(rsc, false)].promotable;
        match Role::parse(text) {
            Some(Role::Stopped) => Some(Role::Stopped),
            Some(Role::Unpromoted) if promotable => Some(Role::Unpromoted),
            Some(Role::Promoted) if promotable => None,
            Some(Role::Unknown | Role::Started | Role::Unpromoted | Role::Promoted) | None => {
                let (id, text) = (r.id.to_string(), text.to_owned());
                self.complain(&id, format!("target-role '{text}' of '{id}' is ignored; use Started, Stopped or, for promotable clones, Promoted or Unpromoted"));
                None
            }
        }
    }

    fn set_default_nodes(&mut self, rsc: RscIx) {
        let guest = self.rscs[rsc].is_connection && self.rscs[rsc].meta.get("container").is_some();
        if self.options.symmetric {
            for node in self.node_order.clone() {
                self.open_node(rsc, node);
            }
        } else if guest {
            self.add_score_everywhere(rsc, Score::ZERO, ("", ""));
        }
    }

    /// Lets a resource consider a node, unless it is looked for only where constraints say so.
    fn open_node(&mut self, rsc: RscIx, node: NodeIx) {
        if self.rscs[rsc].exclusive_probes || self.nodes[node].probe == ProbeMode::Never {
            return;
        }
        for child in self.rscs[rsc].children.clone() {
            self.open_node(child, node);
        }
        let fresh = self.fresh_standing(node);
        let table = &mut self.rscs[rsc].allowed;
        if table.get(node).is_none() {
            table.insert(node, fresh);
        }
    }

    fn set_utilization(&mut self, rsc: RscIx) {
        let from = Merge { document: &self.document, facts: Facts { now: self.now, ..Facts::default() }, first: None };
        let mut needs = Params::default();
        needs.merge_sets(&from, &self.rscs[rsc].xml, "utilization", &mut self.next_change.clone());
        if !needs.is_empty() {
            self.rscs[rsc].utilization = Capacity::read(&needs);
        }
    }

    fn link_launcher(&mut self, rsc: RscIx) {
        for child in self.rscs[rsc].children.clone() {
            self.link_launcher(child);
        }
        let r = &self.rscs[rsc];
        let Some(id) = r.meta.get("container").filter(|id| *id != &*r.id).filter(|_| r.children.is_empty()) else {
            return;
        };
        match self.rsc_by_id(id) {
            Some(launcher) => {
                self.rscs[rsc].launcher = Some(launcher);
                self.rscs[launcher].launched.push(rsc);
            }
            None => {
                let (own, id) = (r.id.to_string(), id.to_owned());
                self.complain(&own, format!("'{own}' runs inside of '{id}', which does not exist"));
            }
        }
    }

    /// Joins a connection with the node it leads to.
    pub(super) fn link_remote_node(&mut self, rsc: RscIx) {
        if !self.rscs[rsc].is_connection {
            return;
        }
        let id = Arc::clone(&self.rscs[rsc].id);
        let Some(node) = self.node_by_name(&id) else { return };
        self.nodes[node].remote = Some(rsc);
        if self.rscs[rsc].launcher.is_none() {
            self.mark_unseen(node);
        } else {
            self.nodes[node].attributes.set("#kind", "container");
        }
    }

    /// Templates and tags: lists of resources that constraints can name.
    pub(super) fn unpack_lists(&mut self) {
        let Some(section) = super::section(&self.cib, "tags") else { return };
        for tag in section.children_named("tag") {
            let Some(id) = tag.id() else { continue };
            let members = tag.children_named("obj_ref").filter_map(|member| member.id().map(str::to_owned)).collect();
            self.lists.entry(id.to_owned()).or_insert(members);
        }
    }

    /// Adds the remote node that a connection leads to.
    pub(super) fn add_remote_node(&mut self, name: &str) -> NodeIx {
        match self.node_by_name(name) {
            Some(node) => node,
            None => self.add_node(name, name, NodeKind::Remote, Score::ZERO),
        }
    }
}

fn offer_all(meta: &mut Params, more: &Params) {
    for (name, value) in more.iter() {
        if !value.eq_ignore_ascii_case("#default") {
            meta.offer(name, value);
        }
    }
}

fn detect_unique(meta: &Params) -> bool {
    match meta.get("globally-unique") {
        Some(value) => values::is_true(Some(value)),
        None => meta.get("clone-node-max").and_then(values::leading_integer).is_some_and(|n| n > 1),
    }
}

fn blank(id: &str, base_id: &str, kind: Kind, xml: &Arc<Element>) -> Rsc {
    Rsc {
        id: Arc::from(id),
        base_id: Arc::from(base_id),
        kind,
        parent: None,
        children: Vec::new(),
        xml: Arc::clone(xml),
        twin: None,
        ops: Arc::default(),
        meta: Arc::default(),
        utilization: Capacity::default(),
        managed: true,
        maintenance: false,
        blocked: false,
        removed: false,
        removed_launched: false,
        failed: false,
        stop_if_failed: false,
        ignore_failure: false,
        start_pending: false,
        unique: true,
        promotable: false,
        notify: false,
        critical: true,
        fence_device: false,
        is_connection: false,
        migratable: false,
        needs_quorum: false,
        needs_fencing: false,
        needs_unfencing: false,
        exclusive_probes: false,
        is_container: false,
        nesting_allowed: false,
        priority: Score::ZERO,
        promotion_priority: Score::ZERO,
        stickiness: Score::ZERO,
        failure_stickiness: Score::ZERO,
        migration_threshold: Score::INFINITY,
        failure_timeout_ms: 0,
        reconnect_ms: 0,
        multiple_active: MultipleActive::StopStart,
        role: Role::Stopped,
        next_role: Role::Unknown,
        target: None,
        active: Vec::new(),
        probed: NodeSet::default(),
        history_id: None,
        pending: None,
        launcher: None,
        launched: Vec::new(),
        dangling: Vec::new(),
        partial_migration: None,
        halted: None,
        lock: None,
        allowed: Table::default(),
        assigned: None,
        unassigned: true,
        assigning: false,
        updating: false,
        restarting: false,
        stop_unexpected: false,
        reload: false,
        actions: Vec::new(),
        this_with: Vec::new(),
        with_this: Vec::new(),
        locations: Vec::new(),
        tickets: Vec::new(),
        learned: crate::learned::Learned::default(),
    }
}
