//! Whether an agent's meta-data is what `ra-api-1.dtd` allows: the document type as a table, and a walk along it.

use cib::Element;

/// The judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As the document type says.
    Valid,
    /// Not XML.
    Malformed(String),
    /// XML, but of another type.
    Invalid(String),
}

/// How often a child may occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Times {
    Once,
    AtMostOnce,
    AtLeastOnce,
    Any,
}

/// One element type.
struct Type {
    name: &'static str,
    /// In this order; `None` where text or anything may stand.
    children: Option<&'static [(&'static str, Times)]>,
    /// Name, whether it must be there, and its values if they are listed.
    attributes: &'static [(&'static str, Need, &'static [&'static str])],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

use Need::{Optional, Required};
use Times::{Any, AtLeastOnce, AtMostOnce, Once};

const ACTIONS: &[&str] = &[
    "start",
    "stop",
    "recover",
    "monitor",
    "restart",
    "migrate_to",
    "migrate_from",
    "promote",
    "demote",
    "notify",
    "status",
    "reload",
    "meta-data",
    "usage",
    "methods",
    "validate-all",
];

const TYPES: &[Type] = &[
    Type {
        name: "resource-agent",
        children: Some(&[
            ("version", Once),
            ("longdesc", Once),
            ("shortdesc", Once),
            ("parameters", AtMostOnce),
            ("actions", Once),
        ]),
        attributes: &[("name", Required, &[]), ("version", Optional, &[])],
    },
    Type { name: "version", children: None, attributes: &[] },
    Type { name: "longdesc", children: None, attributes: &[("lang", Optional, &[])] },
    Type { name: "shortdesc", children: None, attributes: &[("lang", Optional, &[])] },
    Type { name: "parameters", children: Some(&[("parameter", Any)]), attributes: &[] },
    Type {
        name: "parameter",
        children: Some(&[("longdesc", AtLeastOnce), ("shortdesc", AtLeastOnce), ("content", Once)]),
        attributes: &[("name", Required, &[]), ("required", Optional, &["1", "0"]), ("unique", Optional, &["1", "0"])],
    },
    Type {
        name: "content",
        children: Some(&[]),
        attributes: &[("type", Required, &["string", "integer", "boolean", "time"]), ("default", Optional, &[])],
    },
    Type { name: "actions", children: Some(&[("action", Any)]), attributes: &[] },
    Type {
        name: "action",
        children: Some(&[]),
        attributes: &[
            ("name", Required, ACTIONS),
            ("timeout", Required, &[]),
            ("interval", Optional, &[]),
            ("start-delay", Optional, &[]),
            ("role", Optional, &[]),
            ("depth", Optional, &[]),
        ],
    },
];

/// Judges a document. One that names no document type is invalid, whatever it holds.
pub fn judge(text: &str) -> Verdict {
    let root = match cib::parse(text) {
        Ok(root) => root,
        Err(error) => return Verdict::Malformed(format!("meta-data: {error}")),
    };
    if !text.contains("<!DOCTYPE resource-agent") {
        return Verdict::Invalid("meta-data: no <!DOCTYPE resource-agent SYSTEM \"ra-api-1.dtd\">".to_owned());
    }
    let checked = if root.name() == "resource-agent" { check(&root) } else { Err(unexpected(&root)) };
    checked.map_or_else(|reason| Verdict::Invalid(format!("meta-data: {reason}")), |()| Verdict::Valid)
}

fn check(element: &Element) -> Result<(), String> {
    let kind = TYPES.iter().find(|kind| kind.name == element.name()).ok_or_else(|| unexpected(element))?;
    attributes(element, kind)?;
    let Some(model) = kind.children else { return Ok(()) };
    if element.text().is_some_and(|text| !text.trim().is_empty()) {
        return Err(at(element, "holds text where only elements may stand"));
    }
    order(element, model)?;
    element.children().iter().try_for_each(|child| check(child))
}

fn attributes(element: &Element, kind: &Type) -> Result<(), String> {
    for (name, value) in element.attributes() {
        let known = kind.attributes.iter().find(|(known, _, _)| *known == name);
        let (_, _, values) = known.ok_or_else(|| at(element, &format!("has an unknown attribute {name}")))?;
        if !values.is_empty() && !values.contains(&value) {
            return Err(at(element, &format!("has {name}=\"{value}\"; allowed are {}", values.join(", "))));
        }
    }
    let missing = kind.attributes.iter().find(|(name, need, _)| *need == Required && element.attribute(name).is_none());
    missing.map_or(Ok(()), |(name, _, _)| Err(at(element, &format!("lacks the attribute {name}"))))
}

fn order(element: &Element, model: &[(&str, Times)]) -> Result<(), String> {
    let mut rest = element.children();
    for &(name, times) in model {
        let count = rest.iter().take_while(|child| child.name() == name).count();
        let right = match times {
            Once => count == 1,
            AtMostOnce => count <= 1,
            AtLeastOnce => count >= 1,
            Any => true,
        };
        if !right {
            return Err(at(element, &format!("has {count} elements {name} at their place in the order")));
        }
        rest = &rest[count..];
    }
    rest.first().map_or(Ok(()), |child| Err(unexpected(child)))
}

fn unexpected(element: &Element) -> String {
    at(element, "may not stand here")
}

fn at(element: &Element, what: &str) -> String {
    let position = element.position();
    format!("line {}, column {}: <{}> {what}", position.line, position.column, element.name())
}
