//! Second pass: statements to a `Config`. The order of lines never matters; where it once did, that is said.

use super::directive::DIRECTIVES;
use super::read::Statement;
use super::{
    Config, GenerationMethod, Logging, MEDIA_MAX, Medium, NODES_MAX, PORT_DEFAULT, Realtime, medium, quorum, timing,
    value,
};
use crate::problem::Complaints;
use model::NodeName;
use std::collections::BTreeMap;

/// The facilities of syslog(3).
const FACILITIES: &[&str] = &[
    "auth", "authpriv", "cron", "daemon", "ftp", "kern", "lpr", "mail", "news", "none", "security", "syslog", "user",
    "uucp", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
];

/// Everything that the statements say.
pub(super) fn settle(statements: &[Statement], complaints: &mut Complaints) -> Config {
    let timing = timing::timing(statements, complaints);
    let mut settings = Settings { statements, complaints };
    settings.crm();
    settings.unwanted();
    let udpport = settings.udpport();
    let nodes = settings.nodes();
    let (quorum, witness) = quorum::quorum(statements, &nodes, timing, settings.complaints);
    Config {
        nodes,
        quorum,
        witness,
        media: settings.media(),
        udpport,
        timing,
        cluster: settings.text("cluster").unwrap_or_else(|| "linux-ha".to_owned()),
        logging: settings.logging(),
        watchdog: settings.path("watchdog"),
        realtime: settings.realtime(),
        generation: settings.generation(),
        env: settings.env(),
        parameters: parameters(statements, timing),
        warnings: Vec::new(),
    }
}

struct Settings<'a> {
    statements: &'a [Statement],
    complaints: &'a mut Complaints,
}

impl<'a> Settings<'a> {
    fn all(&self, name: &str) -> impl Iterator<Item = &'a Statement> + use<'a> {
        let name = name.to_owned();
        self.statements.iter().filter(move |statement| statement.directive.name == name)
    }

    /// Line and last word of the last statement of this name.
    fn last(&self, name: &str) -> Option<(usize, &'a str)> {
        let statement = self.all(name).last()?;
        Some((statement.line, statement.words.last()?.as_str()))
    }

    fn text(&self, name: &str) -> Option<String> {
        self.last(name).map(|(_, word)| word.to_owned())
    }

    fn boolean(&mut self, name: &str) -> Option<(usize, bool)> {
        let (line, word) = self.last(name)?;
        let found = value::boolean(word);
        if found.is_none() {
            self.complaints.error(line, format!("{name}: [{word}] is neither yes nor no"), "write on or off");
        }
        found.map(|flag| (line, flag))
    }

    fn number<N: std::str::FromStr>(&mut self, name: &str, range: &str) -> Option<N> {
        let (line, word) = self.last(name)?;
        let parsed = word.parse().ok();
        if parsed.is_none() {
            self.complaints.error(line, format!("{name}: [{word}] is not a number from {range}"), "");
        }
        parsed
    }

    fn path(&mut self, name: &str) -> Option<String> {
        let (line, word) = self.last(name)?;
        if !word.starts_with('/') {
            self.complaints.error(line, format!("{name}: [{word}] is not an absolute path"), "start it with a /");
        }
        Some(word.to_owned())
    }

    fn nodes(&mut self) -> Vec<NodeName> {
        let mut nodes: Vec<NodeName> = Vec::new();
        for statement in self.all("node") {
            for word in &statement.words {
                self.add_node(&mut nodes, statement.line, word);
            }
        }
        if nodes.is_empty() {
            self.complaints.error(None, "no nodes defined", "add a line with every host's `uname -n`: node NAME NAME");
        }
        if nodes.len() > NODES_MAX {
            self.complaints.error(
                None,
                format!("{} nodes, more than {NODES_MAX}", nodes.len()),
                "make smaller clusters",
            );
        }
        nodes
    }

    fn add_node(&mut self, nodes: &mut Vec<NodeName>, line: usize, word: &str) {
        let name = NodeName::new(word.to_lowercase());
        let good = word.len() <= 64 && word.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
        if !good {
            self.complaints.error(
                line,
                format!("[{word}] cannot be the name of a host"),
                "write it as `uname -n` does",
            );
        } else if nodes.contains(&name) {
            self.complaints.warning(line, format!("node [{word}] is named twice"), "once is enough");
        } else {
            nodes.push(name);
        }
    }

    fn media(&mut self) -> Vec<Medium> {
        let mut media: Vec<Medium> = Vec::new();
        let mut failed = false;
        for statement in self.statements {
            let found = medium::media(statement, self.complaints);
            failed |= found.is_empty()
                && ["bcast", "udp", "mcast", "ucast", "mcast6", "ucast6"].contains(&statement.directive.name);
            for medium in found {
                if media.contains(&medium) {
                    self.complaints.warning(
                        statement.line,
                        format!("the medium on {medium} is named twice"),
                        "once is enough",
                    );
                } else {
                    media.push(medium);
                }
            }
        }
        if media.is_empty() && !failed {
            self.complaints.error(None, "No heartbeat media defined", "add at least one line like: bcast eth0");
        }
        if media.len() > MEDIA_MAX {
            self.complaints.error(
                None,
                format!("{} media, more than {MEDIA_MAX}", media.len()),
                "two or three are plenty",
            );
        }
        media
    }

    fn udpport(&mut self) -> u16 {
        let Some((line, word)) = self.last("udpport") else { return PORT_DEFAULT };
        let port = medium::port_number(word).unwrap_or_else(|wrong| {
            self.complaints.error(line, format!("udpport: {wrong}"), "");
            PORT_DEFAULT
        });
        self.warn_of_order(line, port);
        port
    }

    /// Heartbeat gave the default port to a medium that stood above `udpport`, without a word.
    fn warn_of_order(&mut self, line: usize, port: u16) {
        let early = self.statements.iter().find(|statement| {
            statement.line < line && ["bcast", "udp", "ucast", "ucast6"].contains(&statement.directive.name)
        });
        if let Some(medium) = early.filter(|_| port != PORT_DEFAULT) {
            let what = format!(
                "udpport stands below the {} of line {}; it counts for it all the same",
                medium.directive.name, medium.line
            );
            self.complaints.warning(
                line,
                what,
                "Heartbeat 2 would use port 694 there: put udpport first if such a node is in the cluster",
            );
        }
    }

    fn crm(&mut self) {
        let Some((line, word)) = self.last("crm").or_else(|| self.last("pacemaker")) else {
            let what = "there is no line `crm on`: resources of haresources are not managed by this program";
            self.complaints.error(None, what, "add `crm on` and describe the resources in cib.xml");
            return;
        };
        let lower = word.to_lowercase();
        if value::boolean(&lower) == Some(true) || lower == "respawn" {
            return;
        }
        let hint = "write `crm on` and describe the resources in cib.xml";
        match lower.as_str() {
            "manual" | "minimal" | "valgrind" => {
                self.complaints.error(
                    line,
                    format!("crm {lower} is not supported: there are no separate daemons to choose from"),
                    hint,
                );
            }
            _ if value::boolean(&lower) == Some(false) => {
                self.complaints.error(
                    line,
                    "crm off is not supported: resources of haresources are not managed by this program",
                    hint,
                );
            }
            _ => self.complaints.error(line, format!("crm: [{word}] is neither yes, no nor respawn"), hint),
        }
    }

    /// Values that would ask for something we do not do.
    fn unwanted(&mut self) {
        if let Some((line, word)) = self.last("autojoin").filter(|(_, word)| *word != "none") {
            let what = format!("autojoin {word} is not supported: only hosts in node lines are let in");
            self.complaints.error(line, what, "name every host in a node line");
        }
        if let Some((line, false)) = self.boolean("enable_config_writes") {
            let what = "enable_config_writes off is not supported: a change is only acknowledged once it is on disk";
            self.complaints.error(line, what, "remove the line");
        }
        if let Some((line, true)) = self.boolean("use_apphbd") {
            self.complaints.error(
                line,
                "use_apphbd is not supported",
                "the watchdog and the service manager watch over us; remove the line",
            );
        }
    }

    fn logging(&mut self) -> Logging {
        let facility = self.last("logfacility").map(|(line, word)| {
            let lower = word.to_lowercase();
            if !FACILITIES.contains(&lower.as_str()) {
                self.complaints.error(
                    line,
                    format!("logfacility: syslog has no facility [{word}]"),
                    "use daemon or local0 to local7",
                );
            }
            lower
        });
        Logging {
            facility,
            file: self.path("logfile"),
            debug_file: self.path("debugfile"),
            debug_level: self.number("debug", "0 to 255").unwrap_or(0),
        }
    }

    fn realtime(&mut self) -> Realtime {
        let priority: Option<u8> = self.number("rtprio", "1 to 99");
        if let (Some((line, _)), Some(0 | 100..)) = (self.last("rtprio"), priority) {
            self.complaints.error(line, "rtprio is not a number from 1 to 99", "");
        }
        match self.boolean("realtime") {
            Some((_, false)) => Realtime::Off,
            Some((_, true)) | None => Realtime::On { priority },
        }
    }

    fn generation(&mut self) -> GenerationMethod {
        match self.last("hbgenmethod") {
            None | Some((_, "file")) => GenerationMethod::File,
            Some((_, "time")) => GenerationMethod::Time,
            Some((line, word)) => {
                self.complaints.error(line, format!("hbgenmethod: [{word}] is neither file nor time"), "");
                GenerationMethod::File
            }
        }
    }

    fn env(&mut self) -> Vec<(String, String)> {
        let mut env = Vec::new();
        for statement in self.all("env") {
            match statement.rest.split_once('=') {
                Some((name, value)) if is_variable(name) => env.push((name.to_owned(), value.to_owned())),
                Some(_) | None => {
                    let what = format!("env: [{}] is not NAME=VALUE", statement.rest);
                    self.complaints.error(statement.line, what, "write for example: env SITE=berlin");
                }
            }
        }
        env
    }
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// What `cl_status hbparameter` shows: the words of the file, else the default; nothing for what has neither.
fn parameters(statements: &[Statement], timing: timing::Timing) -> BTreeMap<String, String> {
    let shown =
        DIRECTIVES.iter().filter_map(|directive| Some((directive.name.to_owned(), directive.default?.to_owned())));
    let mut parameters: BTreeMap<String, String> = shown.collect();
    for (name, value) in [("warntime", timing.warntime), ("initdead", timing.initdead), ("deadping", timing.deadtime)] {
        parameters.insert(name.to_owned(), format!("{}ms", value.as_millis()));
    }
    for statement in statements.iter().filter(|statement| statement.directive.default.is_some()) {
        parameters.insert(statement.directive.name.to_owned(), statement.rest.clone());
    }
    parameters.retain(|_, value| !value.is_empty());
    parameters
}
