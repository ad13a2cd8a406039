//! What tools look up in a CIB: nodes, resources, name/value pairs. Reads only; changes are asked of the source.

pub mod nodes;
pub mod pairs;
pub mod resources;
