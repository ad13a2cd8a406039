//! The CIB: XML tree, schemas, upgrade, versions, changes. Never a disk: bytes come in, bytes go out.

mod element;
mod parse;
mod write;

pub use element::{Element, Position};
pub use parse::{ParseError, parse};
