//! Random bundles: containers with and without addresses, and perhaps a resource in each.

use super::Maker;
use super::guests::Guest;
use super::resources::{Agent, Resource};
use cib::Element;
use std::sync::Arc;

impl Maker {
    pub(super) fn bundle(&mut self, id: &str, n: u64) -> Element {
        let replicas = 1 + self.rng.below(3);
        let (filled, addressed) = (self.rng.chance(600), self.rng.chance(400));
        let promotable = filled && self.rng.chance(300);
        let engine = if self.rng.chance(500) { "podman" } else { "docker" };
        let agent = if promotable { Agent::STATEFUL } else { Agent::DUMMY };
        let mut bundle = Element::new("bundle").with("id", id);
        bundle.children_mut().extend(self.meta().map(Arc::new));
        bundle = bundle
            .with_child(self.engine(engine, replicas, filled, promotable))
            .with_child(network(id, addressed, filled));
        let inner = format!("bp{n}");
        if filled {
            bundle = bundle.with_child(self.primitive(&inner, agent));
        }
        for replica in 0..replicas {
            let connection = format!("{id}-{replica}");
            if filled {
                self.guests.push(Guest { name: connection.clone(), recorded: false });
            }
            let container = format!("{id}-{engine}-{replica}");
            let address = format!("{id}-ip-192.168.122.{}", 131 + replica);
            let members = addressed.then_some(address).into_iter().chain([container.clone()]).collect();
            let connections = if filled { vec![connection] } else { Vec::new() };
            self.resources.push(Resource {
                members,
                connections,
                inner: filled.then(|| (inner.clone(), agent)),
                named: false,
                ..Resource::plain(&container, Agent::container(engine))
            });
        }
        self.resources.push(Resource { members: Vec::new(), promotable, ..Resource::plain(id, Agent::DUMMY) });
        bundle
    }

    fn engine(&mut self, engine: &str, replicas: u64, filled: bool, promotable: bool) -> Element {
        let mut container = Element::new(engine).with("image", "example:1").with("replicas", &replicas.to_string());
        // With a control port, there is one on each host.
        if !filled && self.rng.chance(300) {
            container.set("replicas-per-host", "2");
        }
        if promotable {
            container.set("promoted-max", "1");
        }
        container
    }
}

fn network(id: &str, addressed: bool, filled: bool) -> Element {
    let mut network = Element::new("network");
    if addressed {
        network.set("ip-range-start", "192.168.122.131");
    }
    if filled {
        network.set("control-port", "3121");
    }
    let port = Element::new("port-mapping").with("id", &format!("{id}-port")).with("port", "80");
    if addressed || filled { network.with_child(port) } else { network }
}
