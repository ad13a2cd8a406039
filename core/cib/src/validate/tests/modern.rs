//! Slips in Pacemaker's syntax.

use super::{Ignored, MODERN, Refused, each_is_named};

#[test]
fn slips_of_today_are_named() {
    each_is_named(
        MODERN,
        &[
            ("pacemaker-3.9", "pacemaker-9.9", Refused, "no schema is called", "pacemaker-3.9"),
            ("uname=\"beta\"", "unmae=\"beta\"", Refused, "no attribute 'unmae'", "did you mean 'uname'?"),
            ("id=\"2\" uname", "id=\"1\" uname", Refused, "the id '1' stands twice", "another name"),
            ("uname=\"beta\"", "uname=\"alpha\"", Ignored, "a second node 'alpha'", "out of date"),
            ("interval=\"5s\" ", "", Refused, "needs an attribute 'interval'", "interval="),
            ("rsc=\"web\" node=\"alpha\"", "node=\"alpha\"", Refused, "names no resource", "rsc="),
            ("node=\"alpha\" score=\"100\"", "", Refused, "names no node", "node="),
            ("with-rsc=\"pings\"", "", Refused, "needs an attribute 'with-rsc'", "resource_set"),
            ("kind=\"Optional\"", "kind=\"optional\"", Refused, "'optional'", "did you mean 'Optional'?"),
            ("first=\"pings\"", "first=\"ping5\"", Ignored, "names 'ping5'", "did you mean 'ping"),
            (" name=\"ip\"", " id-ref=\"nowhere\"", Refused, "'nowhere', which no <nvpair> has", "one that is there"),
            ("type=\"ping\"", "template=\"none\"", Refused, "template 'none'", "<template>"),
            ("\"stonith-enabled\"", "\"stonith-enable\"", Ignored, "'stonith-enable'", "'stonith-enabled'"),
        ],
    );
}
