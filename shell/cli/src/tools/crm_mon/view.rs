//! What there is to show, gathered once, and what is wished to be seen.

use crate::failure::Failure;
use crate::options::Parsed;
use crate::session::Session;
use crate::world::World;
use cib::Element;
use policy::state::{Cluster, RscIx};
use std::sync::Arc;

/// What is wished to be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "switches of the command line, each on its own")]
pub(super) struct Wish {
    pub inactive: bool,
    pub by_node: bool,
    pub failcounts: bool,
    pub operations: bool,
    pub timing: bool,
    pub attributes: bool,
    pub tickets: bool,
    pub detail: bool,
    pub headers: bool,
    /// Negative location constraints whose ids begin so.
    pub bans: Option<String>,
}

impl Wish {
    /// From the command line.
    pub fn of(options: &Parsed) -> Self {
        Self {
            inactive: options.has("inactive"),
            by_node: options.has("group-by-node"),
            failcounts: options.has("failcounts"),
            operations: options.has("operations") || options.has("timing-details"),
            timing: options.has("timing-details"),
            attributes: options.has("show-node-attributes"),
            tickets: options.has("tickets"),
            detail: options.has("show-detail"),
            headers: !options.has("hide-headers"),
            bans: options.has("neg-locations").then(|| options.value("neg-locations").unwrap_or_default().to_owned()),
        }
    }
}

/// The state at one moment.
pub(super) struct View {
    pub cib: Arc<Element>,
    pub cluster: Cluster,
    /// Whether a running cluster told it.
    pub live: bool,
    pub world: World,
    pub wish: Wish,
    /// The command line, for the record in XML.
    pub request: String,
}

impl View {
    pub fn gather(session: &mut Session) -> Result<Self, Failure> {
        let (cib, cluster) = (session.cib()?, session.cluster()?);
        let wish = Wish::of(&session.options);
        let request = std::iter::once(session.name.clone())
            .chain(session.arguments.iter().cloned())
            .collect::<Vec<_>>()
            .join(" ");
        Ok(Self { cib, cluster, live: session.is_live(), world: session.world.clone(), wish, request })
    }

    /// A state that is at hand, with all there is to see.
    pub fn of(cluster: &Cluster, world: &World) -> Self {
        let wish = Wish { inactive: true, attributes: true, failcounts: true, ..Wish::default() };
        let (cib, cluster) = (Arc::clone(&cluster.cib), cluster.clone());
        Self { cib, cluster, live: false, world: world.clone(), wish, request: String::new() }
    }

    /// A cluster option.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.cluster.options.all.get(name)
    }

    /// The name of the coordinator.
    pub fn coordinator(&self) -> Option<&str> {
        self.cluster.coordinator.map(|node| &*self.cluster.nodes[node].name)
    }

    /// Nodes that are configured or were ever seen.
    pub fn node_count(&self) -> usize {
        self.cluster.node_order.len()
    }

    /// Primitives, instances each for itself: all, disabled ones, blocked ones.
    pub fn resource_counts(&self) -> (usize, usize, usize) {
        let primitives: Vec<RscIx> = self.cluster.top.iter().flat_map(|rsc| self.cluster.primitives(*rsc)).collect();
        let counted = || {
            primitives.iter().filter(|rsc| !self.cluster.rscs[**rsc].removed || self.cluster.is_active(**rsc, false))
        };
        let disabled = counted().filter(|rsc| crate::status_text::is_disabled(&self.cluster, **rsc)).count();
        let blocked = counted().filter(|rsc| {
            let r = &self.cluster.rscs[**rsc];
            !crate::status_text::is_disabled(&self.cluster, **rsc) && r.blocked
        });
        (counted().count(), disabled, blocked.count())
    }
}

/// `1 node`, `2 nodes`
pub(super) fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
