//! What is written can be read.

use crate::{Element, parse};

#[test]
fn every_character_survives_or_is_replaced_visibly() {
    let element = Element::new("a").with("x", "<&>\"' \n\t\r é 漢 \u{1}");
    let text = element.to_xml();
    assert_eq!(text, "<a x=\"&lt;&amp;&gt;&quot;' &#10;&#9;&#13; é 漢 \u{fffd}\"/>\n");
    let read = parse(&text).expect("well-formed");
    assert_eq!(read.attribute("x"), Some("<&>\"' \n\t\r é 漢 \u{fffd}"));
}

#[test]
fn levels_are_two_blanks_deep() {
    let tree = Element::new("a").with_child(Element::new("b").with_child(Element::new("c")));
    assert_eq!(tree.to_xml(), "<a>\n  <b>\n    <c/>\n  </b>\n</a>\n");
}
