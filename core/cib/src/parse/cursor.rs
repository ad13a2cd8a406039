//! A place in the text that only moves on: names, quoted values, blanks, and lines counted once.

use super::ParseError;
use crate::Position;
use crate::element::Span;

/// Where the reader stands. A copy is a bookmark.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// A known place before `at`, from which lines are counted on.
    known: (usize, Position),
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, at, known: (0, Position { line: 1, column: 1 }) }
    }

    pub(super) fn slice(&self, span: Span) -> &'a str {
        &self.text[span.range()]
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn at_end(&self) -> bool {
        self.at == self.text.len()
    }

    pub(super) fn starts_with(&self, what: &str) -> bool {
        self.text.as_bytes()[self.at..].starts_with(what.as_bytes())
    }

    /// Steps over `what` when it stands here.
    pub(super) fn eat(&mut self, what: &str) -> bool {
        let found = self.starts_with(what);
        if found {
            self.at += what.len();
        }
        found
    }

    /// The place here, remembered so that no line is counted twice.
    pub(super) fn mark(&mut self) -> Position {
        self.known = (self.at, self.position_of(self.at));
        self.known.1
    }

    fn position_of(&self, offset: usize) -> Position {
        let (from, position) = if offset < self.known.0 { (0, Position { line: 1, column: 1 }) } else { self.known };
        position.after(&self.text.as_bytes()[from..offset])
    }

    pub(super) fn error(&self, reason: impl Into<String>) -> ParseError {
        ParseError { position: self.position_of(self.at), reason: reason.into() }
    }

    pub(super) fn error_at(&self, span: Span, reason: impl Into<String>) -> ParseError {
        ParseError { position: self.position_of(span.range().start), reason: reason.into() }
    }

    /// True when there was any.
    pub(super) fn skip_blank(&mut self) -> bool {
        let blank = self.text.as_bytes()[self.at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.at += blank;
        blank > 0
    }

    /// Blanks, comments, processing instructions and a doctype, all of which mean nothing here.
    pub(super) fn skip_misc(&mut self) -> Result<(), ParseError> {
        loop {
            self.skip_blank();
            if !self.skip_comment()? && !self.skip_past("<!DOCTYPE", ">", "this document type")? {
                return Ok(());
            }
        }
    }

    /// Steps over a comment or a processing instruction; false when none stands here.
    pub(super) fn skip_comment(&mut self) -> Result<bool, ParseError> {
        Ok(self.skip_past("<!--", "-->", "this comment")?
            || self.skip_past("<?", "?>", "this processing instruction")?)
    }

    fn skip_past(&mut self, open: &str, end: &str, what: &str) -> Result<bool, ParseError> {
        if !self.starts_with(open) {
            return Ok(false);
        }
        match self.rest()[open.len()..].find(end) {
            Some(found) => {
                self.at += open.len() + found + end.len();
                Ok(true)
            }
            None => Err(self.error(format!("{what} is never closed; end it with '{end}'"))),
        }
    }

    /// The inside of a CDATA section, when one stands here.
    pub(super) fn character_data(&mut self) -> Result<Option<&'a str>, ParseError> {
        let start = self.at + "<![CDATA[".len();
        if !self.skip_past("<![CDATA[", "]]>", "this CDATA")? {
            return Ok(None);
        }
        Ok(Some(&self.text[start..self.at - "]]>".len()]))
    }

    /// Text up to the next tag.
    pub(super) fn text_run(&mut self) -> Span {
        let length = self.rest().find('<').unwrap_or(self.rest().len());
        let span = Span::new(self.at, self.at + length);
        self.at += length;
        span
    }

    /// Whether a name that was just read is complete.
    pub(super) fn at_name_end(&self) -> bool {
        self.text.as_bytes().get(self.at).is_none_or(|byte| !is_name_byte(*byte))
    }

    pub(super) fn name(&mut self, what: &str) -> Result<Span, ParseError> {
        let bytes = &self.text.as_bytes()[self.at..];
        let length = bytes.iter().take_while(|byte| is_name_byte(**byte)).count();
        let name = &self.rest()[..length];
        let starts_well = name.starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | ':'));
        let is_foreign = |c: char| !c.is_ascii() && !c.is_alphanumeric();
        if !starts_well || name.contains(is_foreign) {
            return Err(self.error(format!("{what} must begin with a letter")));
        }
        let span = Span::new(self.at, self.at + length);
        self.at += length;
        Ok(span)
    }

    /// A quoted value and whether it stands for itself, without escapes and line ends.
    pub(super) fn quoted(&mut self, name: &str) -> Result<(Span, bool), ParseError> {
        let bytes = self.text.as_bytes();
        let Some(quote @ (b'"' | b'\'')) = bytes.get(self.at).copied() else {
            return Err(self.error(format!("the value of attribute '{name}' is not quoted; write {name}=\"...\"")));
        };
        let start = self.at + 1;
        let mut plain = true;
        for (offset, byte) in bytes[start..].iter().enumerate() {
            match *byte {
                byte if byte == quote => {
                    self.at = start + offset + 1;
                    return Ok((Span::new(start, start + offset), plain));
                }
                b'<' => {
                    let reason = format!(
                        "'<' inside the value of attribute '{name}'; a quote is missing before it, or write &lt;"
                    );
                    return Err(self.error_at(Span::new(start + offset, start + offset), reason));
                }
                b'&' | 0..=0x1f => plain = false,
                _ => {}
            }
        }
        Err(self.error(format!("the value of attribute '{name}' is never closed; a quote is missing")))
    }
}

/// Letters, digits, `_-.:` and, to be looked at again as characters, everything beyond ASCII.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':') || byte >= 0x80
}
