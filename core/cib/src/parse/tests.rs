//! Mistakes by place, and properties over random text.

use super::{ParseError, parse};
use crate::{Element, Position};
use proptest::prelude::*;

fn place(error: &ParseError) -> (u32, u32) {
    (error.position.line, error.position.column)
}

#[test]
fn each_mistake_is_named_at_its_place() {
    for (text, at, words) in [
        ("<a>\n  <b>\n</a>", (3, 1), "</a> does not close <b> of line 2"),
        ("<a>\n <b x='1'y='2'/></a>", (2, 10), "a blank is missing"),
        ("<a>\n <b x=1/></a>", (2, 7), "is not quoted"),
        ("<a>\n <b x/></a>", (2, 6), "has no value"),
        ("<a>\n <b x='1' x='2'/></a>", (2, 11), "stands twice"),
        ("<a x='1>\n<b/></a>", (2, 1), "a quote is missing before it"),
        ("<a x='1", (1, 6), "never closed"),
        ("<a x='a & b'/>", (1, 9), "bare '&'"),
        ("<a x='&nbsp;'/>", (1, 7), "unknown entity"),
        ("<a/>\n<b/>", (2, 1), "after the end"),
        ("<a><!-- </a>", (1, 4), "never closed"),
        ("<1a/>", (1, 2), "begin with a letter"),
        ("", (1, 1), "an element was expected"),
        ("<a>", (1, 4), "<a> of line 1 is never closed"),
        ("<a", (1, 3), "never closed"),
        ("<a x='\u{1}'/>", (1, 7), "control character"),
    ] {
        let error = parse(text).expect_err(text);
        assert_eq!(place(&error), at, "{text:?}: {error}");
        assert!(error.reason.contains(words), "{text:?}: {error}");
    }
}

#[test]
fn nesting_and_attributes_are_bounded() {
    let deep = "<a>".repeat(100_000);
    assert!(parse(&deep).is_err());
    let many: Vec<String> = (0..100_000).map(|n| format!("a{n}='x'")).collect();
    assert!(parse(&format!("<a {}/>", many.join(" "))).is_err());
}

#[test]
fn elements_and_attributes_know_their_place() {
    let root = parse("<?xml version=\"1.0\"?>\n<cib>\n  <nodes\n     a=\"1\"\n  b=\"2\"/></cib>").expect("well-formed");
    let nodes = root.child("nodes").expect("it is there");
    assert_eq!(nodes.position(), Position { line: 3, column: 3 });
    assert_eq!(nodes.attribute_position("a"), Position { line: 4, column: 6 });
    assert_eq!(nodes.attribute_position("b"), Position { line: 5, column: 3 });
    assert_eq!(nodes.attribute_position("none"), nodes.position());
}

#[test]
fn escapes_are_read_and_line_ends_in_values_are_blanks() {
    let root = parse("<a x='&lt;&#65;&#x42;&quot;' y='1\n2' z='plain'>t &amp; u</a>").expect("well-formed");
    assert_eq!(root.attribute("x"), Some("<AB\""));
    assert_eq!(root.attribute("y"), Some("1 2"));
    assert_eq!(root.attribute("z"), Some("plain"));
    assert_eq!(root.text(), Some("t & u"));
}

fn any_element() -> impl Strategy<Value = Element> {
    let name = "[a-z_][a-z0-9_.-]{0,8}";
    let attributes = prop::collection::vec((name, any::<String>()), 0..4);
    let leaf = (name, attributes.clone()).prop_map(|(name, attributes)| build(&name, &attributes, Vec::new()));
    leaf.prop_recursive(4, 32, 4, move |inner| {
        (name, attributes.clone(), prop::collection::vec(inner, 0..4))
            .prop_map(|(name, attributes, children)| build(&name, &attributes, children))
    })
}

fn build(name: &str, attributes: &[(String, String)], children: Vec<Element>) -> Element {
    let readable = |text: &String| text.chars().filter(|c| super::is_allowed(*c)).collect::<String>();
    let element = attributes.iter().fold(Element::new(name), |e, (name, value)| e.with(name, &readable(value)));
    children.into_iter().fold(element, Element::with_child)
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(element in any_element()) {
        let read = parse(&element.to_xml()).expect("what we write is well-formed");
        prop_assert_eq!(&*read, &element);
        prop_assert_eq!(read.to_xml(), element.to_xml());
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn no_broken_document_makes_the_reader_panic(at in 0usize..200, junk in "[<>&;/=\"' a!\\[\\]-]{0,6}") {
        let whole = "<cib a=\"1\"><!-- c --><b x='&amp;y'>text<![CDATA[z]]></b><c/><?pi?></cib>";
        let at = at.min(whole.len());
        let _ = parse(&format!("{}{junk}{}", &whole[..at], &whole[at..]));
    }
}
