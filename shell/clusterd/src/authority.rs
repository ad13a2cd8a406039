//! Who may ask what: the one place that decides it, from what the kernel says about the peer of a socket.

use crate::disk::layout::account;
use crate::sys;
use api::Request;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

/// Groups whose members may do what root may, by the names that packages have given them.
const GROUPS: [&str; 2] = ["haclient", "cluster"];

/// Who is at the other end of a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its user.
    pub uid: u32,
    /// Its groups, the primary one first.
    pub gids: Vec<u32>,
}

impl Peer {
    /// Asks the kernel.
    ///
    /// # Errors
    /// When it does not say.
    pub fn of(stream: &UnixStream) -> io::Result<Self> {
        let (uid, gid) = sys::peer_account(stream.as_fd())?;
        let mut gids = vec![gid];
        gids.extend(sys::peer_groups(stream.as_fd()));
        Ok(Self { uid, gids })
    }
}

/// How far a peer is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Root, the user we run as, or a member of the cluster's group.
    Administrator,
    /// Anybody else on this host.
    Stranger,
}

/// Who has which rights on this host; fixed at start.
#[derive(Clone, Debug)]
pub struct Authority {
    own_uid: u32,
    trusted_gids: Vec<u32>,
}

impl Authority {
    /// The rule of this host: root, the user we run as, and the members of the cluster's group.
    pub fn of_host() -> Self {
        let trusted_gids = GROUPS.iter().filter_map(|group| account("/etc/group", group)).collect();
        Self { own_uid: rustix::process::geteuid().as_raw(), trusted_gids }
    }

    /// Whether this peer may ask this. Everybody else sees who is there, and neither configuration (it may hold passwords) nor events.
    pub fn allows(&self, peer: &Peer, request: &Request) -> bool {
        match request {
            Request::Status => true,
            Request::Cib
            | Request::Change(_)
            | Request::Cleanup { .. }
            | Request::Fail { .. }
            | Request::WaitIdle { .. }
            | Request::Events { .. }
            | Request::Shutdown
            | Request::Reload
            | Request::Pause { .. } => self.trust(peer) == Trust::Administrator,
        }
    }

    /// How far this peer is trusted.
    pub fn trust(&self, peer: &Peer) -> Trust {
        let own = peer.uid == 0 || peer.uid == self.own_uid;
        if own || peer.gids.iter().any(|gid| self.trusted_gids.contains(gid)) {
            Trust::Administrator
        } else {
            Trust::Stranger
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::Change;

    fn every_request() -> Vec<Request> {
        vec![
            Request::Cib,
            Request::Change(Change::Erase),
            Request::Cleanup { resource: None, node: None, whole_history: false },
            Request::Fail { resource: "r".into(), node: "n".into() },
            Request::Status,
            Request::WaitIdle { timeout_ms: 1 },
            Request::Events { last: 1, follow: false },
            Request::Shutdown,
            Request::Reload,
            Request::Pause { millis: 1 },
        ]
    }

    const AUTHORITY: fn() -> Authority = || Authority { own_uid: 500, trusted_gids: vec![90] };

    #[test]
    fn root_the_own_user_and_the_group_may_everything() {
        for (uid, gids) in [(0, vec![0]), (500, vec![500]), (1000, vec![1000, 90]), (1000, vec![90])] {
            let peer = Peer { uid, gids };
            assert!(every_request().iter().all(|request| AUTHORITY().allows(&peer, request)), "{peer:?}");
        }
    }

    #[test]
    fn a_stranger_sees_who_is_there_and_nothing_else() {
        let stranger = Peer { uid: 1000, gids: vec![1000, 4, 27] };
        let allowed: Vec<_> =
            every_request().into_iter().filter(|request| AUTHORITY().allows(&stranger, request)).collect();
        assert_eq!(allowed, [Request::Status]);
    }

    #[test]
    fn the_kernel_says_who_we_are() {
        let (one, _two) = UnixStream::pair().unwrap();
        let peer = Peer::of(&one).unwrap();
        assert_eq!(peer.uid, rustix::process::geteuid().as_raw());
        assert_eq!(peer.gids[0], rustix::process::getegid().as_raw());
    }
}
