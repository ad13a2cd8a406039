//! Copy-on-write edits of the tree: a path is copied where it is shared, everything beside it stays shared.

use cib::Element;
use std::sync::Arc;

/// The first child that passes the test, to change.
pub fn child_mut(parent: &mut Element, test: impl Fn(&Element) -> bool) -> Option<&mut Element> {
    parent.children_mut().iter_mut().find(|child| test(child)).map(Arc::make_mut)
}

/// The first child that passes the test, made and added first where there is none.
pub fn child_or_insert(
    parent: &mut Element,
    test: impl Fn(&Element) -> bool,
    make: impl FnOnce() -> Element,
) -> &mut Element {
    let found = parent.children().iter().position(|child| test(child));
    let place = found.unwrap_or_else(|| {
        parent.children_mut().push(Arc::new(make()));
        parent.children().len() - 1
    });
    Arc::make_mut(&mut parent.children_mut()[place])
}

/// The one child of that tag, made where there is none.
pub fn section_mut<'a>(parent: &'a mut Element, name: &str) -> &'a mut Element {
    child_or_insert(parent, |child| child.name() == name, || Element::new(name))
}

/// The child of that tag and id, made where there is none.
pub fn by_id_mut<'a>(parent: &'a mut Element, name: &str, id: &str) -> &'a mut Element {
    let is_it = |child: &Element| child.name() == name && child.id() == Some(id);
    child_or_insert(parent, is_it, || Element::new(name).with("id", id))
}

/// Puts a child in the place of the one with its tag and id, or behind the last.
pub fn put(parent: &mut Element, child: Element) {
    let is_it = |other: &Arc<Element>| other.name() == child.name() && other.id() == child.id();
    match parent.children().iter().position(is_it) {
        Some(place) => parent.children_mut()[place] = Arc::new(child),
        None => parent.children_mut().push(Arc::new(child)),
    }
}

/// Removes the children that pass the test; true when there was one.
pub fn remove(parent: &mut Element, test: impl Fn(&Element) -> bool) -> bool {
    let before = parent.children().len();
    if parent.children().iter().any(|child| test(child)) {
        parent.children_mut().retain(|child| !test(child));
    }
    before != parent.children().len()
}
