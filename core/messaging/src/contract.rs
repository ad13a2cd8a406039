//! What stands between the cluster engine and whoever drives it: the first screen of the messaging machine.

use model::{NodeName, Notice};
use std::sync::Arc;
use std::time::Duration;

/// A node's generation: grows at each start of its brain and is on disk before its first packet.
///
/// Where no file says otherwise it begins at the wall clock (seconds since 1970), so that a host that lost its file comes
/// back with a higher one than ever before. Should it be lower all the same, its peers ask it for a proof of life once the
/// former one is silent: nobody has to delete a file anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Incarnation(pub u64);

/// One medium line of ha.cf (`bcast eth0.10`), by its place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u8);

/// A member of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub name: NodeName,
    /// Which life of it.
    pub incarnation: Incarnation,
}

/// Agreed membership: the same `number` means the same members, order and coordinator on every one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Grows with each view; never used twice.
    pub number: u64,
    /// By seniority, oldest first.
    pub members: Vec<Member>,
    /// The member that orders messages, plans and drives ("DC"). Always the most senior one.
    pub coordinator: NodeName,
    /// Whether this partition has quorum.
    pub quorate: bool,
    /// Configured nodes that are not members.
    pub absent: Vec<NodeName>,
    /// Members that do not share the coordinator's last view: they have not delivered the same messages and need its state.
    pub newcomers: Vec<NodeName>,
}

/// When a broadcast may be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// In the view's total order.
    Agreed,
    /// In the view's total order, and only once every member holds it.
    Safe,
}

/// The bytes of a packet whose seal was checked. Only the sealing layer makes one.
#[derive(Clone, Debug)]
pub struct Opened(Vec<u8>);

impl Opened {
    /// To be called by the code that has just verified and decrypted these bytes, and by tests.
    pub fn after_verification(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The plaintext.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The longest stall that can be announced: for so long nothing is agreed in the whole cluster, whatever fails.
pub const STALL_MAX: Duration = Duration::from_mins(5);

/// What became of [`Input::AnnounceStall`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StallAnswer {
    /// Every other member has heard it, and waits that long and `deadtime` before it accuses this node.
    Heard,
    /// These have not, within a second: nobody waits, and this node must not stall.
    Unheard(Vec<NodeName>),
    /// Nothing was announced, for this reason.
    Refused(&'static str),
}

/// Facts for the cluster engine.
#[derive(Clone, Debug)]
pub enum Input {
    /// A packet arrived and its seal was good.
    Packet {
        /// On which medium.
        link: LinkId,
        /// What it says.
        packet: Opened,
    },
    /// A packet arrived whose seal was not good (counted; noticed at a limited rate).
    BadSeal {
        /// On which medium.
        link: LinkId,
        /// Where it came from, for the notice.
        source: String,
    },
    /// The witness has answered, and the seal was good.
    Witness {
        /// What it says.
        packet: Opened,
    },
    /// The driver could not send on, or lost, a medium; `None` when it works again.
    LinkTrouble {
        /// Which medium.
        link: LinkId,
        /// What the system said.
        trouble: Option<String>,
    },
    /// Send this to every member of the view, self included, in total order.
    Broadcast {
        /// When it may be delivered.
        delivery: Delivery,
        /// Opaque here.
        payload: Arc<[u8]>,
    },
    /// The node above has digested `View`: it holds all state it needs. Until then it gets no `Deliver` of the new view.
    ViewAccepted {
        /// Of the view.
        number: u64,
    },
    /// This node may stand still for `span` from now on, on purpose; zero: it will not, or does not any more. Answered by
    /// [`Output::StallAnswer`].
    AnnounceStall {
        /// At most [`STALL_MAX`].
        span: Duration,
    },
    /// What the users of this view replicate is the same at all of its members, this one included. Until then a rule of
    /// quorum that goes by the last view goes by the one before, too: whoever is left of this one may not yet know what that
    /// one decided.
    Joined {
        /// Which; word about any other than the present one is dropped.
        view: u64,
    },
    /// Is this view of ours, with quorum, still in force? Answered by [`Output::Confirmed`], if it is; else another `View`
    /// or `ViewLost` follows.
    Confirm {
        /// Which; a question about any other than the present one is dropped.
        view: u64,
        /// Of the question; grows.
        number: u64,
    },
    /// Leave in order: tell the others, deliver a last view without us to them, then emit `Left`.
    Leave,
}

/// Intentions of the cluster engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Seal and send.
    Send {
        /// On which medium; `None`: on all.
        link: Option<LinkId>,
        /// To whom: `None` for everybody, else the medium may save traffic by unicast.
        to: Option<NodeName>,
        /// Plaintext packet.
        packet: Vec<u8>,
    },
    /// Seal and send to the witness of ha.cf; comes only under [`crate::Quorum::Witness`].
    AskWitness {
        /// Plaintext question.
        packet: Vec<u8>,
    },
    /// A new view is installed. All `Deliver`s of the old view came before.
    View(View),
    /// The next message of the total order.
    Deliver {
        /// Of which view.
        view: u64,
        /// Its place in the order of that view, from 1.
        sequence: u64,
        /// Who sent it.
        from: NodeName,
        /// As it was given to `Broadcast`.
        payload: Arc<[u8]>,
    },
    /// A message of ours will not be delivered in this view (the view ended first); send it again if it still makes sense.
    Undelivered {
        /// As it was given to `Broadcast`.
        payload: Arc<[u8]>,
    },
    /// This node was stopped for `paused`, longer than `deadtime`: the others have gone on without it. What must not run
    /// twice is to be stopped at once, without quorum until the next `View`, which always follows.
    ViewLost {
        /// How long nothing ran here.
        paused: Duration,
    },
    /// No other view with quorum had begun when this question was put, nor when any was with a lower number.
    Confirmed {
        /// The view that was asked about.
        view: u64,
        /// Of the question.
        number: u64,
    },
    /// What became of an announced stall.
    StallAnswer(StallAnswer),
    /// For the operator.
    Notice(Notice),
    /// This node has left in order; the driver may stop.
    Left,
}
