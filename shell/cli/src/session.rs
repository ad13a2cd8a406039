//! One run of one tool: its command line, its surroundings, its source and its mouth.

use crate::configuration::resources;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Parsed;
use crate::source::Source;
use crate::world::World;
use api::{Change, Reply, Request};
use cib::Element;
use model::Role;
use policy::plan::PolicyInput;
use policy::state::{Cluster, NodeIx, RscIx, Which};
use std::path::Path;
use std::sync::Arc;

/// Everything a tool works with.
#[derive(Debug)]
pub struct Session {
    /// The tool's name, as it was called.
    pub name: String,
    /// The command line as it was typed.
    pub arguments: Vec<String>,
    /// The command line, understood.
    pub options: Parsed,
    /// The surroundings.
    pub world: World,
    /// The mouth.
    pub console: Console,
    /// What was found, where it is told as XML.
    pub parts: Option<Vec<Element>>,
    source: Source,
}

impl Session {
    /// A session on the cluster of this host, or on the file that `CIB_file` names.
    pub fn new(name: &str, arguments: &[String], options: Parsed, world: World, console: Console) -> Self {
        let source = match &world.cib_file {
            Some(path) => Source::file(path),
            None => Source::live(&world.socket, name),
        };
        Self { name: name.to_owned(), arguments: arguments.to_vec(), options, world, console, parts: None, source }
    }

    /// Whether what is found is told as XML.
    pub fn in_xml(&self) -> bool {
        self.parts.is_some()
    }

    /// Tells what was found, where it is told as XML.
    pub fn present(&mut self, part: Element) {
        if let Some(parts) = &mut self.parts {
            parts.push(part);
        }
    }

    /// From now on, works on this file.
    pub fn use_file(&mut self, path: &Path) {
        self.source = Source::file(path);
    }

    /// Looks at the clock again, and at the file when it is asked next.
    pub fn refresh(&mut self) {
        self.world.now = World::now();
        self.source.forget();
    }

    /// Whether a running cluster is behind it.
    pub fn is_live(&self) -> bool {
        self.source.is_live()
    }

    /// The whole CIB, in the current schema.
    ///
    /// # Errors
    /// When the cluster does not run here, or the file cannot be read.
    pub fn cib(&mut self) -> Result<Arc<Element>, Failure> {
        self.source.cib()
    }

    /// The cluster as the planner reads it from the CIB, with nothing decided yet.
    ///
    /// # Errors
    /// As [`Session::cib`], and when the CIB cannot be understood.
    pub fn cluster(&mut self) -> Result<Cluster, Failure> {
        let input = PolicyInput { cib: self.cib()?, now: self.world.now };
        let unpacked = policy::state::unpack(&input).map_err(|error| Failure::new(Exit::CONFIG, error.to_string()))?;
        Ok(unpacked.into_cluster())
    }

    /// The names of the nodes on which a resource, or any part of it, is active.
    ///
    /// # Errors
    /// As [`Session::cluster`], and when there is no such resource.
    pub fn places(&mut self, id: &str) -> Result<Vec<String>, Failure> {
        let cluster = self.cluster()?;
        let rsc = self.resource(&cluster, id)?;
        Ok(names(&cluster, &cluster.places(rsc, Which::Current)))
    }

    /// The names of the nodes on which an instance of it is promoted.
    ///
    /// # Errors
    /// As [`Session::places`].
    pub fn promoted_places(&mut self, id: &str) -> Result<Vec<String>, Failure> {
        let cluster = self.cluster()?;
        let rsc = self.resource(&cluster, id)?;
        let promoted = cluster.primitives(rsc).into_iter().filter(|part| cluster.rscs[*part].role == Role::Promoted);
        Ok(promoted.flat_map(|part| names(&cluster, &cluster.rscs[part].active)).collect())
    }

    /// A meta attribute as it counts for a resource, with those of its parents and the defaults.
    ///
    /// # Errors
    /// As [`Session::places`].
    pub fn meta(&mut self, id: &str, name: &str) -> Result<Option<String>, Failure> {
        let cluster = self.cluster()?;
        let rsc = self.resource(&cluster, id)?;
        Ok(cluster.rscs[rsc].meta.get(name).map(str::to_owned))
    }

    /// The resource of an id; a clone's primitive means all of its instances, so its clone.
    fn resource(&mut self, cluster: &Cluster, id: &str) -> Result<RscIx, Failure> {
        if let Some(rsc) = cluster.rsc_by_id(id).filter(|rsc| *cluster.rscs[*rsc].id == *id) {
            return Ok(rsc);
        }
        let cib = self.cib()?;
        let found = resources::named(&cib, id)?;
        let top = found.top.id().and_then(|top| cluster.rsc_by_id(top));
        top.or_else(|| cluster.rsc_by_id(id))
            .ok_or_else(|| Failure::no_such(format!("resource '{id}' is a template only")))
    }

    /// Membership and counters.
    ///
    /// # Errors
    /// As [`Session::cib`].
    pub fn status(&mut self) -> Result<api::Status, Failure> {
        self.source.status(&self.world.host)
    }

    /// Changes the CIB.
    ///
    /// # Errors
    /// When it was refused; nothing has changed then.
    pub fn change(&mut self, change: Change) -> Result<(), Failure> {
        self.request(&Request::Change(change))
    }

    /// Asks for something that is answered by "done".
    ///
    /// # Errors
    /// When it was refused; nothing has changed then.
    pub fn request(&mut self, request: &Request) -> Result<(), Failure> {
        self.source.ask(request).map(|_: Reply| ())
    }

    /// The node that a tool means when no node is named: the agent's, or this host.
    ///
    /// # Errors
    /// As [`Session::status`].
    pub fn local_node(&mut self) -> Result<String, Failure> {
        match &self.world.on_node {
            Some(node) => Ok(node.clone()),
            None => Ok(self.status()?.node),
        }
    }
}

fn names(cluster: &Cluster, nodes: &[NodeIx]) -> Vec<String> {
    nodes.iter().map(|node| cluster.nodes[*node].name.to_string()).collect()
}
