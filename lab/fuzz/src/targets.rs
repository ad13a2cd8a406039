//! The table of targets: each decoder that meets what somebody else has written.

mod api;
mod cluster;
mod text;
mod wire;
mod xml;

use crate::Target;

/// Every decoder that meets strangers.
pub const TARGETS: &[Target] = &[
    Target { name: "sealed", about: "datagrams before their seal is checked", corpus: wire::sealed, run: wire::open },
    Target {
        name: "packet",
        about: "packets whose seal was good, in a running engine",
        corpus: cluster::packets,
        run: cluster::hear,
    },
    Target { name: "witness", about: "questions to a witness", corpus: wire::questions, run: wire::ask },
    Target { name: "ha_cf", about: "ha.cf", corpus: text::ha_cf, run: text::read_ha_cf },
    Target { name: "authkeys", about: "authkeys", corpus: text::authkeys, run: text::read_authkeys },
    Target { name: "grant", about: "a witness's file", corpus: text::grants, run: text::read_grant },
    Target {
        name: "cib",
        about: "a CIB: parsed, validated, upgraded, written and read again",
        corpus: xml::cibs,
        run: xml::read_cib,
    },
    Target { name: "plan", about: "a CIB that was accepted: planned", corpus: xml::cibs, run: xml::plan },
    Target { name: "change", about: "changes of a CIB, as clients send them", corpus: xml::changes, run: xml::change },
    Target { name: "metadata", about: "what an agent says of itself", corpus: xml::descriptions, run: xml::judge },
    Target { name: "frame", about: "the stream of a client", corpus: api::frames, run: api::read_frames },
    Target { name: "request", about: "one request of a client, and replies", corpus: api::bodies, run: api::read_body },
];
