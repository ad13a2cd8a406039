//! Random nodes that a resource brings up: remote nodes by their connection, guests by what they run in.

use super::Maker;
use super::resources::{Agent, Resource};
use cib::Element;

/// A node that is no member of its own.
#[derive(Clone, Debug)]
pub(crate) struct Guest {
    pub name: String,
    /// It stands among the nodes of the configuration, too.
    pub recorded: bool,
}

impl Maker {
    /// A node behind a connection.
    pub(super) fn remote(&mut self, name: &str) -> Element {
        let recorded = self.rng.chance(500);
        self.guests.push(Guest { name: name.to_owned(), recorded });
        self.resources.push(Resource::plain(name, Agent::REMOTE));
        let mut connection = Agent::REMOTE.primitive(name);
        let sets = [
            self.pairs("instance_attributes", &[("server", &["10.0.0.9"], 700), ("reconnect_interval", &["60s"], 300)]),
            self.meta(),
        ];
        connection.children_mut().extend(sets.into_iter().flatten().map(std::sync::Arc::new));
        let operations = self.operations(name, false);
        connection.with_child(operations)
    }

    /// A resource that is a machine; the node in it is called as it says.
    pub(super) fn machine(&mut self, id: &str, name: &str) -> Element {
        let recorded = self.rng.chance(300);
        self.guests.push(Guest { name: name.to_owned(), recorded });
        self.resources.push(Resource {
            members: vec![id.to_owned()],
            connections: vec![name.to_owned()],
            ..Resource::plain(id, Agent::DUMMY)
        });
        let mut machine = self.primitive(id, Agent::DUMMY);
        let names: &[&str] = &[name];
        let set =
            self.pairs("meta_attributes", &[("remote-node", names, 1000), ("remote-allow-migrate", &["false"], 200)]);
        machine.children_mut().splice(0..0, set.map(std::sync::Arc::new));
        machine
    }
}
