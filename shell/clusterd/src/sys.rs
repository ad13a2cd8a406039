//! The few system calls that neither std nor rustix nor socket2 has: the only unsafe code of this crate.
#![allow(unsafe_code)]

use std::io;
use std::mem::{MaybeUninit, size_of};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsRawFd, BorrowedFd};

/// A datagram's way: who sent it and to which address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// From there.
    pub source: SocketAddrV4,
    /// Unicast, multicast or broadcast address it was sent to.
    pub destination: Ipv4Addr,
}

/// Asks for [`Route::destination`] on a UDP socket, and to be given only those multicast groups that it joined itself.
///
/// # Errors
/// When the kernel refuses.
pub fn prepare_receiver(socket: BorrowedFd<'_>) -> io::Result<()> {
    set_option(socket, libc::IP_PKTINFO, 1)?;
    set_option(socket, libc::IP_MULTICAST_ALL, 0)
}

fn set_option(socket: BorrowedFd<'_>, option: libc::c_int, value: libc::c_int) -> io::Result<()> {
    // SAFETY: the pointer and the length describe `value`, which outlives the call; the descriptor is borrowed, so it is open.
    let code = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_IP,
            option,
            (&raw const value).cast(),
            length_of::<libc::c_int>(),
        )
    };
    checked(code).map(drop)
}

/// Receives one datagram without waiting.
///
/// # Errors
/// `WouldBlock` when there is none, and whatever else the socket reports.
pub fn receive(socket: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<(usize, Route)> {
    let mut source = MaybeUninit::<libc::sockaddr_in>::zeroed();
    let mut control = [0_u64; 16];
    let mut piece = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
    // SAFETY: msghdr is plain data for which all zero is a valid value.
    let mut message: libc::msghdr = unsafe { MaybeUninit::zeroed().assume_init() };
    message.msg_name = source.as_mut_ptr().cast();
    message.msg_namelen = length_of::<libc::sockaddr_in>();
    message.msg_iov = &raw mut piece;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = size_of_val(&control) as _;
    // SAFETY: every pointer in `message` refers to a live local or to `buffer`, with its true length.
    let count = unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut message, libc::MSG_DONTWAIT) };
    let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
    // SAFETY: it was zeroed, and zero is a valid sockaddr_in, even if the kernel wrote nothing.
    let source = unsafe { source.assume_init() };
    let destination = destination(&message).unwrap_or(Ipv4Addr::UNSPECIFIED);
    Ok((
        count,
        Route { source: SocketAddrV4::new(address(source.sin_addr), u16::from_be(source.sin_port)), destination },
    ))
}

fn destination(message: &libc::msghdr) -> Option<Ipv4Addr> {
    // SAFETY: the kernel filled msg_control and set msg_controllen; the macros stay within them.
    let mut header = unsafe { libc::CMSG_FIRSTHDR(message) };
    while !header.is_null() {
        // SAFETY: CMSG_FIRSTHDR and CMSG_NXTHDR return null or a whole header inside the control buffer.
        let (level, kind) = unsafe { ((*header).cmsg_level, (*header).cmsg_type) };
        if (level, kind) == (libc::IPPROTO_IP, libc::IP_PKTINFO) {
            // SAFETY: for this level and type the data is an in_pktinfo; it may be unaligned, hence read_unaligned.
            let info = unsafe { libc::CMSG_DATA(header).cast::<libc::in_pktinfo>().read_unaligned() };
            return Some(address(info.ipi_addr));
        }
        // SAFETY: as above.
        header = unsafe { libc::CMSG_NXTHDR(message, header) };
    }
    None
}

/// The broadcast address of an interface's first IPv4 address; `None` when it has no address.
pub fn broadcast_address(socket: BorrowedFd<'_>, device: &str) -> Option<Ipv4Addr> {
    // SAFETY: ifreq is plain data for which all zero is a valid value.
    let mut request: libc::ifreq = unsafe { MaybeUninit::zeroed().assume_init() };
    if device.len() >= request.ifr_name.len() {
        return None;
    }
    for (slot, byte) in request.ifr_name.iter_mut().zip(device.bytes()) {
        *slot = byte.cast_signed() as _;
    }
    // SAFETY: SIOCGIFBRDADDR reads and writes one ifreq, which is what it gets; the name in it ends with a zero.
    let code = unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCGIFBRDADDR, &raw mut request) };
    checked(code).ok()?;
    // SAFETY: after success the union holds a sockaddr, large enough for and here used as a sockaddr_in.
    let found = unsafe { (&raw const request.ifr_ifru.ifru_broadaddr).cast::<libc::sockaddr_in>().read_unaligned() };
    Some(address(found.sin_addr)).filter(|address| !address.is_unspecified())
}

/// A type's size in the width that socket calls want.
fn length_of<T>() -> libc::socklen_t {
    libc::socklen_t::try_from(size_of::<T>()).expect("socket addresses and options are a few bytes long")
}

fn address(raw: libc::in_addr) -> Ipv4Addr {
    Ipv4Addr::from(u32::from_be(raw.s_addr))
}

fn checked(code: libc::c_int) -> io::Result<libc::c_int> {
    if code < 0 { Err(io::Error::last_os_error()) } else { Ok(code) }
}
