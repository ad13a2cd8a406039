//! The resources and constraints of each shape.

use crate::{MONITOR_SECONDS, TIMEOUT_SECONDS};

/// What the resources are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Primitives, each with a node it prefers.
    Primitives,
    /// Groups of five, each with a node it prefers.
    Groups,
    /// Anonymous clones on all nodes, a tenth of the number asked for.
    Clones,
    /// A clone for every fifty; two fifths in groups, in pairs that stay together; chains of three on clones; the rest plain.
    Mixed,
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Primitives, Self::Groups, Self::Clones, Self::Mixed];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Primitives => "primitives",
            Self::Groups => "groups",
            Self::Clones => "clones",
            Self::Mixed => "mixed",
        }
    }
}

/// Where a primitive runs when all is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    On(usize),
    Everywhere,
}

/// One agent to run.
pub(crate) struct Primitive {
    pub id: String,
    pub home: Home,
}

/// What is configured.
pub(crate) struct Configuration {
    pub nodes: usize,
    pub primitives: Vec<Primitive>,
    resources: String,
    constraints: String,
}

const GROUP_SIZE: usize = 5;
const RESOURCES_PER_CLONE: usize = 50;

impl Configuration {
    pub fn of(shape: Shape, nodes: usize, resources: usize) -> Self {
        let mut made = Self { nodes, primitives: Vec::new(), resources: String::new(), constraints: String::new() };
        match shape {
            Shape::Primitives => (0..resources).for_each(|n| made.plain(n)),
            Shape::Groups => (0..(resources / GROUP_SIZE).max(1)).for_each(|n| {
                made.group(n, n % nodes);
                made.prefer(&format!("g{n}"), n % nodes);
            }),
            Shape::Clones => (0..(resources / 10).max(1)).for_each(|n| made.clone_set(n)),
            Shape::Mixed => made.mixed(resources),
        }
        made
    }

    fn mixed(&mut self, resources: usize) {
        let clones = (resources / RESOURCES_PER_CLONE).max(1);
        let groups = (resources * 2 / 5 / GROUP_SIZE).max(1);
        let rest = resources.saturating_sub(clones + groups * GROUP_SIZE);
        let chains = rest * 3 / 4 / 3;
        (0..clones).for_each(|n| self.clone_set(n));
        (0..groups).for_each(|n| self.paired_group(n));
        (0..chains).for_each(|n| self.chain(n, n % clones));
        (0..rest - 3 * chains).for_each(|n| self.plain(n));
    }

    fn primitive(&mut self, id: &str, home: Home) -> String {
        self.primitives.push(Primitive { id: id.to_owned(), home });
        format!(
            "<primitive id=\"{id}\" class=\"ocf\" provider=\"heartbeat\" type=\"Dummy\"><operations>\
             <op id=\"{id}-monitor\" name=\"monitor\" interval=\"{MONITOR_SECONDS}s\" timeout=\"{TIMEOUT_SECONDS}s\"/>\
             </operations></primitive>\n"
        )
    }

    fn plain(&mut self, n: usize) {
        let (id, node) = (format!("r{n}"), n % self.nodes);
        let text = self.primitive(&id, Home::On(node));
        self.resources.push_str(&text);
        self.prefer(&id, node);
    }

    fn group(&mut self, n: usize, node: usize) {
        let members: String =
            (0..GROUP_SIZE).map(|member| self.primitive(&format!("g{n}-{member}"), Home::On(node))).collect();
        self.resources.push_str(&format!("<group id=\"g{n}\">\n{members}</group>\n"));
    }

    /// Every second group goes with, and after, the one before it.
    fn paired_group(&mut self, n: usize) {
        let node = n / 2 % self.nodes;
        self.group(n, node);
        if n.is_multiple_of(2) {
            self.prefer(&format!("g{n}"), node);
        } else {
            self.follow(&format!("g{n}"), &format!("g{}", n - 1));
        }
    }

    fn clone_set(&mut self, n: usize) {
        let inner = self.primitive(&format!("c{n}-r"), Home::Everywhere);
        self.resources.push_str(&format!(
            "<clone id=\"c{n}\"><meta_attributes id=\"c{n}-meta\">\
             <nvpair id=\"c{n}-interleave\" name=\"interleave\" value=\"true\"/></meta_attributes>\n{inner}</clone>\n"
        ));
    }

    /// Three primitives, each with and after the one before it, the first with and after a clone.
    fn chain(&mut self, n: usize, clone: usize) {
        let node = n % self.nodes;
        let mut before = format!("c{clone}");
        for link in ["a", "b", "c"] {
            let id = format!("ch{n}{link}");
            let text = self.primitive(&id, Home::On(node));
            self.resources.push_str(&text);
            if link == "a" {
                self.prefer(&id, node);
            }
            self.follow(&id, &before);
            before = id;
        }
    }

    fn prefer(&mut self, id: &str, node: usize) {
        self.constraints.push_str(&format!(
            "<rsc_location id=\"loc-{id}\" rsc=\"{id}\" node=\"{}\" score=\"100\"/>\n",
            node_name(node)
        ));
    }

    fn follow(&mut self, id: &str, other: &str) {
        self.constraints.push_str(&format!(
            "<rsc_colocation id=\"col-{id}\" rsc=\"{id}\" with-rsc=\"{other}\" score=\"INFINITY\"/>\n\
             <rsc_order id=\"ord-{id}\" first=\"{other}\" then=\"{id}\" kind=\"Mandatory\"/>\n"
        ));
    }

    /// The configuration section.
    pub fn write(&self, text: &mut String) {
        text.push_str("<configuration><crm_config><cluster_property_set id=\"options\">\n");
        for (name, value) in [("cluster-name", "bench"), ("stonith-enabled", "true"), ("no-quorum-policy", "stop")] {
            text.push_str(&format!("<nvpair id=\"opt-{name}\" name=\"{name}\" value=\"{value}\"/>\n"));
        }
        text.push_str("</cluster_property_set></crm_config><nodes>\n");
        for node in 0..self.nodes {
            text.push_str(&format!("<node id=\"{}\" uname=\"{}\"/>\n", node + 1, node_name(node)));
        }
        text.push_str("</nodes><resources>\n<primitive id=\"fencing\" class=\"stonith\" type=\"fence_dummy\"/>\n");
        text.push_str(&self.resources);
        text.push_str("</resources><constraints>\n");
        text.push_str(&self.constraints);
        text.push_str(
            "</constraints><rsc_defaults><meta_attributes id=\"rsc-defaults\">\
             <nvpair id=\"stickiness\" name=\"resource-stickiness\" value=\"1\"/>\
             </meta_attributes></rsc_defaults></configuration>\n",
        );
    }
}

/// What a node is called.
pub(crate) fn node_name(node: usize) -> String {
    format!("node{}", node + 1)
}
