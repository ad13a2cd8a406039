//! Elements to text.

#[cfg(test)]
mod tests;

use crate::Element;
use crate::parse::is_allowed;

impl Element {
    /// The element as XML, two blanks a level, ending with a newline.
    pub fn to_xml(&self) -> String {
        let mut out = String::new();
        self.write_into(&mut out, 0);
        out
    }

    /// Writes the start of the tag up to, not including, its end: `<name a="b"`.
    fn open_tag_into(&self, out: &mut String) {
        out.push('<');
        out.push_str(self.name());
        for (name, value) in self.attributes() {
            attribute_into(name, value, out);
        }
    }

    fn write_into(&self, out: &mut String, depth: usize) {
        indent(depth, out);
        self.open_tag_into(out);
        match (self.children().is_empty(), self.text()) {
            (true, None) => out.push_str("/>\n"),
            (true, Some(text)) => {
                out.push('>');
                escape(text, out);
                self.close_tag_into(out);
            }
            (false, text) => {
                out.push('>');
                escape(text.unwrap_or_default(), out);
                out.push('\n');
                for child in self.children() {
                    child.write_into(out, depth + 1);
                }
                indent(depth, out);
                self.close_tag_into(out);
            }
        }
    }

    fn close_tag_into(&self, out: &mut String) {
        out.push_str("</");
        out.push_str(self.name());
        out.push_str(">\n");
    }
}

/// Writes ` name="value"`.
pub(crate) fn attribute_into(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(value, out);
    out.push('"');
}

fn indent(depth: usize, out: &mut String) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

/// Copies runs of ordinary characters; what XML cannot carry at all becomes U+FFFD, so that the text stays readable.
fn escape(text: &str, out: &mut String) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if matches!(byte, 0x20..=0xee if !matches!(byte, b'<' | b'>' | b'&' | b'"')) || !text.is_char_boundary(at) {
            continue;
        }
        let c = text[at..].chars().next().expect("a character begins at its boundary");
        if let Some(written) = escaped(c) {
            out.push_str(&text[from..at]);
            out.push_str(written);
            from = at + c.len_utf8();
        }
    }
    out.push_str(&text[from..]);
}

/// How a character is written that cannot stand for itself.
fn escaped(c: char) -> Option<&'static str> {
    match c {
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '&' => Some("&amp;"),
        '"' => Some("&quot;"),
        '\n' => Some("&#10;"),
        '\t' => Some("&#9;"),
        '\r' => Some("&#13;"),
        c if is_allowed(c) => None,
        _ => Some("\u{fffd}"),
    }
}
