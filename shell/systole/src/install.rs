//! `systole install`: puts the binary, its names, the agents and the start scripts in place.
//!
//! What belongs to somebody else is left alone and said, unless `--force` is given; what is ours is renewed.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

const USAGE: &str = "\
usage: systole install [--root DIR] [--force]
  puts /usr/sbin/systole, its other names (heartbeat, crm_mon, cibadmin, ...), the native OCF agents,
  /etc/init.d/heartbeat and the systemd unit in place, below DIR when it is given;
  files of others are kept, with --force they are replaced (not the agents: those are kept in any case)";

/// Where the binary itself goes.
const BINARY: &str = "usr/sbin/systole";

/// Names of the daemon and of tools that other software calls by a path of their own; all others go to `usr/sbin`.
const PLACES: [(&str, &str); 6] = [
    ("usr/sbin", "heartbeat"),
    ("usr/lib/heartbeat", "heartbeat"),
    ("usr/lib/heartbeat", "hb_standby"),
    ("usr/lib/heartbeat", "hb_takeover"),
    ("usr/bin", "cl_status"),
    ("usr/sbin", "ocf-tester"),
];

/// Scripts, with their modes.
const SCRIPTS: [(&str, &str, u32); 2] = [
    ("etc/init.d/heartbeat", include_str!("../../../share/init/heartbeat"), 0o755),
    ("lib/systemd/system/systole.service", include_str!("../../../share/init/systole.service"), 0o644),
];

/// The line by which a script of ours is known.
const MARK: &str = "Installed by systole";

#[derive(Debug)]
struct Job {
    root: PathBuf,
    force: bool,
    made: usize,
    kept: Vec<PathBuf>,
}

/// What could not be done.
#[derive(Debug)]
struct Failed {
    path: PathBuf,
    why: String,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.why)
    }
}

/// Runs the command; answers its exit code.
pub fn main(arguments: &[String]) -> u8 {
    let mut job = match parse(arguments) {
        Ok(job) => job,
        Err(said) => {
            eprintln!("{said}\n{USAGE}");
            return 2;
        }
    };
    match job.run() {
        Ok(()) => {
            job.report();
            0
        }
        Err(e) => {
            eprintln!("systole install: {e}");
            1
        }
    }
}

fn parse(arguments: &[String]) -> Result<Job, String> {
    let mut job = Job { root: "/".into(), force: false, made: 0, kept: Vec::new() };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--force" => job.force = true,
            "--root" => job.root = rest.next().ok_or("--root needs a directory")?.into(),
            other => match other.strip_prefix("--root=") {
                Some(root) => job.root = root.into(),
                None => return Err(format!("unknown option [{other}]")),
            },
        }
    }
    Ok(job)
}

impl Job {
    fn run(&mut self) -> Result<(), Failed> {
        self.put_binary()?;
        for (directory, name) in PLACES {
            self.link(&Path::new(directory).join(name))?;
        }
        for name in cli::names().filter(|name| is_tool(name)) {
            self.link(&Path::new("usr/sbin").join(name))?;
        }
        for (path, text, mode) in SCRIPTS {
            self.put_script(Path::new(path), text, mode)?;
        }
        let ocf = self.root.join("usr/lib/ocf");
        let made = agents::install(&ocf, &Path::new("/").join(BINARY));
        self.made += made.map_err(|e| Failed { path: ocf, why: with_cause(&e) })?.len();
        Ok(())
    }

    fn report(&self) {
        println!("installed {} files and links below {}", self.made, self.root.display());
        for path in &self.kept {
            println!("kept {} (of another package; --force replaces it)", path.display());
        }
    }

    /// Copies this very program, unless it is the one that is installed.
    fn put_binary(&mut self) -> Result<(), Failed> {
        let target = self.root.join(BINARY);
        let failed = |e: io::Error| Failed { path: target.clone(), why: e.to_string() };
        let own = std::env::current_exe().map_err(failed)?;
        if fs::canonicalize(&target).ok() == fs::canonicalize(&own).ok() {
            return Ok(());
        }
        make_parent(&target).map_err(failed)?;
        let new = target.with_extension("new");
        fs::copy(&own, &new).and_then(|_| fs::rename(&new, &target)).map_err(failed)?;
        self.made += 1;
        Ok(())
    }

    fn link(&mut self, place: &Path) -> Result<(), Failed> {
        let path = self.root.join(place);
        let to = Path::new("/").join(BINARY);
        let failed = |e: io::Error| Failed { path: path.clone(), why: e.to_string() };
        match fs::symlink_metadata(&path) {
            Ok(_) if fs::read_link(&path).is_ok_and(|old| old == to) => return Ok(()),
            Ok(_) if !self.force => {
                self.kept.push(path);
                return Ok(());
            }
            Ok(_) => fs::remove_file(&path).map_err(failed)?,
            Err(_) => make_parent(&path).map_err(failed)?,
        }
        symlink(&to, &path).map_err(failed)?;
        self.made += 1;
        Ok(())
    }

    fn put_script(&mut self, place: &Path, text: &str, mode: u32) -> Result<(), Failed> {
        let path = self.root.join(place);
        let failed = |e: io::Error| Failed { path: path.clone(), why: e.to_string() };
        match fs::read_to_string(&path) {
            Ok(old) if old == text => return Ok(()),
            Ok(old) if !old.contains(MARK) && !self.force => {
                self.kept.push(path);
                return Ok(());
            }
            Ok(_) | Err(_) => make_parent(&path).map_err(failed)?,
        }
        // In the place of the old one, not over it: who runs it just now reads on in the old one.
        let new = path.with_extension("new");
        fs::write(&new, text).map_err(failed)?;
        fs::set_permissions(&new, fs::Permissions::from_mode(mode)).map_err(failed)?;
        fs::rename(&new, &path).map_err(failed)?;
        self.made += 1;
        Ok(())
    }
}

/// The tools have names of their own; the others are words that only mean something after `systole`.
fn is_tool(name: &str) -> bool {
    name.contains('_') || name.starts_with("crm") || name.ends_with("admin") || name == "iso8601"
}

fn make_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

fn with_cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

#[cfg(test)]
mod tests;
