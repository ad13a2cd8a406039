//! The agents installed on this host, and what they say of themselves.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::suggest;
use cib::Element;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where OCF agents live: `PROVIDER/TYPE` below it.
const OCF_ROOT: &str = "/usr/lib/ocf";

pub(super) fn standards(session: &mut Session) {
    tell(session, "standards", &["ocf".to_owned(), "lsb".to_owned()]);
}

/// One line for each, or a list of XML.
fn tell(session: &mut Session, name: &str, all: &[String]) {
    let list = Element::new("list").with("name", name).with("count", &all.len().to_string());
    session.present(all.iter().map(|one| Element::new("item").with_text(one)).fold(list, Element::with_child));
    for one in all {
        session.console.say(one);
    }
}

pub(super) fn providers(session: &mut Session) -> Result<(), Failure> {
    tell(session, "providers", &entries(&agents_root(), true)?);
    Ok(())
}

/// The providers that have an agent of that type.
pub(super) fn alternatives(session: &mut Session, kind: &str) -> Result<(), Failure> {
    let has_it = |provider: &String| !kind.contains('/') && agents_root().join(provider).join(kind).is_file();
    let providers: Vec<String> = entries(&agents_root(), true)?.into_iter().filter(has_it).collect();
    if providers.is_empty() {
        return Err(Failure::no_such(format!("no provider has an OCF agent '{kind}' on this host")));
    }
    tell(session, "providers", &providers);
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
    tell(session, "agents", &agents);
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
