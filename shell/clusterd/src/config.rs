//! What the brain starts from: `ha.cf`, `authkeys` and the node's name, read from disk and judged by `messaging`.

use crate::disk::Layout;
use crate::disk::layout::LayoutError;
use crate::media::{self, Medium, Way};
use crate::seal::Keyring;
use messaging::authkeys::{AuthKeys, FileMode, Method};
use messaging::config::{self, Config};
use messaging::contract::LinkId;
use model::NodeName;
use std::fs::{self, File};
use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Longest ha.cf or authkeys that is read: a hundred times what anybody needs.
const LENGTH_MAX: u64 = 1 << 20;

/// Why the node does not start. Nothing has been changed on this host. Each is one or more lines for a person.
#[derive(Debug, Error)]
pub enum StartError {
    /// `ha.cf` or `authkeys` is not there or not for us.
    #[error("{}: cannot be opened: {source}; {hint}", path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
        /// What to do.
        hint: &'static str,
    },
    /// One of them has mistakes.
    #[error("{0}")]
    Rejected(#[from] messaging::config::Rejected),
    /// This host is not in the cluster.
    #[error("{0}")]
    Name(messaging::config::Problem),
    /// A medium names an interface that this host does not have.
    #[error("{}: IP interface [{device}] does not exist; `ip link` lists those that do", file.display())]
    NoDevice {
        /// The `ha.cf`.
        file: PathBuf,
        /// The missing one.
        device: String,
    },
    /// A medium that this version cannot open.
    #[error("{}: {medium}: IPv6 media are not supported yet; use an IPv4 address or group", file.display())]
    NotSupported {
        /// The `ha.cf`.
        file: PathBuf,
        /// The line.
        medium: String,
    },
    /// A directory is missing and cannot be made.
    #[error("{}: {}; run as root, or name another place with --state-dir and --run-dir", .0, .0.source)]
    Layout(#[from] LayoutError),
}

/// Everything that a start or a reload reads.
#[derive(Debug)]
pub struct Configuration {
    /// `ha.cf`.
    pub ha: Config,
    /// `authkeys`.
    pub keys: AuthKeys,
    /// Who we are.
    pub name: NodeName,
    /// The media, as sockets see them.
    pub media: Vec<Medium>,
    /// What works but should be looked at.
    pub warnings: Vec<String>,
    /// The text of `ha.cf`, to tell at a reload whether it has changed.
    pub ha_text: String,
}

/// Reads and judges all of it.
///
/// # Errors
/// See [`StartError`].
pub fn load(layout: &Layout) -> Result<Configuration, StartError> {
    let ha_cf = layout.ha_cf();
    let (ha_text, _) = read(&ha_cf, "write one: it needs lines for media (bcast eth0) and for the nodes (node a b)")?;
    let ha = Config::parse(&ha_cf.display().to_string(), &ha_text)?;
    let keys = load_keys(layout)?;
    let own = ha.own_name(&ha_cf.display().to_string(), &host_name(layout)).map_err(StartError::Name)?;
    let media = media_of(&ha, &ha_cf)?;
    let mut warnings: Vec<String> = ha.warnings.iter().chain(&keys.warnings).map(ToString::to_string).collect();
    warnings.extend(own.note);
    Ok(Configuration { ha, keys, name: own.name, media, warnings, ha_text })
}

/// Reads `authkeys`, and refuses it when others can read it, too.
///
/// # Errors
/// See [`StartError`].
pub fn load_keys(layout: &Layout) -> Result<AuthKeys, StartError> {
    let path = layout.authkeys();
    let (text, data) = read(&path, "write one: `auth 1` and `1 sha256 SECRET`, owned by root, mode 0600")?;
    let own_user = rustix::process::geteuid().as_raw();
    let mode = FileMode { mode: data.mode() & 0o7777, owner: data.uid(), own_user };
    Ok(AuthKeys::parse(&path.display().to_string(), &text, mode)?)
}

/// The keys that seal and open packets. `crc` has no secret, so its key is one that anybody can derive.
pub fn keyring(ha: &Config, keys: &AuthKeys) -> Keyring {
    keyring_of(&ha.cluster, keys)
}

/// The same for a cluster of this name.
pub fn keyring_of(cluster: &str, keys: &AuthKeys) -> Keyring {
    let secret = |key: &'_ messaging::authkeys::Key| match key.method {
        Method::Crc => Vec::new(),
        Method::Md5 | Method::Sha1 | Method::Sha256 | Method::Sha512 => key.secret.as_bytes().to_vec(),
    };
    let secrets: Vec<(u8, Vec<u8>)> = keys.keys().map(|key| (key.number, secret(key))).collect();
    let borrowed = secrets.iter().map(|(number, secret)| (*number, secret.as_slice()));
    Keyring::derive(cluster, keys.active().number, borrowed).expect("authkeys has the key that it says is active")
}

/// The first line of `nodeinfo`, else `uname -n`.
fn host_name(layout: &Layout) -> String {
    let from_file = fs::read_to_string(layout.nodeinfo()).ok();
    let from_file =
        from_file.as_deref().and_then(|text| text.lines().next()).map(str::trim).filter(|name| !name.is_empty());
    from_file.map_or_else(|| rustix::system::uname().nodename().to_string_lossy().into_owned(), str::to_owned)
}

fn read(path: &Path, hint: &'static str) -> Result<(String, fs::Metadata), StartError> {
    let failed = |source| StartError::Open { path: path.to_path_buf(), source, hint };
    let file = File::open(path).map_err(failed)?;
    let data = file.metadata().map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(LENGTH_MAX).read_to_end(&mut bytes).map_err(failed)?;
    Ok((String::from_utf8_lossy(&bytes).into_owned(), data))
}

fn media_of(ha: &Config, file: &Path) -> Result<Vec<Medium>, StartError> {
    if let Some(missing) = ha.media.iter().find(|medium| !media::device_exists(medium.device())) {
        return Err(StartError::NoDevice { file: file.to_path_buf(), device: missing.device().to_owned() });
    }
    let numbered = ha.media.iter().zip(0_u8..);
    numbered.map(|(medium, place)| medium_of(medium, LinkId(place), ha.udpport, file)).collect()
}

fn medium_of(medium: &config::Medium, link: LinkId, udpport: u16, file: &Path) -> Result<Medium, StartError> {
    let v4 = |address: &IpAddr| version_4(address, medium, file);
    let (port, way) = match medium {
        config::Medium::Bcast { .. } => (udpport, Way::Broadcast),
        config::Medium::Mcast { group, port, ttl, loopback, .. } => {
            (*port, Way::Multicast { group: v4(group)?, ttl: *ttl, to_self: *loopback })
        }
        config::Medium::Ucast { peer, .. } => (udpport, Way::Unicast { peer: v4(peer)? }),
    };
    Ok(Medium { link, device: medium.device().to_owned(), port, way })
}

fn version_4(address: &IpAddr, medium: &config::Medium, file: &Path) -> Result<Ipv4Addr, StartError> {
    match address {
        IpAddr::V4(address) => Ok(*address),
        IpAddr::V6(address) => {
            Err(StartError::NotSupported { file: file.to_path_buf(), medium: format!("{} {address}", medium.device()) })
        }
    }
}

#[cfg(test)]
mod tests;
