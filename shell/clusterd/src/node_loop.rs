//! The node loop: the main thread, on which the node's machine meets clients, hands, workers and the cluster engine.
//!
//! It waits for all of them in one poll, and wakes once a second by itself for the wall clock.

mod hands;
mod serve;
mod status;
mod wait;

use crate::brain::{EXIT_LEFT, Event};
use crate::clients::{Clients, Token};
use crate::clock::{self, Clock};
use crate::config::Configuration;
use crate::disk::Layout;
use crate::disk::events::KEPT;
use crate::journal::Journal;
use crate::messaging_loop::Order;
use crate::persistence::Persistence;
use crate::planner::Planner;
use crate::progress::Progress;
use crate::queue::{Inbox, Sender};
use crate::sys;
use execd::client::Answer;
use hands::{Hands, Lost};
use messaging::contract::Output as FromEngine;
use model::{Instant, Machine, NodeName, Notice, Severity};
use node::Node;
use node::contract::{Input, Output, RequestId};
use std::collections::{BTreeMap, VecDeque};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

/// How often the wall clock is given to the node, and overdue clients are looked for.
const TICK: Duration = Duration::from_secs(1);

/// Ticks between two looks at whether somebody edited the CIB's file.
const TICKS_PER_CHECK: u32 = 10;

/// How long the engine may take to say that it has left, after the node's last word.
const LEAVE_LIMIT: Duration = Duration::from_secs(20);

/// What the loop is made of beside the machine and its queues.
#[derive(Debug)]
pub struct Parts {
    /// Where things are.
    pub layout: Layout,
    /// What the brain was started with.
    pub configuration: Configuration,
    /// The common clock.
    pub clock: Clock,
    /// To say that we move.
    pub progress: Progress,
    /// The log.
    pub journal: Journal,
    /// Events of earlier lives.
    pub past: VecDeque<api::Event>,
    /// The disk.
    pub persistence: Persistence,
    /// The policy worker.
    pub planner: Planner,
    /// The clients' socket.
    pub clients: Clients,
    /// Signals, as a descriptor.
    pub signals: OwnedFd,
}

/// The loop.
#[derive(Debug)]
pub struct NodeLoop {
    parts: Parts,
    node: Node,
    inbox: Inbox<Event>,
    engine: Sender<Order>,
    hands: Hands,
    asked: BTreeMap<RequestId, Token>,
    next_request: u64,
    next_tick: Instant,
    ticks: u32,
    leaving: Option<Instant>,
    /// A loss of the hands that showed while the node's outputs were carried out; the node is told once that is done.
    lost: Option<Lost>,
    exit: Option<u8>,
}

impl NodeLoop {
    /// A loop that has something to say first.
    pub fn new(parts: Parts, node: Node, inbox: Inbox<Event>, engine: Sender<Order>, notices: Vec<Notice>) -> Self {
        let hands = Hands::new(&parts.layout, &parts.configuration);
        let next_tick = parts.clock.now();
        let mut this = Self {
            parts,
            node,
            inbox,
            engine,
            hands,
            asked: BTreeMap::new(),
            next_request: 0,
            next_tick,
            ticks: 0,
            leaving: None,
            lost: None,
            exit: None,
        };
        this.tell(Notice::new("brain-started", Severity::Info, this.greeting()));
        for notice in notices {
            this.tell(notice);
        }
        this
    }

    /// Runs until the process is to end; answers its exit code.
    pub fn run(mut self) -> u8 {
        loop {
            self.tick();
            self.reach_for_hands();
            let ready = self.wait();
            self.parts.progress.moved(self.parts.clock.now());
            self.feed(Input::Clock(clock::wall()));
            self.hear_signals();
            self.take_events();
            if ready.hands {
                self.hear_hands();
            }
            self.serve_clients(ready);
            self.wake();
            if let Some(code) = self.exit {
                return code;
            }
        }
    }

    fn greeting(&self) -> String {
        let configuration = &self.parts.configuration;
        let media: Vec<String> = configuration.media.iter().map(ToString::to_string).collect();
        format!(
            "systole {} starts as node {} over {}; nodes: {}",
            env!("CARGO_PKG_VERSION"),
            configuration.name,
            media.join(", "),
            configuration.ha.nodes.iter().map(NodeName::as_str).collect::<Vec<_>>().join(" ")
        )
    }

    fn tick(&mut self) {
        let now = self.parts.clock.now();
        if now < self.next_tick {
            return;
        }
        self.next_tick = now + TICK;
        self.ticks = self.ticks.wrapping_add(1);
        self.parts.clients.expire(std::time::Instant::now());
        if self.ticks.is_multiple_of(TICKS_PER_CHECK) {
            self.parts.persistence.check();
        }
        if self.leaving.is_some_and(|at| now >= at) {
            self.tell(Notice::new(
                "left-late",
                Severity::Warning,
                "the cluster did not confirm our leave in time; ending anyway",
            ));
            self.exit = Some(EXIT_LEFT);
        }
    }

    fn hear_signals(&mut self) {
        while let Some(signal) = sys::next_signal(self.parts.signals.as_fd()) {
            match signal {
                libc::SIGHUP => {
                    let _ = self.reload();
                }
                _ => self.shut_down(),
            }
        }
    }

    fn shut_down(&mut self) {
        self.tell(Notice::new(
            "shutdown",
            Severity::Info,
            "shutdown in progress: moving this node's resources away first",
        ));
        let id = self.new_request();
        self.feed(Input::Request { id, request: node::contract::Request::Shutdown, client: "a signal".into() });
    }

    fn take_events(&mut self) {
        self.inbox.bell().hear();
        while let Some(event) = self.inbox.next() {
            match event {
                Event::Engine(output) => self.hear_engine(output),
                Event::Report(token, report) => self.answer_status(token, &report),
                Event::Stall(token, answer) => self.answer_pause(token, &answer),
                Event::Planned { number, plan } => self.feed(Input::Planned { number, plan }),
                Event::Persisted(ticket) => self.feed(Input::Persisted(ticket)),
                Event::NotPersisted(ticket, reason) => self.feed(Input::NotPersisted(ticket, reason)),
                Event::Notice(notice) => self.tell(notice),
            }
        }
    }

    fn hear_engine(&mut self, output: FromEngine) {
        match output {
            FromEngine::View(view) => self.feed(Input::View(view)),
            FromEngine::ViewLost { paused } => self.feed(Input::ViewLost { paused }),
            FromEngine::Deliver { from, payload, .. } => self.feed(Input::Delivered { from, payload }),
            FromEngine::Undelivered { payload } => self.feed(Input::Undelivered { payload }),
            FromEngine::Confirmed { view, number } => self.feed(Input::Confirmed { view, number }),
            FromEngine::Notice(notice) => self.tell(notice),
            FromEngine::Left => {
                self.tell(Notice::new("left", Severity::Info, "shutdown complete"));
                self.exit = Some(EXIT_LEFT);
            }
            FromEngine::Send { .. } | FromEngine::AskWitness { .. } | FromEngine::StallAnswer(_) => {
                unreachable!("the messaging loop sends by itself, and knows who has announced a stall")
            }
        }
    }

    fn reach_for_hands(&mut self) {
        self.hands.connect(std::time::Instant::now());
    }

    fn hear_hands(&mut self) {
        match self.hands.converse() {
            Ok(answers) => {
                for answer in answers {
                    self.hear_answer(answer);
                }
            }
            Err(lost) => self.lose_hands(&lost),
        }
    }

    fn hear_answer(&mut self, answer: Answer) {
        match answer {
            Answer::Report(report) => self.feed(Input::Report(report)),
            Answer::State(reports) => self.feed(Input::Hands { life: self.hands.life(), reports }),
            Answer::Notice(notice) => self.tell(notice),
        }
    }

    fn lose_hands(&mut self, lost: &Lost) {
        self.tell(Notice::new("hands-lost", Severity::Error, format!("{}; connecting again", lost.0)));
        self.feed(Input::HandsLost);
    }

    fn wake(&mut self) {
        let now = self.parts.clock.now();
        if self.node.deadline().is_some_and(|at| at <= now) {
            self.node.wake(now);
            self.drain();
        }
    }

    fn feed(&mut self, input: Input) {
        self.node.handle(self.parts.clock.now(), input);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.node.poll() {
            self.carry_out(output);
        }
        if let Some(lost) = self.lost.take() {
            self.lose_hands(&lost);
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Broadcast { delivery, payload } => self.engine.send(Order::Broadcast { delivery, payload }),
            Output::ViewAccepted { number } => self.engine.send(Order::ViewAccepted(number)),
            Output::Joined { view } => self.engine.send(Order::Joined { view }),
            Output::Confirm { view, number } => self.engine.send(Order::Confirm { view, number }),
            Output::Execute(operation) => {
                let outcome = self.hands.run(&operation);
                self.lost = outcome.err().or(self.lost.take());
            }
            Output::Cancel { resource, action, interval } => {
                let outcome = self.hands.cancel(&resource, &action, interval);
                self.lost = outcome.err().or(self.lost.take());
            }
            Output::Plan { number, input } => self.parts.planner.ask(number, input),
            Output::Persist { ticket, cib } => self.parts.persistence.write(ticket, cib),
            Output::KeepAside { title, cib } => self.parts.persistence.keep_aside(title, cib),
            Output::Reply { id, reply } => self.carry_back(id, reply),
            Output::Notice(notice) => self.tell(notice),
            Output::Leave => {
                self.leaving = Some(self.parts.clock.now() + LEAVE_LIMIT);
                self.engine.send(Order::Leave);
            }
        }
    }

    fn new_request(&mut self) -> RequestId {
        self.next_request += 1;
        RequestId(self.next_request)
    }

    fn tell(&mut self, notice: Notice) {
        let Some(event) = self.parts.journal.record(clock::wall(), notice) else { return };
        self.parts.clients.publish(&event, std::time::Instant::now());
        self.parts.past.push_back(event);
        if self.parts.past.len() > KEPT {
            self.parts.past.pop_front();
        }
    }
}
