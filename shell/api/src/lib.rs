//! What clients and the brain, and the brain and the hands, say to each other: the only serde in the house.
//!
//! Frames: 4 bytes of length (big endian, at most [`frame::LENGTH_MAX`]), then JSON. One request, one reply, except `Events`.

pub mod client;
pub mod frame;
pub mod hands;

pub use client::{Client, ClientError, socket_path};

use serde::{Deserialize, Serialize};

/// Version of this protocol; a client of another major version is told so in words.
pub const VERSION: u32 = 1;

/// A request as it travels: who asks, in which version of the protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// [`VERSION`] of the client.
    pub version: u32,
    /// The client's name, for the record only: `cibadmin`.
    pub client: String,
    /// What it wants.
    pub request: Request,
}

/// The part of [`Asked`] that every version has: read first, so that a client of another version is told so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedVersion {
    /// [`VERSION`] of the client.
    pub version: u32,
}

/// What a client may ask of the brain on this host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "kebab-case")]
pub enum Request {
    /// The whole CIB, as XML in the current schema.
    Cib,
    /// Change the CIB; answered when it is on every member's disk.
    Change(Change),
    /// Forget failures (and, on wish, all history) and probe again.
    Cleanup {
        /// `None`: all.
        resource: Option<String>,
        /// `None`: all.
        node: Option<String>,
        /// Forget successes, too (`crm_resource -R`).
        whole_history: bool,
    },
    /// Record a failed monitor without running one.
    Fail {
        /// Which.
        resource: String,
        /// Where.
        node: String,
    },
    /// Membership, coordinator, quorum, links, counters, parameters.
    Status,
    /// Answer when nothing is under way.
    WaitIdle {
        /// Give up after this many milliseconds.
        timeout_ms: u64,
    },
    /// The last notices; with `follow`, then each new one as a reply of its own.
    Events {
        /// How many of the past.
        last: u32,
        /// Go on.
        follow: bool,
    },
    /// Stop in order.
    Shutdown,
    /// Read ha.cf and authkeys again.
    Reload,
    /// This node may stand still for so long from now on; answered when every member has heard it. 0: it is over.
    Pause {
        /// At most `messaging::contract::STALL_MAX`.
        millis: u64,
    },
}

/// One change of the CIB; see `node::contract::Change`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// Refused where it exists.
    Create {
        /// Where; `None`: `xml` tells.
        section: Option<String>,
        /// One element.
        xml: String,
    },
    /// Merge by id.
    Modify {
        /// As above.
        section: Option<String>,
        /// As above.
        xml: String,
        /// `--allow-create`.
        may_create: bool,
    },
    /// Replace the section or everything.
    Replace {
        /// As above.
        section: Option<String>,
        /// As above.
        xml: String,
    },
    /// Remove what matches tag and attributes.
    Delete {
        /// As above.
        section: Option<String>,
        /// As above.
        xml: String,
    },
    /// Empty the configuration.
    Erase,
    /// Raise the version.
    Bump,
    /// Set (`Some`) or delete (`None`) a node attribute.
    Attribute {
        /// Whose.
        node: String,
        /// Which.
        name: String,
        /// `value++` and `value+=N` count.
        value: Option<String>,
        /// In `nodes` instead of `status`.
        permanent: bool,
    },
}

/// What the brain answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "kebab-case")]
pub enum Reply {
    /// To `Cib`.
    Cib {
        /// The document.
        xml: String,
    },
    /// Done, and safe.
    Done,
    /// Refused; nothing changed.
    Rejected {
        /// Which kind.
        kind: Refusal,
        /// What is wrong.
        reason: String,
        /// What to do instead.
        hint: String,
    },
    /// To `Status`.
    Status(Box<Status>),
    /// To `Events`.
    Event(Event),
    /// The end of the past events, when not following.
    EndOfEvents,
}

/// Kinds of refusal, each with its exit code in the cli.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// Does not exist.
    NotFound,
    /// Exists already.
    Exists,
    /// Not valid.
    Invalid,
    /// Older than what is in place.
    Old,
    /// Needs quorum.
    NoQuorum,
    /// Not now.
    Unavailable,
    /// Not you.
    Denied,
    /// It took too long; what was asked may still happen.
    Timeout,
}

/// Everything that `crm_node`, `cl_status`, `crmadmin` and `systole status` show beside the CIB.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Our name.
    pub node: String,
    /// Version of the product.
    pub version: String,
    /// The coordinator ("DC"), once there is one.
    pub coordinator: Option<String>,
    /// Whether our partition has quorum.
    pub quorate: bool,
    /// Number of the current view.
    pub view: u64,
    /// `joining`, `idle`, `planning`, `transition`, `stopping`.
    pub state: String,
    /// Number of the last transition.
    pub transition: u64,
    /// All configured nodes.
    pub nodes: Vec<NodeStatus>,
    /// Recorded parameters of ha.cf: name and value as `cl_status hbparameter` prints it (`30000ms`).
    pub parameters: Vec<(String, String)>,
    /// Counters by name: packets, replays dropped, bad seals, unlisted senders, ...
    pub counters: Vec<(String, u64)>,
}

/// One configured node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeStatus {
    /// Its name.
    pub name: String,
    /// Stable small number (place in the sorted list, from 1), for `crm_node -l`.
    pub id: u32,
    /// `normal` or `ping`.
    pub kind: String,
    /// In the current view.
    pub member: bool,
    /// Heartbeat's word: `active`, `up`, `dead`, `init`.
    pub state: String,
    /// Its incarnation, when known.
    pub incarnation: u64,
    /// Each link to it, and whether it is up: `eth0.10`.
    pub links: Vec<(String, bool)>,
}

/// A rendered notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// Which host said it.
    pub node: String,
    /// Stable kebab-case word.
    pub id: String,
    /// `debug` ... `critical`.
    pub severity: String,
    /// One sentence.
    pub text: String,
}

impl Event {
    /// As one line of JSON, with its newline.
    pub fn to_line(&self) -> String {
        let mut line = serde_json::to_string(self).expect("strings and numbers are always JSON");
        line.push('\n');
        line
    }

    /// From one line of JSON; `None` when it is damaged.
    pub fn from_line(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}
