//! What is on the wire, as tcpdump reads it on one host.

use crate::Failure;
use demo::hosts::{HostError, Lab};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A running tcpdump; dropping it ends it.
pub struct Capture {
    child: Child,
    file: PathBuf,
}

/// The longest that any test listens.
const LIMIT: &str = "300";

impl Capture {
    /// Starts to listen on a host's interface for what the filter describes, and waits until it does listen.
    ///
    /// # Errors
    /// When tcpdump is not installed: the test is skipped then.
    pub fn start(lab: &Lab, host: &str, device: &str, filter: &str) -> Result<Self, Failure> {
        let name: String = filter.chars().filter(char::is_ascii_alphanumeric).collect();
        let file = lab.directory(host).join(format!("capture-{device}-{name}"));
        let failed = |source| HostError::System { what: "starting tcpdump".into(), source };
        let out = fs::File::create(&file).map_err(failed)?;
        let err = out.try_clone().map_err(failed)?;
        let mut command = lab.command(host, "timeout")?;
        command.args([LIMIT, "tcpdump", "-Z", "root", "-i", device, "-nn", "-tt", "-l", filter]);
        let child = command.stdin(Stdio::null()).stdout(out).stderr(err).spawn().map_err(failed)?;
        let capture = Self { child, file };
        capture.wait_until_it_listens()?;
        Ok(capture)
    }

    /// Every line so far.
    pub fn lines(&self) -> Vec<String> {
        fs::read_to_string(&self.file).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    fn wait_until_it_listens(&self) -> Result<(), Failure> {
        let end = Instant::now() + Duration::from_secs(10);
        while Instant::now() < end {
            let lines = self.lines();
            if lines.iter().any(|line| line.starts_with("listening on")) {
                return Ok(());
            }
            if lines.iter().any(|line| line.contains("No such file")) {
                return Err(Failure::Skip("tcpdump is not installed".into()));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err(Failure::broken(format!("tcpdump does not listen: {:?}", self.lines())))
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
