//! The text that elements are slices of. Not for edits in place: it only grows.

use super::Position;
use std::sync::Arc;

/// Rubbish that a private buffer may hold before it is written anew.
const RUBBISH_MAX: usize = 256;

/// A slice of a [`Buffer`], in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    start: u32,
    length: u32,
}

impl Span {
    /// The slice from `start` up to `end`.
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let narrow = |offset| u32::try_from(offset).expect("a document is refused long before 4 GiB");
        Self { start: narrow(start), length: narrow(end - start) }
    }

    /// Its length in bytes.
    pub(crate) fn len(self) -> usize {
        wide(self.length)
    }

    /// The bytes of its buffer that it covers.
    pub(crate) fn range(self) -> std::ops::Range<usize> {
        wide(self.start)..wide(self.start) + wide(self.length)
    }
}

/// A name and its value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute {
    /// The name.
    pub(crate) name: Span,
    /// The value, without escapes.
    pub(crate) value: Span,
}

impl Attribute {
    /// Bytes of both strings.
    pub(crate) fn len(&self) -> usize {
        self.name.len() + self.value.len()
    }
}

/// A shared text; growing needs to be its only owner.
#[derive(Clone, Default)]
pub(crate) struct Buffer(Arc<String>);

impl Buffer {
    /// A document's text.
    pub(crate) fn of(text: String) -> Self {
        Self(Arc::new(text))
    }

    /// All of it.
    pub(crate) fn whole(&self) -> &str {
        &self.0
    }

    /// The text of a slice.
    pub(crate) fn slice(&self, span: Span) -> &str {
        &self.0[span.range()]
    }

    /// Whether a slice is that text; lengths differ mostly, and then the text is not even looked at.
    pub(crate) fn is(&self, span: Span, text: &str) -> bool {
        span.len() == text.len() && &self.0.as_bytes()[span.range()] == text.as_bytes()
    }

    /// Whether one more string may be appended here instead of to a copy of the `live` bytes.
    pub(crate) fn may_grow(&mut self, live: usize) -> bool {
        self.0.len() <= 2 * live + RUBBISH_MAX && Arc::get_mut(&mut self.0).is_some()
    }

    /// Appends a string; copies the buffer when it is shared.
    pub(crate) fn push(&mut self, text: &str) -> Span {
        let buffer = Arc::make_mut(&mut self.0);
        let start = buffer.len();
        buffer.push_str(text);
        Span::new(start, buffer.len())
    }

    /// The place of `target`, counted on from an element's place and name.
    pub(crate) fn place_after(&self, element: Position, name: Span, target: Span) -> Position {
        let start = wide(name.start) - 1;
        let between = &self.0.as_bytes()[start..wide(target.start)];
        element.after(between)
    }
}

impl Position {
    /// The place behind `bytes` that begin here.
    pub(crate) fn after(self, bytes: &[u8]) -> Self {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let lines = bytes.iter().map(|byte| usize::from(*byte == b'\n')).sum();
        let column = match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => count(bytes.len() - last),
            None => self.column.saturating_add(count(bytes.len())),
        };
        Self { line: self.line.saturating_add(count(lines)), column }
    }
}

fn wide(number: u32) -> usize {
    usize::try_from(number).expect("an offset of 32 bits fits a pointer")
}
