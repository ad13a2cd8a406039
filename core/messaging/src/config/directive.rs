//! The table of all directives: what each one is to us. A word that is not here is refused as unknown.

use std::fmt;

/// What a directive is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Does what it always did.
    Honoured,
    /// Accepted with a warning: it has nothing to act on here, and the cluster is right without it.
    Idle(&'static str),
    /// Refused, because the cluster would not do what the file asks for.
    Refused(&'static str),
}

/// How the rest of a line is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grammar {
    /// Values apart by blanks or commas; the last one counts where only one can.
    List,
    /// The whole rest of the line.
    Line,
}

/// One row of the table.
#[derive(Clone, Copy)]
pub struct Directive {
    /// The word in the file.
    pub name: &'static str,
    /// What it is to us. Some values of an honoured directive are refused all the same; that is said where they are read.
    pub standing: Standing,
    pub(super) grammar: Grammar,
    /// The value that `cl_status hbparameter` shows when the file says nothing; `None`: the directive is not shown.
    pub(super) default: Option<&'static str>,
}

impl Directive {
    /// The value that holds when the file says nothing; `None`: there is none, or it is not a value.
    pub fn default(&self) -> Option<&'static str> {
        self.default
    }
}

impl fmt::Debug for Directive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

const fn honoured(name: &'static str, default: &'static str) -> Directive {
    Directive { name, standing: Standing::Honoured, grammar: Grammar::List, default: Some(default) }
}

const fn unshown(name: &'static str, grammar: Grammar) -> Directive {
    Directive { name, standing: Standing::Honoured, grammar, default: None }
}

const fn idle(name: &'static str, default: &'static str, why: &'static str) -> Directive {
    Directive { name, standing: Standing::Idle(why), grammar: Grammar::Line, default: Some(default) }
}

const fn refused(name: &'static str, why: &'static str) -> Directive {
    Directive { name, standing: Standing::Refused(why), grammar: Grammar::Line, default: None }
}

const NO_PINGS: &str =
    "hosts are not pinged by the cluster itself; make a resource with a ping agent and a rule on its attribute";
const NO_SUCH_MEDIUM: &str = "this medium does not exist any more; use bcast, mcast or ucast";
const NO_LOGD: &str = "there is no logging daemon; messages go to syslog and to the files that are named";
const NO_CLASSIC: &str = "packets have the native format, which is compact and sealed as a whole";
const NO_LEGACY: &str = "it only ever acted without crm; what it did is now said in the CIB";

/// All directives of Heartbeat 2.1 and 3.0, and four of our own: `quorum`, `tie_breaker`, `wait_for_all`, `witness`.
pub const DIRECTIVES: &[Directive] = &[
    unshown("node", Grammar::List),
    honoured("autojoin", "none"),
    honoured("cluster", "linux-ha"),
    honoured("keepalive", "1000ms"),
    honoured("deadtime", "30000ms"),
    honoured("warntime", ""),
    honoured("initdead", ""),
    honoured("udpport", "694"),
    unshown("bcast", Grammar::List),
    unshown("udp", Grammar::List),
    unshown("mcast", Grammar::Line),
    unshown("mcast6", Grammar::Line),
    unshown("ucast", Grammar::Line),
    unshown("ucast6", Grammar::Line),
    honoured("crm", "false"),
    honoured("pacemaker", "false"),
    honoured("logfacility", ""),
    honoured("logfile", ""),
    honoured("debugfile", ""),
    honoured("debug", "0"),
    honoured("watchdog", ""),
    honoured("realtime", "true"),
    honoured("rtprio", ""),
    honoured("hbgenmethod", "file"),
    honoured("enable_config_writes", "on"),
    honoured("use_apphbd", "false"),
    unshown("env", Grammar::Line),
    unshown("quorum", Grammar::Line),
    unshown("tie_breaker", Grammar::Line),
    unshown("wait_for_all", Grammar::Line),
    unshown("witness", Grammar::Line),
    idle("deadping", "", "it is for ping nodes, and there are none"),
    idle("baud", "19200", "it is for serial lines, and there are none"),
    idle("auto_failback", "legacy", NO_LEGACY),
    idle("nice_failback", "", NO_LEGACY),
    idle("stonith", "", NO_LEGACY),
    idle("stonith_host", "", NO_LEGACY),
    idle("use_logd", "", NO_LOGD),
    idle("conn_logd_time", "60", NO_LOGD),
    idle("apiauth", "", "nobody registers by name any more; root and the group haclient may use the socket"),
    idle("hopfudge", "1", "packets are not forwarded from host to host"),
    idle("uuidfrom", "file", "a node is known by its name and its generation, so no identity can be copied by mistake"),
    idle("msgfmt", "classic", NO_CLASSIC),
    idle("compression", "zlib", NO_CLASSIC),
    idle("compression_threshold", "2", NO_CLASSIC),
    idle("traditional_compression", "no", NO_CLASSIC),
    idle("max_rexmit_delay", "250", "lost packets are asked for again within milliseconds"),
    idle("log_badpack", "true", "bad packets are always counted, and noticed at most once a minute"),
    idle("coredumps", "true", "the service manager decides on core dumps"),
    idle("coreroot", "", "the service manager decides on core dumps"),
    idle("memreserve", "6500", "what is needed is allocated and locked at start"),
    idle("record_config_changes", "on", "every change is an event; see: systole events"),
    idle("record_pengine_inputs", "on", "every decision can be explained; see: systole explain"),
    idle("crm_daemon_dir", "", "there are no separate daemons"),
    idle("crmd_spawns_pengine", "", "there are no separate daemons"),
    refused("serial", NO_SUCH_MEDIUM),
    refused("ppp-udp", NO_SUCH_MEDIUM),
    refused("hbaping", NO_SUCH_MEDIUM),
    refused("openais", NO_SUCH_MEDIUM),
    refused("tipc", NO_SUCH_MEDIUM),
    refused("ping", NO_PINGS),
    refused("ping_group", NO_PINGS),
    refused(
        "respawn",
        "clients of the old interface cannot sign on; run the program as a resource or as a unit of its own",
    ),
    refused(
        "quorum_server",
        "its protocol is not spoken; run `systole witness` on a third host and write: witness ADDRESS",
    ),
];

impl Directive {
    /// The row of this word.
    pub(super) fn find(word: &str) -> Option<&'static Self> {
        DIRECTIVES.iter().find(|directive| directive.name == word)
    }

    /// The word that was probably meant.
    pub(super) fn nearest(word: &str) -> Option<&'static str> {
        model::nearest(word, DIRECTIVES.iter().map(|directive| directive.name))
    }
}
