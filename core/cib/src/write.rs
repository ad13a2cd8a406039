//! Elements to text.

use crate::Element;
use std::fmt::Write as _;

impl Element {
    /// The element as XML, two blanks a level, ending with a newline.
    pub fn to_xml(&self) -> String {
        let mut out = String::new();
        self.write_into(&mut out, 0);
        out
    }

    fn write_into(&self, out: &mut String, depth: usize) {
        let indent = depth * 2;
        write!(out, "{:indent$}<{}", "", self.name()).expect("writing to a string cannot fail");
        for (name, value) in self.attributes() {
            write!(out, " {name}=\"").expect("writing to a string cannot fail");
            escape(value, out);
            out.push('"');
        }
        match (self.children().is_empty(), self.text()) {
            (true, None) => out.push_str("/>\n"),
            (true, Some(text)) => {
                out.push('>');
                escape(text, out);
                writeln!(out, "</{}>", self.name()).expect("writing to a string cannot fail");
            }
            (false, _) => {
                out.push_str(">\n");
                for child in self.children() {
                    child.write_into(out, depth + 1);
                }
                writeln!(out, "{:indent$}</{}>", "", self.name()).expect("writing to a string cannot fail");
            }
        }
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
}
