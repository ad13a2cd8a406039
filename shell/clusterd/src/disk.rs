//! What the brain keeps on disk: the CIB, the generation and the last events.
//!
//! Every file is replaced in one step (write beside it, sync, rename, sync the directory), so none is ever torn, and none is deleted
//! because its owner, mode or content is not what we would have written.

pub mod adopt;
pub mod cib_file;
pub mod events;
pub mod identity;
pub mod layout;
pub(crate) mod replace;

pub use cib_file::CibFile;
pub use events::EventFile;
pub use layout::Layout;
