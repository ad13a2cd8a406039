//! What the meta attributes of a resource say: with those of its parents and the defaults, one typed field each.

use super::is_connection;
use crate::cluster::Cluster;
use crate::ids::RscIx;
use crate::node::Capacity;
use crate::options::NoQuorum;
use crate::params::{Merge, Params};
use crate::resource::MultipleActive;
use crate::rules::Facts;
use crate::values;
use model::{Role, Score};

impl Cluster {
    /// Meta attributes: the element's own attributes and sets, its parents' sets, the defaults, what the parent worked out.
    pub(super) fn meta_of(&mut self, rsc: RscIx, instance: Option<u32>) -> Params {
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

    pub(super) fn set_basics(&mut self, rsc: RscIx) {
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

    pub(super) fn set_needs(&mut self, rsc: RscIx) {
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

    pub(super) fn set_thresholds(&mut self, rsc: RscIx) {
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
    pub(super) fn target_role(&mut self, rsc: RscIx) -> Option<Role> {
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

    pub(super) fn set_utilization(&mut self, rsc: RscIx) {
        let from = Merge { document: &self.document, facts: Facts { now: self.now, ..Facts::default() }, first: None };
        let mut needs = Params::default();
        needs.merge_sets(&from, &self.rscs[rsc].xml, "utilization", &mut self.next_change.clone());
        if !needs.is_empty() {
            self.rscs[rsc].utilization = Capacity::read(&needs);
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
