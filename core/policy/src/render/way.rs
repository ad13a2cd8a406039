//! Where a resource goes, and in which role: for people, and as attributes for programs.

use model::Role;
use std::fmt::{self, Display, Formatter};

/// From where and which role to where and which. Roles are told where promotion plays a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The node on which it runs.
    pub from: Option<String>,
    /// The node on which it will run.
    pub to: Option<String>,
    /// Its role.
    pub role: Role,
    /// The role that it will have.
    pub next_role: Role,
}

impl Way {
    fn tells_roles(&self) -> bool {
        self.role > Role::Started || self.next_role > Role::Unpromoted
    }

    fn role_stays(&self) -> bool {
        self.role == self.next_role
    }

    /// The names and values under which programs read it.
    pub fn attributes(&self) -> Vec<(&'static str, String)> {
        let (role, next) = (("role", self.role.to_string()), ("next-role", self.next_role.to_string()));
        let (source, dest) = (|node: &str| ("source", node.to_owned()), |node: &str| ("dest", node.to_owned()));
        let place = |node: &str| ("node", node.to_owned());
        let roles = self.tells_roles();
        match (self.from.as_deref(), self.to.as_deref()) {
            (None, None) => Vec::new(),
            (None, Some(to)) if roles => vec![role, next, dest(to)],
            (Some(from), None) if roles => vec![role, place(from)],
            (None, Some(node)) | (Some(node), None) => vec![place(node)],
            (Some(from), Some(to)) if from == to && self.role_stays() && roles => vec![role, source(from)],
            (Some(from), Some(to)) if from == to && self.role_stays() => vec![source(from)],
            (Some(from), Some(to)) if self.role_stays() && roles => vec![source(from), dest(to), role],
            (Some(from), Some(to)) if self.role_stays() => vec![source(from), dest(to)],
            (Some(from), Some(to)) if from == to => vec![role, next, source(from)],
            (Some(from), Some(to)) => vec![role, source(from), next, dest(to)],
        }
    }
}

/// `sip-a -> sip-b`, `Promoted -> Unpromoted sip-a`
impl Display for Way {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let (role, next, roles) = (self.role, self.next_role, self.tells_roles());
        match (self.from.as_deref(), self.to.as_deref()) {
            (None, None) => Ok(()),
            (None, Some(to)) if roles => write!(out, "{role} -> {next} {to}"),
            (Some(from), None) if roles => write!(out, "{role} {from}"),
            (None, Some(node)) | (Some(node), None) => write!(out, "{node}"),
            (Some(from), Some(to)) if from == to && self.role_stays() && roles => write!(out, "{role} {from}"),
            (Some(from), Some(to)) if from == to && self.role_stays() => write!(out, "{from}"),
            (Some(from), Some(to)) if self.role_stays() && roles => write!(out, "{from} -> {to} {role}"),
            (Some(from), Some(to)) if self.role_stays() => write!(out, "{from} -> {to}"),
            (Some(from), Some(to)) if from == to => write!(out, "{role} -> {next} {from}"),
            (Some(from), Some(to)) => write!(out, "{role} {from} -> {next} {to}"),
        }
    }
}
