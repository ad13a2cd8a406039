//! Two hosts on one wire: network namespaces that live as long as the test, joined by a veth pair.

use super::{is_root, skip};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};

/// A namespace, held by a process that ends when it is let go of.
#[derive(Debug)]
pub struct Namespace(Child);

impl Namespace {
    fn new() -> Option<Self> {
        let mut unshare = Command::new("unshare");
        unshare.args(["-n", "sh", "-c", "echo ready; read _"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut holder = unshare.stderr(Stdio::null()).spawn().ok()?;
        let mut line = String::new();
        BufReader::new(holder.stdout.take()?).read_line(&mut line).ok()?;
        (line == "ready\n").then_some(Self(holder))
    }

    /// Moves this thread, and the processes it starts from now on, into the namespace.
    pub fn enter(&self) {
        let file = File::open(format!("/proc/{}/ns/net", self.0.id())).unwrap();
        move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Two hosts: `here` has `d0` (10.9.0.1/24, fd00:9::1/64) and a spare `d1`, `there` has `p0` (10.9.0.2/24) and `p1`.
#[derive(Debug)]
pub struct Wire {
    pub here: Namespace,
    pub there: Namespace,
}

impl Wire {
    /// Builds both and enters `here`; `None`, said aloud, where that cannot be done.
    pub fn build() -> Option<Self> {
        if !is_root() {
            skip("network namespaces need root");
            return None;
        }
        let (Some(here), Some(there)) = (Namespace::new(), Namespace::new()) else {
            skip("unshare -n does not work here");
            return None;
        };
        if Command::new("ip").arg("-V").output().is_err() {
            skip("the ip command (iproute2) is not installed");
            return None;
        }
        let peer = there.0.id();
        here.enter();
        shell(&format!(
            "ip link set lo up && ip link add d0 type veth peer name p0 netns {peer} &&
             ip link add d1 type veth peer name p1 netns {peer} && ip addr add 10.9.0.1/24 dev d0 &&
             ip addr add fd00:9::1/64 dev d0 nodad && ip link set d0 up"
        ));
        there.enter();
        shell(
            "ip link set p0 up && ip link set p1 up && ip addr add 10.9.0.2/24 dev p0 &&
             ip addr add fd00:9::2/64 dev p0 nodad",
        );
        here.enter();
        Some(Self { here, there })
    }
}

/// Runs a line of shell that must succeed.
pub fn shell(line: &str) {
    let status = Command::new("sh").arg("-c").arg(line).status().unwrap();
    assert!(status.success(), "{line}");
}
