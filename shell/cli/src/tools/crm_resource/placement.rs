//! Moving: constraints that say where a resource must be or must not be, made and removed by name.
//!
//! Four patterns of ids: `cli-ban-R-on-N` and `cli-prefer-R` are today's, `cli-standby-R` and again `cli-prefer-R` were
//! Heartbeat 2's; all are recognised and cleared.

use super::{wanted, wanted_node};
use crate::configuration::{nodes, resources};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use api::Change;
use cib::Element;
use jiff::{Span, Timestamp};
use model::WallTime;
use std::sync::Arc;

/// `-M`: to a node by preferring it, or away from where it is.
pub(super) fn relocate(session: &mut Session) -> Result<(), Failure> {
    let id = movable(session)?;
    let Some(target) = wanted_node(session)? else {
        let from = only_place(session, &id)?;
        lift_bans_that_leave_no_place(session, &id, &from)?;
        return add_ban(session, &id, &from);
    };
    let active = session.places(&id)?;
    let force = session.options.has("force");
    if active.contains(&target) && !force && !session.options.has("promoted") {
        let reason = format!("{id} is already active on {target}");
        return Err(Failure::new(Exit::EXISTS, reason).hint("to pin it there, add --force"));
    }
    remove(session, |made| made.rsc == id && (made.kind == Kind::Prefer || made.node.as_deref() == Some(&target)))?;
    let prefer = constraint(session, &format!("cli-prefer-{id}"), &id, &target, "INFINITY")?;
    add(session, prefer)?;
    for from in active.iter().filter(|node| force && **node != target) {
        add_ban(session, &id, from)?;
    }
    Ok(())
}

/// `-B`: away from a node, or from where it is.
pub(super) fn ban(session: &mut Session) -> Result<(), Failure> {
    let id = movable(session)?;
    let from = match wanted_node(session)? {
        Some(node) => node,
        None => only_place(session, &id)?,
    };
    remove(session, |made| made.rsc == id && made.kind == Kind::Prefer && made.node.as_deref() == Some(&from))?;
    add_ban(session, &id, &from)
}

/// `-U`: removes what `-M` and `-B` made.
pub(super) fn clear(session: &mut Session) -> Result<(), Failure> {
    let id = movable(session)?;
    let node = wanted_node(session)?;
    let (expired, force, now) = (session.options.has("expired"), session.options.has("force"), session.world.now);
    let removed = remove(session, |made| {
        let here = node.is_none() || made.node == node || (force && made.kind == Kind::Prefer);
        made.rsc == id && here && (!expired || made.end.is_some_and(|end| end <= now))
    })?;
    for constraint in removed {
        session.console.say(format!("Removing constraint: {constraint}"));
    }
    Ok(())
}

/// The resource that constraints are made for: an instance is moved with its whole clone or bundle.
fn movable(session: &mut Session) -> Result<String, Failure> {
    let (id, cib) = (wanted(session)?, session.cib()?);
    let found = resources::named(&cib, &id)?;
    let whole = if found.top.name() == "group" { found.element } else { found.top };
    Ok(whole.id().unwrap_or_default().to_owned())
}

/// Where the resource is, when that is one place.
fn only_place(session: &mut Session, id: &str) -> Result<String, Failure> {
    let promoted = session.promoted_places(id)?;
    let places = session.places(id)?;
    match (places.as_slice(), promoted.as_slice()) {
        ([one], _) | (_, [one]) => Ok(one.clone()),
        ([], _) => {
            let reason = format!("{id} is not running, so there is no node to move it away from");
            Err(Failure::usage(reason).hint("name the node it should move to: -N NODE"))
        }
        (several, _) => {
            let reason = format!("{id} is active on more than one node: {}", several.join(", "));
            Err(Failure::new(Exit::MULTIPLE, reason).hint("name the node it should leave: -B -N NODE"))
        }
    }
}

/// "Move" must not come to mean "stop": when every other node is banned by earlier moves, those bans are lifted.
fn lift_bans_that_leave_no_place(session: &mut Session, id: &str, from: &str) -> Result<(), Failure> {
    let cib = session.cib()?;
    let bans: Vec<Made> = made(&cib).into_iter().filter(|made| made.rsc == id && made.kind == Kind::Ban).collect();
    let is_banned = |node: &str| node == from || bans.iter().any(|ban| ban.node.as_deref() == Some(node));
    if !nodes::all(&cib).iter().all(|node| is_banned(&node.name)) {
        return Ok(());
    }
    let lifted = remove(session, |made| made.rsc == id && made.kind == Kind::Ban)?;
    for constraint in lifted.into_iter().filter(|_| !session.options.has("quiet")) {
        session.console.complain(format!("Removing constraint: {constraint} (else no node would be left for {id})"));
    }
    Ok(())
}

fn add_ban(session: &mut Session, id: &str, node: &str) -> Result<(), Failure> {
    let name = format!("cli-ban-{id}-on-{node}");
    let ban = constraint(session, &name, id, node, "-INFINITY")?;
    if !session.options.has("quiet") {
        session.console.complain(format!(
            "WARNING: Creating rsc_location constraint '{name}' with a score of -INFINITY for resource {id} on {node}.\n\
             \t{id} does not run on {node} any more, not even when no other node is left,\n\
             \tuntil this constraint is removed: crm_resource -U -r {id}"
        ));
    }
    add(session, ban)
}

fn add(session: &mut Session, constraint: Element) -> Result<(), Failure> {
    let xml = Element::new("constraints").with_child(constraint).to_xml();
    session.change(Change::Modify { section: Some("constraints".to_owned()), xml, may_create: true })
}

/// A location constraint; with a lifetime, as a rule that ends.
fn constraint(session: &mut Session, name: &str, id: &str, node: &str, score: &str) -> Result<Element, Failure> {
    let role = if session.options.has("promoted") { "Promoted" } else { "Started" };
    let bare = Element::new("rsc_location").with("id", name).with("rsc", id).with("role", role);
    let Some(lifetime) = session.options.value("lifetime").map(str::to_owned) else {
        return Ok(bare.with("node", node).with("score", score));
    };
    let end = end_of(session.world.now, &lifetime)?;
    if !session.options.has("quiet") {
        session.console.say(format!("This holds until {}", session.world.sortable_date(end)));
    }
    let date = Timestamp::from_millisecond(end.0).map(|end| end.strftime("%Y-%m-%d %H:%M:%SZ").to_string());
    let date = date.map_err(|error| Failure::usage(format!("'{lifetime}' ends beyond the calendar: {error}")))?;
    let place = Element::new("expression").with("id", &format!("{name}-expr")).with("attribute", "#uname");
    let place = place.with("operation", "eq").with("value", node).with("type", "string");
    let time = Element::new("date_expression")
        .with("id", &format!("{name}-lifetime"))
        .with("operation", "lt")
        .with("end", &date);
    let condition =
        Element::new("rule").with("id", &format!("{name}-rule")).with("score", score).with("boolean-op", "and");
    Ok(bare.with_child(condition.with_child(place).with_child(time)))
}

/// The end of an ISO 8601 duration that begins now.
fn end_of(now: WallTime, lifetime: &str) -> Result<WallTime, Failure> {
    let bad =
        || Failure::usage(format!("'{lifetime}' is no duration")).hint("examples: PT30M (minutes), PT2H, P1D, P1W");
    let span: Span = lifetime.parse().map_err(|_| bad())?;
    let now = Timestamp::from_millisecond(now.0).map_err(|_| bad())?.to_zoned(jiff::tz::TimeZone::UTC);
    let end = now.checked_add(span).map_err(|_| bad())?;
    Ok(WallTime(end.timestamp().as_millisecond()))
}

/// What a constraint of ours is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `cli-prefer-R`
    Prefer,
    /// `cli-ban-R-on-N`, `cli-standby-R`
    Ban,
}

/// A constraint that `-M` or `-B` made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    /// Its id.
    pub id: String,
    /// What for.
    pub kind: Kind,
    /// About which resource.
    pub rsc: String,
    /// About which node.
    pub node: Option<String>,
    /// When its lifetime is over.
    pub end: Option<WallTime>,
}

/// Every constraint that `-M` or `-B` made.
pub(crate) fn made(cib: &Element) -> Vec<Made> {
    let constraints = nodes::section(cib, "constraints").map(Element::children).unwrap_or_default();
    constraints.iter().filter(|element| element.name() == "rsc_location").filter_map(recognise).collect()
}

fn recognise(constraint: &Arc<Element>) -> Option<Made> {
    let (id, rsc) = (constraint.id()?, constraint.attribute("rsc")?);
    let kind = if id == format!("cli-prefer-{rsc}") {
        Kind::Prefer
    } else if id == format!("cli-standby-{rsc}") || id.starts_with(&format!("cli-ban-{rsc}-on-")) {
        Kind::Ban
    } else {
        return None;
    };
    let rule = constraint.child("rule");
    let by_rule = || rule?.children_named("expression").find_map(|expression| expression.attribute("value"));
    let node = constraint.attribute("node").or_else(by_rule).map(str::to_owned);
    let end = rule.and_then(|rule| rule.child("date_expression")).and_then(|date| date.attribute("end"));
    Some(Made { id: id.to_owned(), kind, rsc: rsc.to_owned(), node, end: end.and_then(date) })
}

/// A date of a rule: ISO 8601, a blank or a `T` in the middle, UTC where it names no offset.
fn date(text: &str) -> Option<WallTime> {
    let spelled = text.trim().replacen(' ', "T", 1).replace(' ', "");
    let zoned = spelled.parse::<Timestamp>().ok();
    let stamp = zoned.or_else(|| format!("{spelled}Z").parse().ok());
    stamp
        .or_else(|| format!("{spelled}T00:00:00Z").parse().ok())
        .map(|stamp: Timestamp| WallTime(stamp.as_millisecond()))
}

/// Removes those that are chosen; answers their ids.
fn remove(session: &mut Session, chosen: impl Fn(&Made) -> bool) -> Result<Vec<String>, Failure> {
    let cib = session.cib()?;
    let ids: Vec<String> = made(&cib).into_iter().filter(chosen).map(|made| made.id).collect();
    for id in &ids {
        let xml = Element::new("rsc_location").with("id", id).to_xml();
        session.change(Change::Delete { section: Some("constraints".to_owned()), xml })?;
    }
    Ok(ids)
}
