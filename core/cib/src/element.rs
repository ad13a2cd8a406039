//! The persistent tree: shared, immutable elements; an update copies one path.

use std::sync::Arc;

/// Where an element's tag began in its source; zero in both for an element that was built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// 1-based line.
    pub line: u32,
    /// 1-based column, in bytes.
    pub column: u32,
}

/// One XML element. Cloning an `Arc<Element>` is a snapshot; positions take no part in equality.
#[derive(Clone, Debug)]
pub struct Element {
    name: Arc<str>,
    attributes: Vec<(Arc<str>, Arc<str>)>,
    children: Vec<Arc<Element>>,
    text: Option<Arc<str>>,
    position: Position,
}

impl PartialEq for Element {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.attributes == other.attributes
            && self.text == other.text
            && self.children.len() == other.children.len()
            && self.children.iter().zip(&other.children).all(|(a, b)| Arc::ptr_eq(a, b) || a == b)
    }
}
impl Eq for Element {}

impl Element {
    /// An element without attributes or children.
    pub fn new(name: &str) -> Self {
        Self { name: Arc::from(name), attributes: Vec::new(), children: Vec::new(), text: None, position: Position::default() }
    }

    /// The tag.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it began in its source.
    pub fn position(&self) -> Position {
        self.position
    }

    /// An attribute's value.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| &**key == name).map(|(_, value)| &**value)
    }

    /// The attribute `id`.
    pub fn id(&self) -> Option<&str> {
        self.attribute("id")
    }

    /// All attributes, in the order of the document.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.attributes.iter().map(|(key, value)| (&**key, &**value))
    }

    /// The child elements, in the order of the document.
    pub fn children(&self) -> &[Arc<Element>] {
        &self.children
    }

    /// The first child of that tag.
    pub fn child(&self, name: &str) -> Option<&Arc<Element>> {
        self.children.iter().find(|child| child.name() == name)
    }

    /// The children of that tag.
    pub fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Arc<Element>> {
        self.children.iter().filter(move |child| child.name() == name)
    }

    /// The text directly inside (agent metadata has it, a CIB does not).
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Sets or replaces an attribute, keeping its place.
    pub fn set(&mut self, name: &str, value: &str) {
        match self.attributes.iter_mut().find(|(key, _)| &**key == name) {
            Some((_, old)) => *old = Arc::from(value),
            None => self.attributes.push((Arc::from(name), Arc::from(value))),
        }
    }

    /// Removes an attribute; true when it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.attributes.len();
        self.attributes.retain(|(key, _)| &**key != name);
        before != self.attributes.len()
    }

    /// Builder form of [`Element::set`].
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    /// Builder form of pushing a child.
    #[must_use]
    pub fn with_child(mut self, child: impl Into<Arc<Element>>) -> Self {
        self.children.push(child.into());
        self
    }

    /// The child elements, to change.
    pub fn children_mut(&mut self) -> &mut Vec<Arc<Element>> {
        &mut self.children
    }

    pub(crate) fn set_text(&mut self, text: &str) {
        self.text = Some(Arc::from(text));
    }

    pub(crate) fn set_position(&mut self, position: Position) {
        self.position = position;
    }
}
