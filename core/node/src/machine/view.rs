//! The machine at a change of membership: from an installed view to members that agree.

use super::Node;
use crate::command::{Command, Hello};
use crate::contract::Output;
use crate::join::{Join, Verdict};
use crate::leaving::SHUTDOWN;
use crate::{FEATURE_SET, VERSION, membership, notices, replica, state};
use cib::{Digest, Element, Version};
use messaging::contract::View;
use model::{NodeName, Severity};
use std::sync::Arc;

impl Node {
    pub(super) fn on_view(&mut self, view: View) {
        self.ctx.put(Output::ViewAccepted { number: view.number });
        self.note_split(&view);
        self.ctx.outbox.enter(view.number);
        self.repeat_early();
        self.coordinator.enter_view(&mut self.ctx);
        self.requests.enter_view(&view);
        self.under_way = false;
        self.announced = None;
        self.join = Some(Join::new(view));
        self.release_reads();
        let hello = Box::new(self.hello());
        self.ctx.say(&Command::Hello { hello });
    }

    fn hello(&self) -> Hello {
        let Version { admin_epoch, epoch, num_updates } = self.replica.version();
        let own = state::of(self.replica.cib(), &self.ctx.name).filter(|_| self.replica.has_run());
        Hello {
            admin_epoch,
            epoch,
            num_updates,
            digest: Digest::of_tree(self.replica.cib()).to_string(),
            quorate_view: self.replica.quorate_view(),
            promised_view: replica::promised(self.replica.cib()),
            has_run: self.replica.has_run(),
            feature_set: FEATURE_SET.to_owned(),
            version: VERSION.to_owned(),
            at: self.ctx.wall,
            hands: if self.replica.has_run() { self.hands.life() } else { 0 },
            own_state: own.map(Element::to_xml),
            transition: self.coordinator.transition(),
        }
    }

    /// Remembers the configuration as it was when members were lost: what differs from it later was changed without
    /// them.
    fn note_split(&mut self, view: &View) {
        let Some(before) = &self.last_view else { return };
        notices::departed(before, view, self.replica.cib(), &mut self.ctx);
        let lost = before.members.iter().any(|old| view.absent.contains(&old.name));
        if lost && self.before_split.is_none() {
            self.before_split = self.replica.configuration().cloned();
        }
    }

    pub(super) fn on_hello(&mut self, from: &NodeName, hello: Hello) {
        match self.join.as_mut().and_then(|join| join.on_hello(from, hello)) {
            Some(Verdict::Same) => self.complete(),
            Some(Verdict::From(member)) if member == self.ctx.name => {
                let cib = self.replica.cib().to_xml();
                self.ctx.say(&Command::Snapshot { cib });
            }
            Some(Verdict::From(_)) | None => {}
        }
    }

    pub(super) fn on_snapshot(&mut self, from: &NodeName, text: String) {
        if !self.join.as_mut().is_some_and(|join| join.on_snapshot(from)) {
            return;
        }
        if *from != self.ctx.name {
            match cib::parse_owned(text) {
                Ok(chosen) => self.take_other(from, chosen),
                Err(error) => {
                    let text =
                        format!("the CIB that {from} sent cannot be read: {error}; run the same version on all nodes");
                    self.ctx.notice("snapshot-unreadable", Severity::Critical, text);
                    self.join = None;
                    return;
                }
            }
        }
        self.complete();
    }

    /// Another member's CIB is in force from here on.
    fn take_other(&mut self, winner: &NodeName, chosen: Arc<Element>) {
        if self.replica.configuration() != chosen.child("configuration") {
            let title = format!("changes-before-{winner}-{}", self.replica.version());
            self.ctx.put(Output::KeepAside { title, cib: Arc::clone(self.replica.cib()) });
            if self.has_own_changes(&chosen) {
                notices::overruled(winner, &mut self.ctx);
            } else {
                notices::replaced(winner, &mut self.ctx);
            }
            for (id, reply) in self.requests.overruled() {
                self.ctx.reply(id, reply);
            }
            self.give_up_uncertain();
        }
        self.before_split = None;
        self.replica.adopt(chosen);
    }

    /// Whether taking the other CIB undoes something: changes made while members were lost, or a configuration that
    /// claims to be as new as the other and is another.
    fn has_own_changes(&self, chosen: &Element) -> bool {
        let own = self.replica.configuration();
        let changed_alone = self.before_split.is_some() && self.before_split.as_ref() != own;
        let age = |version: Version| (version.admin_epoch, version.epoch);
        let (ours, theirs) = (age(self.replica.version()), age(Version::of(chosen)));
        changed_alone || (ours.0 == theirs.0 && ours.1 >= theirs.1)
    }

    /// All members have the same CIB: what the view means is written into it, and work begins.
    fn complete(&mut self) {
        let Some(join) = &self.join else { return };
        let (view, hellos) = (join.view().clone(), join.hellos());
        let promised = hellos.values().map(|hello| hello.promised_view).max().unwrap_or(0);
        self.replica.enter(&view, promised);
        let mut derived = Arc::clone(self.replica.cib());
        if membership::derive(Arc::make_mut(&mut derived), &view, hellos) {
            self.replica.stamp(Arc::make_mut(&mut derived));
        }
        self.replica.promise(Arc::make_mut(&mut derived));
        self.replica.edit(|cib| *cib = Arc::unwrap_or_clone(derived));
        let is_first = !self.replica.has_run();
        self.replica.begin_view();
        for hello in hellos.values() {
            self.coordinator.learn(hello.transition);
        }
        let said = hellos.get(&self.ctx.name).map_or(0, |hello| hello.hands);
        if view.absent.is_empty() {
            self.before_split = None;
        }
        notices::joined(self.last_view.as_ref(), &view, self.replica.version(), &mut self.ctx);
        self.ctx.put(Output::Joined { view: view.number });
        self.last_view = Some(view);
        self.ctx.outbox.open();
        self.is_first |= is_first;
        self.speak_up(said);
        if self.may_change().is_err() {
            self.give_up_uncertain();
        }
        self.ctx.outbox.release();
        self.apply_early();
        self.ask_for_reads();
    }

    /// What the others have to hear from us in a new view.
    fn speak_up(&mut self, hands_said: u64) {
        if hands_said != self.hands.life() {
            self.meet_hands();
        }
        let own = state::of(self.replica.cib(), &self.ctx.name);
        let known = own.is_some_and(|own| state::attribute(own, SHUTDOWN).is_some());
        self.leaving.remind(known, &mut self.ctx);
        for id in self.requests.idle_waiters() {
            self.ctx.say(&Command::AskIdle { request: id.0 });
        }
    }
}
