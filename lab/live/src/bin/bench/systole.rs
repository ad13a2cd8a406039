//! Ours: the tutorial's files and `deadtime 500ms`, with the native address agent.

use crate::contender::Contender;
use demo::hosts::{HostError, Lab};
use demo::stage::{self, Setup};
use std::time::Duration;

/// Systole.
pub struct Systole;

impl Contender for Systole {
    fn name(&self) -> String {
        "systole, deadtime 500 ms".into()
    }

    fn detection(&self) -> Duration {
        Duration::from_millis(500)
    }

    fn missing(&self) -> Option<&'static str> {
        None
    }

    fn furnish(&self, lab: &Lab, host: &str) -> Result<(), HostError> {
        let setup = Setup { ha_cf_more: "keepalive 100ms\ndeadtime 500ms\ninitdead 10\n".into(), cib: None };
        stage::furnish(lab, host, &setup)
    }

    fn start(&self, lab: &Lab, host: &str) -> Result<(), HostError> {
        stage::check(lab, host, "/usr/sbin/heartbeat")
    }

    fn configure(&self, _lab: &Lab) -> Result<(), HostError> {
        Ok(())
    }

    fn move_away(&self, lab: &Lab, from: &str, _to: &str) -> Result<(), HostError> {
        stage::check(lab, from, "crm_resource -M -r OpenSIPS")
    }

    fn after_move(&self, lab: &Lab, host: &str) -> Result<(), HostError> {
        stage::check(lab, host, "crm_resource -U -r OpenSIPS")
    }

    fn clean_up(&self, lab: &Lab, host: &str) -> Result<(), HostError> {
        stage::check(lab, host, "crm_resource -C -r OpenSIPS")
    }

    fn settle(&self, lab: &Lab, host: &str) -> Result<(), HostError> {
        stage::check(lab, host, "crm_resource --wait --timeout 60s")
    }

    fn daemons(&self) -> &'static str {
        "(heartbeat|brain|hands)"
    }
}
