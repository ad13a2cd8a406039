//! Vectors, and what a digest must and must not see.

use super::{Digest, op_digest};
use crate::{Element, parse};

#[test]
fn a_file_has_the_sum_that_md5sum_prints() {
    assert_eq!(Digest::of_bytes(b"").to_string(), "d41d8cd98f00b204e9800998ecf8427e");
    assert_eq!(Digest::of_bytes(b"abc").to_string(), "900150983cd24fb0d6963f7d28e17f72");
}

#[test]
fn a_digest_is_read_from_its_text() {
    let digest = Digest::of_bytes(b"abc");
    assert_eq!(Digest::parse(&format!("{digest}\n")), Some(digest));
    for text in ["", "abc", "+0150983cd24fb0d6963f7d28e17f72ab", "900150983cd24fb0d6963f7d28e17f7g"] {
        assert_eq!(Digest::parse(text), None, "{text}");
    }
}

#[test]
fn operation_digests_are_those_that_heartbeat_recorded() {
    assert_eq!(op_digest([]).to_string(), "f2317cad3d54cec5d7d7aa7d0bf35cf8");
    let address = [("ip", "1.2.3.5"), ("cidr_netmask", "24"), ("broadcast", "1.2.3.255")];
    assert_eq!(op_digest(address).to_string(), "be41e75aeb334a18b99a2b128378e5eb");
}

#[test]
fn an_operation_digest_does_not_see_order_or_cluster_parameters() {
    let one = op_digest([("a", "1"), ("b", "2")]);
    assert_eq!(one, op_digest([("b", "2"), ("CRM_meta_timeout", "20000"), ("a", "1")]));
    assert_ne!(one, op_digest([("a", "1"), ("b", "3")]));
}

#[test]
fn a_tree_digest_sees_content_and_nothing_else() {
    let one = Digest::of_tree(&parse("<a x='1' y='2'>\n  <b/><c/></a>").expect("well-formed"));
    let same = Element::new("a").with("y", "2").with("x", "1");
    let same = same.with_child(Element::new("b")).with_child(Element::new("c"));
    assert_eq!(one, Digest::of_tree(&same));
    for other in ["<a x='1' y='2'><c/><b/></a>", "<a x='1' y='2'><b><c/></b></a>", "<a x='1' y='3'><b/><c/></a>"] {
        assert_ne!(one, Digest::of_tree(&parse(other).expect("well-formed")), "{other}");
    }
}
