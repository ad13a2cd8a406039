//! What would happen: a CIB is changed as asked, planned, and the plan is carried out on paper.
//!
//! [`simulate`] is the whole of `crm_simulate` without its command line; the conformance suites call it in process.
//! The text is the one that scripts know from Pacemaker. Nothing here decides: `policy` does, and what it decided is
//! recorded in the status section as if every operation had gone as expected, or failed where that was asked for.

mod date;
mod event;
mod execute;
mod inject;
mod page;
mod profile;
mod record;
mod spec;
mod status;
mod tool;
mod xml;

pub use date::moment;
pub use event::Event;
pub use inject::{Injection, Injections};
pub use spec::Spec;
pub use tool::TOOL;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::status_text::{self, Show};
use cib::Element;
use jiff::tz::TimeZone;
use model::WallTime;
use page::Page;
use policy::Planner;
use policy::plan::PolicyInput;
use policy::render;
use policy::state::{Cluster, RscIx};
use std::sync::Arc;

/// What is asked for.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "independent options of the command line")]
pub struct Wishes {
    /// Make a plan.
    pub plan: bool,
    /// Carry it out on paper.
    pub execute: bool,
    /// Show scores.
    pub scores: bool,
    /// Show capacities.
    pub utilization: bool,
    /// Show node attributes.
    pub attributes: bool,
    /// Show failures and their counts.
    pub failcounts: bool,
    /// Only what was asked for, without titles.
    pub quiet: bool,
    /// The picture shows what need not happen, too.
    pub all_actions: bool,
    /// The moment to pretend, as it was written and as it is understood.
    pub date: Option<(String, WallTime)>,
    /// In whose time the moments of failures are told; without one, UTC.
    pub zone: Option<TimeZone>,
    /// What is changed before.
    pub injections: Injections,
    /// Which operations fail while the plan is carried out.
    pub failures: Vec<Spec>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The text for people.
    pub text: String,
    /// What the plan was made from.
    pub input: Arc<Element>,
    /// The CIB afterwards.
    pub output: Arc<Element>,
    /// What was, before anything was changed.
    pub before: Cluster,
    /// What was changed before.
    pub modified: Vec<Event>,
    /// What was decided, if a plan was asked for.
    pub decided: Option<Cluster>,
    /// What was done, if that was asked for.
    pub done: Vec<Event>,
    /// What came of it.
    pub after: Option<Cluster>,
    /// Whether everything that was planned could be carried out.
    pub complete: bool,
}

impl Outcome {
    /// Nothing was changed yet, and nothing done.
    fn unchanged(cib: &Arc<Element>, before: Cluster) -> Self {
        Self {
            text: String::new(),
            input: Arc::clone(cib),
            output: Arc::clone(cib),
            before,
            modified: Vec::new(),
            decided: None,
            done: Vec::new(),
            after: None,
            complete: true,
        }
    }

    /// The transition graph.
    pub fn graph(&self) -> Option<Element> {
        self.decided.as_ref().map(render::graph)
    }

    /// The picture of the plan.
    pub fn dot(&self, wishes: &Wishes) -> Option<String> {
        let detail = if wishes.all_actions { render::Detail::All } else { render::Detail::Planned };
        self.decided.as_ref().map(|cluster| render::dot(cluster, detail))
    }
}

/// Plays through what is asked for, at a moment unless the CIB or the wishes name another one.
///
/// # Errors
/// When the CIB cannot be planned, or an injection names something that is not there.
pub fn simulate(cib: &Arc<Element>, wishes: &Wishes, now: WallTime) -> Result<Outcome, Failure> {
    let mut page = Page::new(wishes.quiet);
    let clock = Clock { wishes, now };
    // One planner for all: what does not change between the moments is read once.
    let mut planner = Planner::default();
    clock.say(cib, &mut page);
    let before = read(&mut planner, cib, &clock)?;
    tell_state(&before, &mut page);
    tell_status(Moment::Before, &before, wishes, &mut page);

    let mut outcome = Outcome::unchanged(cib, before);
    let mut changed = None;
    if !wishes.injections.is_empty() {
        (outcome.input, outcome.modified) = inject::inject(&outcome.before, &wishes.injections, now)?;
        outcome.output = Arc::clone(&outcome.input);
        page.list("Performing Requested Modifications", &told(&outcome.modified));
        clock.say(&outcome.input, &mut page);
        changed = Some(read(&mut planner, &outcome.input, &clock)?);
    }
    if wishes.plan || wishes.execute {
        let decided = decide(&mut planner, &outcome.input, &clock)?;
        tell_scores(changed.as_ref().unwrap_or(&outcome.before), &decided, wishes, &mut page);
        page.list("Transition Summary", &render::lines(&render::changes(&decided)));
        if wishes.execute {
            let executed = execute::execute(&decided, &wishes.failures, now);
            tell_done(&executed.done, &mut page);
            (outcome.output, outcome.complete) = (Arc::new(executed.cib), executed.complete);
            outcome.done = executed.done;
            clock.say(&outcome.output, &mut page);
            let after = read(&mut planner, &outcome.output, &clock)?;
            tell_status(Moment::After, &after, wishes, &mut page);
            outcome.after = Some(after);
        }
        outcome.decided = Some(decided);
    }
    outcome.text = page.into_text();
    Ok(outcome)
}

/// What is said on standard error of a CIB that asks not to be checked; scripts know these words.
pub fn unchecked(cib: &Element) -> Option<&'static str> {
    (cib.attribute("validate-with") == Some("none")).then_some(
        "Schema validation of configuration is disabled \
         (support for validate-with set to \"none\" is deprecated and will be removed in a future release)",
    )
}

fn told(events: &[Event]) -> Vec<String> {
    events.iter().map(Event::to_string).collect()
}

/// What was done; that something is made to fail stands as a remark between the bullets.
fn tell_done(events: &[Event], page: &mut Page) {
    page.list("Executing Cluster Transition", &[]);
    for event in events {
        let bullet = if matches!(event, Event::Failed { .. }) { "" } else { "  * " };
        page.remark(&format!("{bullet}{event}"));
    }
}

/// Which moment is pretended.
struct Clock<'a> {
    wishes: &'a Wishes,
    now: WallTime,
}

impl Clock<'_> {
    fn time(&self, cib: &Element) -> WallTime {
        match &self.wishes.date {
            Some((_, at)) => *at,
            None => recorded(cib).unwrap_or(self.now),
        }
    }

    fn say(&self, cib: &Element, page: &mut Page) {
        if let Some((written, _)) = &self.wishes.date {
            page.remark(&format!("Setting effective cluster time: {written}"));
        } else if let Some(at) = recorded(cib) {
            page.remark(&format!("Using the original execution date of: {}", date::utc(at)));
        }
    }
}

/// When the plan was made that this CIB was saved for.
fn recorded(cib: &Element) -> Option<WallTime> {
    let seconds: i64 = cib.attribute("execution-date")?.trim().parse().ok()?;
    Some(WallTime(seconds.saturating_mul(1000)))
}

fn read(planner: &mut Planner, cib: &Arc<Element>, clock: &Clock<'_>) -> Result<Cluster, Failure> {
    let input = PolicyInput { cib: Arc::clone(cib), now: clock.time(cib) };
    let unpacked = planner.unpack(&input).map_err(|error| Failure::new(Exit::CONFIG, error.to_string()))?;
    Ok(unpacked.into_cluster())
}

fn decide(planner: &mut Planner, cib: &Arc<Element>, clock: &Clock<'_>) -> Result<Cluster, Failure> {
    let input = PolicyInput { cib: Arc::clone(cib), now: clock.time(cib) };
    let decided = planner.detail(&input).map_err(|error| Failure::new(Exit::CONFIG, error.to_string()))?;
    Ok(decided.into_cluster())
}

/// What holds for the cluster as a whole.
fn tell_state(cluster: &Cluster, page: &mut Page) {
    if cluster.options.maintenance {
        page.remark("");
        page.headline("              *** Resource management is DISABLED ***");
        page.remark("  The cluster will not attempt to start, stop or recover services");
    }
    let (mut all, mut disabled, mut blocked) = (0, 0, 0);
    for rsc in cluster.top.iter().flat_map(|top| parts(cluster, *top)) {
        let r = &cluster.rscs[rsc];
        if !r.removed || r.role > model::Role::Stopped {
            all += 1;
            disabled += i32::from(status_text::is_disabled(cluster, rsc));
            blocked += i32::from(r.blocked);
        }
    }
    if disabled + blocked > 0 {
        page.headline(&format!(
            "{disabled} of {all} resource instances DISABLED and {blocked} BLOCKED from further action due to failure"
        ));
    }
}

/// The primitives of a resource, those that a bundle is made of included.
fn parts(cluster: &Cluster, rsc: RscIx) -> Vec<RscIx> {
    let r = &cluster.rscs[rsc];
    match r.bundle_facts() {
        Some(facts) => {
            facts.replicas.iter().flat_map(|p| [p.ip, p.child, Some(p.container), p.remote]).flatten().collect()
        }
        None if r.is_primitive() => vec![rsc],
        None => r.children.iter().flat_map(|child| parts(cluster, *child)).collect(),
    }
}

/// Which of the two states is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// What is, with what is under way.
    Before,
    /// What came of it.
    After,
}

fn tell_status(moment: Moment, cluster: &Cluster, wishes: &Wishes, page: &mut Page) {
    page.title(match moment {
        Moment::Before => "Current cluster status",
        Moment::After => "Revised Cluster Status",
    });
    page.inner("Node List", &status_text::bullets(&status_text::nodes(cluster, false), 4));
    let show = Show { inactive: true, settled: moment == Moment::After, ..Show::default() };
    page.inner("Full List of Resources", &status_text::bullets(&status_text::resources(cluster, show), 4));
    if wishes.attributes {
        page.inner("Node Attributes", &status::attributes(cluster));
    }
    if wishes.failcounts {
        if cluster.nodes.iter().any(|(_, node)| node.online) {
            page.inner_always("Migration Summary", &status::failcounts(cluster));
        }
        page.inner(
            "Failed Resource Actions",
            &status::failures(cluster, wishes.zone.as_ref().unwrap_or(&TimeZone::UTC)),
        );
    }
}

fn tell_scores(before: &Cluster, decided: &Cluster, wishes: &Wishes, page: &mut Page) {
    let title = match (wishes.scores, wishes.utilization) {
        (true, true) => "Assignment Scores and Utilization Information",
        (true, false) => "Assignment Scores",
        (false, true) => "Utilization Information",
        (false, false) => return,
    };
    let mut lines: Vec<String> = Vec::new();
    if wishes.scores {
        lines.extend(render::scores(decided));
    }
    if wishes.utilization {
        lines.extend(render::capacities(before, decided));
    }
    page.essential(title, &lines);
}
