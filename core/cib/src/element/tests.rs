//! What a tree keeps and shares when it is changed.

use crate::{Element, Position, parse};
use std::sync::Arc;

#[test]
fn a_change_of_a_copy_leaves_the_original_alone() {
    let before = parse("<a x='1' y='2'><b/></a>").expect("well-formed");
    let mut after = (*before).clone();
    after.set("x", "other");
    after.set("z", "new");
    assert!(after.remove("y"));
    assert!(!after.remove("y"));
    assert_eq!(before.to_xml(), "<a x=\"1\" y=\"2\">\n  <b/>\n</a>\n");
    assert_eq!(after.to_xml(), "<a x=\"other\" z=\"new\">\n  <b/>\n</a>\n");
    assert!(Arc::ptr_eq(&before.children()[0], &after.children()[0]));
}

#[test]
fn the_order_of_attributes_counts_but_not_where_they_came_from() {
    let read = parse("<a x='1' y='2'/>").expect("well-formed");
    assert_eq!(*read, Element::new("a").with("x", "1").with("y", "2"));
    assert_ne!(*read, Element::new("a").with("y", "2").with("x", "1"));
}

#[test]
fn many_changes_do_not_pile_up_in_the_buffer() {
    let mut element = Element::new("nvpair").with("id", "a");
    for count in 0..100_000 {
        element.set("value", &count.to_string());
    }
    assert_eq!(element.attribute("value"), Some("99999"));
    assert!(element.buffer.whole().len() < 1000, "{} bytes", element.buffer.whole().len());
}

#[test]
fn a_changed_element_keeps_its_line() {
    let read = parse("<a>\n<b x='1'/></a>").expect("well-formed");
    let mut b = (*read.children()[0]).clone();
    b.set("x", "2");
    assert_eq!(b.attribute_position("x"), Position { line: 2, column: 1 });
}
