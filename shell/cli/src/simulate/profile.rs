//! How long planning takes: each CIB of a directory is planned a number of times.

use super::Wishes;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::source;
use model::WallTime;
use policy::plan::PolicyInput;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// One line for each CIB, by name.
///
/// # Errors
/// When the directory cannot be read, or one of its CIBs cannot be planned.
pub(super) fn profile(directory: &Path, repeat: u32, wishes: &Wishes, now: WallTime) -> Result<Vec<String>, Failure> {
    files(directory)?.iter().map(|file| measure(file, repeat, wishes, now)).collect()
}

fn files(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error| Failure::new(Exit::NO_INPUT, format!("cannot read {}: {error}", directory.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && path.extension().is_some_and(|extension| extension == "xml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn measure(file: &Path, repeat: u32, wishes: &Wishes, now: WallTime) -> Result<String, Failure> {
    let tree = input::tree(&file.display().to_string(), source::read_file(file)?)?;
    let cib = cib::upgrade(&tree).cib;
    let now = wishes.date.as_ref().map_or(now, |(_, at)| *at);
    let began = Instant::now();
    for _ in 0..repeat {
        let input = PolicyInput { cib: cib.clone(), now };
        policy::plan(&input).map_err(|error| Failure::new(Exit::CONFIG, format!("{}: {error}", file.display())))?;
    }
    Ok(format!("{} ran in {:.2} seconds", file.display(), began.elapsed().as_secs_f64()))
}
