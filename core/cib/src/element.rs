//! The persistent tree: shared, immutable elements; an update copies one path.
//!
//! All names and values of a parsed document are slices of one shared buffer, so that reading a document costs
//! one copy of its text and two small allocations an element. An element that is changed moves its own few
//! strings into a buffer of its own first; the document's buffer lives as long as any element that was not changed.

mod buffer;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub(crate) use buffer::{Attribute, Buffer, Span};

/// Where an element's tag began in its source; zero in both for an element that was built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// 1-based line.
    pub line: u32,
    /// 1-based column, in bytes.
    pub column: u32,
}

/// One XML element. Cloning an `Arc<Element>` is a snapshot; positions take no part in equality.
#[derive(Clone)]
pub struct Element {
    buffer: Buffer,
    name: Span,
    text: Span,
    attributes: Vec<Attribute>,
    children: Vec<Arc<Element>>,
    position: Position,
    /// Whether `buffer` is the document itself, so that offsets in it are places in the source.
    in_source: bool,
}

impl PartialEq for Element {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
            || self.name() == other.name()
                && self.text() == other.text()
                && self.attributes.len() == other.attributes.len()
                && self.children.len() == other.children.len()
                && self.attributes().eq(other.attributes())
                && self.children.iter().zip(&other.children).all(|(a, b)| Arc::ptr_eq(a, b) || a == b)
    }
}
impl Eq for Element {}

impl std::fmt::Debug for Element {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_xml())
    }
}

impl Element {
    /// An element without attributes or children.
    pub fn new(name: &str) -> Self {
        let mut buffer = Buffer::default();
        let name = buffer.push(name);
        Self {
            buffer,
            name,
            text: Span::default(),
            attributes: Vec::new(),
            children: Vec::new(),
            position: Position::default(),
            in_source: false,
        }
    }

    /// The tag.
    pub fn name(&self) -> &str {
        self.buffer.slice(self.name)
    }

    /// Where it began in its source.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Where an attribute began in the source; the element's own place when that is not known any more.
    pub fn attribute_position(&self, name: &str) -> Position {
        match self.find(name) {
            Some(index) if self.in_source => {
                self.buffer.place_after(self.position, self.name, self.attributes[index].name)
            }
            _ => self.position,
        }
    }

    /// An attribute's value.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.find(name).map(|index| self.buffer.slice(self.attributes[index].value))
    }

    /// The attribute `id`.
    pub fn id(&self) -> Option<&str> {
        self.attribute("id")
    }

    /// All attributes, in the order of the document.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.attributes.iter().map(|attribute| (self.buffer.slice(attribute.name), self.buffer.slice(attribute.value)))
    }

    /// The child elements, in the order of the document.
    pub fn children(&self) -> &[Arc<Element>] {
        &self.children
    }

    /// The first child of that tag.
    pub fn child(&self, name: &str) -> Option<&Arc<Element>> {
        self.children.iter().find(|child| child.is_called(name))
    }

    /// The children of that tag.
    pub fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Arc<Element>> {
        self.children.iter().filter(move |child| child.is_called(name))
    }

    /// The descendant reached by the first child of each tag in turn.
    pub fn descend(&self, names: &[&str]) -> Option<&Element> {
        names.iter().try_fold(self, |element, name| element.child(name).map(|child| &**child))
    }

    /// The text directly inside (agent metadata has it, a CIB does not).
    pub fn text(&self) -> Option<&str> {
        Some(self.buffer.slice(self.text)).filter(|text| !text.is_empty())
    }

    /// The text of the whole document that it was read from; `None` when it was changed since, or built.
    pub fn source(&self) -> Option<&str> {
        self.in_source.then(|| self.buffer.whole())
    }

    /// Sets or replaces an attribute, keeping its place.
    pub fn set(&mut self, name: &str, value: &str) {
        match self.find(name) {
            Some(index) if self.buffer.slice(self.attributes[index].value) == value => {}
            Some(index) => {
                let value = self.own_buffer().push(value);
                self.attributes[index].value = value;
            }
            None => {
                let buffer = self.own_buffer();
                let attribute = Attribute { name: buffer.push(name), value: buffer.push(value) };
                self.attributes.push(attribute);
            }
        }
    }

    /// Removes an attribute; true when it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        let found = self.find(name);
        if let Some(index) = found {
            self.attributes.remove(index);
        }
        found.is_some()
    }

    /// Gives the element another tag, keeping everything else.
    pub fn rename(&mut self, name: &str) {
        self.name = self.own_buffer().push(name);
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

    /// Builder form of setting the text directly inside.
    #[must_use]
    pub fn with_text(mut self, text: &str) -> Self {
        self.set_text(text);
        self
    }

    /// The child elements, to change.
    pub fn children_mut(&mut self) -> &mut Vec<Arc<Element>> {
        &mut self.children
    }

    pub(crate) fn set_text(&mut self, text: &str) {
        self.text = self.own_buffer().push(text);
    }

    /// For an element that stands for one of a source.
    pub(crate) fn set_position(&mut self, position: Position) {
        self.position = position;
    }

    /// An element whose strings are slices of a document.
    pub(crate) fn in_document(buffer: Buffer, name: Span, attributes: &[Attribute], position: Position) -> Self {
        Self {
            buffer,
            name,
            text: Span::default(),
            attributes: attributes.to_vec(),
            children: Vec::new(),
            position,
            in_source: true,
        }
    }

    fn is_called(&self, name: &str) -> bool {
        self.buffer.is(self.name, name)
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.attributes.iter().position(|attribute| self.buffer.is(attribute.name, name))
    }

    /// The buffer to append to: nobody else's, and not mostly rubbish of earlier changes.
    fn own_buffer(&mut self) -> &mut Buffer {
        let live = self.name.len() + self.text.len() + self.attributes.iter().map(Attribute::len).sum::<usize>();
        if self.in_source || !self.buffer.may_grow(live) {
            let mut own = Buffer::default();
            self.name = own.push(self.buffer.slice(self.name));
            self.text = own.push(self.buffer.slice(self.text));
            for attribute in &mut self.attributes {
                attribute.name = own.push(self.buffer.slice(attribute.name));
                attribute.value = own.push(self.buffer.slice(attribute.value));
            }
            self.buffer = own;
            self.in_source = false;
        }
        &mut self.buffer
    }
}
