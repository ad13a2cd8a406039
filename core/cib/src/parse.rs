//! Text to elements: a small strict reader of the XML that a CIB or an agent's metadata is made of.
//!
//! Not a general XML processor: no DTD is read, no entity beyond the five of XML and numeric ones is known.

use crate::{Element, Position};
use std::sync::Arc;
use thiserror::Error;

/// Deepest nesting accepted; a CIB needs about 12, and the limit keeps hostile input off the stack.
const DEPTH_MAX: usize = 64;

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
    let mut reader = Reader { text, at: 0, line: 1, line_start: 0 };
    reader.skip_misc()?;
    let root = reader.element(0)?;
    reader.skip_misc()?;
    if reader.at < text.len() {
        return Err(reader.error("text after the end of the document; remove it"));
    }
    Ok(root)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    line_start: usize,
}

impl<'a> Reader<'a> {
    fn position(&self) -> Position {
        Position { line: self.line, column: u32::try_from(self.at - self.line_start + 1).unwrap_or(u32::MAX) }
    }

    fn error(&self, reason: impl Into<String>) -> ParseError {
        ParseError { position: self.position(), reason: reason.into() }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn advance(&mut self, count: usize) {
        for byte in &self.text.as_bytes()[self.at..self.at + count] {
            self.at += 1;
            if *byte == b'\n' {
                self.line += 1;
                self.line_start = self.at;
            }
        }
    }

    fn skip_blank(&mut self) {
        let blank = self.rest().bytes().take_while(u8::is_ascii_whitespace).count();
        self.advance(blank);
    }

    fn skip_past(&mut self, open: &str, end: &str, what: &str) -> Result<(), ParseError> {
        match self.rest()[open.len()..].find(end) {
            Some(found) => {
                self.advance(open.len() + found + end.len());
                Ok(())
            }
            None => Err(self.error(format!("{what} is never closed; end it with '{end}'"))),
        }
    }

    /// Blanks, comments, processing instructions and a doctype, all of which mean nothing here.
    fn skip_misc(&mut self) -> Result<(), ParseError> {
        if self.at == 0 && self.rest().starts_with('\u{feff}') {
            self.at += '\u{feff}'.len_utf8();
        }
        loop {
            self.skip_blank();
            let rest = self.rest();
            if rest.starts_with("<!--") {
                self.skip_past("<!--", "-->", "this comment")?;
            } else if rest.starts_with("<?") {
                self.skip_past("<?", "?>", "this processing instruction")?;
            } else if rest.starts_with("<!DOCTYPE") {
                self.skip_past("<!DOCTYPE", ">", "this document type")?;
            } else {
                return Ok(());
            }
        }
    }

    fn name(&mut self, what: &str) -> Result<&'a str, ParseError> {
        let rest = self.rest();
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')))
            .unwrap_or(rest.len());
        if end == 0 || rest.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.') {
            return Err(self.error(format!("{what} must begin with a letter")));
        }
        self.advance(end);
        Ok(&rest[..end])
    }

    fn element(&mut self, depth: usize) -> Result<Arc<Element>, ParseError> {
        if depth > DEPTH_MAX {
            return Err(self.error(format!("elements are nested deeper than {DEPTH_MAX}")));
        }
        let position = self.position();
        if self.peek() != Some(b'<') {
            return Err(self.error("an element was expected here; it begins with '<'"));
        }
        self.advance(1);
        let name = self.name("an element's name")?;
        let mut element = Element::new(name);
        element.set_position(position);
        if self.attributes(&mut element)? {
            self.content(&mut element, depth)?;
        }
        Ok(Arc::new(element))
    }

    /// Reads attributes up to the end of the tag; true when content follows.
    fn attributes(&mut self, element: &mut Element) -> Result<bool, ParseError> {
        loop {
            let before = self.at;
            self.skip_blank();
            let rest = self.rest();
            if rest.starts_with("/>") {
                self.advance(2);
                return Ok(false);
            }
            if rest.starts_with('>') {
                self.advance(1);
                return Ok(true);
            }
            if rest.is_empty() {
                return Err(self.error(format!("the tag <{}> is never closed; end it with '>' or '/>'", element.name())));
            }
            if before == self.at {
                return Err(self.error(format!("a blank is missing before this attribute of <{}>", element.name())));
            }
            let place = self.position();
            let name = self.name("an attribute's name")?;
            self.skip_blank();
            if self.peek() != Some(b'=') {
                return Err(self.error(format!("attribute '{name}' of <{}> has no value; write {name}=\"...\"", element.name())));
            }
            self.advance(1);
            self.skip_blank();
            let value = self.quoted(name)?;
            if element.attribute(name).is_some() {
                return Err(ParseError {
                    position: place,
                    reason: format!("attribute '{name}' stands twice in <{}>; keep one", element.name()),
                });
            }
            element.set(name, &value);
        }
    }

    fn quoted(&mut self, name: &str) -> Result<String, ParseError> {
        let quote = match self.peek() {
            Some(quote @ (b'"' | b'\'')) => char::from(quote),
            _ => return Err(self.error(format!("the value of attribute '{name}' is not quoted; write {name}=\"...\""))),
        };
        let rest = self.rest();
        let Some(end) = rest[1..].find(quote) else {
            return Err(self.error(format!("the value of attribute '{name}' is never closed; a quote is missing")));
        };
        let raw = &rest[1..=end];
        if let Some(bad) = raw.find('<') {
            self.advance(1 + bad);
            return Err(self.error(format!("'<' inside the value of attribute '{name}'; a quote is missing before it, or write &lt;")));
        }
        self.advance(1);
        let value = self.unescape(raw)?;
        self.advance(raw.len() + 1);
        Ok(value)
    }

    fn content(&mut self, element: &mut Element, depth: usize) -> Result<(), ParseError> {
        let mut text = String::new();
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                let opened = element.position();
                return Err(self.error(format!("<{}> of line {} is never closed", element.name(), opened.line)));
            }
            if let Some(end) = rest.strip_prefix("</") {
                let close = end.split(['>', '<']).next().unwrap_or_default().trim_end();
                if close != element.name() {
                    let opened = element.position();
                    return Err(self.error(format!(
                        "</{close}> does not close <{}> of line {}; close that first",
                        element.name(),
                        opened.line
                    )));
                }
                self.advance(2 + close.len());
                self.skip_blank();
                if self.peek() != Some(b'>') {
                    return Err(self.error(format!("'>' is missing after </{close}")));
                }
                self.advance(1);
                break;
            }
            if rest.starts_with("<!--") {
                self.skip_past("<!--", "-->", "this comment")?;
            } else if rest.starts_with("<![CDATA[") {
                let end = rest.find("]]>").ok_or_else(|| self.error("this CDATA is never closed"))?;
                text.push_str(&rest["<![CDATA[".len()..end]);
                self.advance(end + 3);
            } else if rest.starts_with("<?") {
                self.skip_past("<?", "?>", "this processing instruction")?;
            } else if rest.starts_with('<') {
                let child = self.element(depth + 1)?;
                element.children_mut().push(child);
            } else {
                let end = rest.find('<').unwrap_or(rest.len());
                let piece = self.unescape(&rest[..end])?;
                text.push_str(&piece);
                self.advance(end);
            }
        }
        if !text.trim().is_empty() {
            element.set_text(text.trim());
        }
        Ok(())
    }

    fn unescape(&self, raw: &str) -> Result<String, ParseError> {
        let mut out = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(at) = rest.find('&') {
            out.push_str(&rest[..at]);
            let tail = &rest[at + 1..];
            let end = tail.find(';').filter(|end| *end <= 10).ok_or_else(|| self.error("a bare '&'; write &amp;"))?;
            let entity = &tail[..end];
            out.push(entity_char(entity).ok_or_else(|| self.error(format!("unknown entity '&{entity};'; write &amp; for '&'")))?);
            rest = &tail[end + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }
}

fn entity_char(entity: &str) -> Option<char> {
    match entity {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = entity.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code).filter(|c| *c != '\0')
        }
    }
}
