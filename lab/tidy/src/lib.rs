//! Tests about the source tree: the fence around core, the heading of each file, what must not stand anywhere.
//!
//! There is nothing to call here; see `tests/`.
