//! Every command line tool. A tool is a row in [`TOOLS`]: its names, and what it does.
//!
//! Not for deciding anything: tools read the CIB, ask `policy` for state, plans and reasons, and ask the brain for changes.

#![allow(clippy::format_collect, reason = "lists of a few lines; one expression says what they look like")]

mod attribute;
mod configuration;
mod console;
mod counterfactual;
mod document;
mod exit;
mod explain;
mod failcounts;
mod failure;
mod history;
mod input;
mod options;
mod session;
pub mod simulate;
mod source;
mod status_text;
mod suggest;
mod time;
mod tool;
mod tools;
mod withheld;
mod world;
mod xpath;

#[cfg(test)]
mod transcript;

use console::Console;
use tool::Tool;
use world::World;

/// Every name and its tool; the first words of `systole` come last.
const TOOLS: &[(&str, &Tool)] = &[
    ("attrd_updater", &tools::attrd_updater::TOOL),
    ("cibadmin", &tools::cibadmin::TOOL),
    ("cl_status", &tools::cl_status::TOOL),
    ("crm_attribute", &tools::crm_attribute::TOOL),
    ("crm_diff", &tools::crm_diff::TOOL),
    ("crm_error", &tools::crm_error::TOOL),
    ("crm_failcount", &tools::crm_failcount::TOOL),
    ("crm_master", &tools::crm_master::TOOL),
    ("crm_mon", &tools::crm_mon::TOOL),
    ("crm_node", &tools::crm_node::TOOL),
    ("crm_resource", &tools::crm_resource::TOOL),
    ("crm_simulate", &simulate::TOOL),
    ("crm_standby", &tools::crm_standby::TOOL),
    ("crm_verify", &tools::crm_verify::TOOL),
    ("crmadmin", &tools::crmadmin::TOOL),
    ("hb_standby", &tools::hb_standby::STANDBY),
    ("hb_takeover", &tools::hb_standby::TAKEOVER),
    ("ptest", &simulate::TOOL),
    ("events", &tools::events::TOOL),
    ("explain", &explain::TOOL),
    ("help", &tools::help::TOOL),
    ("pause", &tools::pause::TOOL),
    ("plan", &tools::plan::TOOL),
    ("status", &tools::status::TOOL),
    ("verify", &tools::crm_verify::TOOL),
];

/// Every name that [`run`] answers to: for the links of an installation.
pub fn names() -> impl Iterator<Item = &'static str> {
    TOOLS.iter().map(|(name, _)| *name)
}

/// Whether [`run`] answers to that name.
pub fn knows(name: &str) -> bool {
    names().any(|known| known == name)
}

/// Runs the tool of that name, the base name of `argv[0]` or the first argument of `systole`; answers its exit code.
pub fn run(name: &str, args: &[String]) -> u8 {
    let name = name.rsplit('/').next().unwrap_or(name);
    let Some(tool) = tool_named(name) else {
        Console::Process.complain(unknown(name));
        return exit::Exit::USAGE.code();
    };
    tool.call(name, args, World::of_process(), Console::Process).0.code()
}

/// One line about a word that is none of ours.
fn unknown(name: &str) -> String {
    let kind = if name.starts_with('-') { "option" } else { "command" };
    let hint = suggest::hint(name, "commands", tools::help::words());
    format!("systole: there is no {kind} '{name}': {hint} (`systole help` lists all)")
}

fn tool_named(name: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|(known, _)| *known == name).map(|(_, tool)| *tool)
}

#[cfg(test)]
mod tests {
    use super::unknown;

    #[test]
    fn an_unknown_word_is_one_line_that_says_what_to_type() {
        for (typed, said) in [
            ("nod", "systole: there is no command 'nod': did you mean node? (`systole help` lists all)"),
            ("crm_mom", "systole: there is no command 'crm_mom': did you mean crm_mon? (`systole help` lists all)"),
        ] {
            assert_eq!(unknown(typed), said);
        }
        assert!(unknown("--fly").starts_with("systole: there is no option '--fly': there are "));
    }
}
