//! What the agent says of itself.

use super::Form;
use crate::metadata::{Action, Description, Kind, Parameter, Presence};

const LONG: &str = "Carries an IPv4 or IPv6 address: adds it at start, tells the neighbours, and removes it at stop. \
                    Speaks to the kernel itself and needs no other program.";

/// The description of either form.
pub fn of(form: Form) -> Description {
    match form {
        Form::IPaddr2 => IPADDR2,
        Form::IPaddr => {
            Description { name: "IPaddr", short: "A virtual address with an alias label of its own", ..IPADDR2 }
        }
    }
}

const IPADDR2: Description = Description {
    name: "IPaddr2",
    short: "A virtual IPv4 or IPv6 address",
    long: LONG,
    parameters: PARAMETERS,
    actions: &[
        Action::once("start", "20s"),
        Action::once("stop", "20s"),
        Action::every("status", "20s", "10s"),
        Action::every("monitor", "20s", "10s"),
        Action::once("meta-data", "5s"),
        Action::once("validate-all", "20s"),
    ],
};

const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "ip",
        kind: Kind::String,
        presence: Presence::RequiredUnique,
        default: Some(""),
        short: "The address",
        long: "The IPv4 or IPv6 address to carry, for example 192.0.2.10 or 2001:db8::10.",
    },
    Parameter {
        name: "nic",
        kind: Kind::String,
        presence: Presence::Optional,
        default: None,
        short: "Interface",
        long: "The interface to put it on. By default the one whose network contains the address; needed for link-local addresses. The old form eth0:1 gives the label as well.",
    },
    Parameter {
        name: "cidr_netmask",
        kind: Kind::String,
        presence: Presence::Optional,
        default: None,
        short: "Length of the network prefix",
        long: "For example 24; a dotted quad is understood. By default that of the route that led to the interface.",
    },
    Parameter {
        name: "broadcast",
        kind: Kind::String,
        presence: Presence::Optional,
        default: None,
        short: "Broadcast address",
        long: "By default the last address of the network.",
    },
    Parameter {
        name: "iflabel",
        kind: Kind::String,
        presence: Presence::Optional,
        default: None,
        short: "Label",
        long: "The address is labelled INTERFACE:LABEL, 15 characters at most. IPv4 only.",
    },
    Parameter {
        name: "lvs_support",
        kind: Kind::Boolean,
        presence: Presence::Optional,
        default: Some("false"),
        short: "Leave the copy on lo to a load balancer",
        long: "The address on lo does not count as running; it is set aside while the resource runs here.",
    },
    Parameter {
        name: "lvs_ipv6_addrlabel",
        kind: Kind::Boolean,
        presence: Presence::Optional,
        default: Some("false"),
        short: "Label the address (IPv6)",
        long: "Gives the address a label of its own, so that connections of this host do not take it as their source.",
    },
    Parameter {
        name: "lvs_ipv6_addrlabel_value",
        kind: Kind::Integer,
        presence: Presence::Optional,
        default: Some("99"),
        short: "The label",
        long: "The number used by lvs_ipv6_addrlabel.",
    },
    Parameter {
        name: "unique_clone_address",
        kind: Kind::Boolean,
        presence: Presence::Optional,
        default: Some("false"),
        short: "One address for each clone instance",
        long: "Adds the number of the instance to the address. IPv4 only.",
    },
    Parameter {
        name: "arp_count",
        kind: Kind::Integer,
        presence: Presence::Optional,
        default: Some("5"),
        short: "Announcements at start",
        long: "How often the neighbours are told at start; each IPv4 announcement is one ARP request and one ARP reply, the first before start returns.",
    },
    Parameter {
        name: "arp_interval",
        kind: Kind::Integer,
        presence: Presence::Optional,
        default: Some("200"),
        short: "Milliseconds between announcements",
        long: "Milliseconds between two announcements.",
    },
    Parameter {
        name: "arp_count_refresh",
        kind: Kind::Integer,
        presence: Presence::Optional,
        default: Some("0"),
        short: "Announcements in each monitor",
        long: "How often the neighbours are told in each recurring monitor.",
    },
    Parameter {
        name: "arp_bg",
        kind: Kind::String,
        presence: Presence::Optional,
        default: Some("yes"),
        short: "Announce from the background",
        long: "With no, start returns only after the last announcement.",
    },
    Parameter {
        name: "arp_mac",
        kind: Kind::String,
        presence: Presence::Optional,
        default: Some("ffffffffffff"),
        short: "Whom to tell",
        long: "The Ethernet address to which ARP announcements go.",
    },
    Parameter {
        name: "arp_sender",
        kind: Kind::String,
        presence: Presence::Optional,
        default: None,
        short: "Ignored",
        long: "Accepted for configurations of the shell agent; frames are always sent by this agent itself.",
    },
    Parameter {
        name: "send_arp_opts",
        kind: Kind::String,
        presence: Presence::Optional,
        default: None,
        short: "Ignored",
        long: "Accepted for configurations of the shell agent.",
    },
    Parameter {
        name: "run_arping",
        kind: Kind::Boolean,
        presence: Presence::Optional,
        default: Some("false"),
        short: "Look for duplicates before start",
        long: "Asks by ARP whether another host has the address and refuses to start then. Costs 200 ms at each start. IPv4 only; for IPv6 the kernel looks by itself unless nodad is set.",
    },
    Parameter {
        name: "nodad",
        kind: Kind::Boolean,
        presence: Presence::Optional,
        default: Some("false"),
        short: "Do not look for duplicates (IPv6)",
        long: "Start returns at once instead of after one to two seconds.",
    },
    Parameter {
        name: "noprefixroute",
        kind: Kind::Boolean,
        presence: Presence::Optional,
        default: Some("false"),
        short: "Add no route to the network",
        long: "The kernel adds no route for the network of the address.",
    },
    Parameter {
        name: "preferred_lft",
        kind: Kind::String,
        presence: Presence::Optional,
        default: Some("forever"),
        short: "Preferred lifetime",
        long: "Seconds, or forever; 0 keeps new connections from using the address as their source.",
    },
    Parameter {
        name: "flush_routes",
        kind: Kind::Boolean,
        presence: Presence::Optional,
        default: Some("false"),
        short: "Flush cached routes at stop",
        long: "Makes the kernel look up routes anew after the address went.",
    },
    Parameter {
        name: "check_link_status",
        kind: Kind::Boolean,
        presence: Presence::Optional,
        default: Some("false"),
        short: "Fail without a carrier",
        long: "Start and monitor fail when the link has no carrier. Off by default: a cut wire is for the membership to judge.",
    },
    Parameter {
        name: "network_namespace",
        kind: Kind::String,
        presence: Presence::Optional,
        default: None,
        short: "Network namespace",
        long: "The name of the namespace in which the address lives.",
    },
    Parameter {
        name: "mac",
        kind: Kind::String,
        presence: Presence::Optional,
        default: None,
        short: "Ignored",
        long: "Of the cluster-wide address of old kernels, which a clone can no longer have.",
    },
    Parameter {
        name: "clusterip_hash",
        kind: Kind::String,
        presence: Presence::Optional,
        default: None,
        short: "Ignored",
        long: "Of the cluster-wide address of old kernels, which a clone can no longer have.",
    },
];
