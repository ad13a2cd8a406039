//! The node's machine: which fact goes to which part, and what follows once it is digested.

mod alone;
mod deliver;
mod hands;
mod reads;
mod view;

use crate::command::Command;
use crate::context::{Context, Timer};
use crate::contract::{Input, NodeStatus, Output, Refusal, Reply, Request, RequestId, Ticket};
use crate::coordinator::{Coordinator, Scene};
use crate::hands::Hands;
use crate::join::Join;
use crate::leaving::Leaving;
use crate::reads::Reads;
use crate::replica::Replica;
use crate::requests::Requests;
use crate::storage::{Moment, Storage};
use crate::wire;
use cib::Element;
use messaging::contract::View;
use model::planted::{Bug, planted};
use model::{Instant, Machine, NodeName, ResourceId, Rng, Severity};
use std::collections::VecDeque;
use std::sync::Arc;

/// What a node is born with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Our name.
    pub name: NodeName,
    /// As it was on disk, valid and in the current schema.
    pub cib: Arc<Element>,
    /// Different at each start of the brain.
    pub seed: u64,
    /// Whether no two parts of the cluster can have quorum at the same time, so that quorum decides whose changes hold.
    pub exclusive_quorum: bool,
}

/// One cluster node; see [`Input`] and [`Output`].
#[derive(Debug)]
pub struct Node {
    ctx: Context,
    replica: Replica,
    join: Option<Join>,
    early: VecDeque<(NodeName, Command)>,
    last_view: Option<View>,
    before_split: Option<Arc<Element>>,
    coordinator: Coordinator,
    under_way: bool,
    requests: Requests,
    reads: Reads,
    storage: Storage,
    announced: Option<u64>,
    hands: Hands,
    is_first: bool,
    leaving: Leaving,
}

impl Machine for Node {
    type Input = Input;
    type Output = Output;

    fn handle(&mut self, now: Instant, input: Input) {
        self.ctx.now = now;
        match input {
            Input::View(view) => self.on_view(view),
            Input::ViewLost { paused } => self.on_view_lost(paused),
            Input::Delivered { from, payload } => self.on_delivered(&from, &payload),
            Input::Undelivered { payload } => self.on_undelivered(&payload),
            Input::Confirmed { view, number } => self.on_confirmed(view, number),
            Input::Request { id, request, client } => self.on_request(id, request, client),
            Input::Planned { number, plan } => self.coordinator.on_plan(number, plan, &mut self.ctx),
            Input::Report(report) => self.on_report(&report),
            Input::Hands { life, reports } => self.on_hands(life, reports),
            Input::HandsLost => self.on_hands_lost(),
            Input::Persisted(ticket) => self.on_persisted(ticket),
            Input::NotPersisted(_, reason) => self.on_not_persisted(&reason),
            Input::Clock(wall) => self.ctx.wall = wall,
        }
        self.settle();
    }

    fn wake(&mut self, now: Instant) {
        self.ctx.now = now;
        while let Some(timer) = self.ctx.timers.expired(now) {
            self.on_timer(&timer);
        }
        self.settle();
    }

    fn poll(&mut self) -> Option<Output> {
        self.ctx.poll()
    }

    fn deadline(&self) -> Option<Instant> {
        self.ctx.timers.deadline()
    }
}

impl Node {
    /// A node that has heard of nobody yet.
    pub fn new(setup: Setup) -> Self {
        let Setup { name, cib, seed, exclusive_quorum } = setup;
        Self {
            ctx: Context::new(name),
            storage: Storage::new(Some(Arc::clone(&cib))),
            replica: Replica::from_disk(cib, exclusive_quorum),
            join: None,
            early: VecDeque::new(),
            last_view: None,
            before_split: None,
            coordinator: Coordinator::new(planner(seed)),
            under_way: false,
            requests: Requests::default(),
            reads: Reads::default(),
            announced: None,
            hands: Hands::default(),
            is_first: false,
            leaving: Leaving::default(),
        }
    }

    /// This node's copy of the CIB; a snapshot is a clone of the `Arc`.
    pub fn cib(&self) -> &Arc<Element> {
        self.replica.cib()
    }

    /// What this node knows of the cluster's run.
    pub fn status(&self) -> NodeStatus {
        NodeStatus {
            name: self.ctx.name.clone(),
            view: self.join.as_ref().map(|join| join.view().clone()),
            state: self.state(),
            transition: self.coordinator.transition(),
        }
    }

    fn state(&self) -> &'static str {
        if self.leaving.is_wanted() {
            "stopping"
        } else if !self.is_joined() {
            "joining"
        } else if self.is_coordinator() {
            self.coordinator.state()
        } else if self.under_way {
            "transition"
        } else {
            "idle"
        }
    }

    /// Whether this node is a member of a view whose state it shares.
    pub fn is_joined(&self) -> bool {
        self.join.as_ref().is_some_and(Join::is_joined)
    }

    fn is_coordinator(&self) -> bool {
        self.joined_view().is_some_and(|view| view.coordinator == self.ctx.name)
    }

    fn joined_view(&self) -> Option<&View> {
        self.join.as_ref().filter(|join| join.is_joined()).map(Join::view)
    }

    /// What follows from the facts, whatever the last input was.
    fn settle(&mut self) {
        if let Some(join) = self.join.as_ref().filter(|join| join.is_joined()) {
            let scene = Scene { cib: self.replica.cib(), view: join.view() };
            if scene.view.coordinator == self.ctx.name {
                self.coordinator.settle(scene, &mut self.ctx);
            }
            self.store();
            self.announce_stored();
        }
        for (id, reply) in self.requests.safe() {
            self.ctx.reply(id, reply);
        }
        self.ctx.flush();
    }

    fn store(&mut self) {
        let Some(view) = self.joined_view().map(|view| view.number) else { return };
        let now = Moment { view, changes: self.replica.changes() };
        if let Some(ticket) = self.storage.due(self.replica.cib(), now) {
            self.ctx.put(Output::Persist { ticket, cib: Arc::clone(self.replica.cib()) });
        }
    }

    /// The others wait for our disk: they hear of it as soon as it has everything.
    fn announce_stored(&mut self) {
        let changes = self.replica.changes();
        let is_stored = self.storage.is_current(self.replica.cib()) || planted(Bug::AckBeforeWrite);
        if self.announced != Some(changes) && is_stored {
            self.announced = Some(changes);
            self.ctx.say(&Command::Stored { changes });
        }
    }

    fn on_persisted(&mut self, ticket: Ticket) {
        let view = self.joined_view().map_or(0, |view| view.number);
        if let Some(changes) = self.storage.done(ticket, view) {
            self.announced = Some(changes);
            self.ctx.say(&Command::Stored { changes });
        }
    }

    fn on_not_persisted(&mut self, reason: &str) {
        let text =
            format!("the configuration cannot be written to disk ({reason}): changes are not answered until it can");
        self.ctx.notice("not-persisted", Severity::Error, text);
    }

    fn on_timer(&mut self, timer: &Timer) {
        match *timer {
            Timer::Patience => self.coordinator.lose_patience(),
            Timer::Recheck => self.coordinator.touch(),
            Timer::Action(number, id) => {
                if let Some(join) = &self.join {
                    let scene = Scene { cib: self.replica.cib(), view: join.view() };
                    self.coordinator.on_action_timeout((number, id), scene, &mut self.ctx);
                }
            }
            Timer::Escalate => self.leaving.escalate(&mut self.ctx),
            Timer::Reads => self.refuse_overdue_reads(),
        }
    }

    fn on_undelivered(&mut self, payload: &[u8]) {
        if let Ok(envelope) = wire::decode(payload) {
            self.say_again(&envelope.command);
        }
    }

    /// Once there is another view; unless that one shows that another part may have heard it.
    fn say_again(&mut self, command: &Command) {
        if let Some(id) = command.request() {
            self.requests.undelivered(id);
        }
        self.ctx.outbox.undelivered(command);
    }

    fn on_request(&mut self, id: RequestId, request: Request, client: String) {
        let number = id.0;
        match request {
            Request::Cib => self.on_read(id),
            Request::Status => self.ctx.reply(id, Reply::Status(self.status())),
            Request::Change(change) => {
                let at = self.ctx.wall;
                self.ask_all(id, &Command::Change { request: number, client, at, change });
            }
            Request::Cleanup { resource, node, whole_history } => {
                let resource = resource.map(ResourceId::new);
                self.ask_all(id, &Command::Cleanup { request: number, resource, node, whole_history });
            }
            Request::Fail { resource, node } => {
                let (resource, at) = (ResourceId::new(resource), self.ctx.wall);
                self.ask_all(id, &Command::Fail { request: number, resource, node, at });
            }
            Request::WaitIdle => {
                self.requests.awaits_idle(id);
                self.ctx.say(&Command::AskIdle { request: number });
            }
            Request::Shutdown => self.on_shutdown(id),
        }
    }

    fn ask_all(&mut self, id: RequestId, command: &Command) {
        if self.ctx.outbox.has_room() {
            self.requests.sent(id);
            self.ctx.say(command);
            return;
        }
        let reason = "this node has not joined the cluster, and too many requests wait for that already".to_owned();
        let hint = "try again once `systole status` shows a coordinator".to_owned();
        self.ctx.reply(id, Reply::Rejected { kind: Refusal::Unavailable, reason, hint });
    }

    /// A node that never heard of a cluster and has nothing in hand need not ask anybody.
    fn on_shutdown(&mut self, id: RequestId) {
        self.leaving.ask(id, self.replica.cib(), &mut self.ctx);
        if self.join.is_none() && self.hands.are_empty() {
            self.leaving.agreed(&mut self.ctx);
        }
    }
}

/// A name for this life of this node, in the form of a UUID because tools expect one in transition keys.
fn planner(seed: u64) -> String {
    let mut rng = Rng::from_seed(seed);
    let (high, low) = (rng.next_u64(), rng.next_u64());
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}
