//! Between the clients' messages and the node's contract: the same words, once for the wire and once for core.

use api::Refusal as Told;
use messaging::contract::View;
use model::NodeName;
use node::contract::{Change, Refusal, Reply, Request};

/// A client's change as core has it.
pub fn change(change: api::Change) -> Change {
    let edit = match change {
        api::Change::Create { section, xml } => cib::Change::Create { section, xml },
        api::Change::Modify { section, xml, may_create } => cib::Change::Modify { section, xml, may_create },
        api::Change::Replace { section, xml } => cib::Change::Replace { section, xml },
        api::Change::Delete { section, xml } => cib::Change::Delete { section, xml },
        api::Change::Erase => cib::Change::Erase,
        api::Change::Bump => cib::Change::Bump,
        api::Change::Attribute { node, name, value, permanent } => {
            return Change::Attribute { node: NodeName::new(node), name, value, permanent };
        }
    };
    Change::Edit { edit }
}

/// A client's request as core has it; `None` for those that the loops answer themselves.
pub fn request(request: api::Request) -> Option<Request> {
    Some(match request {
        api::Request::Cib => Request::Cib,
        api::Request::Change(asked) => Request::Change(change(asked)),
        api::Request::Cleanup { resource, node, whole_history } => {
            Request::Cleanup { resource, node: node.map(NodeName::new), whole_history }
        }
        api::Request::Fail { resource, node } => Request::Fail { resource, node: NodeName::new(node) },
        api::Request::WaitIdle { .. } => Request::WaitIdle,
        api::Request::Shutdown => Request::Shutdown,
        api::Request::Status | api::Request::Events { .. } | api::Request::Reload | api::Request::Pause { .. } => {
            return None;
        }
    })
}

/// Core's answer as clients get it; `None` for the one that no client's request leads to.
pub fn reply(reply: Reply) -> Option<api::Reply> {
    Some(match reply {
        Reply::Cib(cib) => api::Reply::Cib { xml: cib.to_xml() },
        Reply::Done => api::Reply::Done,
        Reply::Rejected { kind, reason, hint } => api::Reply::Rejected { kind: refusal(kind), reason, hint },
        Reply::Status(_) => return None,
    })
}

fn refusal(kind: Refusal) -> Told {
    match kind {
        Refusal::NotFound => Told::NotFound,
        Refusal::Exists => Told::Exists,
        Refusal::Invalid => Told::Invalid,
        Refusal::Old => Told::Old,
        Refusal::NoQuorum => Told::NoQuorum,
        Refusal::Unavailable => Told::Unavailable,
        Refusal::Unknown => Told::Timeout,
    }
}

/// Whether a node is in a view.
pub fn is_member(view: Option<&View>, node: &NodeName) -> bool {
    view.is_some_and(|view| view.members.iter().any(|member| member.name == *node))
}
