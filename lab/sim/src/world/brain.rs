//! The world and a brain: its two machines feed each other until both are drained, and what is left goes outside.

use super::World;
use super::queue::Event;
use crate::check::Delivered;
use crate::host::Brain;
use crate::planner;
use messaging::config::Timing;
use messaging::contract as wire;
use messaging::contract::Incarnation;
use messaging::{Engine, Setup};
use model::{Machine, NodeName};
use node::Node;
use node::contract::{Input, Output, Request, RequestId};
use policy::Planner;
use std::collections::VecDeque;
use std::time::Duration;

/// How long a brain takes to reach hands on its own host.
const ATTACH: Duration = Duration::from_millis(1);
/// How long the policy worker thinks.
const THINK: Duration = Duration::from_millis(3);
/// Outputs that one input may lead to before it counts as a loop without end.
const ROUNDS_MAX: u32 = 100_000;
/// The detector's times; a second of silence is an end.
pub(crate) const TIMING: Timing = Timing {
    keepalive: Duration::from_millis(100),
    warntime: Duration::from_millis(500),
    deadtime: Duration::from_secs(1),
    initdead: Duration::from_secs(3),
};

impl World {
    /// Starts a brain (and hands where there are none), from what is on disk.
    pub fn boot(&mut self, host: usize) {
        if self.hosts[host].brain.is_some() {
            return;
        }
        self.start_hands(host);
        let seed = self.rng.next_u64();
        let nodes: Vec<NodeName> = self.hosts.iter().map(|host| host.name.clone()).collect();
        let incarnation = Incarnation(self.next_generation(host));
        let quorum = self.rule.quorum(nodes.len());
        let this = &mut self.hosts[host];
        (this.boots, this.paused, this.stalled, this.has_left) = (this.boots + 1, None, None, false);
        let (own, boot, cib) = (this.name.clone(), this.boots, this.disk.cib.clone());
        let setup = Setup {
            nodes,
            own: own.clone(),
            incarnation,
            links: vec!["bcast eth0".to_owned()],
            timing: TIMING,
            quorum,
            seed,
        };
        let exclusive_quorum = setup.quorum.is_exclusive();
        let engine = Engine::new(setup, self.now);
        let node = Node::new(node::Setup { name: own, cib, seed, exclusive_quorum });
        this.brain = Some(Brain { incarnation, engine, node, planner: Planner::default(), backlog: VecDeque::new() });
        self.say(host, || "boots".to_owned());
        self.checker.on_boot(self.now, host, incarnation);
        self.clock(host);
        let life = self.hosts[host].lives;
        self.after(ATTACH, Event::Attach { host, boot, life });
        self.after(Duration::from_secs(1), Event::Tick { host, boot });
        self.drain(host);
    }

    /// The brain is gone from one moment to the next.
    pub fn kill_brain(&mut self, host: usize) {
        if self.hosts[host].brain.take().is_some() {
            self.say(host, || "loses its brain".to_owned());
            (self.hosts[host].paused, self.hosts[host].stalled, self.hosts[host].fuse) = (None, None, None);
            self.cut_write_short(host);
            self.clients.lost(host);
            self.checker.on_death(self.now, host);
            self.detach_hands(host);
        }
    }

    /// The whole host is gone.
    pub fn power_off(&mut self, host: usize) {
        self.say(host, || "loses its power".to_owned());
        self.kill_brain(host);
        self.hosts[host].hands = None;
        self.hosts[host].services = crate::agents::Services::default();
    }

    /// A client asks; the answer goes to `clients`.
    pub fn ask(&mut self, host: usize, id: RequestId, request: Request) {
        let boot = self.hosts[host].boots;
        self.say(host, || format!("is asked {}: {request:?}", id.0));
        let input = Input::Request { id, request, client: "root via sim".to_owned() };
        self.after(Duration::ZERO, Event::Node { host, boot, input: Box::new(input) });
    }

    pub(super) fn wake_brain(&mut self, host: usize) {
        let now = self.now;
        let is_stalled = self.hosts[host].stalled.is_some();
        let Some(brain) = &mut self.hosts[host].brain else { return };
        if brain.engine.deadline().is_some_and(|at| at <= now) {
            brain.engine.wake(now);
        }
        if !is_stalled && brain.node.deadline().is_some_and(|at| at <= now) {
            brain.node.wake(now);
        }
        self.drain(host);
    }

    pub(super) fn happen_to_brain(&mut self, host: usize, event: Event) {
        match event {
            Event::Packet { bytes, .. } => {
                let packet = Self::opened(&bytes);
                self.tell_engine(host, wire::Input::Packet { link: wire::LinkId(0), packet });
            }
            Event::Answer { packet, .. } => self.tell_engine(host, wire::Input::Witness { packet }),
            Event::Node { input, .. } => self.tell_node(host, *input),
            Event::Attach { life, .. } => self.attach_hands(host, life),
            Event::Tick { boot, .. } => {
                self.clock(host);
                self.after(Duration::from_secs(1), Event::Tick { host, boot });
            }
            Event::Written { .. } | Event::Ended { .. } | Event::Again { .. } | Event::Question { .. } => {}
        }
        self.drain(host);
    }

    pub(super) fn clock(&mut self, host: usize) {
        let wall = self.wall(host);
        self.tell_node(host, Input::Clock(wall));
    }

    /// Drains both machines, and looks at the result with a stranger's eyes.
    pub(super) fn drain(&mut self, host: usize) {
        let mut rounds = 0;
        while self.step(host) {
            rounds += 1;
            assert!(rounds < ROUNDS_MAX, "the two loops of {} never rest", self.hosts[host].name);
            if self.burn_fuse(host) {
                self.power_off(host);
            }
        }
        self.judge(|checker, sight| checker.observe(sight, host));
    }

    /// One intention of the node, one fact for it, or one intention of the engine; false when there is none of these.
    fn step(&mut self, host: usize) -> bool {
        let is_stalled = self.hosts[host].stalled.is_some();
        let Some(brain) = &mut self.hosts[host].brain else { return false };
        if let Some(output) = brain.node.poll() {
            self.heed_node(host, output);
        } else if let Some(input) = brain.backlog.pop_front_if(|_| !is_stalled) {
            brain.node.handle(self.now, input);
        } else if let Some(output) = brain.engine.poll() {
            self.heed_engine(host, output);
        } else {
            return false;
        }
        true
    }

    /// True when the power goes now.
    fn burn_fuse(&mut self, host: usize) -> bool {
        let Some(left) = self.hosts[host].fuse else { return false };
        self.hosts[host].fuse = left.checked_sub(1);
        left == 0
    }

    fn tell_node(&mut self, host: usize, input: Input) {
        if let Some(brain) = &mut self.hosts[host].brain {
            brain.backlog.push_back(input);
        }
    }

    fn tell_engine(&mut self, host: usize, input: wire::Input) {
        let now = self.now;
        if let Some(brain) = &mut self.hosts[host].brain {
            brain.engine.handle(now, input);
        }
    }

    fn heed_engine(&mut self, host: usize, output: wire::Output) {
        match output {
            wire::Output::Send { to, packet, .. } => self.send(host, to.as_ref(), packet),
            wire::Output::View(view) => {
                self.judge(|checker, sight| checker.on_view(sight, host, &view));
                self.tell_node(host, Input::View(view));
            }
            wire::Output::Deliver { view, sequence, from, payload } => {
                let message = Delivered { view, sequence, from: &from, payload: &payload };
                self.checker.on_deliver(self.now, host, message);
                self.tell_node(host, Input::Delivered { from, payload });
            }
            wire::Output::Confirmed { view, number } => self.tell_node(host, Input::Confirmed { view, number }),
            wire::Output::Undelivered { payload } => {
                self.checker.on_undelivered(host, &payload);
                self.tell_node(host, Input::Undelivered { payload });
            }
            wire::Output::ViewLost { paused } => {
                self.checker.on_view_lost(host);
                self.tell_node(host, Input::ViewLost { paused });
            }
            wire::Output::Notice(notice) => self.say(host, || format!("{}: {}", notice.id, notice.text)),
            wire::Output::StallAnswer(answer) => self.say(host, || format!("stall: {answer:?}")),
            wire::Output::AskWitness { packet } => self.send_to_witness(host, &packet),
            wire::Output::Left => {
                self.hosts[host].has_left = true;
                self.kill_brain(host);
            }
        }
    }

    fn heed_node(&mut self, host: usize, output: Output) {
        let boot = self.hosts[host].boots;
        match output {
            Output::Broadcast { delivery, payload } => {
                self.checker.on_broadcast(host, delivery, &payload);
                self.tell_engine(host, wire::Input::Broadcast { delivery, payload });
            }
            Output::Joined { view } => self.tell_engine(host, wire::Input::Joined { view }),
            Output::Confirm { view, number } => self.tell_engine(host, wire::Input::Confirm { view, number }),
            Output::ViewAccepted { number } => self.tell_engine(host, wire::Input::ViewAccepted { number }),
            Output::Execute(operation) => {
                self.judge(|checker, sight| checker.on_execute(sight, host, &operation));
                self.order(host, operation);
            }
            Output::Cancel { resource, action, interval } => self.cancel(host, resource, action, interval),
            Output::Plan { number, input } => {
                let Some(brain) = &mut self.hosts[host].brain else { return };
                let (plan, differs) = planner::plan(&mut brain.planner, &input);
                self.checker.accuse(self.now, differs);
                let input = Input::Planned { number, plan };
                self.after(THINK, Event::Node { host, boot, input: Box::new(input) });
            }
            Output::Persist { ticket, cib } => self.write(host, ticket, cib),
            Output::KeepAside { cib, .. } => self.clients.keep_aside(&cib),
            Output::Reply { id, reply } => {
                if let Some(read) = self.clients.read(id) {
                    return self.judge_read(host, &read, &reply);
                }
                self.say(host, || format!("answers {}: {reply:?}", id.0));
                let key = self.clients.answered(self.now, id, reply);
                if let Some(key) = key {
                    self.judge(|checker, sight| checker.on_acknowledged(sight, host, &key));
                    self.excuse_new_disks(host, &key);
                    self.read_at_coordinators();
                }
            }
            Output::Notice(notice) => self.say(host, || format!("{}: {}", notice.id, notice.text)),
            Output::Leave => self.tell_engine(host, wire::Input::Leave),
        }
    }
}
