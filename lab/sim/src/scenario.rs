//! Scenarios as transcripts: verbs, a line of dashes, and what the watched host says of it, with virtual time.
//!
//! ```text
//! hosts 2              boot n0              run 5s               watch n1
//! power-off n0         kill-brain n0        replace-hands n0     pause n0 12s
//! partition n0         heal                 shutdown n0
//! die proxy n0         fail proxy start n0  hang proxy start n0  mend n0
//! cleanup n0
//! ```

use crate::agents::Fault;
use crate::world::World;
use model::ResourceId;
use node::contract::Request;
use std::collections::BTreeSet;

/// What divides verbs from transcript.
const RULE: &str = "----";
/// What a reader of a transcript does not want to see.
const QUIET: [&str; 4] = ["cib-agreed:", "operation-begun: probe", "operation-begun: monitor", "is asked"];

/// Plays the verbs of a scenario, and gives back the file as it should be.
///
/// # Errors
/// The line that is not understood.
pub fn play(text: &str) -> Result<String, String> {
    let verbs = text.split_once(RULE).map_or(text, |(verbs, _)| verbs);
    let mut stage = Stage { world: World::new(0, 1, true), watched: None };
    for line in verbs.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        stage.act(line).ok_or_else(|| format!("{line:?} is not understood"))?;
    }
    let lines = stage.world.transcript.iter().filter(|line| stage.is_shown(line)).map(|line| line.trim_start());
    let laws = stage.world.checker.violations.iter().map(|violation| format!("VIOLATION {violation}"));
    let transcript: Vec<_> = lines.map(str::to_owned).chain(laws).collect();
    Ok(format!("{}\n\n{RULE}\n{}\n", verbs.trim_end(), transcript.join("\n")))
}

struct Stage {
    world: World,
    watched: Option<usize>,
}

impl Stage {
    fn is_shown(&self, line: &str) -> bool {
        let name = self.watched.map(|host| self.world.hosts[host].name.clone());
        let is_watched = name.is_none_or(|name| line.split_whitespace().nth(1) == Some(name.as_str()));
        is_watched && !QUIET.iter().any(|word| line.contains(word))
    }

    fn act(&mut self, line: &str) -> Option<()> {
        let words: Vec<_> = line.split_whitespace().collect();
        match *words.as_slice() {
            ["hosts", count] => self.world = World::new(count.parse().ok()?, 1, true),
            ["watch", host] => self.watched = Some(self.host(host)?),
            ["run", span] => self.world.run_for(cib::value::duration(span)?),
            ["heal"] => self.world.network.heal(),
            ["partition", ref group @ ..] => {
                let group: Option<BTreeSet<_>> = group.iter().map(|host| self.host(host)).collect();
                self.world.network.partition(&group?, self.world.hosts.len());
            }
            [verb, host] => self.act_on(verb, self.host(host)?)?,
            ["pause", host, span] => {
                let host = self.host(host)?;
                self.world.hosts[host].paused = Some(self.world.now + cib::value::duration(span)?);
            }
            ["die", service, host] => {
                let host = self.host(host)?;
                self.world.hosts[host].services.die(&ResourceId::new(service));
            }
            ["fail", service, action, host] => self.misbehave(host, service, action, Fault::Fails(1))?,
            ["hang", service, action, host] => self.misbehave(host, service, action, Fault::Hangs)?,
            _ => return None,
        }
        Some(())
    }

    fn act_on(&mut self, verb: &str, host: usize) -> Option<()> {
        match verb {
            "boot" => self.world.boot(host),
            "power-off" => self.world.power_off(host),
            "kill-brain" => self.world.kill_brain(host),
            "replace-hands" => self.world.replace_hands(host),
            "mend" => self.world.hosts[host].services.mend(),
            "shutdown" => self.ask(host, Request::Shutdown),
            "cleanup" => self.ask(host, Request::Cleanup { resource: None, node: None, whole_history: false }),
            _ => return None,
        }
        Some(())
    }

    fn misbehave(&mut self, host: &str, service: &str, action: &str, fault: Fault) -> Option<()> {
        let host = self.host(host)?;
        self.world.hosts[host].services.misbehave(&ResourceId::new(service), action, fault);
        Some(())
    }

    fn ask(&mut self, host: usize, request: Request) {
        let id = self.world.clients.asks(host, None);
        self.world.ask(host, id, request);
    }

    fn host(&self, name: &str) -> Option<usize> {
        self.world.hosts.iter().position(|host| host.name.as_str() == name)
    }
}
