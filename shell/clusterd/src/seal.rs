//! Sealing: every packet is encrypted and authenticated, and nothing of a received one is read before its seal is checked.
//!
//! A sealed packet is, in this order: the version of the seal and the number of the key (one byte each, authenticated), a nonce
//! (24 bytes), the ciphertext with its tag. The key is derived from the secret of authkeys, the cluster's name and the key's number,
//! so two clusters on one segment do not open each other's packets even where they share a secret.
//! Not for replay: generations and sequence numbers are inside, and `messaging` judges them.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use messaging::contract::Opened;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt;
use thiserror::Error;
use zeroize::Zeroizing;

/// Version of the seal; the first byte of each packet.
const VERSION: u8 = 1;
const HEADER: usize = 2;
const NONCE: usize = 24;
const TAG: usize = 16;
/// Random bytes at the front of each nonce, drawn once per process; a counter follows.
const SALT: usize = 16;
/// What a sealed packet is longer than its content.
pub const OVERHEAD: usize = HEADER + NONCE + TAG;
/// Longest datagram that UDP over IPv4 carries.
pub const DATAGRAM_MAX: usize = 65_507;

/// Why a packet was not opened. Nothing of it was parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// It cannot hold a seal.
    #[error("too short to be sealed")]
    Short,
    /// Another program, or another generation of this one.
    #[error("sealed in version {0}, which this program does not know")]
    Version(u8),
    /// The sender uses a key that our authkeys does not list.
    #[error("sealed with key {0}, which is not in authkeys here")]
    UnknownKey(u8),
    /// Another secret, another cluster name, or tampering.
    #[error("sealed with another secret or for another cluster, or changed on the way")]
    Forged,
}

/// The keys of one cluster: one to send with, all to receive with, so that they can be rotated without a gap.
pub struct Keyring {
    ciphers: BTreeMap<u8, XChaCha20Poly1305>,
    sending: u8,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring {{ sending: {}, receiving: {:?} }}", self.sending, self.ciphers.keys())
    }
}

impl Keyring {
    /// Derives the keys; `None` when there is no secret under the number to send with.
    ///
    /// An empty secret (method `crc`) gives a key that anybody can derive: it keeps clusters apart and protects nothing.
    pub fn derive<'a>(cluster: &str, sending: u8, secrets: impl IntoIterator<Item = (u8, &'a [u8])>) -> Option<Self> {
        let ciphers: BTreeMap<_, _> =
            secrets.into_iter().map(|(number, secret)| (number, cipher(cluster, number, secret))).collect();
        ciphers.contains_key(&sending).then_some(Self { ciphers, sending })
    }
}

fn cipher(cluster: &str, number: u8, secret: &[u8]) -> XChaCha20Poly1305 {
    let mut key = Zeroizing::new([0; 32]);
    let info = [b"systole packet seal 1, key ".as_slice(), &[number]].concat();
    let derived = Hkdf::<Sha256>::new(Some(cluster.as_bytes()), secret).expand(&info, key.as_mut_slice());
    derived.expect("32 bytes are far below what HKDF can give");
    XChaCha20Poly1305::new_from_slice(key.as_slice()).expect("the key has the cipher's length")
}

/// Seals what goes out and opens what comes in.
#[derive(Debug)]
pub struct Sealer {
    keyring: Keyring,
    salt: [u8; SALT],
    counter: u64,
}

impl Sealer {
    /// A sealer with these keys and fresh randomness.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn new(keyring: Keyring) -> Result<Self, getrandom::Error> {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt)?;
        Ok(Self { keyring, salt, counter: 0 })
    }

    /// Uses other keys from now on.
    pub fn replace_keys(&mut self, keyring: Keyring) {
        self.keyring = keyring;
    }

    /// The sealed form of a packet; `None` when it would not fit into a datagram.
    pub fn seal(&mut self, plaintext: &[u8]) -> Option<Vec<u8>> {
        if plaintext.len() + OVERHEAD > DATAGRAM_MAX {
            return None;
        }
        let header = [VERSION, self.keyring.sending];
        let nonce = self.next_nonce();
        let cipher = self.keyring.ciphers.get(&self.keyring.sending).expect("derive made sure of it");
        let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: plaintext, aad: &header });
        let sealed = sealed.expect("a datagram is far below the cipher's limit");
        Some([header.as_slice(), &nonce, &sealed].concat())
    }

    /// The content of a sealed packet, once its seal was found good.
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn open(&self, datagram: &[u8]) -> Result<Opened, SealError> {
        let (header, rest) = datagram.split_first_chunk::<HEADER>().ok_or(SealError::Short)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(SealError::Short)?;
        let [version, number] = *header;
        if version != VERSION {
            return Err(SealError::Version(version));
        }
        if sealed.len() < TAG {
            return Err(SealError::Short);
        }
        let cipher = self.keyring.ciphers.get(&number).ok_or(SealError::UnknownKey(number))?;
        let opened = cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: header });
        opened.map(Opened::after_verification).map_err(|_| SealError::Forged)
    }

    /// What all our own datagrams have in common, for a filter in the kernel: a place in the datagram, and eight bytes there.
    pub fn own_mark(&self) -> (u32, [u8; 8]) {
        let place = u32::try_from(HEADER).expect("a header is a few bytes long");
        (place, *self.salt.first_chunk().expect("a salt is longer than that"))
    }

    /// Whether this datagram came from this very process (a broadcast that came back); says nothing about its seal.
    pub fn is_own(&self, datagram: &[u8]) -> bool {
        datagram.get(HEADER..HEADER + SALT) == Some(self.salt.as_slice())
    }

    fn next_nonce(&mut self) -> [u8; NONCE] {
        self.counter += 1;
        let mut nonce = [0; NONCE];
        nonce[..SALT].copy_from_slice(&self.salt);
        nonce[SALT..].copy_from_slice(&self.counter.to_be_bytes());
        nonce
    }
}

#[cfg(test)]
mod tests;
