//! Sets of name/value pairs: `cluster_property_set`, `instance_attributes`, `meta_attributes`, `utilization`.

use cib::Element;

/// A pair and the set it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair<'a> {
    /// Id of the set.
    pub set: &'a str,
    /// Id of the pair.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its value.
    pub value: &'a str,
}

/// Every pair in the sets of that tag right below `parent`, in the order of the document.
pub fn below<'a>(parent: &'a Element, tag: &'a str) -> impl Iterator<Item = Pair<'a>> {
    parent.children_named(tag).flat_map(|set| {
        set.children_named("nvpair").map(|pair| Pair {
            set: set.id().unwrap_or_default(),
            id: pair.id().unwrap_or_default(),
            name: pair.attribute("name").unwrap_or_default(),
            value: pair.attribute("value").unwrap_or_default(),
        })
    })
}

/// One pair in one set, as the element that a change is made with.
pub fn element(tag: &str, set: &str, pair: &str, name: &str, value: Option<&str>) -> Element {
    let mut nvpair = Element::new("nvpair").with("id", pair).with("name", name);
    if let Some(value) = value {
        nvpair.set("value", value);
    }
    Element::new(tag).with("id", set).with_child(nvpair)
}
