//! The checks, in order: what is run, which codes are right, what is said when another one comes.

use super::agent::{Outcome, Setting, describe, describe_as_nobody};
use super::document::{self, Verdict};
use super::session::{Aborted, OnError, Session};

const OK: i32 = 0;
const UNIMPLEMENTED: i32 = 3;
const NOT_INSTALLED: i32 = 5;
const NOT_RUNNING: i32 = 7;
const RUNNING_PROMOTED: i32 = 8;

const STOPPED: &str = "Monitoring a stopped resource should return 7";
const ACTIVE: &str = "Monitoring an active resource should return 0";

/// One run with its right codes.
struct Check {
    action: &'static str,
    say: Option<&'static str>,
    setting: Setting,
    accepted: &'static [i32],
    complaint: &'static str,
    on_error: OnError,
}

const fn check(action: &'static str, complaint: &'static str) -> Check {
    Check { action, say: None, setting: Setting::Once, accepted: &[OK], complaint, on_error: OnError::Count }
}

impl Check {
    const fn saying(self, say: &'static str) -> Self {
        Self { say: Some(say), ..self }
    }

    const fn or_abort(self) -> Self {
        Self { on_error: OnError::Abort, ..self }
    }
}

const MONITOR_STOPPED: Check = Check { accepted: &[NOT_RUNNING], ..check("monitor", STOPPED) };
const MONITOR_ACTIVE: Check = Check { setting: Setting::Recurring, ..check("monitor", ACTIVE) };

const FIRST_START: &[Check] = &[
    MONITOR_STOPPED,
    Check {
        setting: Setting::WithoutPrograms,
        accepted: &[NOT_RUNNING, NOT_INSTALLED],
        ..check(
            "monitor",
            "The initial probe for a stopped resource should return 7 or 5 even if all binaries are missing",
        )
    },
    check("start", "Start failed.  Did you supply enough options with -o ?").or_abort(),
    MONITOR_ACTIVE,
    check("monitor", "Probing an active resource should return 0"),
];

const PROMOTABLE: &[Check] = &[
    check("demote", "Demoting a start resource should not fail").saying("Testing: demotion of started resource"),
    check("promote", "Promote failed"),
    check("demote", "Demote failed").or_abort(),
    check("demote", "Demoting a demoted resource should not fail").saying("Testing: demotion of demoted resource"),
    check("promote", "Promote failed").saying("Promoting resource").or_abort(),
    check("promote", "Promoting a promoted resource should not fail").saying("Testing: promotion of promoted resource"),
    check("demote", "Demote failed").saying("Demoting resource").or_abort(),
];

const RESTART: &[Check] = &[
    check("stop", "Stop failed").or_abort(),
    MONITOR_STOPPED,
    check("start", "Start failed").saying("Restarting resource...").or_abort(),
    MONITOR_ACTIVE,
    check("start", "Starting a running resource is required to succeed").saying("Testing: starting a started resource"),
    MONITOR_ACTIVE,
    check("stop", "Stop could not clean up after multiple starts").saying("Stopping resource").or_abort(),
    MONITOR_STOPPED,
    check("stop", "Stopping a stopped resource is required to succeed").saying("Testing: stopping a stopped resource"),
    MONITOR_STOPPED,
];

/// Runs them all.
pub fn run(session: &mut Session) -> Result<(), Aborted> {
    session.note(&format!("Beginning tests for {}...", session.options().agent.display()));
    permissions(session)?;
    meta_data(session)?;
    validation(session)?;
    clean_slate(session)?;
    all(session, FIRST_START)?;
    notification(session)?;
    promotion(session)?;
    all(session, RESTART)?;
    optional_actions(session);
    Ok(())
}

fn all(session: &mut Session, checks: &[Check]) -> Result<(), Aborted> {
    for check in checks {
        let outcome = session.run(check.action, check.say, check.setting);
        session.expect(&outcome, check.accepted, check.complaint, check.on_error)?;
    }
    Ok(())
}

fn permissions(session: &mut Session) -> Result<(), Aborted> {
    if !session.options().agent.is_file() {
        let path = session.options().agent.display().to_string();
        session.complain(&format!("* rc={NOT_RUNNING}: Could not find file: {path}"));
    }
    if !rustix::process::geteuid().is_root() {
        println!("WARN: Can't check agent's permissions because we're not root; they should be 755");
        return Ok(());
    }
    session.detail("Testing permissions with uid nobody");
    let outcome = describe_as_nobody(session.options());
    let complaint = "Your agent has too restrictive permissions: should be 755";
    session.expect(&outcome, &[OK], complaint, OnError::Count)
}

fn meta_data(session: &mut Session) -> Result<(), Aborted> {
    session.detail("Testing: meta-data");
    let verdict = document::judge(&describe(session.options()).said);
    let code = match &verdict {
        Verdict::Valid => OK,
        Verdict::Malformed(reason) => {
            eprintln!("{reason}");
            1
        }
        Verdict::Invalid(reason) => {
            eprintln!("{reason}");
            4
        }
    };
    let document = Outcome { code, said: String::new() };
    let complaint = "Your agent produces meta-data which does not conform to ra-api-1.dtd";
    session.expect(&document, &[OK], complaint, OnError::Count)?;

    let outcome = session.run("meta-data", None, Setting::WithoutPrograms);
    let complaint = match outcome.code {
        UNIMPLEMENTED => "Your agent does not support the meta-data action",
        _ => "The meta-data action cannot fail and must return 0",
    };
    session.expect(&outcome, &[OK], complaint, OnError::Count)
}

fn validation(session: &mut Session) -> Result<(), Aborted> {
    let outcome = session.run("validate-all", None, Setting::Once);
    let (complaint, on_error) = if outcome.code == UNIMPLEMENTED {
        ("Your agent does not support the validate-all action", OnError::Count)
    } else {
        ("Validation failed.  Did you supply enough options with -o ?", OnError::Abort)
    };
    session.expect(&outcome, &[OK], complaint, on_error)
}

/// Stops the resource if it runs.
fn clean_slate(session: &mut Session) -> Result<(), Aborted> {
    let outcome = session.run("monitor", Some("Checking current state"), Setting::Once);
    let active = match outcome.code {
        NOT_RUNNING => return Ok(()),
        UNIMPLEMENTED => {
            let complaint = "Your agent does not support the monitor action";
            return session.expect(&outcome, &[NOT_RUNNING], complaint, OnError::Abort);
        }
        RUNNING_PROMOTED => {
            let outcome = session.run("demote", Some("Cleanup, demote"), Setting::Once);
            let complaint = "Your agent was promoted and could not be demoted";
            session.expect(&outcome, &[OK], complaint, OnError::Abort)?;
            "promoted"
        }
        OK => {
            eprintln!("WARN: the resource was running; it is stopped now, and will be when the tests end");
            "active"
        }
        _ => "active",
    };
    let say = (active == "promoted").then_some("Cleanup, stop");
    let outcome = session.run("stop", say, Setting::Once);
    let complaint = format!("Your agent was {active} and could not be stopped");
    session.expect(&outcome, &[OK], &complaint, OnError::Abort)
}

fn notification(session: &mut Session) -> Result<(), Aborted> {
    let outcome = session.run("notify", None, Setting::Once);
    if outcome.code == UNIMPLEMENTED {
        session.note("* Your agent does not support the notify action (optional)");
        return Ok(());
    }
    session.expect(&outcome, &[OK], "The notify action cannot fail and must return 0", OnError::Count)
}

fn promotion(session: &mut Session) -> Result<(), Aborted> {
    match (supports(session, "demote"), supports(session, "promote")) {
        (true, true) => all(session, PROMOTABLE),
        (false, false) => {
            session.note("* Your agent does not support promotable clones (optional)");
            Ok(())
        }
        (true, false) | (false, true) => {
            session.complain("* Your agent partially supports promotable clones");
            Ok(())
        }
    }
}

fn optional_actions(session: &mut Session) {
    let outcome = session.run("migrate_to", Some("Checking for migrate_to action"), Setting::Once);
    if outcome.code != UNIMPLEMENTED {
        let outcome = session.run("migrate_from", Some("Checking for migrate_from action"), Setting::Once);
        if outcome.code == UNIMPLEMENTED {
            session.note("* Your agent does not support the migrate action (optional)");
        }
    }
    supports(session, "reload");
}

fn supports(session: &Session, action: &str) -> bool {
    let outcome = session.run(action, Some(&format!("Checking for {action} action")), Setting::Once);
    let supported = outcome.code != UNIMPLEMENTED;
    if !supported {
        session.note(&format!("* Your agent does not support the {action} action (optional)"));
    }
    supported
}
