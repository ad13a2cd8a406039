//! Tests about the source tree.
