//! `./dev updates`: changes in a second, beside what the disk syncs in a second; see `live::endure::updates`.

use live::endure::updates;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let directory = match words.as_slice() {
        [] => PathBuf::from("/var/tmp/systole-updates"),
        [directory] if !directory.starts_with('-') => PathBuf::from(directory),
        _ => {
            eprintln!("usage: updates [DIRECTORY]   a directory on the disk to measure (/var/tmp/systole-updates)");
            return ExitCode::from(64);
        }
    };
    match demo::enter() {
        Ok(None) => {}
        Ok(Some(status)) => {
            return status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
        Err(error) => {
            println!("updates: SKIPPED, this user or machine cannot make namespaces: {error}");
            return ExitCode::SUCCESS;
        }
    }
    if let Err(error) = std::fs::create_dir_all(&directory) {
        println!("updates: {}: {error}", directory.display());
        return ExitCode::FAILURE;
    }
    let outcome = updates::run(&directory);
    let _ = std::fs::remove_dir_all(&directory);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("updates: {failure:?}");
            ExitCode::FAILURE
        }
    }
}
