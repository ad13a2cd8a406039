//! The CIB: XML tree, schemas, upgrade, versions, changes. Never a disk: bytes come in, bytes go out.

mod digest;
mod element;
mod parse;
mod version;
mod write;

pub use digest::{Digest, op_digest};
pub use element::{Element, Position};
pub use parse::{ParseError, parse, parse_owned};
pub use version::Version;
