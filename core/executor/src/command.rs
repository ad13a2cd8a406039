//! From an operation to the programs that may carry it out, each with its arguments and its whole environment.
//!
//! Nothing is looked up: core sees no file. Where several places are possible, all are given, in the order to try them.

use crate::contract::{Agent, Command, Operation};
use crate::outcome::Dialect;
use crate::settings::Settings;
use std::collections::BTreeMap;
use thiserror::Error;

mod environment;

/// The provider of OCF agents that name none, as in Heartbeat.
pub const PROVIDER_DEFAULT: &str = "heartbeat";

/// One way to carry out an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// What to execute.
    pub command: Command,
    /// How its end is to be read.
    pub dialect: Dialect,
}

/// Why there is no program for an agent; nothing was run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoCommand {
    /// The class is not one that is known.
    #[error("there is no agent class {0:?}; write ocf, lsb, service, systemd or heartbeat")]
    UnknownClass(String),
    /// Fence devices are no agents of this kind: they are not called by resource operations.
    #[error("fence devices (class stonith) are not run as resources by these hands")]
    FenceDevice,
    /// A name that could lead out of the agents' directory.
    #[error("{0:?} is no name of an agent or provider")]
    BadName(String),
}

/// The ways to carry out `operation`; the next one counts only where the program of the one before is not there.
///
/// # Errors
/// When the agent cannot exist on any host.
pub fn invocations(
    settings: &Settings,
    environment: &BTreeMap<String, String>,
    operation: &Operation,
) -> Result<Vec<Invocation>, NoCommand> {
    let agent = &operation.agent;
    check_names(agent)?;
    let call = Call { settings, extra: environment, operation };
    match agent.class.as_str() {
        "ocf" => Ok(vec![call.ocf()]),
        "lsb" => Ok(vec![call.lsb()]),
        "heartbeat" => Ok(vec![call.heartbeat()]),
        "systemd" => Ok(call.systemd()),
        "service" => Ok(call.systemd().into_iter().chain([call.lsb()]).collect()),
        "stonith" => Err(NoCommand::FenceDevice),
        other => Err(NoCommand::UnknownClass(other.to_owned())),
    }
}

fn check_names(agent: &Agent) -> Result<(), NoCommand> {
    let names = [Some(&agent.kind), agent.provider.as_ref()];
    match names.into_iter().flatten().find(|name| name.is_empty() || name.starts_with('.') || name.contains('/')) {
        Some(name) => Err(NoCommand::BadName(name.clone())),
        None => Ok(()),
    }
}

/// One operation and where it is to run.
struct Call<'a> {
    settings: &'a Settings,
    extra: &'a BTreeMap<String, String>,
    operation: &'a Operation,
}

impl Call<'_> {
    fn ocf(&self) -> Invocation {
        let provider = self.operation.agent.provider.as_deref().unwrap_or(PROVIDER_DEFAULT);
        let program = format!("{}/resource.d/{provider}/{}", self.settings.ocf_root, self.operation.agent.kind);
        let mut environment = self.environment();
        environment::add_ocf(&mut environment, self.operation, provider);
        let arguments = vec![self.operation.action.clone()];
        Invocation { command: Command { program, arguments, environment }, dialect: Dialect::Ocf }
    }

    fn lsb(&self) -> Invocation {
        let program = format!("{}/{}", self.settings.lsb_directory, self.operation.agent.kind);
        self.plain(program, vec![self.script_action()], Dialect::Lsb)
    }

    /// Parameters named by numbers become arguments, in the order of these numbers.
    fn heartbeat(&self) -> Invocation {
        let program = format!("{}/{}", self.settings.heartbeat_directory, self.operation.agent.kind);
        let numbered =
            self.operation.parameters.iter().filter_map(|(name, value)| Some((name.parse::<u32>().ok()?, value)));
        let sorted: BTreeMap<u32, &String> = numbered.collect();
        let arguments = sorted.into_values().cloned().chain([self.script_action()]).collect();
        self.plain(program, arguments, Dialect::HeartbeatScript)
    }

    fn systemd(&self) -> Vec<Invocation> {
        let kind = &self.operation.agent.kind;
        let unit = if kind.contains('.') { kind.clone() } else { format!("{kind}.service") };
        let verb = match self.operation.action.as_str() {
            "monitor" | "status" => "is-active",
            action => action,
        };
        let places = self.settings.systemctl.iter();
        places.map(|place| self.plain(place.clone(), vec![verb.to_owned(), unit.clone()], Dialect::Unit)).collect()
    }

    fn plain(&self, program: String, arguments: Vec<String>, dialect: Dialect) -> Invocation {
        Invocation { command: Command { program, arguments, environment: self.environment() }, dialect }
    }

    /// Init scripts know no `monitor`.
    fn script_action(&self) -> String {
        match self.operation.action.as_str() {
            "monitor" => "status".to_owned(),
            action => action.to_owned(),
        }
    }

    fn environment(&self) -> BTreeMap<String, String> {
        let mut all = self.settings.environment.clone();
        all.insert("OCF_ROOT".into(), self.settings.ocf_root.clone());
        all.extend(self.extra.iter().map(|(name, value)| (name.clone(), value.clone())));
        all
    }
}

#[cfg(test)]
mod tests;
