//! `hb_standby` and `hb_takeover`: give up this host's resources, or take them; both by the standby attribute.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Opt;
use crate::session::Session;
use crate::tool::Tool;
use api::Change;

const OPTIONS: &[Opt] = &[Opt::flag("verbose", "V", "accepted")];

/// Gives up.
pub const STANDBY: Tool = Tool {
    about: "moves every resource off this host",
    usage: "[all|local|foreign|failback]",
    options: OPTIONS,
    run: standby,
};

/// Takes.
pub const TAKEOVER: Tool = Tool {
    about: "moves every resource to this host",
    usage: "[all|local|foreign|failback]",
    options: OPTIONS,
    run: takeover,
};

fn standby(session: &mut Session) -> Result<Exit, Failure> {
    check_word(session)?;
    let here = session.local_node()?;
    set_standby(session, &here, true)?;
    session
        .console
        .say(format!("{here} is on standby until it restarts, or until: hb_takeover, or crm_standby -D -N {here}"));
    Ok(Exit::OK)
}

/// Ends this host's standby and puts the other members on standby, so that there is no other place.
fn takeover(session: &mut Session) -> Result<Exit, Failure> {
    check_word(session)?;
    let status = session.status()?;
    let here = session.local_node()?;
    set_standby(session, &here, false)?;
    let others = status.nodes.iter().filter(|node| node.member && node.name != here && node.kind != "ping");
    for node in others {
        set_standby(session, &node.name, true)?;
        let name = &node.name;
        session.console.say(format!("{name} is on standby until it restarts, or until: crm_standby -D -N {name}"));
    }
    Ok(Exit::OK)
}

/// The words chose among resource sets of Heartbeat 1; a CIB knows one set, so all of them mean everything.
fn check_word(session: &Session) -> Result<(), Failure> {
    match session.options.words() {
        [] => Ok(()),
        [word] if ["all", "local", "foreign", "failback"].contains(&word.as_str()) => Ok(()),
        [word, ..] => {
            Err(Failure::usage(format!("unknown word '{word}'")).hint("all, local, foreign, failback; or nothing"))
        }
    }
}

fn set_standby(session: &mut Session, node: &str, on: bool) -> Result<(), Failure> {
    let value = on.then(|| "on".to_owned());
    let transient = Change::Attribute { node: node.to_owned(), name: "standby".to_owned(), value, permanent: false };
    session.change(transient)
}
