//! One multi-call binary: dispatches on the name it was called by, or on its first argument.

mod install;
mod node;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned());
    let called = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    ExitCode::from(dispatch(&called, &rest))
}

/// By the program's own name first: `crm_mon -1` is what people type. Called as `systole`, the first argument is the name.
fn dispatch(called: &str, arguments: &[String]) -> u8 {
    let name = called.rsplit('/').next().unwrap_or(called);
    if let Some(code) = run(name, arguments) {
        return code;
    }
    match arguments.split_first().map(|(word, rest)| (word.as_str(), rest)) {
        None | Some(("-h" | "-?" | "--help", _)) => cli::run("help", &[]),
        Some(("-V" | "-$" | "--version", _)) => version(),
        Some((name, rest)) => run(name, rest).unwrap_or_else(|| cli::run(name, rest)),
    }
}

fn version() -> u8 {
    println!("systole {}", env!("CARGO_PKG_VERSION"));
    0
}

fn run(name: &str, arguments: &[String]) -> Option<u8> {
    match name {
        "heartbeat" => Some(node::heartbeat(arguments)),
        "node" => Some(node::main(arguments)),
        "brain" => Some(node::brain(arguments)),
        "hands" => Some(node::hands(arguments)),
        "witness" => Some(clusterd::witness::main(arguments)),
        "install" => Some(install::main(arguments)),
        "demo" => Some(demo::main(arguments)),
        "sip-client" => Some(demo::client::main(arguments)),
        "host-init" => demo::host_init(),
        _ => agents::dispatch(name, arguments).or_else(|| cli::knows(name).then(|| cli::run(name, arguments))),
    }
}
