//! Stopping in order: the others take over first, then this node leaves.
//!
//! ```text
//!   Staying ──Shutdown──► Asked ──(resources moved or stopped, the coordinator agrees)──► Left
//!                           └────────────(shutdown-escalation)────────────────────────────►
//! ```

use crate::command::Command;
use crate::context::{Context, Timer};
use crate::contract::{Output, Reply, RequestId};
use crate::history::failcount;
use cib::Element;
use model::Severity;
use std::time::Duration;

/// The transient attribute that tells policy that a node wants to leave.
pub const SHUTDOWN: &str = "shutdown";
/// How long resources may take to stop, when the configuration does not say.
const ESCALATION: Duration = Duration::from_mins(20);

/// Whether and how far this node is leaving.
#[derive(Debug, Default)]
pub struct Leaving {
    stage: Stage,
    clients: Vec<RequestId>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Staying,
    Asked,
    Left,
}

impl Leaving {
    /// Whether leaving was asked for.
    pub fn is_wanted(&self) -> bool {
        self.stage != Stage::Staying
    }

    /// A client asks for it; answered when this node leaves.
    pub fn ask(&mut self, id: RequestId, cib: &Element, ctx: &mut Context) {
        self.clients.push(id);
        if self.stage == Stage::Staying {
            self.stage = Stage::Asked;
            ctx.timers.set(Timer::Escalate, ctx.now + escalation(cib));
            ctx.notice("leaving", Severity::Notice, "this node leaves: its resources are moved or stopped first");
            ctx.say(&Command::WantsToLeave { at: ctx.wall });
        }
    }

    /// All have joined a view: the wish is said again where the CIB that was taken does not know of it.
    pub fn remind(&self, is_known: bool, ctx: &mut Context) {
        if self.stage == Stage::Asked && !is_known {
            ctx.say(&Command::WantsToLeave { at: ctx.wall });
        }
    }

    /// The coordinator agrees: nothing runs here any more.
    pub fn agreed(&mut self, ctx: &mut Context) {
        if self.stage == Stage::Asked {
            self.leave(ctx);
        }
    }

    /// It has taken too long.
    pub fn escalate(&mut self, ctx: &mut Context) {
        if self.stage == Stage::Asked {
            let text = "leaving has taken longer than shutdown-escalation: this node leaves with resources running; \
                        look for the operation that does not end";
            ctx.notice("leaving-escalated", Severity::Error, text);
            self.leave(ctx);
        }
    }

    fn leave(&mut self, ctx: &mut Context) {
        self.stage = Stage::Left;
        ctx.timers.cancel(&Timer::Escalate);
        for id in std::mem::take(&mut self.clients) {
            ctx.reply(id, Reply::Done);
        }
        ctx.put(Output::Leave);
    }
}

fn escalation(cib: &Element) -> Duration {
    let configured =
        ["shutdown-escalation", "shutdown_escalation"].iter().find_map(|name| failcount::option(cib, name));
    configured.and_then(cib::value::duration).unwrap_or(ESCALATION)
}
