//! `Dummy`: a resource that is nothing but a state file; what tests and benchmarks run when the resource is no matter.

use crate::metadata::{Action, Description, Kind, Parameter, Presence};
use crate::ocf::{Environment, Failure, finish, print, unimplemented};
use model::OcfCode;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

const ACTIONS: &str = "start|stop|monitor|status|reload|migrate_to|migrate_from|validate-all|meta-data";

const DESCRIPTION: Description = Description {
    name: "Dummy",
    short: "A resource that is only a state file",
    long: "Runs nothing: it is started when its state file exists. Made for tests, benchmarks and first steps.",
    parameters: &[
        Parameter {
            name: "state",
            kind: Kind::String,
            presence: Presence::Unique,
            default: None,
            short: "State file",
            long: "The file that says whether the resource runs; by default Dummy-RESOURCE.state where agents keep state.",
        },
        Parameter {
            name: "fake",
            kind: Kind::String,
            presence: Presence::Optional,
            default: Some("dummy"),
            short: "A value without meaning",
            long: "Changing it makes the cluster reload the resource.",
        },
        Parameter {
            name: "op_sleep",
            kind: Kind::Integer,
            presence: Presence::Optional,
            default: Some("0"),
            short: "Seconds that each action takes",
            long: "Sleeps that long in start, stop and monitor, to try out timeouts.",
        },
    ],
    actions: &[
        Action::once("start", "20s"),
        Action::once("stop", "20s"),
        Action::every("monitor", "20s", "10s"),
        Action::every("status", "20s", "10s"),
        Action::once("reload", "20s"),
        Action::once("migrate_to", "20s"),
        Action::once("migrate_from", "20s"),
        Action::once("meta-data", "5s"),
        Action::once("validate-all", "20s"),
    ],
};

/// Runs one action with the process's environment.
pub fn main(action: &str) -> u8 {
    if action == "meta-data" {
        print(&meta_data());
        return OcfCode::OK.0;
    }
    let environment = Environment::of_process();
    match run(action, &environment) {
        Some(result) => finish(result),
        None => unimplemented("Dummy", ACTIONS),
    }
}

/// What the agent says of itself, as XML.
pub fn meta_data() -> String {
    DESCRIPTION.to_xml()
}

fn run(action: &str, environment: &Environment) -> Option<Result<OcfCode, Failure>> {
    let state = state_file(environment);
    let slow = || sleep(environment);
    Some(match action {
        "start" | "migrate_from" => slow().and_then(|()| start(&state)),
        "stop" | "migrate_to" => slow().and_then(|()| stop(&state)),
        "monitor" | "status" => slow().map(|()| monitor(&state)),
        "reload" => Ok(OcfCode::OK),
        "validate-all" => validate(&state, environment),
        _ => return None,
    })
}

fn state_file(environment: &Environment) -> PathBuf {
    let instance = environment.instance().replace('/', "_");
    let usual = || environment.state_directory().join(format!("Dummy-{instance}.state"));
    environment.parameter("state").map_or_else(usual, PathBuf::from)
}

fn sleep(environment: &Environment) -> Result<(), Failure> {
    let seconds = environment.number("op_sleep", 0)?;
    std::thread::sleep(Duration::from_secs(seconds));
    Ok(())
}

fn start(state: &Path) -> Result<OcfCode, Failure> {
    let made = state.parent().map_or(Ok(()), fs::create_dir_all);
    let written = made.and_then(|()| fs::write(state, ""));
    written.map_err(|error| Failure::error(format!("cannot write the state file {}: {error}", state.display())))?;
    Ok(OcfCode::OK)
}

fn stop(state: &Path) -> Result<OcfCode, Failure> {
    match fs::remove_file(state) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Failure::error(format!("cannot remove the state file {}: {error}", state.display())))
        }
        Ok(()) | Err(_) => Ok(OcfCode::OK),
    }
}

fn monitor(state: &Path) -> OcfCode {
    if state.exists() { OcfCode::OK } else { OcfCode::NOT_RUNNING }
}

fn validate(state: &Path, environment: &Environment) -> Result<OcfCode, Failure> {
    environment.number::<u64>("op_sleep", 0)?;
    match state.parent() {
        Some(parent) if parent.as_os_str().is_empty() || !state.is_absolute() => {
            Err(Failure::configured(format!("state={} is not an absolute path", state.display())))
        }
        Some(_) => Ok(OcfCode::OK),
        None => Err(Failure::configured("state is a directory; give a file")),
    }
}

#[cfg(test)]
mod tests;
