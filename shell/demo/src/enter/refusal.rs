//! Why no namespaces could be made, and what to do about it.

use super::Way;
use std::fs;
use std::io;
use thiserror::Error;

/// Why this process is not inside namespaces of its own; nothing was changed.
#[derive(Debug, Error)]
pub enum EnterError {
    /// The program that makes them is not there.
    #[error("cannot run 'unshare': {0}; it is in the package util-linux")]
    Unshare(#[source] io::Error),
    /// The kernel, or what confines us, says no.
    #[error("namespaces are refused here ({said}): {advice}")]
    Refused {
        /// What `unshare` printed.
        said: String,
        /// What would help.
        advice: &'static str,
    },
    /// We do not know which program we are.
    #[error("cannot find our own binary: {0}")]
    OwnBinary(#[source] io::Error),
    /// The pipe between outside and inside.
    #[error("cannot make the pipe that ends the hosts with this process: {0}")]
    Lifeline(#[source] io::Error),
}

impl EnterError {
    pub(super) fn refused(way: Way, stderr: &[u8]) -> Self {
        let text = String::from_utf8_lossy(stderr);
        let said = text.lines().next().unwrap_or("unshare failed without a word").to_owned();
        let advice = match way {
            Way::Root => CONTAINER,
            Way::Rootless => advice(|path| fs::read_to_string(path).ok()),
        };
        Self::Refused { said, advice }
    }
}

const CONTAINER: &str = "run it as root; inside a container, start that one with --privileged";

/// Switches by which administrators forbid user namespaces: file, forbidding value, and what to do.
const SWITCHES: [(&str, &str, &str); 3] = [
    (
        "/proc/sys/user/max_user_namespaces",
        "0",
        "run it as root, or let root allow it first: sysctl -w user.max_user_namespaces=10000",
    ),
    (
        "/proc/sys/kernel/unprivileged_userns_clone",
        "0",
        "run it as root, or let root allow it first: sysctl -w kernel.unprivileged_userns_clone=1",
    ),
    (
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "run it as root, or let root allow it first: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    ),
];

/// What helps a user without root, by what the switches say.
fn advice(read: impl Fn(&str) -> Option<String>) -> &'static str {
    let forbids = |path: &str, value: &str| read(path).is_some_and(|text| text.trim() == value);
    SWITCHES.into_iter().find(|(path, value, _)| forbids(path, value)).map_or(CONTAINER, |(_, _, advice)| advice)
}

#[cfg(test)]
mod tests {
    use super::{CONTAINER, SWITCHES, advice};

    #[test]
    fn the_switch_that_forbids_is_the_one_that_is_named() {
        for (path, value, expected) in SWITCHES {
            assert_eq!(advice(|asked| (asked == path).then(|| format!("{value}\n"))), expected);
        }
    }

    #[test]
    fn without_a_forbidding_switch_something_else_confines_us() {
        assert_eq!(advice(|_| None), CONTAINER);
        assert_eq!(advice(|path| (path != SWITCHES[2].0).then(|| "1\n".into())), CONTAINER);
    }
}
