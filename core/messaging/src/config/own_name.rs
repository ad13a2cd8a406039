//! Which node this host is.

use super::{Config, Problem};
use model::NodeName;

/// Our name in the cluster, with a remark where it was not spelled as the host spells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnName {
    /// As in the `node` line.
    pub name: NodeName,
    /// Says that the names differ, when they do.
    pub note: Option<String>,
}

impl Config {
    /// Finds this host by its `uname -n` among the nodes: whole, else by the short host name where that is unambiguous.
    ///
    /// # Errors
    /// The host is in no `node` line.
    pub fn own_name(&self, file: &str, uname: &str) -> Result<OwnName, Problem> {
        let own = uname.to_lowercase();
        if let Some(name) = self.nodes.iter().find(|node| node.as_str() == own) {
            return Ok(OwnName { name: name.clone(), note: None });
        }
        let alike: Vec<&NodeName> = self.nodes.iter().filter(|node| same_host(node.as_str(), &own)).collect();
        match alike.as_slice() {
            [name] => Ok(OwnName {
                name: (*name).clone(),
                note: Some(format!("this host is called [{own}]; taken for the node [{name}] by its short name")),
            }),
            [] | [_, _, ..] => Err(self.not_a_node(file, &own)),
        }
    }

    fn not_a_node(&self, file: &str, own: &str) -> Problem {
        let nodes: Vec<&str> = self.nodes.iter().map(NodeName::as_str).collect();
        Problem {
            file: file.to_owned(),
            line: None,
            what: format!("Current node [{own}] not in configuration! The node lines name: {}", nodes.join(" ")),
            hint: format!("nodes are named as `uname -n` prints it: add the line `node {own}`, or rename the host"),
        }
    }
}

/// One of the two is the other without its domain.
fn same_host(a: &str, b: &str) -> bool {
    let short = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    short(a) == short(b) && (!a.contains('.') || !b.contains('.'))
}
