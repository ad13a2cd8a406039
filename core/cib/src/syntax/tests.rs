//! Which signs decide, and which do not.

use super::Syntax;
use crate::parse;

#[test]
fn the_schema_decides_and_else_what_only_one_generation_has() {
    for (text, expected) in [
        ("<cib/>", Syntax::Heartbeat2),
        ("<cib validate-with='pacemaker-3.9'/>", Syntax::Pacemaker(3, 9)),
        ("<cib validate-with='transitional-0.6'/>", Syntax::Heartbeat2),
        ("<cib validate-with='none'><attributes/></cib>", Syntax::Unchecked),
        ("<cib><instance_attributes><attributes/></instance_attributes></cib>", Syntax::Heartbeat2),
        ("<cib><instance_attributes><nvpair/></instance_attributes></cib>", Syntax::Pacemaker(1, 0)),
        ("<cib><a><attributes/></a><meta_attributes><nvpair/></meta_attributes></cib>", Syntax::Heartbeat2),
        ("<cib><rsc_order first='a' then='b'/></cib>", Syntax::Pacemaker(1, 0)),
        ("<cib><rsc_order from='a' to='b'/></cib>", Syntax::Heartbeat2),
    ] {
        assert_eq!(Syntax::of(&parse(text).expect("well-formed")), expected, "{text}");
    }
}

#[test]
fn a_schema_of_nobody_is_not_known() {
    for schema in ["pacemaker-5.0", "pacemaker-0.7", "pacemaker-next", "none", "", "pacemaker-3"] {
        assert_eq!(Syntax::by_schema(schema), None, "{schema}");
    }
}
