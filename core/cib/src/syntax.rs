//! Which of the two generations of CIB a document is written in.

#[cfg(test)]
mod tests;

use crate::Element;
use std::fmt;

/// The schema that upgraded documents name: the newest that today's distributions read and that, as we do, allows
/// several rules in one location constraint.
pub const CURRENT_SCHEMA: &str = "pacemaker-3.9";

/// What `validate-with` may hold besides `pacemaker-MAJOR.MINOR`.
const OLD_SCHEMAS: [&str; 2] = ["pacemaker-0.6", "transitional-0.6"];

/// The language of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// Heartbeat 2 ("0.6"): options wrapped in `<attributes>`, names with underscores, `master_slave`.
    Heartbeat2,
    /// Pacemaker's, by schema: major and minor.
    Pacemaker(u32, u32),
    /// Pacemaker's, and its author does not want it checked (`validate-with="none"`).
    Unchecked,
}

impl Syntax {
    /// Recognises it; by `validate-with`, else by the elements that only one of the two generations has.
    pub fn of(cib: &Element) -> Self {
        match cib.attribute("validate-with") {
            Some("none") => Self::Unchecked,
            Some(schema) if OLD_SCHEMAS.contains(&schema) => Self::Heartbeat2,
            Some(schema) => Self::by_schema(schema).unwrap_or(Self::Pacemaker(1, 0)),
            None if !Self::has_old_signs(cib) && any(cib, is_modern) => Self::Pacemaker(1, 0),
            None => Self::Heartbeat2,
        }
    }

    /// Whether something in it can only be the syntax of Heartbeat 2.
    pub(crate) fn has_old_signs(element: &Element) -> bool {
        any(element, is_heartbeat2)
    }

    /// Reads `pacemaker-3.9`; `None` for a schema that is none of Pacemaker's.
    pub fn by_schema(schema: &str) -> Option<Self> {
        let (major, minor) = schema.strip_prefix("pacemaker-")?.split_once('.')?;
        let known = |major| (1..=4).contains(&major);
        let number = |text: &str| text.parse().ok();
        Some(Self::Pacemaker(number(major).filter(|major| known(*major))?, number(minor)?))
    }
}

impl fmt::Display for Syntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Heartbeat2 => f.write_str("Heartbeat 2"),
            Self::Pacemaker(major, minor) => write!(f, "pacemaker-{major}.{minor}"),
            Self::Unchecked => f.write_str("unchecked"),
        }
    }
}

fn any(element: &Element, sign: fn(&Element) -> bool) -> bool {
    sign(element) || element.children().iter().filter(|child| child.name() != "status").any(|child| any(child, sign))
}

fn is_heartbeat2(element: &Element) -> bool {
    match element.name() {
        "attributes" | "master_slave" => true,
        "rsc_order" | "rsc_colocation" => element.attribute("from").is_some(),
        _ => false,
    }
}

fn is_modern(element: &Element) -> bool {
    match element.name() {
        "instance_attributes" | "meta_attributes" | "cluster_property_set" => element.child("nvpair").is_some(),
        "rsc_order" => element.attribute("first").is_some(),
        "rsc_colocation" => element.attribute("with-rsc").is_some(),
        "rsc_location" => element.attribute("node").is_some(),
        name => matches!(name, "rsc_defaults" | "op_defaults" | "template" | "bundle" | "resource_set"),
    }
}
