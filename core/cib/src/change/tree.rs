//! Paths through a tree, and the copy of one path that an update costs.

use crate::Element;
use std::sync::Arc;

/// Indexes of children, from the root down.
pub(super) type Path = Vec<usize>;

/// The first element, the root included, that fits; parents before children.
pub(super) fn find(root: &Element, fits: &impl Fn(&Element) -> bool) -> Option<Path> {
    if fits(root) {
        return Some(Path::new());
    }
    root.children().iter().enumerate().find_map(|(index, child)| {
        let mut path = find(child, fits)?;
        path.insert(0, index);
        Some(path)
    })
}

/// The element at a path.
pub(super) fn at<'a>(root: &'a Arc<Element>, path: &[usize]) -> &'a Arc<Element> {
    path.iter().fold(root, |element, index| &element.children()[*index])
}

/// The tree with another element at a path, or without it; the root itself cannot be removed.
pub(super) fn put(root: &Arc<Element>, path: &[usize], new: Option<Arc<Element>>) -> Arc<Element> {
    let Some((index, rest)) = path.split_first() else {
        return new.unwrap_or_else(|| Arc::clone(root));
    };
    let mut copy = (**root).clone();
    match new {
        None if rest.is_empty() => drop(copy.children_mut().remove(*index)),
        new => copy.children_mut()[*index] = put(&root.children()[*index], rest, new),
    }
    Arc::new(copy)
}
