//! The tutorial "OpenSIPS under Heartbeat 2", claim by claim, on two hosts: its sentences are the product's promise.
//!
//! Numbers on the command line choose claims. A claim that Heartbeat 2 itself did not keep is kept here.

mod agent;
mod control;
mod failures;
mod files;
mod install;
mod links;
mod model;
mod printed;
mod scenes;
mod verify;

use live::claims::{self, Scene};
use std::process::ExitCode;

/// The tutorial makes that many claims.
const CLAIMS: u32 = 102;

fn main() -> ExitCode {
    let scenes = [
        Scene {
            name: "the four files as printed, default times, both hosts started at once",
            make: scenes::printed,
            is_shared: true,
            claims: printed::CLAIMS,
        },
        Scene { name: "the model", make: scenes::quick, is_shared: false, claims: model::CLAIMS },
        Scene { name: "cib.xml", make: scenes::bare, is_shared: false, claims: files::CLAIMS },
        Scene { name: "ha.cf, authkeys and identity", make: scenes::bare, is_shared: false, claims: links::CLAIMS },
        Scene { name: "the agent and its tester", make: scenes::bare, is_shared: false, claims: agent::CLAIMS },
        Scene { name: "installation and start scripts", make: scenes::bare, is_shared: false, claims: install::CLAIMS },
        Scene { name: "control", make: scenes::quick, is_shared: false, claims: control::CLAIMS },
        Scene { name: "failures and scores", make: scenes::quick, is_shared: false, claims: failures::CLAIMS },
    ];
    claims::main(&scenes, CLAIMS)
}
