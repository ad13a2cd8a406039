//! What the one binary answers before any tool has a say: its version, its words, and that a word is none of its own.

#![allow(clippy::unwrap_used, reason = "an integration test is a test all through")]

use std::process::{Command, Output};

fn systole(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_systole")).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn it_says_its_version_in_every_spelling() {
    let version = env!("CARGO_PKG_VERSION");
    for spelling in ["--version", "-V", "-$"] {
        assert_eq!(said(&systole(&[spelling])), format!("systole {version}\n"), "{spelling}");
    }
    for spelling in ["-V", "--version"] {
        assert_eq!(said(&systole(&["heartbeat", spelling])), format!("{version}\n"), "heartbeat {spelling}");
    }
}

#[test]
fn alone_and_asked_for_help_it_lists_its_words() {
    let help = said(&systole(&["help"]));
    for word in ["node", "witness", "status", "crm_mon", "demo"] {
        assert!(help.contains(&format!("\n  {word:<16}")), "{word} is missing in {help}");
    }
    for spelling in [&[][..], &["--help"], &["-h"], &["-?"]] {
        assert_eq!(said(&systole(spelling)), help, "{spelling:?}");
    }
}

#[test]
fn an_unknown_word_is_one_line_of_error() {
    let output = systole(&["crm_mom", "-1"]);
    assert_eq!(output.status.code(), Some(64));
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(error.contains("crm_mon"), "{error}");
}
