//! Tools in tests: transcripts of sessions on a small CIB, compared whole.
//!
//! A transcript begins with `# ` lines that say what it shows and a line `cib: NAME`; each line `$ COMMAND` is run, and
//! what follows it is what the tool must say: lines of standard error behind `! `, and `[rc=N]` where that is not 0.
//! `UPDATE_EXPECT=1` writes what the tools say now; the diff is the review.

use crate::console::{Console, Stream};
use crate::world::World;
use expect_test::expect_file;
use model::WallTime;
use std::path::{Path, PathBuf};

/// 2026-11-22 12:00:00 UTC.
const NOW: WallTime = WallTime(1_795_348_800_000);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn world(cib: &Path) -> World {
    World {
        now: NOW,
        zone: jiff::tz::TimeZone::UTC,
        host: "sip-a".to_owned(),
        socket: PathBuf::from("/nonexistent/systole.sock"),
        cib_file: Some(cib.to_path_buf()),
        on_node: None,
        instance: None,
    }
}

/// Runs every command of a transcript on a copy of its CIB, and compares.
fn play(name: &str) {
    let path = folder().join("transcripts").join(name);
    let script = std::fs::read_to_string(&path).expect("the transcript is there");
    let cib = script.lines().find_map(|line| line.strip_prefix("cib: ")).expect("a transcript names its CIB");
    let scratch = tempfile::tempdir().expect("a scratch directory can be made");
    let copy = scratch.path().join("cib.xml");
    std::fs::copy(folder().join("cibs").join(cib), &copy).expect("the CIB of the transcript is there");
    let head = script.lines().take_while(|line| !line.starts_with("$ "));
    let mut said: String = head.map(|line| format!("{line}\n")).collect();
    for command in script.lines().filter_map(|line| line.strip_prefix("$ ")) {
        said.push_str(&format!("$ {command}\n{}", run(command, &world(&copy))));
    }
    expect_file![path].assert_eq(&said.replace(&*copy.to_string_lossy(), "CIB"));
}

/// What one command says, as it stands in a transcript.
fn run(command: &str, world: &World) -> String {
    let mut words = words(&command.replace("CIBS", "tests/cibs"));
    let name = words.remove(0);
    let mut world = world.clone();
    if name == "live" {
        world.cib_file = None;
        return run_tool(&words.remove(0), &words, world);
    }
    run_tool(&name, &words, world)
}

fn run_tool(name: &str, args: &[String], world: World) -> String {
    let tool = crate::tool_named(name).expect("the transcript calls a tool that there is");
    let (exit, console) = tool.call(name, args, world, Console::Kept(Vec::new()));
    let Console::Kept(said) = console else { unreachable!("a kept console stays one") };
    let mut text = String::new();
    for (stream, lines) in said {
        let mark = if stream == Stream::Err { "! " } else { "" };
        text.extend(lines.lines().map(|line| format!("{mark}{}\n", line.trim_end())));
    }
    if exit.code() != 0 {
        text.push_str(&format!("[rc={}]\n", exit.code()));
    }
    text
}

/// Words of a command line, with quotes as a shell has them.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in command.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, ' ') => words.push(std::mem::take(&mut word)),
            (_, c) => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

macro_rules! transcripts {
    ($($test:ident = $file:literal;)*) => {
        $(#[test] fn $test() { play($file); })*
        /// Every file is played.
        #[test]
        fn no_transcript_is_forgotten() {
            let folder = folder().join("transcripts");
            let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let mut files: Vec<String> = files.collect();
            files.sort();
            let mut played = vec![$($file),*];
            played.sort_unstable();
            assert_eq!(files, played);
        }
    };
}

transcripts! {
    blocked = "blocked.txt";
    errors_say_what_to_do = "errors.txt";
    nodes_and_attributes_are_shown = "nodes.txt";
    a_quiet_cluster_is_shown_in_every_layout = "mon.txt";
    failures_standby_and_orphans_are_shown = "mon-troubled.txt";
    parts_of_the_cluster_are_shown = "mon-parts.txt";
    resources_are_looked_at = "resources.txt";
    answers_are_had_as_xml = "xml.txt";
    the_cib_is_queried = "cibadmin.txt";
    changes_do_what_they_say = "changes.txt";
    each_puzzle_is_answered_in_the_first_line = "puzzles.txt";
    explanations_are_complete = "explain.txt";
    the_cluster_fits_on_a_page = "status.txt";
    plans_are_shown_before_they_happen = "plan.txt";
    what_would_come_of_it_is_played_through = "simulate.txt";
    differences_are_told = "diff.txt";
    configurations_are_checked = "verify.txt";
}

#[test]
fn every_tool_describes_itself_and_its_version() {
    for name in crate::names() {
        let world = world(Path::new("/nonexistent"));
        let help = run_tool(name, &["--help".to_owned()], world.clone());
        assert!(help.starts_with(&format!("{name}: ")) && help.contains("Usage: "), "{help}");
        let version = run_tool(name, &["--version".to_owned()], world);
        assert_eq!(version, format!("{name} (Systole) {}\n", env!("CARGO_PKG_VERSION")));
    }
}

#[test]
fn no_table_gives_one_name_to_two_options() {
    for (name, tool) in crate::TOOLS {
        crate::options::check(tool.options).unwrap_or_else(|clash| panic!("{name}: {clash}"));
    }
}
