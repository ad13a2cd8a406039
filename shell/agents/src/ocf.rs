//! What every OCF agent shares: the environment it reads, the codes it ends with, the lines it says.

use model::OcfCode;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::PathBuf;
use std::time::Duration;

/// How long an action may take when the caller does not say.
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(20);

/// Why an action did not succeed: the code for the cluster and a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What the agent exits with.
    pub code: OcfCode,
    /// What is printed as the exit reason.
    pub reason: String,
}

impl Failure {
    /// A failure that may go away by itself, or on another node (1).
    pub fn error(reason: impl Display) -> Self {
        Self { code: OcfCode::ERROR, reason: reason.to_string() }
    }

    /// A parameter is wrong, on every node (6).
    pub fn configured(reason: impl Display) -> Self {
        Self { code: OcfCode::NOT_CONFIGURED, reason: reason.to_string() }
    }

    /// Something is missing on this node (5).
    pub fn installed(reason: impl Display) -> Self {
        Self { code: OcfCode::NOT_INSTALLED, reason: reason.to_string() }
    }

    /// The caller may not do that (4).
    pub fn permission(reason: impl Display) -> Self {
        Self { code: OcfCode::ERR_PERM, reason: reason.to_string() }
    }
}

/// The environment of one run: parameters, meta attributes and the caller's settings.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The environment of this process; what is not UTF-8 is no parameter.
    pub fn of_process() -> Self {
        Self(std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))).collect())
    }

    /// The environment a cluster would give an agent with these parameters.
    pub fn of_parameters<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let key = |name: &str| format!("OCF_RESKEY_{name}");
        Self(parameters.into_iter().map(|(name, value)| (key(name), value.to_owned())).collect())
    }

    /// A variable that is set and not empty.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A parameter that is set and not empty.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.variable(&format!("OCF_RESKEY_{name}")).map(str::trim)
    }

    /// A yes-or-no parameter, in all the spellings that agents know.
    ///
    /// # Errors
    /// When the value is neither.
    pub fn flag(&self, name: &str, default: Flag) -> Result<Flag, Failure> {
        let Some(value) = self.parameter(name) else { return Ok(default) };
        match value.to_ascii_lowercase().as_str() {
            "yes" | "true" | "1" | "on" | "y" => Ok(Flag::Yes),
            "no" | "false" | "0" | "off" | "n" => Ok(Flag::No),
            _ => Err(Failure::configured(format!("{name}={value} is neither true nor false"))),
        }
    }

    /// A parameter that is a whole number.
    ///
    /// # Errors
    /// When it is none, or too large.
    pub fn number<T: std::str::FromStr>(&self, name: &str, default: T) -> Result<T, Failure> {
        let Some(value) = self.parameter(name) else { return Ok(default) };
        value
            .parse()
            .map_err(|_| Failure::configured(format!("Invalid OCF_RESKEY_{name} [{value}]: not a number here")))
    }

    /// The resource's name; `default` when the agent is called by hand.
    pub fn instance(&self) -> &str {
        self.variable("OCF_RESOURCE_INSTANCE").unwrap_or("default")
    }

    /// How long the caller will wait before it kills this run.
    pub fn timeout(&self) -> Duration {
        let milliseconds = self.parameter("CRM_meta_timeout").and_then(|text| text.parse().ok());
        milliseconds.map_or(TIMEOUT_DEFAULT, Duration::from_millis)
    }

    /// Where agents keep their state until the next boot.
    pub fn state_directory(&self) -> PathBuf {
        PathBuf::from(self.variable("HA_RSCTMP").unwrap_or("/run/resource-agents"))
    }
}

/// A yes or a no, read from a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// The feature is wanted.
    Yes,
    /// It is not.
    No,
}

impl Flag {
    /// For an `if`.
    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }
}

/// Ends a run: prints the reason of a failure in the form that clusters collect, and turns it into an exit status.
pub fn finish(result: Result<OcfCode, Failure>) -> u8 {
    let code = result.unwrap_or_else(|failure| {
        eprintln!("ocf-exit-reason:{}", failure.reason);
        failure.code
    });
    code.0
}

/// Prints what was asked for; a reader that stopped reading is no failure of the agent.
pub fn print(text: &str) {
    use std::io::Write;
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Says something to whoever collects the agent's output.
pub fn info(line: impl Display) {
    eprintln!("INFO: {line}");
}

/// Says something that an administrator should know.
pub fn warn(line: impl Display) {
    eprintln!("WARNING: {line}");
}

/// The usage line and its code (3) for an action that the agent does not have.
pub fn unimplemented(agent: &str, actions: &str) -> u8 {
    eprintln!("usage: {agent} {{{actions}}}");
    OcfCode::UNIMPLEMENTED.0
}
