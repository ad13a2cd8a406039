//! What a tool knows of its surroundings: read once from the process, or made up in tests.

use crate::time;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::WallTime;
use std::path::PathBuf;

/// Time, place, user and environment.
#[derive(Clone, Debug)]
pub struct World {
    /// The wall clock when the tool began.
    pub now: WallTime,
    /// For printing times.
    pub zone: TimeZone,
    /// This host's name.
    pub host: String,
    /// Where the brain listens.
    pub socket: PathBuf,
    /// `CIB_file`: work on this file instead of the cluster.
    pub cib_file: Option<PathBuf>,
    /// `OCF_RESKEY_CRM_meta_on_node`: inside an agent, the node it runs for.
    pub on_node: Option<String>,
    /// `OCF_RESOURCE_INSTANCE`: inside an agent, its resource.
    pub instance: Option<String>,
}

impl World {
    /// The surroundings of this process.
    pub fn of_process() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            now: Self::now(),
            zone: TimeZone::system(),
            host: rustix::system::uname().nodename().to_string_lossy().to_lowercase(),
            socket: api::socket_path(None),
            cib_file: variable("CIB_file").map(PathBuf::from),
            on_node: variable("OCF_RESKEY_CRM_meta_on_node"),
            instance: variable("OCF_RESOURCE_INSTANCE"),
        }
    }

    /// The wall clock.
    pub fn now() -> WallTime {
        WallTime(Timestamp::now().as_millisecond())
    }

    /// `Sun Nov 22 07:38:56 2026`, in local time; empty for a time that no calendar has.
    pub fn long_date(&self, at: WallTime) -> String {
        time::long_date(at, &self.zone)
    }

    /// `2026-11-22 07:38:55Z`: with the offset, `Z` for UTC.
    pub fn sortable_date(&self, at: WallTime) -> String {
        let text = time::format(at, &self.zone, "%Y-%m-%d %H:%M:%S %:z");
        text.strip_suffix(" +00:00").map_or(text.clone(), |utc| format!("{utc}Z"))
    }

    /// `2026-11-22 07:38:55.123`, in local time.
    pub fn precise_date(&self, at: WallTime) -> String {
        time::format(at, &self.zone, "%Y-%m-%d %H:%M:%S%.3f")
    }
}
