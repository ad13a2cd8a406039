//! The world and a brain: its two machines feed each other until both are drained, and what is left goes outside.

use super::{Event, World};
use crate::host::Brain;
use crate::planner;
use messaging::config::Timing;
use messaging::contract as wire;
use messaging::contract::{Incarnation, Opened};
use messaging::{Engine, Quorum, Setup};
use model::{Machine, NodeName};
use node::Node;
use node::contract::{Input, Output, Request, RequestId};
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
        let nodes: Vec<_> = self.hosts.iter().map(|host| host.name.clone()).collect();
        let seconds = u64::try_from(self.wall().seconds()).unwrap_or(0);
        let this = &mut self.hosts[host];
        (this.boots, this.paused, this.has_left) = (this.boots + 1, None, false);
        let (own, boot, cib) = (this.name.clone(), this.boots, this.disk.cib.clone());
        let quorum = Quorum::for_nodes(nodes.len());
        let incarnation = Incarnation(seconds + boot);
        let setup = Setup { nodes, own: own.clone(), incarnation, links: 1, timing: TIMING, quorum, seed };
        let engine = Engine::new(setup, self.now);
        let node = Node::new(node::Setup { name: own, cib, seed });
        this.brain = Some(Brain { engine, node });
        self.say(host, "boots");
        self.clock(host);
        let life = self.hosts[host].lives;
        self.after(ATTACH, Event::Attach { host, boot, life });
        self.after(Duration::from_secs(1), Event::Tick { host, boot });
        self.drain(host);
    }

    /// The brain is gone from one moment to the next.
    pub fn kill_brain(&mut self, host: usize) {
        if self.hosts[host].brain.take().is_some() {
            self.say(host, "loses its brain");
            self.clients.lost(host);
            self.detach_hands(host);
        }
    }

    /// The whole host is gone.
    pub fn power_off(&mut self, host: usize) {
        self.say(host, "loses its power");
        self.kill_brain(host);
        self.hosts[host].hands = None;
        self.hosts[host].services = crate::agents::Services::default();
    }

    /// A client asks; the answer goes to `clients`.
    pub fn ask(&mut self, host: usize, id: RequestId, request: Request) {
        let boot = self.hosts[host].boots;
        self.say(host, &format!("is asked {}: {request:?}", id.0));
        let input = Input::Request { id, request, client: "root via sim".to_owned() };
        self.after(Duration::ZERO, Event::Node { host, boot, input });
    }

    pub(super) fn wake_brain(&mut self, host: usize) {
        let now = self.now;
        let Some(brain) = &mut self.hosts[host].brain else { return };
        if brain.engine.deadline().is_some_and(|at| at <= now) {
            brain.engine.wake(now);
        }
        if brain.node.deadline().is_some_and(|at| at <= now) {
            brain.node.wake(now);
        }
        self.drain(host);
    }

    pub(super) fn happen_to_brain(&mut self, host: usize, event: Event) {
        let now = self.now;
        let Some(brain) = &mut self.hosts[host].brain else { return };
        match event {
            Event::Packet { bytes, .. } => {
                let packet = Opened::after_verification(bytes);
                brain.engine.handle(now, wire::Input::Packet { link: wire::LinkId(0), packet });
            }
            Event::Node { input, .. } => brain.node.handle(now, input),
            Event::Attach { life, .. } => self.attach_hands(host, life),
            Event::Tick { boot, .. } => {
                self.clock(host);
                self.after(Duration::from_secs(1), Event::Tick { host, boot });
            }
            Event::Written { .. } | Event::Ended { .. } => {}
        }
        self.drain(host);
    }

    fn clock(&mut self, host: usize) {
        let (now, wall) = (self.now, self.wall());
        if let Some(brain) = &mut self.hosts[host].brain {
            brain.node.handle(now, Input::Clock(wall));
        }
    }

    /// Drains both machines, and looks at the result with a stranger's eyes.
    pub(super) fn drain(&mut self, host: usize) {
        let mut rounds = 0;
        while let Some(brain) = &mut self.hosts[host].brain {
            if let Some(output) = brain.engine.poll() {
                self.heed_engine(host, output);
            } else if let Some(output) = brain.node.poll() {
                self.heed_node(host, output);
            } else {
                break;
            }
            rounds += 1;
            assert!(rounds < ROUNDS_MAX, "the two loops of {} never rest", self.hosts[host].name);
        }
        self.checker.observe(self.now, &self.hosts, host);
    }

    fn tell_node(&mut self, host: usize, input: Input) {
        let now = self.now;
        if let Some(brain) = &mut self.hosts[host].brain {
            brain.node.handle(now, input);
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
            wire::Output::Send { to, packet, .. } => self.send(host, to.as_ref(), &packet),
            wire::Output::View(view) => {
                self.checker.on_view(self.now, host, &view);
                self.tell_node(host, Input::View(view));
            }
            wire::Output::Deliver { from, payload, .. } => self.tell_node(host, Input::Delivered { from, payload }),
            wire::Output::Undelivered { payload } => self.tell_node(host, Input::Undelivered { payload }),
            wire::Output::ViewLost { paused } => self.tell_node(host, Input::ViewLost { paused }),
            wire::Output::Notice(notice) => self.say(host, &format!("{}: {}", notice.id, notice.text)),
            // No rule of the simulation has a witness.
            wire::Output::AskWitness { .. } => {}
            wire::Output::Left => {
                self.hosts[host].has_left = true;
                self.kill_brain(host);
            }
        }
    }

    fn send(&mut self, from: usize, to: Option<&NodeName>, packet: &[u8]) {
        for target in 0..self.hosts.len() {
            let is_meant = to.is_none_or(|name| *name == self.hosts[target].name);
            if target == from || !is_meant {
                continue;
            }
            for delay in self.network.arrivals(from, target, &mut self.rng) {
                self.after(delay, Event::Packet { to: target, bytes: packet.to_vec() });
            }
        }
    }

    fn heed_node(&mut self, host: usize, output: Output) {
        let boot = self.hosts[host].boots;
        match output {
            Output::Broadcast { delivery, payload } => {
                self.tell_engine(host, wire::Input::Broadcast { delivery, payload });
            }
            Output::ViewAccepted { number } => self.tell_engine(host, wire::Input::ViewAccepted { number }),
            Output::Execute(operation) => {
                self.checker.on_execute(self.now, &self.hosts, host, &operation);
                self.order(host, operation);
            }
            Output::Cancel { resource, action, interval } => self.cancel(host, resource, action, interval),
            Output::Plan { number, input } => {
                let input = Input::Planned { number, plan: planner::plan(&input) };
                self.after(THINK, Event::Node { host, boot, input });
            }
            Output::Persist { ticket, cib } => {
                let time = self.hosts[host].disk.write_time(&mut self.rng);
                self.after(time, Event::Written { host, boot, ticket, cib });
            }
            Output::KeepAside { cib, .. } => self.clients.keep_aside(&cib),
            Output::Reply { id, reply } => {
                self.say(host, &format!("answers {}: {reply:?}", id.0));
                self.clients.answered(self.now, id, reply);
            }
            Output::Notice(notice) => self.say(host, &format!("{}: {}", notice.id, notice.text)),
            Output::Leave => self.tell_engine(host, wire::Input::Leave),
        }
    }
}
