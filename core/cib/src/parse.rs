//! Text to elements: a small strict reader of the XML that a CIB or an agent's metadata is made of.
//!
//! Not a general XML processor: no DTD is read, no entity beyond the five of XML and numeric ones is known.

mod cursor;
mod escape;

#[cfg(test)]
mod tests;

use crate::element::{Attribute, Buffer};
use crate::{Element, Position};
use cursor::Cursor;

pub(crate) use escape::is_allowed;
use std::sync::Arc;
use thiserror::Error;

/// Deepest nesting accepted; a CIB needs about 12, and the limit keeps hostile input off the stack.
const DEPTH_MAX: usize = 64;

/// Most attributes of one element; history entries have about 25, and the check for doubles is quadratic.
const ATTRIBUTES_MAX: usize = 512;

/// Longest document; offsets are 32 bits wide, and no cluster needs a tenth of this.
const DOCUMENT_MAX: usize = 1 << 30;

/// Text that is not well-formed; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {}, column {}: {reason}", position.line, position.column)]
pub struct ParseError {
    /// Where.
    pub position: Position,
    /// What is wrong, and what to write instead.
    pub reason: String,
}

/// Reads one document.
///
/// # Errors
/// When the text is not one well-formed element, with the place of the first mistake.
pub fn parse(text: &str) -> Result<Arc<Element>, ParseError> {
    parse_owned(text.to_owned())
}

/// As [`parse`], without a copy of the text.
///
/// # Errors
/// As [`parse`].
pub fn parse_owned(text: String) -> Result<Arc<Element>, ParseError> {
    if text.len() > DOCUMENT_MAX {
        let reason = format!("the document is longer than {DOCUMENT_MAX} bytes");
        return Err(ParseError { position: Position { line: 1, column: 1 }, reason });
    }
    let document = Buffer::of(text);
    let text = document.clone();
    let cursor = Cursor::new(text.whole());
    let mut reader = Reader { cursor, document, attributes: Vec::new(), unescaped: Vec::new() };
    reader.cursor.skip_misc()?;
    let root = reader.element(0)?;
    reader.cursor.skip_misc()?;
    if !reader.cursor.at_end() {
        return Err(reader.cursor.error("text after the end of the document; remove it"));
    }
    Ok(root)
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    document: Buffer,
    /// Those of the tag that is being read; kept to spare an allocation an element.
    attributes: Vec<Attribute>,
    /// Values of that tag which are not a slice of the document, because they hold escapes.
    unescaped: Vec<(&'a str, String)>,
}

impl Reader<'_> {
    fn element(&mut self, depth: usize) -> Result<Arc<Element>, ParseError> {
        if depth > DEPTH_MAX {
            return Err(self.cursor.error(format!("elements are nested deeper than {DEPTH_MAX}")));
        }
        let position = self.cursor.mark();
        if !self.cursor.eat("<") {
            return Err(self.cursor.error("an element was expected here; it begins with '<'"));
        }
        let name = self.cursor.name("an element's name")?;
        let has_content = self.attributes(self.cursor.slice(name))?;
        let mut element = Element::in_document(self.document.clone(), name, &self.attributes, position);
        for (attribute, value) in self.unescaped.drain(..) {
            element.set(attribute, &value);
        }
        if has_content {
            self.content(&mut element, depth)?;
        }
        Ok(Arc::new(element))
    }

    /// Reads attributes up to the end of the tag; true when content follows.
    fn attributes(&mut self, tag: &str) -> Result<bool, ParseError> {
        self.attributes.clear();
        loop {
            let blank = self.cursor.skip_blank();
            if self.cursor.eat(">") {
                return Ok(true);
            }
            if self.cursor.eat("/>") {
                return Ok(false);
            }
            if self.cursor.at_end() {
                return Err(self.cursor.error(format!("the tag <{tag}> is never closed; end it with '>' or '/>'")));
            }
            if !blank {
                return Err(self.cursor.error(format!("a blank is missing before this attribute of <{tag}>")));
            }
            self.one_attribute(tag)?;
        }
    }

    fn one_attribute(&mut self, tag: &str) -> Result<(), ParseError> {
        let span = self.cursor.name("an attribute's name")?;
        let name = self.cursor.slice(span);
        if self.attributes.iter().any(|known| self.cursor.slice(known.name) == name) {
            let reason = format!("attribute '{name}' stands twice in <{tag}>; keep one");
            return Err(self.cursor.error_at(span, reason));
        }
        if self.attributes.len() == ATTRIBUTES_MAX {
            return Err(self.cursor.error_at(span, format!("<{tag}> has more than {ATTRIBUTES_MAX} attributes")));
        }
        self.cursor.skip_blank();
        if !self.cursor.eat("=") {
            return Err(self.cursor.error(format!("attribute '{name}' of <{tag}> has no value; write {name}=\"...\"")));
        }
        self.cursor.skip_blank();
        let (value, plain) = self.cursor.quoted(name)?;
        if !plain {
            self.unescaped.push((name, escape::decode_value(&self.cursor, value)?));
        }
        self.attributes.push(Attribute { name: span, value });
        Ok(())
    }

    fn content(&mut self, element: &mut Element, depth: usize) -> Result<(), ParseError> {
        let mut children = Vec::new();
        let mut text = String::new();
        loop {
            self.cursor.skip_blank();
            if self.cursor.at_end() {
                let line = element.position().line;
                return Err(self.cursor.error(format!("<{}> of line {line} is never closed", element.name())));
            }
            if self.cursor.starts_with("</") {
                self.close(element)?;
                break;
            }
            if let Some(raw) = self.cursor.character_data()? {
                text.push_str(raw);
            } else if self.cursor.skip_comment()? {
            } else if self.cursor.starts_with("<") {
                children.push(self.element(depth + 1)?);
            } else {
                let raw = self.cursor.text_run();
                text.push_str(&escape::decode_text(&self.cursor, raw)?);
            }
        }
        children.shrink_to_fit();
        *element.children_mut() = children;
        if !text.trim().is_empty() {
            element.set_text(text.trim());
        }
        Ok(())
    }

    fn close(&mut self, element: &Element) -> Result<(), ParseError> {
        let place = self.cursor;
        self.cursor.eat("</");
        if !self.cursor.eat(element.name()) || !self.cursor.at_name_end() {
            let close = place.rest().get(2..).unwrap_or_default();
            let close = close.split(['>', '<']).next().unwrap_or_default().trim_end();
            let (name, line) = (element.name(), element.position().line);
            return Err(place.error(format!("</{close}> does not close <{name}> of line {line}; close that first")));
        }
        self.cursor.skip_blank();
        if self.cursor.eat(">") {
            Ok(())
        } else {
            Err(self.cursor.error(format!("'>' is missing after </{}", element.name())))
        }
    }
}
