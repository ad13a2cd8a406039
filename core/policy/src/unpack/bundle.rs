//! Bundles: what they imply, as resources: containers, their addresses, connections into them, and what runs inside.

mod design;
mod elements;

pub(super) use elements::Connection;

use crate::cluster::Cluster;
use crate::ids::{NodeIx, RscIx};
use crate::node::{NodeKind, ProbeMode, Standing, Table};
use crate::resource::{BundleFacts, Kind, Replica};
use crate::values;
use cib::Element;
use design::Design;
use elements::{REMOTE_PORT, inside_clone};
use model::Score;
use std::sync::Arc;

/// More replicas than this are a mistake in the configuration.
const REPLICAS_MAX: u32 = 1000;

/// What a bundle's element says of it.
pub(super) fn bundle_kind(xml: &Arc<Element>) -> Option<Kind> {
    let (agent, launch) =
        xml.child("docker").map(|e| ("docker", e)).or_else(|| xml.child("podman").map(|e| ("podman", e)))?;
    let number = |name: &str| {
        launch
            .attribute(name)
            .and_then(values::leading_integer)
            .map(|n| u32::try_from(n.max(0)).unwrap_or(REPLICAS_MAX))
    };
    let promoted_max = number("promoted-max").or_else(|| number("masters")).unwrap_or(0);
    let replicas_max = match number("replicas") {
        None if promoted_max > 0 => promoted_max,
        read => read.unwrap_or(1).max(1),
    };
    Some(Kind::Bundle(Box::new(BundleFacts {
        agent,
        image: launch.attribute("image").unwrap_or_default().to_owned(),
        replicas_max: replicas_max.min(REPLICAS_MAX),
        per_host: number("replicas-per-host").unwrap_or(1).max(1),
        promoted_max,
        inside: None,
        replicas: Vec::new(),
    })))
}

impl Cluster {
    pub(super) fn unpack_bundle(&mut self, rsc: RscIx) -> bool {
        let xml = Arc::clone(&self.rscs[rsc].xml);
        let Some(facts) = self.rscs[rsc].bundle_facts().cloned() else { return false };
        if facts.per_host == 1 {
            self.rscs[rsc].unique = false;
        }
        let mut plan = Design::read(&xml, facts.agent);
        let inside = match xml.child("primitive") {
            None => None,
            Some(_) if plan.first_address.is_none() && plan.port.is_none() => {
                let id = self.rscs[rsc].id.to_string();
                self.complain(&id, format!("what is inside of '{id}' cannot be controlled: give its network an ip-range-start or a control-port"));
                return false;
            }
            Some(primitive) => {
                let clone = Arc::new(inside_clone(&plan.prefix, &facts, primitive));
                let Some(inside) = self.unpack_resource(&clone, Some(rsc), None) else { return false };
                plan.add_defaults();
                Some(inside)
            }
        };
        self.set_inside(rsc, inside);
        let children = inside.map(|inside| self.rscs[inside].children.clone());
        let count =
            children.as_ref().map_or(facts.replicas_max, |all| u32::try_from(all.len()).unwrap_or(REPLICAS_MAX));
        let addresses = plan.addresses(count);
        for offset in 0..count {
            let at = usize::try_from(offset).expect("32 bits fit an address");
            let child = children.as_ref().map(|all| all[at]);
            if !self.add_replica(rsc, &plan, offset, addresses[at].clone(), child) {
                return false;
            }
        }
        if let Some(inside) = inside {
            self.rscs[rsc].children.push(inside);
        }
        true
    }

    fn set_inside(&mut self, rsc: RscIx, inside: Option<RscIx>) {
        if let Kind::Bundle(facts) = &mut self.rscs[rsc].kind {
            facts.inside = inside;
        }
        let Some(inside) = inside else { return };
        for child in self.rscs[inside].children.clone() {
            self.rscs[child].exclusive_probes = true;
            self.rscs[inside].notify |= self.rscs[child].notify;
            if let Some(target) = self.rscs[child].meta.get("container-attribute-target").map(str::to_owned) {
                Arc::make_mut(&mut self.rscs[rsc].meta).set("container-attribute-target", &target);
                Arc::make_mut(&mut self.rscs[inside].meta).set("container-attribute-target", &target);
            }
        }
    }

    fn add_replica(
        &mut self,
        rsc: RscIx,
        plan: &Design,
        offset: u32,
        address: Option<String>,
        child: Option<RscIx>,
    ) -> bool {
        let image = self.rscs[rsc].bundle_facts().map(|facts| facts.image.clone()).unwrap_or_default();
        let container = Arc::new(plan.container(offset, address.as_deref(), &image, child.is_some()));
        let Some(container) = self.unpack_resource(&container, Some(rsc), None) else { return false };
        self.rscs[container].is_container = true;
        self.rscs[rsc].children.push(container);
        let ip = address.as_deref().map(|address| Arc::new(plan.ip(offset, address)));
        let ip = match ip {
            None => None,
            Some(ip) => match self.unpack_resource(&ip, Some(rsc), None) {
                None => return false,
                ip => ip,
            },
        };
        self.rscs[rsc].children.extend(ip);
        let mut replica = Replica { offset, address, container, ip, remote: None, child, node: None };
        if let Some(child) = child {
            if !self.add_connection(rsc, plan, child, &mut replica) {
                return false;
            }
            if let Some(address) = &replica.address {
                Arc::make_mut(&mut self.rscs[child].meta).set("external-ip", address);
            }
            let needs = std::mem::take(&mut self.rscs[child].utilization);
            self.rscs[container].utilization = needs;
        }
        if let Kind::Bundle(facts) = &mut self.rscs[rsc].kind {
            facts.replicas.push(replica);
        }
        true
    }

    fn add_connection(&mut self, rsc: RscIx, plan: &Design, child: RscIx, replica: &mut Replica) -> bool {
        let mut name = format!("{}-{}", plan.prefix, replica.offset);
        if self.ids.get(name.as_str()).is_some_and(|known| self.rscs[*known].parent != Some(rsc)) {
            name = format!("pcmk-internal-{}-remote-{}", self.rscs[child].id, replica.offset);
        }
        let container = self.rscs[replica.container].id.to_string();
        let element = Connection {
            name: &name,
            container: &container,
            migrate: None,
            managed: None,
            timeout: None,
            server: Some(replica.address.as_deref().unwrap_or("#uname")),
            port: Some(plan.port.as_deref().unwrap_or(REMOTE_PORT)),
        }
        .element();
        let node = self.add_container_node(&name);
        self.confine(child, node);
        let Some(remote) = self.unpack_resource(&Arc::new(element), Some(rsc), None) else { return false };
        let others: Vec<NodeIx> = self.rscs[remote].allowed.nodes().filter(|node| self.is_any_remote(*node)).collect();
        for other in others {
            if let Some(standing) = self.rscs[remote].allowed.get_mut(other) {
                standing.score = Score::MINUS_INFINITY;
            }
        }
        self.nodes[node].remote = Some(remote);
        self.nodes[node].attributes.set("#kind", "container");
        self.rscs[remote].launcher = Some(replica.container);
        self.rscs[remote].nesting_allowed = true;
        self.rscs[rsc].children.push(remote);
        (replica.remote, replica.node) = (Some(remote), Some(node));
        true
    }

    /// The node that a container is: nothing but what belongs into the container runs there.
    fn add_container_node(&mut self, name: &str) -> NodeIx {
        let node = match self.node_by_name(name) {
            Some(node) => node,
            None => self.add_node(name, name, NodeKind::Remote, Score::MINUS_INFINITY),
        };
        self.nodes[node].base = Score::MINUS_INFINITY;
        self.nodes[node].probe = ProbeMode::Never;
        for rsc in self.top.clone() {
            self.disallow(rsc, node);
        }
        node
    }

    fn disallow(&mut self, rsc: RscIx, node: NodeIx) {
        if let Some(standing) = self.rscs[rsc].allowed.get_mut(node) {
            standing.score = Score::MINUS_INFINITY;
            standing.probe = ProbeMode::Never;
        }
        for child in self.rscs[rsc].children.clone() {
            self.disallow(child, node);
        }
    }

    /// Lets an instance run in its container only.
    fn confine(&mut self, child: RscIx, node: NodeIx) {
        self.rscs[child].allowed = Table::default();
        self.rscs[child].allowed.insert(node, Standing::new(Score::new(500), ProbeMode::Exclusive));
        if let Some(parent) = self.rscs[child].parent {
            self.rscs[parent].allowed.insert(node, Standing::new(Score::MINUS_INFINITY, ProbeMode::Exclusive));
        }
    }
}
