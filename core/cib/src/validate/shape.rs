//! The vocabulary in which a schema is written down as data.

/// What one element may hold.
pub(super) struct Shape {
    pub name: &'static str,
    pub attributes: &'static [Rule],
    pub children: &'static [Child],
    pub order: Order,
}

/// Whether the children's order is prescribed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Free,
    AsListed,
}

/// One attribute.
pub(super) struct Rule {
    pub name: &'static str,
    pub need: Need,
    pub kind: Kind,
}

/// Whether an attribute must be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    /// It should be, but what is meant without it is clear.
    Expected,
    Optional,
}

/// What an attribute's value may be.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Anything.
    Text,
    /// An identifier of this element.
    Id,
    /// Something; not nothing.
    Name,
    /// true, false and their kin.
    Boolean,
    /// A whole number.
    Integer,
    /// A whole number or an infinity.
    Score,
    /// A number with a unit of time, or an ISO 8601 duration.
    Time,
    /// A resource's role, old or new name.
    Role,
    /// One of a few words.
    Word(&'static [&'static str]),
}

/// One kind of child.
pub(super) struct Child {
    pub name: &'static str,
    pub count: Count,
}

/// How many of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    Any,
    AtMostOne,
    One,
}

pub(super) const fn shape(name: &'static str, attributes: &'static [Rule], children: &'static [Child]) -> Shape {
    Shape { name, attributes, children, order: Order::Free }
}

pub(super) const fn in_order(name: &'static str, attributes: &'static [Rule], children: &'static [Child]) -> Shape {
    Shape { name, attributes, children, order: Order::AsListed }
}

pub(super) const fn req(name: &'static str, kind: Kind) -> Rule {
    Rule { name, need: Need::Required, kind }
}

pub(super) const fn exp(name: &'static str, kind: Kind) -> Rule {
    Rule { name, need: Need::Expected, kind }
}

pub(super) const fn opt(name: &'static str, kind: Kind) -> Rule {
    Rule { name, need: Need::Optional, kind }
}

pub(super) const fn any(name: &'static str) -> Child {
    Child { name, count: Count::Any }
}

pub(super) const fn one(name: &'static str) -> Child {
    Child { name, count: Count::One }
}

pub(super) const fn maybe(name: &'static str) -> Child {
    Child { name, count: Count::AtMostOne }
}
