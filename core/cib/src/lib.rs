//! The CIB: XML tree, schemas, upgrade, versions, changes. Never a disk: bytes come in, bytes go out.

mod change;
mod digest;
mod element;
#[cfg(test)]
mod fixture;
mod parse;
mod syntax;
mod upgrade;
mod validate;
pub mod value;
mod version;
mod write;

pub use change::{Change, ChangeRefused, Refusal, apply};
pub use digest::{Digest, op_digest};
pub use element::{Element, Position};
pub use parse::{ParseError, parse, parse_owned};
pub use syntax::{CURRENT_SCHEMA, Syntax};
pub use upgrade::{Upgraded, upgrade};
pub use validate::{Consequence, Mistake, Note, Report, validate};
pub use version::Version;
