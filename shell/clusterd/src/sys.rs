//! The few system calls that neither std nor rustix nor socket2 has: the only unsafe code of this crate.
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::io;
use std::mem::{MaybeUninit, size_of};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

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

/// Lets a UDP socket drop, in the kernel, every datagram that has these eight bytes at this place of its content.
///
/// # Errors
/// When the kernel refuses.
pub fn drop_datagrams_with(socket: BorrowedFd<'_>, place: u32, bytes: [u8; 8]) -> io::Result<()> {
    const UDP_HEADER: u32 = 8;
    const LOAD_WORD: u16 = 0x20;
    const JUMP_UNLESS_EQUAL: u16 = 0x15;
    const RETURN: u16 = 0x06;
    let word = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let step = |code, jf, k| libc::sock_filter { code, jt: 0, jf, k };
    let mut program = [
        step(LOAD_WORD, 0, UDP_HEADER + place),
        step(JUMP_UNLESS_EQUAL, 3, word(0)),
        step(LOAD_WORD, 0, UDP_HEADER + place + 4),
        step(JUMP_UNLESS_EQUAL, 1, word(4)),
        step(RETURN, 0, 0),
        step(RETURN, 0, u32::MAX),
    ];
    let length = u16::try_from(program.len()).expect("six steps");
    let program = libc::sock_fprog { len: length, filter: program.as_mut_ptr() };
    // SAFETY: the kernel copies the program, whose pointer and length describe a live array, before the call returns.
    let code = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_ATTACH_FILTER,
            (&raw const program).cast(),
            length_of::<libc::sock_fprog>(),
        )
    };
    checked(code).map(drop)
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

/// A moment in local time, by a format of strftime; empty when the system cannot say.
pub fn local_time(seconds: i64, format: &CStr) -> String {
    let mut parts = MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: both pointers refer to live locals; zero is a valid tm, so it is initialised whatever the call does.
    let parts = unsafe {
        libc::localtime_r(&raw const seconds, parts.as_mut_ptr());
        parts.assume_init()
    };
    let mut text = [0_u8; 64];
    // SAFETY: the length given is that of `text`, and the format ends with a zero byte because it is a CStr.
    let length = unsafe { libc::strftime(text.as_mut_ptr().cast(), text.len(), format.as_ptr(), &raw const parts) };
    String::from_utf8_lossy(&text[..length]).into_owned()
}

/// User and group of a socket's peer. Not by rustix, which refuses a peer without a process number: one outside of our
/// process namespace has none here, as when a host asks the cluster software in its container.
///
/// # Errors
/// When the kernel does not say.
pub fn peer_account(socket: BorrowedFd<'_>) -> io::Result<(u32, u32)> {
    let mut account = libc::ucred { pid: 0, uid: u32::MAX, gid: u32::MAX };
    let mut length = length_of::<libc::ucred>();
    // SAFETY: pointer and length describe `account`; the kernel writes at most that.
    let code = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PEERCRED,
            (&raw mut account).cast(),
            &raw mut length,
        )
    };
    checked(code).map(|_| (account.uid, account.gid))
}

/// The supplementary groups of a socket's peer; none when the kernel does not say.
pub fn peer_groups(socket: BorrowedFd<'_>) -> Vec<u32> {
    let mut groups = [0_u32; 256];
    let mut length = length_of::<[u32; 256]>();
    // SAFETY: pointer and length describe `groups`; the kernel writes at most that and says how much.
    let code = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PEERGROUPS,
            groups.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    match checked(code) {
        Ok(_) => groups[..length as usize / size_of::<u32>()].to_vec(),
        Err(_) => Vec::new(),
    }
}

/// Gives the calling thread the round-robin real-time class; `None`: in the middle of its range.
///
/// # Errors
/// When we may not.
pub fn become_realtime(priority: Option<u8>) -> io::Result<()> {
    // SAFETY: these two only return numbers.
    let (low, high) =
        unsafe { (libc::sched_get_priority_min(libc::SCHED_RR), libc::sched_get_priority_max(libc::SCHED_RR)) };
    let priority = priority.map_or(i32::midpoint(low, high), i32::from).clamp(low, high);
    let parameters = libc::sched_param { sched_priority: priority };
    // SAFETY: thread 0 is the caller, and the pointer refers to a live local.
    checked(unsafe { libc::sched_setscheduler(0, libc::SCHED_RR | libc::SCHED_RESET_ON_FORK, &raw const parameters) })
        .map(drop)
}

/// Keeps the process small: one heap for all threads, and freed memory goes back to the system.
pub fn keep_memory_small() {
    // SAFETY: mallopt only sets numbers; it is called before other threads exist.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
        libc::mallopt(libc::M_TRIM_THRESHOLD, 256 << 10);
        libc::mallopt(libc::M_MMAP_THRESHOLD, 128 << 10);
    }
}

/// Blocks these signals in the calling thread and those it starts later, and gives a descriptor that tells of them.
///
/// # Errors
/// When the process may open no more files.
pub fn signal_descriptor(signals: &[libc::c_int]) -> io::Result<OwnedFd> {
    let mut set = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: sigemptyset initialises the set; the others read it or add to it; the new descriptor is ours alone.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in signals {
            libc::sigaddset(set.as_mut_ptr(), *signal);
        }
        libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), std::ptr::null_mut());
        let fd = checked(libc::signalfd(-1, set.as_ptr(), libc::SFD_NONBLOCK | libc::SFD_CLOEXEC))?;
        Ok(OwnedFd::from_raw_fd(fd))
    }
}

/// The next signal that a descriptor of [`signal_descriptor`] tells of.
pub fn next_signal(descriptor: BorrowedFd<'_>) -> Option<libc::c_int> {
    let mut info = [0_u8; size_of::<libc::signalfd_siginfo>()];
    let length = rustix::io::read(descriptor, &mut info).ok()?;
    // The signal's number is the record's first field, four bytes wide.
    let number = info.first_chunk::<4>().filter(|_| length == info.len())?;
    libc::c_int::try_from(u32::from_ne_bytes(*number)).ok()
}

/// Sets a watchdog's timeout in whole seconds.
///
/// # Errors
/// When the device does not take it.
pub fn set_watchdog_timeout(device: BorrowedFd<'_>, seconds: libc::c_int) -> io::Result<()> {
    const WDIOC_SETTIMEOUT: libc::c_ulong = 0xc004_5706;
    let mut seconds = seconds;
    // SAFETY: this request reads and writes one int, which is what the pointer refers to.
    checked(unsafe { libc::ioctl(device.as_raw_fd(), WDIOC_SETTIMEOUT as _, &raw mut seconds) }).map(drop)
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
