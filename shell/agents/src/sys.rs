//! The two things no safe interface offers: frames to a chosen interface, and a child that outlives its parent.
#![allow(unsafe_code)]

use rustix::fd::{AsFd, AsRawFd, OwnedFd};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};
use std::io;
use std::mem::size_of;

/// The address family as the address holds it.
const AF_PACKET: u16 = AddressFamily::PACKET.as_raw();
/// Twenty octets, by the kernel's interface.
const ADDRESS_LENGTH: libc::socklen_t = 20;
const _: () = assert!(size_of::<libc::sockaddr_ll>() == 20, "the length above is that of the address");

/// A packet socket that sends and sees whole Ethernet frames of one interface.
#[derive(Debug)]
pub struct FrameSocket(OwnedFd);

impl FrameSocket {
    /// Opens it on the interface with that index, receiving frames of that ether type.
    ///
    /// # Errors
    /// Without `CAP_NET_RAW`, or when the interface is gone.
    pub fn open(interface: u32, ether_type: u16) -> io::Result<Self> {
        // Protocol 0 receives nothing until the socket is bound, so no frame of another interface slips in.
        let socket = socket_with(AddressFamily::PACKET, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
        let address = libc::sockaddr_ll {
            sll_family: AF_PACKET,
            sll_protocol: ether_type.to_be(),
            sll_ifindex: i32::try_from(interface).map_err(|_| io::ErrorKind::InvalidInput)?,
            sll_hatype: 0,
            sll_pkttype: 0,
            sll_halen: 0,
            sll_addr: [0; 8],
        };
        // SAFETY: the pointer and the length describe `address`, which lives across the call.
        let status =
            unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast::<libc::sockaddr>(), ADDRESS_LENGTH) };
        if status == 0 { Ok(Self(socket)) } else { Err(io::Error::last_os_error()) }
    }

    /// Sends one frame, header included.
    ///
    /// # Errors
    /// When the interface is down or gone.
    pub fn send(&self, frame: &[u8]) -> io::Result<()> {
        rustix::net::send(&self.0, frame, rustix::net::SendFlags::empty())?;
        Ok(())
    }

    /// Receives one frame; blocks until there is one.
    ///
    /// # Errors
    /// When the interface goes away.
    pub fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::net::recv(&self.0, buffer, rustix::net::RecvFlags::empty())?.0)
    }
}

impl AsFd for FrameSocket {
    fn as_fd(&self) -> rustix::fd::BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Runs `work` in a process of its own that belongs to nobody: own session, no standard streams, reaped by init.
///
/// # Errors
/// When no process can be made; `work` has not run then.
pub fn detach(work: impl FnOnce()) -> io::Result<()> {
    // SAFETY: an agent has one thread, so the child owns every lock and may run ordinary code.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            let _ = rustix::process::setsid();
            // SAFETY: as above; the second child is no session leader and is reaped by init.
            if unsafe { libc::fork() } == 0 {
                close_standard_streams();
                work();
            }
            // SAFETY: ends this copy at once, without the exit handlers that belong to the parent.
            unsafe { libc::_exit(0) }
        }
        child => {
            let child = rustix::process::Pid::from_raw(child);
            rustix::process::waitpid(child, rustix::process::WaitOptions::empty())?;
            Ok(())
        }
    }
}

/// Lets go of the pipes by which the caller waits for the agent's output.
fn close_standard_streams() {
    let null = rustix::fs::open("/dev/null", rustix::fs::OFlags::RDWR, rustix::fs::Mode::empty());
    if let Ok(null) = null {
        let _ = rustix::stdio::dup2_stdin(&null);
        let _ = rustix::stdio::dup2_stdout(&null);
        let _ = rustix::stdio::dup2_stderr(&null);
    }
}
