//! Whole clusters of engines on virtual time.
