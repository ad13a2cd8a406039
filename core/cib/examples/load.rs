//! Reads, checks and upgrades CIB files: `cargo run -p cib --example load -- [-v] [-u] FILE...`.
//!
//! Prints what each file is refused for (with `-v` also what is ignored, repaired or noted; with `-u` the upgraded
//! document, even of one that is refused), and the sum. An upgraded
//! document is written, read and checked again: what was accepted before must be accepted after.
#![allow(clippy::disallowed_methods)]

use cib::{Report, parse, upgrade, validate};

fn main() {
    let (flags, files): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|word| word.starts_with('-'));
    let has_flag = |wanted| flags.iter().any(|flag| flag == wanted);
    let is_verbose = has_flag("-v");
    let mut loaded = 0;
    for file in &files {
        if has_flag("-u") {
            print_upgraded(file);
        }
        match load(file, is_verbose) {
            Ok(()) => loaded += 1,
            Err(reason) => println!("{file}: {reason}"),
        }
    }
    println!("{loaded} of {} files load", files.len());
}

fn load(file: &str, is_verbose: bool) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let cib = parse(&text).map_err(|error| error.to_string())?;
    let before = validate(&cib);
    if is_verbose {
        print_all(file, &before);
    }
    refused(&before)?;
    let upgraded = upgrade(&cib);
    for note in upgraded.notes.iter().filter(|_| is_verbose) {
        println!("{file}: upgrade: {note}");
    }
    let written = parse(&upgraded.cib.to_xml()).map_err(|error| format!("written again: {error}"))?;
    refused(&validate(&written)).map_err(|reason| format!("upgraded: {reason}"))
}

fn refused(report: &Report) -> Result<(), String> {
    let reasons: Vec<String> = report.refusals().map(ToString::to_string).collect();
    if reasons.is_empty() { Ok(()) } else { Err(reasons.join("\n  ")) }
}

fn print_upgraded(file: &str) {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    if let Ok(cib) = parse(&text) {
        print!("{}", upgrade(&cib).cib.to_xml());
    }
}

fn print_all(file: &str, report: &Report) {
    println!("{file}: {} syntax", report.syntax);
    for mistake in &report.mistakes {
        println!("  {:?}: {mistake}", mistake.consequence);
    }
    for note in &report.notes {
        println!("  note: {note}");
    }
}
