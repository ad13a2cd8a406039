//! The world and a host's hands: their machine, the agents it spawns, and the line to the brain.

use super::World;
use super::queue::Event;
use crate::host::Hands;
use executor::contract::{Exit, Input, Operation, Output, RunId, Signal};
use executor::{Executor, Settings};
use model::{Machine, ResourceId};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

impl World {
    /// Starts hands where there are none.
    pub(crate) fn start_hands(&mut self, host: usize) {
        if self.hosts[host].hands.is_none() {
            self.hosts[host].lives += 1;
            let executor = Executor::new(Settings::for_cores(2));
            self.hosts[host].hands = Some(Hands { executor, runs: BTreeMap::new(), signalled: BTreeSet::new() });
        }
    }

    /// The hands are gone, and soon there are others; services and brain stay.
    pub fn replace_hands(&mut self, host: usize) {
        if self.hosts[host].hands.take().is_none() {
            return;
        }
        self.say(host, || "loses its hands".to_owned());
        self.start_hands(host);
        let (boot, life) = (self.hosts[host].boots, self.hosts[host].lives);
        let input = node::contract::Input::HandsLost;
        self.after(Duration::ZERO, Event::Node { host, boot, input: Box::new(input) });
        self.after(Duration::from_millis(50), Event::Attach { host, boot, life });
    }

    pub(super) fn attach_hands(&mut self, host: usize, life: u64) {
        if self.hosts[host].lives == life {
            self.tell_hands(host, Input::Attached);
        }
    }

    pub(super) fn detach_hands(&mut self, host: usize) {
        self.tell_hands(host, Input::Detached);
    }

    pub(super) fn order(&mut self, host: usize, operation: Operation) {
        self.tell_hands(host, Input::Run(operation));
    }

    pub(super) fn cancel(&mut self, host: usize, resource: ResourceId, action: String, interval: Duration) {
        self.tell_hands(host, Input::Cancel { resource, action, interval });
    }

    pub(super) fn wake_hands(&mut self, host: usize) {
        let (now, wall) = (self.now, self.wall(host));
        let Some(hands) = &mut self.hosts[host].hands else { return };
        if hands.executor.deadline().is_some_and(|at| at <= now) {
            hands.executor.handle(now, Input::Clock(wall));
            hands.executor.wake(now);
            self.drain_hands(host);
        }
    }

    fn tell_hands(&mut self, host: usize, input: Input) {
        let (now, wall) = (self.now, self.wall(host));
        if let Some(hands) = &mut self.hosts[host].hands {
            hands.executor.handle(now, Input::Clock(wall));
            hands.executor.handle(now, input);
            self.drain_hands(host);
        }
    }

    fn drain_hands(&mut self, host: usize) {
        while let Some(output) = self.hosts[host].hands.as_mut().and_then(|hands| hands.executor.poll()) {
            self.heed_hands(host, output);
        }
    }

    fn heed_hands(&mut self, host: usize, output: Output) {
        let (boot, life) = (self.hosts[host].boots, self.hosts[host].lives);
        let input = match output {
            Output::Spawn { run, command } => return self.spawn(host, run, &command),
            Output::Signal { run, signal } => return self.signal(host, run, signal),
            Output::Notice(notice) => return self.say(host, || format!("{}: {}", notice.id, notice.text)),
            Output::Report(report) => {
                self.judge(|checker, sight| checker.on_report(sight, host, &report));
                node::contract::Input::Report(report)
            }
            Output::State(reports) => node::contract::Input::Hands { life, reports },
        };
        self.after(Duration::ZERO, Event::Node { host, boot, input: Box::new(input) });
    }

    fn spawn(&mut self, host: usize, run: RunId, command: &executor::contract::Command) {
        let life = self.hosts[host].lives;
        self.judge(|checker, sight| checker.on_spawn(sight, host, command));
        let begun = self.hosts[host].services.begin(command, &mut self.rng);
        if let Some(time) = begun.end {
            self.after(time, Event::Ended { host, life, run, exit: None });
        }
        if let Some(hands) = &mut self.hosts[host].hands {
            hands.runs.insert(run, begun);
        }
    }

    fn signal(&mut self, host: usize, run: RunId, signal: Signal) {
        let Some(hands) = &mut self.hosts[host].hands else { return };
        let Some(begun) = hands.runs.get(&run) else { return };
        hands.signalled.insert((begun.resource.clone(), begun.action.clone()));
        if !begun.heeds(signal) {
            return;
        }
        let number = match signal {
            Signal::Terminate => 15,
            Signal::Kill => 9,
        };
        let life = self.hosts[host].lives;
        self.after(Duration::from_millis(1), Event::Ended { host, life, run, exit: Some(Exit::Signal(number)) });
    }

    /// A process has ended: by a signal, or by itself with what the agent answers.
    pub(super) fn agent_ended(&mut self, host: usize, life: u64, run: RunId, killed: Option<Exit>) {
        let this = &mut self.hosts[host];
        if this.lives != life {
            return;
        }
        let Some(begun) = this.hands.as_mut().and_then(|hands| hands.runs.remove(&run)) else { return };
        let exit = killed.unwrap_or_else(|| self.hosts[host].services.end(&begun));
        self.tell_hands(host, Input::Ended { run, exit, stdout: String::new(), stderr: String::new() });
    }
}
