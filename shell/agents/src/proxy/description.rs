//! What the agent says of itself.

use super::Product;
use crate::metadata::{Action, Description, Kind, Parameter, Presence};

/// The description of either product.
pub fn of(product: Product) -> Description {
    match product {
        Product::OpenSips => OPENSIPS,
        Product::Kamailio => Description { name: "Kamailio", short: "The SIP proxy Kamailio", ..OPENSIPS },
    }
}

const OPENSIPS: Description = Description {
    name: "OpenSIPS",
    short: "The SIP proxy OpenSIPS",
    long: "Runs a SIP proxy and asks it by SIP OPTIONS whether it works. Start ends when it answers; stop follows the \
           pid file, never a name, and ends when the last of its processes is gone.",
    parameters: PARAMETERS,
    actions: &[
        Action::once("start", "30s"),
        Action::once("stop", "30s"),
        Action::every("status", "30s", "10s"),
        Action::every("monitor", "30s", "10s"),
        Action::once("meta-data", "5s"),
        Action::once("validate-all", "30s"),
    ],
};

const fn text(name: &'static str, default: &'static str, short: &'static str, long: &'static str) -> Parameter {
    let default = if default.is_empty() { None } else { Some(default) };
    Parameter { name, kind: Kind::String, presence: Presence::Optional, default, short, long }
}

const fn number(name: &'static str, default: &'static str, short: &'static str, long: &'static str) -> Parameter {
    Parameter { kind: Kind::Integer, ..text(name, default, short, long) }
}

const PARAMETERS: &[Parameter] = &[
    text("ip", "127.0.0.1", "Address to ask", "The address at which the proxy is asked."),
    number("port", "5060", "Port to ask", "The port at which the proxy is asked."),
    text("proto", "udp", "Transport", "How it is asked: udp or tcp."),
    text("uri_user", "monitor", "User of the request", "The user in the URI of the request, as in sip:monitor@ip."),
    text(
        "accept",
        "200-499",
        "Statuses that count as alive",
        "A list like 200-299,404. By default any final answer but a failure of the server.",
    ),
    number("probe_timeout", "3000", "Patience of a monitor", "Milliseconds in which the proxy must answer a monitor."),
    text("binary", "", "Program", "By default /usr/sbin/opensips or /usr/sbin/kamailio."),
    text("config", "", "Configuration", "By default /etc/opensips/opensips.cfg or /etc/kamailio/kamailio.cfg."),
    Parameter {
        presence: Presence::Unique,
        ..text("pidfile", "", "Pid file", "By default /run/opensips/opensips.pid or /run/kamailio/kamailio.pid.")
    },
    text("user", "", "User", "The user the proxy runs as."),
    text("group", "", "Group", "The group the proxy runs as."),
    text("listen", "", "Sockets", "Where it listens, like udp:192.0.2.10:5060; several with blanks between."),
    text("options", "", "More options", "Words appended to the command line of the proxy."),
];
