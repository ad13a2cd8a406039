//! What there is to show, gathered once.

use super::Format;
use super::narrow::narrow;
use super::wish::Wish;
use crate::failure::Failure;
use crate::session::Session;
use crate::status_text::is_disabled;
use crate::world::World;
use cib::Element;
use policy::state::{Cluster, NodeIx, RscIx};
use std::collections::BTreeSet;
use std::sync::Arc;

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
    /// The resources that are part of the picture, where it was narrowed to some.
    pub only: Option<BTreeSet<RscIx>>,
    counts: Counts,
}

/// How much there is, whatever of it is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    /// Nodes that are configured or were ever seen.
    pub nodes: usize,
    /// Primitives, instances each for itself.
    pub resources: usize,
    /// Those that are not to run.
    pub disabled: usize,
    /// Those that the cluster can do nothing about.
    pub blocked: usize,
}

impl View {
    /// The state as it is now, and of it what the command line asks for.
    pub fn gather(session: &mut Session, format: Format) -> Result<Self, Failure> {
        let (cib, cluster) = (session.cib()?, session.cluster()?);
        let wish = Wish::of(&session.options, format)?;
        let request = std::iter::once(session.name.clone())
            .chain(session.arguments.iter().cloned())
            .collect::<Vec<_>>()
            .join(" ");
        let counts = Counts::of(&cluster);
        let (live, world) = (session.is_live(), session.world.clone());
        let mut view = Self { cib, cluster, live, world, wish, request, only: None, counts };
        narrow(&mut view, session.options.value("node"), session.options.value("resource"))?;
        Ok(view)
    }

    /// A state that is at hand, with all there is to see.
    pub fn of(cluster: &Cluster, world: &World) -> Self {
        let (cib, counts) = (Arc::clone(&cluster.cib), Counts::of(cluster));
        let (cluster, world) = (cluster.clone(), world.clone());
        let (wish, request) = (Wish::of_all(), String::new());
        Self { cib, cluster, live: false, world, wish, request, only: None, counts }
    }

    /// A cluster option.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.cluster.options.all.get(name)
    }

    /// The name of the coordinator.
    pub fn coordinator(&self) -> Option<&str> {
        self.cluster.coordinator.map(|node| &*self.cluster.nodes[node].name)
    }

    /// How much there is.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// What runs on a node and is part of the picture.
    pub fn running(&self, node: NodeIx) -> Vec<RscIx> {
        let is_shown = |rsc: &RscIx| self.only.as_ref().is_none_or(|only| only.contains(rsc));
        self.cluster.nodes[node].running.iter().copied().filter(is_shown).collect()
    }

    /// Whether a resource of that name, as the history or a constraint has it, is part of the picture.
    pub fn shows(&self, name: &str) -> bool {
        let is_called =
            |rsc: &RscIx| [&*self.cluster.rscs[*rsc].id, self.cluster.rscs[*rsc].printable_id()].contains(&name);
        self.only.as_ref().is_none_or(|only| only.iter().any(is_called))
    }
}

impl Counts {
    fn of(cluster: &Cluster) -> Self {
        let primitives = cluster.top.iter().flat_map(|rsc| cluster.primitives(*rsc));
        let counted: Vec<RscIx> =
            primitives.filter(|rsc| !cluster.rscs[*rsc].removed || cluster.is_active(*rsc, false)).collect();
        let disabled = counted.iter().filter(|rsc| is_disabled(cluster, **rsc)).count();
        let blocked = counted.iter().filter(|rsc| cluster.rscs[**rsc].blocked && !is_disabled(cluster, **rsc)).count();
        Self { nodes: cluster.node_order.len(), resources: counted.len(), disabled, blocked }
    }
}

/// `1 node`, `2 nodes`
pub(super) fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
