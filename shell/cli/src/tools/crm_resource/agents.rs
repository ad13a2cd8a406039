//! The agents installed on this host, and what they say of themselves.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::suggest;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where OCF agents live: `PROVIDER/TYPE` below it.
const OCF_ROOT: &str = "/usr/lib/ocf";

pub(super) fn standards(session: &mut Session) {
    for standard in ["ocf", "lsb"] {
        session.console.say(standard);
    }
}

pub(super) fn providers(session: &mut Session) -> Result<(), Failure> {
    for provider in entries(&agents_root(), true)? {
        session.console.say(provider);
    }
    Ok(())
}

/// `ocf`, `ocf:heartbeat`, `lsb`.
pub(super) fn list(session: &mut Session, spec: &str) -> Result<(), Failure> {
    let agents = match spec.split_once(':').unwrap_or((spec, "")) {
        ("ocf", "") => {
            let mut all = Vec::new();
            for provider in entries(&agents_root(), true)? {
                all.extend(entries(&agents_root().join(provider), false)?);
            }
            all.sort();
            all.dedup();
            all
        }
        ("ocf", provider) => entries(&agents_root().join(provider), false)?,
        ("lsb", _) => entries(Path::new("/etc/init.d"), false)?,
        (other, _) => {
            let hint = suggest::hint(other, "classes", ["ocf", "lsb"]);
            return Err(Failure::usage(format!("agents of class '{other}' cannot be listed")).hint(hint));
        }
    };
    for agent in agents {
        session.console.say(agent);
    }
    Ok(())
}

/// Asks an OCF agent for its metadata.
pub(super) fn metadata(session: &mut Session, spec: &str) -> Result<(), Failure> {
    let parts: Vec<&str> = spec.split(':').collect();
    let [class, provider, kind] = parts[..] else {
        return Err(Failure::usage(format!("'{spec}' names no agent")).hint("example: ocf:heartbeat:IPaddr2"));
    };
    let path = agents_root().join(provider).join(kind);
    if class != "ocf" || [provider, kind].iter().any(|part| part.contains('/')) || !path.is_file() {
        return Err(Failure::new(Exit::NOT_INSTALLED, format!("no agent {spec} is installed on this host")));
    }
    let mut command = Command::new(&path);
    command.arg("meta-data").env("OCF_ROOT", OCF_ROOT).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output =
        command.output().map_err(|error| Failure::new(Exit::IO, format!("cannot run {}: {error}", path.display())))?;
    if !output.status.success() {
        return Err(Failure::new(Exit::ERROR, format!("{} meta-data failed: {}", path.display(), output.status)));
    }
    session.console.print(String::from_utf8_lossy(&output.stdout).into_owned());
    Ok(())
}

fn agents_root() -> PathBuf {
    Path::new(OCF_ROOT).join("resource.d")
}

/// The names in a directory, sorted: subdirectories, or files; hidden ones are left out.
fn entries(directory: &Path, directories: bool) -> Result<Vec<String>, Failure> {
    let read = std::fs::read_dir(directory);
    let read =
        read.map_err(|error| Failure::new(Exit::NO_INPUT, format!("cannot read {}: {error}", directory.display())))?;
    let names = read.filter_map(Result::ok).filter(|entry| entry.path().is_dir() == directories);
    let mut names: Vec<String> = names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    Ok(names)
}
