//! Node attributes and cluster options: where they are kept, how they are read and written.
//!
//! Shared by `crm_attribute` and its relatives, which are one question with different defaults.

use crate::configuration::{nodes, pairs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use api::Change;
use cib::Element;

/// Where an attribute is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// An option of the whole cluster.
    Cluster,
    /// A default of all resources.
    ResourceDefaults,
    /// A default of all operations.
    OperationDefaults,
    /// With a node, permanently.
    Node(nodes::Node),
    /// With a node, until the cluster software restarts there.
    Transient(nodes::Node),
}

impl Scope {
    /// The word that scripts read in `scope=WORD`; it is the section of the CIB, too.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Cluster => "crm_config",
            Self::ResourceDefaults => "rsc_defaults",
            Self::OperationDefaults => "op_defaults",
            Self::Node(_) => "nodes",
            Self::Transient(_) => "status",
        }
    }

    fn tag(&self, utilization: bool) -> &'static str {
        match self {
            Self::Cluster => "cluster_property_set",
            Self::ResourceDefaults | Self::OperationDefaults => "meta_attributes",
            Self::Node(_) | Self::Transient(_) if utilization => "utilization",
            Self::Node(_) | Self::Transient(_) => "instance_attributes",
        }
    }

    /// The set that a new pair goes to.
    fn default_set(&self, utilization: bool) -> String {
        match self {
            Self::Cluster => "cib-bootstrap-options".to_owned(),
            Self::ResourceDefaults => "rsc-options".to_owned(),
            Self::OperationDefaults => "op-options".to_owned(),
            Self::Node(node) if utilization => format!("nodes-{}-utilization", node.id),
            Self::Node(node) => format!("nodes-{}", node.id),
            Self::Transient(node) => format!("status-{}", node.id),
        }
    }

    /// The element whose sets hold the pairs.
    fn holder<'a>(&self, cib: &'a Element) -> Option<&'a Element> {
        match self {
            Self::Cluster | Self::ResourceDefaults | Self::OperationDefaults => nodes::section(cib, self.word()),
            Self::Node(node) => {
                let mut known = nodes::section(cib, "nodes")?.children_named("node");
                known.find(|element| element.id() == Some(&node.id)).map(AsRef::as_ref)
            }
            Self::Transient(node) => nodes::state(cib, &node.name)?.child("transient_attributes").map(AsRef::as_ref),
        }
    }
}

/// Which attribute is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Where.
    pub scope: Scope,
    /// Its name.
    pub name: String,
    /// Only in this set.
    pub set: Option<String>,
    /// Only this pair.
    pub id: Option<String>,
    /// A utilization attribute.
    pub utilization: bool,
}

impl Attribute {
    /// The attribute of that name.
    pub fn new(scope: Scope, name: impl Into<String>) -> Self {
        Self { scope, name: name.into(), set: None, id: None, utilization: false }
    }

    /// Every pair that is meant.
    pub fn find<'a>(&'a self, cib: &'a Element) -> Vec<pairs::Pair<'a>> {
        let holder = self.scope.holder(cib).into_iter();
        let all = holder.flat_map(|holder| pairs::below(holder, self.scope.tag(self.utilization)));
        all.filter(|pair| pair.name == self.name)
            .filter(|pair| self.set.as_deref().is_none_or(|set| set == pair.set))
            .filter(|pair| self.id.as_deref().is_none_or(|id| id == pair.id))
            .collect()
    }

    /// Its value, if it is set.
    pub fn value(&self, cib: &Element) -> Option<String> {
        self.find(cib).first().map(|pair| pair.value.to_owned())
    }

    /// Writes a value.
    ///
    /// # Errors
    /// When more than one pair is meant, or the cluster refuses; nothing has changed then.
    pub fn write(&self, session: &mut Session, value: &str) -> Result<(), Failure> {
        if let Some((node, permanent)) = self.plain_node() {
            let (name, value) = (self.name.clone(), Some(value.to_owned()));
            return session.change(Change::Attribute { node: node.name.clone(), name, value, permanent });
        }
        let cib = session.cib()?;
        let change = self.as_change(&cib, Some(value))?;
        change.map_or(Ok(()), |change| session.change(change))
    }

    /// Deletes it; answers the id of the pair that was there.
    ///
    /// # Errors
    /// As [`Attribute::write`].
    pub fn delete(&self, session: &mut Session) -> Result<Option<String>, Failure> {
        let cib = session.cib()?;
        let Some(pair) = self.one(&cib)? else { return Ok(None) };
        let id = pair.id.to_owned();
        if let Some((node, permanent)) = self.plain_node() {
            let name = self.name.clone();
            session.change(Change::Attribute { node: node.name.clone(), name, value: None, permanent })?;
        } else if let Some(change) = self.as_change(&cib, None)? {
            session.change(change)?;
        }
        Ok(Some(id))
    }

    /// The change of the CIB that sets it, or deletes it; `None` when there is nothing to delete.
    ///
    /// # Errors
    /// When more than one pair is meant.
    pub fn as_change(&self, cib: &Element, value: Option<&str>) -> Result<Option<Change>, Failure> {
        let section = Some(self.scope.word().to_owned());
        Ok(match (self.one(cib)?, value) {
            (Some(pair), Some(value)) => {
                Some(Change::Modify { section, xml: self.element(pair.set, pair.id, Some(value)), may_create: true })
            }
            (None, Some(value)) => {
                let (set, id) = self.new_place();
                Some(Change::Modify { section, xml: self.element(&set, &id, Some(value)), may_create: true })
            }
            (Some(pair), None) => {
                let xml = Element::new("nvpair").with("id", pair.id).with("name", pair.name).to_xml();
                Some(Change::Delete { section, xml })
            }
            (None, None) => None,
        })
    }

    /// A node's attribute without a wish where to keep it: the cluster knows best.
    fn plain_node(&self) -> Option<(&nodes::Node, bool)> {
        if self.utilization || self.set.is_some() || self.id.is_some() {
            return None;
        }
        match &self.scope {
            Scope::Node(node) => Some((node, true)),
            Scope::Transient(node) => Some((node, false)),
            Scope::Cluster | Scope::ResourceDefaults | Scope::OperationDefaults => None,
        }
    }

    fn one<'a>(&'a self, cib: &'a Element) -> Result<Option<pairs::Pair<'a>>, Failure> {
        match self.find(cib).as_slice() {
            [] => Ok(None),
            [pair] => Ok(Some(*pair)),
            several => {
                let places: Vec<String> =
                    several.iter().map(|pair| format!("{} in set {}", pair.id, pair.set)).collect();
                let reason = format!("'{}' is set more than once: {}", self.name, places.join(", "));
                Err(Failure::new(Exit::MULTIPLE, reason).hint("choose one with -i ID or -s SET"))
            }
        }
    }

    fn new_place(&self) -> (String, String) {
        let set = self.set.clone().unwrap_or_else(|| self.scope.default_set(self.utilization));
        let id = self.id.clone().unwrap_or_else(|| format!("{set}-{}", self.name));
        (set, id)
    }

    /// The change's element, wrapped in the node where it belongs to one.
    fn element(&self, set: &str, pair: &str, value: Option<&str>) -> String {
        let set = pairs::element(self.scope.tag(self.utilization), set, pair, &self.name, value);
        match &self.scope {
            Scope::Cluster | Scope::ResourceDefaults | Scope::OperationDefaults => {
                Element::new(self.scope.word()).with_child(set).to_xml()
            }
            Scope::Node(node) => Element::new("node").with("id", &node.id).with_child(set).to_xml(),
            Scope::Transient(node) => {
                let transient = Element::new("transient_attributes").with("id", &node.id).with_child(set);
                Element::new("node_state").with("id", &node.id).with_child(transient).to_xml()
            }
        }
    }
}

/// The node that the options name, by name (`-N`, `-U`) or by id (`-u`); this host where they name none.
///
/// # Errors
/// When no node is called so; nothing has changed then.
pub fn wanted_node(session: &mut Session) -> Result<nodes::Node, Failure> {
    let named = session.options.value("node").or(session.options.value("node-uuid")).map(str::to_owned);
    let name = match named {
        Some(name) if !["local", "localhost"].contains(&name.as_str()) => name,
        _ => session.local_node()?,
    };
    nodes::named(&*session.cib()?, &name)
}
