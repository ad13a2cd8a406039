//! The messaging loop: a thread of its own, in real time where allowed, that moves packets between the media and the cluster engine.
//!
//! It waits for nobody: not for the disk, not for the node loop. If the node loop stops taking what the engine delivers, or stops
//! moving, the brain ends at once: a node that cannot think must stop saying that it is alive.

use crate::brain::{EngineReport, Event};
use crate::clients::Token;
use crate::clock::{Clock, timeout};
use crate::media::Media;
use crate::progress::Watcher;
use crate::queue::{Inbox, Sender};
use crate::seal::{DATAGRAM_MAX, Keyring, Sealer};
use crate::sys;
use crate::watchdog::Watchdog;
use crate::witness_link::WitnessLink;
use messaging::Engine;
use messaging::config::Realtime;
use messaging::contract::{Delivery, Input, LinkId, Output};
use model::{Instant, Machine, Notice, Severity};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::mm::{MlockAllFlags, mlockall};
use std::collections::BTreeSet;
use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Datagrams that are taken from one socket before timers and orders have their turn.
const BURST: usize = 128;

/// How often the watchdog is fed, at most.
const FEED_EVERY: Duration = Duration::from_millis(500);

/// What the node loop wants of the engine.
#[derive(Debug)]
pub enum Order {
    /// See `messaging::contract::Input::Broadcast`.
    Broadcast {
        /// When it may be delivered.
        delivery: Delivery,
        /// What.
        payload: Arc<[u8]>,
    },
    /// The node has digested this view.
    ViewAccepted(u64),
    /// See `messaging::contract::Input::Joined`.
    Joined {
        /// Which view.
        view: u64,
    },
    /// See `messaging::contract::Input::Confirm`.
    Confirm {
        /// Which view.
        view: u64,
        /// Of the question.
        number: u64,
    },
    /// Leave in order.
    Leave,
    /// This node may stand still for so long; the client is told what became of it.
    Stall(Duration, Token),
    /// Report to the node loop, for this client.
    Report(Token),
    /// Seal with and open by these keys from now on.
    Keys(Box<Keyring>),
}

/// Everything the loop is made of.
#[derive(Debug)]
pub struct MessagingLoop {
    /// The machine.
    pub engine: Engine,
    /// The common clock.
    pub clock: Clock,
    /// The sockets.
    pub media: Media,
    /// The way to the witness, if ha.cf names one.
    pub witness: Option<WitnessLink>,
    /// The seal.
    pub sealer: Sealer,
    /// From the node loop.
    pub orders: Inbox<Order>,
    /// To the node loop.
    pub events: Sender<Event>,
    /// Whether the node loop moves.
    pub watcher: Watcher,
    /// The hardware behind us, if any.
    pub watchdog: Option<Watchdog>,
    /// How to be scheduled.
    pub realtime: Realtime,
}

impl MessagingLoop {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(self) -> io::Result<()> {
        let run = move || {
            self.prepare();
            Turn {
                troubled: BTreeSet::new(),
                fed: Instant::ZERO,
                left: false,
                staller: None,
                buffer: vec![0; DATAGRAM_MAX],
                base: self,
            }
            .run();
        };
        thread::Builder::new().name("messaging".into()).stack_size(crate::STACK).spawn(run).map(drop)
    }

    fn prepare(&self) {
        let Realtime::On { priority } = self.realtime else { return };
        let outcomes = [
            ("a real-time priority", sys::become_realtime(priority)),
            (
                "locked memory",
                mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT)
                    .map_err(io::Error::from),
            ),
        ];
        for (what, outcome) in outcomes {
            if let Err(e) = outcome {
                let text = format!(
                    "no {what} for the heartbeats ({e}): a busy host may be late; run as root, or say `realtime off` in ha.cf"
                );
                tell(&self.events, Event::Notice(Notice::new("realtime-refused", Severity::Notice, text)));
            }
        }
    }
}

struct Turn {
    base: MessagingLoop,
    troubled: BTreeSet<LinkId>,
    fed: Instant,
    left: bool,
    /// Who waits to be told what became of an announced stall.
    staller: Option<Token>,
    buffer: Vec<u8>,
}

/// What poll found.
struct Ready {
    orders: bool,
    receivers: Vec<usize>,
}

impl Turn {
    fn run(mut self) {
        let mark = self.base.sealer.own_mark();
        self.base.media.ignore_own(mark);
        self.drain();
        while !self.left {
            let ready = self.wait();
            if ready.orders {
                self.follow_orders();
            }
            for receiver in ready.receivers {
                self.receive(receiver);
            }
            self.hear_witness();
            self.wake();
            self.base.media.retry(std::time::Instant::now());
            self.tell_troubles();
            self.prove_life();
        }
        if let Some(watchdog) = self.base.watchdog.take() {
            watchdog.disarm();
        }
    }

    /// Waits for a datagram, an order or a deadline.
    fn wait(&mut self) -> Ready {
        let rest = self.time_to_wait();
        let (indices, mut fds): (Vec<usize>, Vec<PollFd<'_>>) = self
            .base
            .media
            .descriptors()
            .map(|(index, fd)| (index, PollFd::from_borrowed_fd(fd, PollFlags::IN)))
            .unzip();
        fds.push(PollFd::from_borrowed_fd(self.base.orders.bell().as_fd(), PollFlags::IN));
        if let Some(fd) = self.base.witness.as_ref().and_then(WitnessLink::descriptor) {
            fds.push(PollFd::from_borrowed_fd(fd, PollFlags::IN));
        }
        // An interrupted poll is an early turn, which is harmless.
        let _ = poll(&mut fds, Some(&timeout(rest)));
        let is_ready = |place: usize| !fds[place].revents().is_empty();
        Ready {
            orders: is_ready(indices.len()),
            receivers: indices
                .iter()
                .enumerate()
                .filter(|(place, _)| is_ready(*place))
                .map(|(_, index)| *index)
                .collect(),
        }
    }

    fn time_to_wait(&self) -> Duration {
        let now = self.base.clock.now();
        let engine = self.base.engine.deadline().map(|at| at.since(now));
        let retry = self.base.media.retry_at().map(|at| at.saturating_duration_since(std::time::Instant::now()));
        let feed = self.base.watchdog.as_ref().map(|_| (self.fed + FEED_EVERY).since(now));
        [engine, retry, feed].into_iter().flatten().min().unwrap_or(FEED_EVERY)
    }

    fn follow_orders(&mut self) {
        self.base.orders.bell().hear();
        while let Some(order) = self.base.orders.next() {
            match order {
                Order::Broadcast { delivery, payload } => self.feed(Input::Broadcast { delivery, payload }),
                Order::ViewAccepted(number) => self.feed(Input::ViewAccepted { number }),
                Order::Joined { view } => self.feed(Input::Joined { view }),
                Order::Confirm { view, number } => self.feed(Input::Confirm { view, number }),
                Order::Leave => self.feed(Input::Leave),
                Order::Keys(keyring) => self.base.sealer.replace_keys(*keyring),
                Order::Report(token) => self.report(token),
                Order::Stall(span, token) => self.announce_stall(span, token),
            }
        }
    }

    fn receive(&mut self, receiver: usize) {
        for _ in 0..BURST {
            let Some(arrival) = self.base.media.receive(receiver, &mut self.buffer) else { return };
            let datagram = &self.buffer[..arrival.length];
            if self.base.sealer.is_own(datagram) {
                continue;
            }
            let link = arrival.link;
            let input = match self.base.sealer.open(datagram) {
                Ok(packet) => Input::Packet { link, packet },
                Err(reason) => Input::BadSeal { link, source: format!("{} ({reason})", arrival.source.ip()) },
            };
            self.feed(input);
        }
    }

    fn wake(&mut self) {
        let now = self.base.clock.now();
        if self.base.engine.deadline().is_some_and(|at| at <= now) {
            self.base.engine.wake(now);
            self.drain();
        }
    }

    fn feed(&mut self, input: Input) {
        self.base.engine.handle(self.base.clock.now(), input);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.base.engine.poll() {
            match output {
                Output::Send { link, to: _, packet } => self.send(link, &packet),
                Output::AskWitness { packet } => self.ask_witness(&packet),
                Output::StallAnswer(answer) => {
                    if let Some(token) = self.staller.take() {
                        tell(&self.base.events, Event::Stall(token, answer));
                    }
                }
                Output::Left => {
                    self.left = true;
                    tell(&self.base.events, Event::Engine(Output::Left));
                }
                other @ (Output::View(_)
                | Output::ViewLost { .. }
                | Output::Deliver { .. }
                | Output::Confirmed { .. }
                | Output::Undelivered { .. }
                | Output::Notice(_)) => tell(&self.base.events, Event::Engine(other)),
            }
        }
    }

    fn send(&mut self, link: Option<LinkId>, packet: &[u8]) {
        if let Some(datagram) = self.base.sealer.seal(packet) {
            self.base.media.send(link, &datagram);
        } else {
            let text = format!("a packet of {} bytes does not fit into a datagram and was not sent", packet.len());
            tell(&self.base.events, Event::Notice(Notice::new("packet-too-long", Severity::Error, text)));
        }
    }

    /// A question that is lost is asked again by the engine.
    fn ask_witness(&mut self, question: &[u8]) {
        if let (Some(witness), Some(datagram)) = (&mut self.base.witness, self.base.sealer.seal(question)) {
            witness.send(&datagram);
        }
    }

    fn hear_witness(&mut self) {
        while let Some(length) = self.base.witness.as_mut().and_then(|witness| witness.receive(&mut self.buffer)) {
            match self.base.sealer.open(&self.buffer[..length]) {
                Ok(packet) => self.feed(Input::Witness { packet }),
                Err(reason) => {
                    let text = format!("an answer of the witness is dropped: {reason}; compare its keys with authkeys");
                    tell(&self.base.events, Event::Notice(Notice::new("witness-seal-bad", Severity::Warning, text)));
                }
            }
        }
    }

    fn tell_troubles(&mut self) {
        for (link, trouble) in self.base.media.take_news() {
            match &trouble {
                Some(_) => self.troubled.insert(link),
                None => self.troubled.remove(&link),
            };
            self.feed(Input::LinkTrouble { link, trouble });
        }
    }

    /// A second announcement is answered at once; the first one may still wait.
    fn announce_stall(&mut self, span: Duration, token: Token) {
        let former = self.staller.replace(token);
        self.feed(Input::AnnounceStall { span });
        self.staller = self.staller.take().or(former);
    }

    fn report(&self, token: Token) {
        let status = self.base.engine.status(self.base.clock.now());
        let report = EngineReport { status, troubled: self.troubled.clone() };
        tell(&self.base.events, Event::Report(token, Box::new(report)));
    }

    fn prove_life(&mut self) {
        let now = self.base.clock.now();
        if let Some(still) = self.base.watcher.stalled(now) {
            give_up(&format!("the node loop has not moved for {} s", still.as_secs()));
        }
        if now.since(self.fed) >= FEED_EVERY
            && let Some(watchdog) = &mut self.base.watchdog
        {
            self.fed = now;
            if let Err(e) = watchdog.feed() {
                let text = format!("the watchdog does not take its food ({e}): it will reset this host");
                tell(&self.base.events, Event::Notice(Notice::new("watchdog-failed", Severity::Critical, text)));
            }
        }
    }
}

/// Gives an event to the node loop, which has room for seconds of them; if it has none left, it does not think any more.
fn tell(events: &Sender<Event>, event: Event) {
    if events.offer(event).is_err() {
        give_up("the node loop does not take what the cluster engine delivers");
    }
}

/// Ends the process at once; the supervisor starts it anew, and the resources stay as they are.
fn give_up(why: &str) -> ! {
    eprintln!("heartbeat: {why}: ending the brain, so that its peers do not take it for alive");
    std::process::exit(crate::brain::EXIT_STALLED.into())
}
