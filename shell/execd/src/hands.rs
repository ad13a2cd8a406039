//! The loop: waits for descriptors and the machine's deadline, brings facts to the machine and carries out its intentions.

use crate::agents::{Agents, Stream};
use crate::door::Door;
use crate::link::Link;
use crate::pace::Pace;
use crate::shield::Shield;
use crate::sys::{self, Bell};
use crate::{say, wire};
use api::hands::{Answer, Order};
use executor::contract::{Input, Output, Report, RunId};
use executor::{Executor, Settings};
use model::{Instant, Machine, WallTime};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::collections::VecDeque;
use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Connections that have not attached; more than that come by mistake.
const VISITORS_MAX: usize = 4;

/// The process.
pub(crate) struct Hands {
    born: std::time::Instant,
    machine: Executor,
    agents: Agents,
    bell: Bell,
    door: Door,
    brain: Option<Link>,
    visitors: VecDeque<Link>,
    stopping: bool,
}

/// What a descriptor that is ready belongs to.
#[derive(Clone, Copy)]
enum Source {
    Bell,
    Door,
    Brain,
    Visitors,
    Agent(RunId, Stream),
}

impl Hands {
    /// Takes over the process.
    pub(crate) fn new(settings: Settings, door: Door) -> io::Result<Self> {
        sys::keep_descriptors_from_children();
        rustix::process::chdir("/")?;
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
        // Daemons that agents leave behind become our children: buried at once when they end, otherwise left alone.
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
        Ok(Self {
            born: std::time::Instant::now(),
            machine: Executor::new(settings),
            agents: Agents::new(Shield::raise(), Pace::quicken()),
            bell: Bell::hang()?,
            door,
            brain: None,
            visitors: VecDeque::new(),
            stopping: false,
        })
    }

    /// Works until told to stop and nothing is under way.
    pub(crate) fn work(mut self) -> io::Result<()> {
        while !(self.stopping && self.machine.is_idle()) {
            for source in self.wait()? {
                self.serve(source);
            }
            if self.machine.deadline().is_some_and(|deadline| deadline <= self.now()) {
                self.machine.handle(self.now(), Input::Clock(wall_time()));
                self.machine.wake(self.now());
                self.carry_out();
            }
        }
        Ok(())
    }

    /// Sleeps until something is ready or due.
    fn wait(&self) -> io::Result<Vec<Source>> {
        let mut sources = Vec::new();
        let mut polled = Vec::new();
        let mut add = |source, descriptor, flags| {
            sources.push(source);
            polled.push(PollFd::from_borrowed_fd(descriptor, flags));
        };
        // Pipes before the bell: what an agent said is read before its end is told.
        for (run, stream, pipe) in self.agents.pipes() {
            add(Source::Agent(run, stream), pipe.as_fd(), PollFlags::IN);
        }
        add(Source::Bell, self.bell.as_fd(), PollFlags::IN);
        if let Some(brain) = &self.brain {
            add(Source::Brain, brain.as_fd(), interest(brain));
        }
        for visitor in &self.visitors {
            add(Source::Visitors, visitor.as_fd(), PollFlags::IN);
        }
        add(Source::Door, self.door.as_fd(), PollFlags::IN);
        match poll(&mut polled, self.patience().as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let ready = sources.into_iter().zip(&polled).filter(|(_, polled)| !polled.revents().is_empty());
        Ok(ready.map(|(source, _)| source).collect())
    }

    /// How long nothing is due; `None` for ever.
    fn patience(&self) -> Option<Timespec> {
        let left = self.machine.deadline()?.since(self.now());
        Some(Timespec::try_from(left).unwrap_or(Timespec { tv_sec: 1, tv_nsec: 0 }))
    }

    fn serve(&mut self, source: Source) {
        match source {
            Source::Agent(run, stream) => self.agents.read(run, stream),
            Source::Bell => self.answer_bell(),
            Source::Brain => self.hear_brain(),
            Source::Visitors => self.hear_visitors(),
            Source::Door => self.let_in(),
        }
    }

    fn answer_bell(&mut self) {
        self.bell.silence();
        while let Some(dead) = sys::find_dead() {
            if let Some(run) = self.agents.run_of(dead.pid) {
                let printed = self.agents.last_words(run);
                self.tell(Input::Ended { run, exit: dead.exit, stdout: printed.stdout, stderr: printed.stderr });
                self.agents.remove(run);
            }
            sys::bury(dead.pid);
        }
        if sys::told_to_stop() && !self.stopping {
            self.stop();
        }
    }

    fn stop(&mut self) {
        self.stopping = true;
        self.tell(Input::Stop);
    }

    fn let_in(&mut self) {
        while let Some(stream) = self.door.accept() {
            if let Ok(link) = Link::new(stream) {
                self.visitors.push_back(link);
            }
        }
        let excess = self.visitors.len().saturating_sub(VISITORS_MAX);
        self.visitors.drain(..excess);
    }

    /// Who attaches becomes the brain; who says anything else, or goes, is let go.
    fn hear_visitors(&mut self) {
        for mut visitor in std::mem::take(&mut self.visitors) {
            match visitor.receive::<Order>() {
                Ok(orders) if orders.is_empty() => self.visitors.push_back(visitor),
                Ok(orders) => self.welcome(visitor, orders),
                Err(_) => {}
            }
        }
    }

    fn welcome(&mut self, mut visitor: Link, orders: Vec<Order>) {
        let Some(Order::Attach { version, .. }) = orders.first() else { return };
        if *version != api::VERSION {
            let reason = format!("these hands speak version {} of their protocol, not {version}", api::VERSION);
            // It goes either way.
            let _ = visitor.send(&Answer::Refused { reason });
            return;
        }
        if let Some(mut old) = self.brain.replace(visitor) {
            let _ = old.send(&Answer::Refused { reason: "another brain attached".to_owned() });
        }
        self.obey(orders);
    }

    fn hear_brain(&mut self) {
        let Some(brain) = &mut self.brain else { return };
        match brain.flush().and_then(|()| brain.receive::<Order>()) {
            Ok(orders) => self.obey(orders),
            Err(_) => self.lose_brain(),
        }
    }

    fn lose_brain(&mut self) {
        if self.brain.take().is_some() {
            self.machine.handle(self.now(), Input::Detached);
        }
    }

    fn obey(&mut self, orders: Vec<Order>) {
        for order in orders {
            match order {
                Order::Attach { environment, .. } => {
                    self.tell(Input::Environment(environment));
                    self.tell(Input::Attached);
                }
                Order::Run(operation) => self.tell(Input::Run(wire::operation_in(operation))),
                Order::Cancel { resource, action, interval_ms } => self.tell(Input::Cancel {
                    resource: resource.as_str().into(),
                    action,
                    interval: Duration::from_millis(interval_ms),
                }),
                Order::Stop => self.stop(),
            }
        }
    }

    /// Brings a fact to the machine and carries out what comes of it.
    fn tell(&mut self, fact: Input) {
        self.machine.handle(self.now(), Input::Clock(wall_time()));
        self.machine.handle(self.now(), fact);
        self.carry_out();
    }

    fn carry_out(&mut self) {
        while let Some(output) = self.machine.poll() {
            match output {
                Output::Spawn { run, command } => {
                    if let Err(exit) = self.agents.spawn(run, &command) {
                        let (stdout, stderr) = (String::new(), String::new());
                        self.machine.handle(self.now(), Input::Ended { run, exit, stdout, stderr });
                    }
                }
                Output::Signal { run, signal } => self.agents.signal(run, signal),
                Output::Report(report) => self.say(&Answer::Report(wire::report_out(&report))),
                Output::State(reports) => self.say(&Answer::State { reports: reports.iter().map(brief).collect() }),
                Output::Notice(notice) => {
                    say(&notice);
                    self.say(&wire::notice_out(&notice));
                }
            }
        }
    }

    fn say(&mut self, answer: &Answer) {
        let Some(brain) = &mut self.brain else { return };
        if let Err(error) = brain.send(answer) {
            say(&format_args!("the brain is gone: {error}"));
            self.lose_brain();
        }
    }

    fn now(&self) -> Instant {
        let micros = self.born.elapsed().as_micros();
        Instant::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }
}

fn interest(link: &Link) -> PollFlags {
    if link.wants_write() { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN }
}

/// For the state of thousands of operations: what they printed was told once.
fn brief(report: &Report) -> api::hands::Report {
    api::hands::Report { output: String::new(), ..wire::report_out(report) }
}

fn wall_time() -> WallTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    WallTime(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
