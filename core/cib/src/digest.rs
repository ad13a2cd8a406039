//! Fingerprints: of a file, of a tree, of an operation's parameters. Against accidents, not against forgery.

#[cfg(test)]
mod tests;

use crate::Element;
use crate::write::attribute_into;
use md5::{Digest as _, Md5};
use std::fmt;

/// An MD5 sum, shown as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 16]);

impl Digest {
    /// Of bytes as they are on disk; its text is what stands in `cib.xml.sig`.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(Md5::digest(bytes).into())
    }

    /// Of a tree, by content: equal for equal trees whatever the order of attributes and the layout of their source.
    pub fn of_tree(root: &Element) -> Self {
        let mut text = String::new();
        let mut sum = Md5::new();
        feed(root, &mut sum, &mut text);
        sum.update(&text);
        Self(sum.finalize().into())
    }

    /// Reads 32 hexadecimal digits, blanks around them allowed; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim();
        if digits.len() != 32 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        u128::from_str_radix(digits, 16).ok().map(|number| Self(number.to_be_bytes()))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The digest of an operation's parameters, as an operation history records it in `op-digest`.
///
/// The parameters are sorted by name; those that address the cluster itself (`CRM_meta_...`) take no part.
pub fn op_digest<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Digest {
    let mut sorted: Vec<_> = parameters.into_iter().filter(|(name, _)| !name.starts_with("CRM_meta_")).collect();
    sorted.sort_unstable();
    let element =
        sorted.into_iter().fold(Element::new("parameters"), |element, (name, value)| element.with(name, value));
    Digest::of_bytes(format!(" {}", element.to_xml()).as_bytes())
}

/// Text gathered before the sum is fed: many short pieces are slower than a few long ones.
const CHUNK: usize = 1 << 16;

fn feed(element: &Element, sum: &mut Md5, text: &mut String) {
    let mut attributes: Vec<_> = element.attributes().collect();
    attributes.sort_unstable();
    text.push('<');
    text.push_str(element.name());
    for (name, value) in attributes {
        attribute_into(name, value, text);
    }
    text.push('>');
    text.push_str(element.text().unwrap_or_default());
    if text.len() > CHUNK {
        sum.update(&*text);
        text.clear();
    }
    for child in element.children() {
        feed(child, sum, text);
    }
    text.push_str("</>");
}
