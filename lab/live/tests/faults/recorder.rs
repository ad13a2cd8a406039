//! Records the packets of a cluster on a third host of its segment, and sends them again later, as an attacker would.
//!
//! The test's own binary does both, started on that host: nothing that this house does not bring is needed.

use std::fs;
use std::io::{self, Write as _};
use std::net::UdpSocket;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// The port and the broadcast address of the tutorial's cluster.
const LISTEN: &str = "0.0.0.0:469";
const SEND: &str = "1.2.3.255:469";

/// Writes every packet to a file, each behind its length, until somebody kills us.
pub fn record(file: &str) -> ExitCode {
    done(UdpSocket::bind(LISTEN).and_then(|socket| {
        let mut out = fs::File::create(file)?;
        let mut packet = vec![0_u8; 65536];
        loop {
            let (length, sender) = socket.recv_from(&mut packet)?;
            let from = u32::from_ne_bytes(match sender.ip() {
                std::net::IpAddr::V4(address) => address.octets(),
                std::net::IpAddr::V6(_) => continue,
            });
            let length = u32::try_from(length).map_err(io::Error::other)?;
            out.write_all(&length.to_ne_bytes())?;
            out.write_all(&from.to_ne_bytes())?;
            out.write_all(&packet[..usize::try_from(length).map_err(io::Error::other)?])?;
        }
    }))
}

/// Sends every recorded packet of sip-b again, so many times.
pub fn replay(file: &str, times: &str) -> ExitCode {
    done(UdpSocket::bind("0.0.0.0:0").and_then(|socket| {
        socket.set_broadcast(true)?;
        let packets = packets(Path::new(file), [1, 2, 3, 2])?;
        println!("{}", packets.len());
        for _ in 0..times.parse().map_err(io::Error::other)? {
            for packet in &packets {
                socket.send_to(packet, SEND)?;
                std::thread::sleep(Duration::from_millis(2));
            }
        }
        Ok(())
    }))
}

/// Every recorded packet of that sender; one that is being written is left out.
pub fn packets(file: &Path, sender: [u8; 4]) -> io::Result<Vec<Vec<u8>>> {
    let all = fs::read(file)?;
    let mut rest = all.as_slice();
    let mut packets = Vec::new();
    while let Some((head, body)) = rest.split_first_chunk::<8>() {
        let [a, b, c, d, from @ ..] = *head;
        let length = usize::try_from(u32::from_ne_bytes([a, b, c, d])).map_err(io::Error::other)?;
        let Some((packet, next)) = body.split_at_checked(length) else { break };
        if from == sender {
            packets.push(packet.to_vec());
        }
        rest = next;
    }
    Ok(packets)
}

fn done(result: io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("recorder: {error}");
            ExitCode::FAILURE
        }
    }
}
