//! `cl_status`: Heartbeat's own status tool, with its verbs, texts and exit codes (0 fine, 1 not, 2 wrong parameter, 3 other).

use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Opt;
use crate::session::Session;
use crate::suggest;
use crate::tool::Tool;
use api::{NodeStatus, Status};

/// The tool.
pub const TOOL: Tool = Tool {
    about: "shows nodes, links and parameters as Heartbeat did",
    usage: "VERB [OPTIONS] [NODE [LINK]]",
    options: &[
        Opt::flag("human", "mv", "in sentences"),
        Opt::flag("normal", "n", "listnodes: normal nodes only"),
        Opt::flag("ping-or-name", "p", "listnodes: ping nodes only; hbparameter: a parameter follows"),
    ],
    run,
};

const VERBS: &[(&str, &str)] = &[
    ("hbstatus", "does the cluster software run here"),
    ("listnodes", "the nodes [-n|-p]"),
    ("nodestatus", "NODE: active, up, dead, ping"),
    ("nodetype", "NODE: normal, ping"),
    ("nodeweight", "NODE: always 100"),
    ("nodesite", "NODE: its site"),
    ("listhblinks", "NODE: the links to it"),
    ("hblinkstatus", "NODE LINK: up, dead"),
    ("clientstatus", "NODE CLIENT: online, offline"),
    ("rscstatus", "who manages resources"),
    ("hbparameter", "-p NAME: a parameter of ha.cf"),
];

/// Heartbeat's code for a wrong parameter.
const PARAMETER: Exit = Exit::BAD_PARAMETER;

fn run(session: &mut Session) -> Result<Exit, Failure> {
    let words = session.options.words().to_vec();
    let Some((verb, rest)) = words.split_first() else {
        let lines: String = VERBS.iter().map(|(verb, text)| format!("  {verb:<14}{text}\n")).collect();
        session.console.print(format!("usage: cl_status VERB [OPTIONS]\n{lines}"));
        return Ok(Exit::OK);
    };
    if verb == "hbstatus" {
        return Ok(hbstatus(session));
    }
    if !VERBS.iter().any(|(known, _)| known == verb) {
        let hint = suggest::hint(verb, "verbs", VERBS.iter().map(|(verb, _)| *verb));
        return Err(Failure::new(PARAMETER, format!("no verb is called '{verb}'")).hint(hint));
    }
    let status = session.status().map_err(|failure| Failure { exit: Exit::ERROR, ..failure })?;
    let answer = Query { status: &status, human: session.options.has("human"), rest }.answer(verb, session)?;
    session.console.say(answer.text);
    Ok(answer.exit)
}

fn hbstatus(session: &mut Session) -> Exit {
    let (word, exit) = if session.status().is_ok() { ("running", Exit::OK) } else { ("stopped", Exit::ERROR) };
    session.console.say(format!("Heartbeat is {word} on this machine."));
    exit
}

struct Answer {
    text: String,
    exit: Exit,
}

impl Answer {
    fn ok(text: impl Into<String>) -> Self {
        Self { text: text.into(), exit: Exit::OK }
    }
}

struct Query<'a> {
    status: &'a Status,
    human: bool,
    rest: &'a [String],
}

impl Query<'_> {
    fn answer(&self, verb: &str, session: &Session) -> Result<Answer, Failure> {
        match verb {
            "listnodes" => Ok(Answer::ok(self.nodes(session))),
            "nodestatus" => self.node_state(),
            "nodetype" => {
                let node = self.node()?;
                Ok(self.plain_or(&node.kind, &format!("The node {}'s type: {}", node.name, node.kind)))
            }
            "nodeweight" => {
                let node = self.node()?;
                Ok(self.plain_or("100", &format!("The weight of the cluster node {} is 100", node.name)))
            }
            "nodesite" => {
                let node = self.node()?;
                Ok(self.plain_or("default", &format!("The site of the cluster node {} is default", node.name)))
            }
            "listhblinks" => self.links(),
            "hblinkstatus" => self.link_state(),
            "clientstatus" => self.client_state(),
            "rscstatus" => Ok(Answer::ok("Resource is managed by crm.Use crm tool to query resource")),
            _ => self.parameter(session),
        }
    }

    fn plain_or(&self, plain: &str, sentence: &str) -> Answer {
        Answer::ok(if self.human { sentence } else { plain })
    }

    fn node(&self) -> Result<&NodeStatus, Failure> {
        let wanted = self.rest.first().ok_or_else(|| Failure::new(PARAMETER, "a node's name is missing"))?;
        self.status.nodes.iter().find(|node| node.name == *wanted).ok_or_else(|| {
            let names = self.status.nodes.iter().map(|node| node.name.as_str());
            Failure::new(PARAMETER, format!("no node is called '{wanted}'")).hint(suggest::hint(wanted, "nodes", names))
        })
    }

    fn nodes(&self, session: &Session) -> String {
        let (normal, ping) = (session.options.has("normal"), session.options.has("ping-or-name"));
        let wanted = |node: &&NodeStatus| normal == ping || (node.kind == "ping") == ping;
        let names = self.status.nodes.iter().filter(wanted).map(|node| node.name.clone());
        let header = self.human.then(|| "The nodes are as follow:".to_owned());
        header.into_iter().chain(names).collect::<Vec<_>>().join("\n")
    }

    fn node_state(&self) -> Result<Answer, Failure> {
        let node = self.node()?;
        let sentence = format!("The cluster node {} is {}", node.name, node.state);
        let text = if self.human { sentence } else { node.state.clone() };
        Ok(Answer { text, exit: if node.state == "dead" { Exit::ERROR } else { Exit::OK } })
    }

    fn links(&self) -> Result<Answer, Failure> {
        let header = self.human.then(|| "\tthis node have the following heartbeat links:".to_owned());
        let links = self.node()?.links.iter().map(|(link, _)| format!("\t{link}"));
        Ok(Answer::ok(header.into_iter().chain(links).collect::<Vec<_>>().join("\n")))
    }

    fn link_state(&self) -> Result<Answer, Failure> {
        let node = self.node()?;
        let wanted = self.rest.get(1).ok_or_else(|| Failure::new(PARAMETER, "a link's name is missing"))?;
        let (_, up) = node.links.iter().find(|(link, _)| link == wanted).ok_or_else(|| {
            let links = node.links.iter().map(|(link, _)| link.as_str());
            Failure::new(PARAMETER, format!("no link to {} is called '{wanted}'", node.name))
                .hint(suggest::hint(wanted, "links", links))
        })?;
        let (word, exit) = if *up { ("up", Exit::OK) } else { ("dead", Exit::ERROR) };
        let sentence = format!("The node {}'s heartbeat link {wanted} is {word}", node.name);
        Ok(Answer { text: if self.human { sentence } else { word.to_owned() }, exit })
    }

    /// Clients of Heartbeat are parts of one process here: they are online where their node is.
    fn client_state(&self) -> Result<Answer, Failure> {
        let node = self.node()?;
        let (word, exit) = if node.member { ("online", Exit::OK) } else { ("offline", Exit::ERROR) };
        Ok(Answer { text: word.to_owned(), exit })
    }

    fn parameter(&self, session: &Session) -> Result<Answer, Failure> {
        let name = session.options.has("ping-or-name").then(|| self.rest.first()).flatten();
        let name = name.ok_or_else(|| Failure::new(PARAMETER, "a parameter's name is missing").hint("use -p NAME"))?;
        let (_, value) = self.status.parameters.iter().find(|(known, _)| known == name).ok_or_else(|| {
            let known = self.status.parameters.iter().map(|(name, _)| name.as_str());
            Failure::new(Exit::ERROR, format!("no parameter is called '{name}'")).hint(suggest::hint(
                name,
                "parameters",
                known,
            ))
        })?;
        Ok(self.plain_or(value, &format!("Heartbeat parameter {name}'s value: {value}")))
    }
}
