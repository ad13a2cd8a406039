//! The witness: a vote without resources on a third host, for clusters that are split into halves.
//!
//! It gives its vote to one half at a time, for a limited time that the half renews. A holder believes in its vote for half of
//! that time, counted from when it asked; so both clocks may run differently and the holder may stall for `deadtime`, and still
//! no two halves ever hold the vote together. The driver keeps each new holder on disk before it is told, so that a restart
//! changes nothing; where the disk says nothing, the vote is given to nobody until any older one must have ended.
//! Not for sockets, files or keys: a question comes here opened, with the name of the cluster whose key opened it.

mod grant;
#[cfg(test)]
mod tests;
pub(crate) mod wire;

pub use grant::Grant;

use crate::contract::{Incarnation, Opened};
use model::{Instant, NodeName, Rng};
use std::collections::BTreeMap;
use std::time::Duration;
use wire::{Answer, Question, Ruling};

/// No vote is given for longer.
pub const LEASE_MAX: Duration = Duration::from_mins(1);

/// The votes for all clusters that this witness serves.
#[derive(Debug)]
pub struct Witness {
    seats: BTreeMap<String, Seat>,
    rng: Rng,
}

/// What follows from a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: the question is not one, or was asked before. For the counters.
    Silent(&'static str),
    /// Seal and send this.
    Answer(Vec<u8>),
    /// Keep the grant durably, call [`Witness::saved`], and only then seal and send the answer.
    SaveFirst {
        /// Who holds the vote now.
        grant: Grant,
        /// What to tell.
        answer: Vec<u8>,
    },
}

/// The vote for one cluster.
#[derive(Debug)]
struct Seat {
    /// Who holds it; nobody at first.
    grant: Grant,
    until: Instant,
    saved: bool,
    /// To be named in every question, so that what was recorded before our start or of an earlier life counts for nothing.
    token: u64,
    /// The last question of each node: its life and number.
    heard: BTreeMap<NodeName, (Incarnation, u64)>,
}

impl Witness {
    /// A witness that serves no cluster yet; `seed` must not be foreseeable by others.
    pub fn new(seed: u64) -> Self {
        Self { seats: BTreeMap::new(), rng: Rng::from_seed(seed) }
    }

    /// Serves a cluster from now on. `past` is the grant that is on disk; without one there may have been any.
    pub fn serve(&mut self, cluster: &str, past: Option<Grant>, now: Instant) {
        let token = self.token();
        let lease = past.as_ref().map_or(LEASE_MAX, |grant| grant.lease.min(LEASE_MAX));
        let grant = past.unwrap_or_default();
        let seat = Seat { grant, until: now + lease, saved: true, token, heard: BTreeMap::new() };
        self.seats.entry(cluster.to_owned()).or_insert(seat);
    }

    /// What a node of this cluster asks.
    pub fn on_question(&mut self, now: Instant, cluster: &str, packet: &Opened) -> Verdict {
        let Ok(question) = wire::question(packet.bytes()) else { return Verdict::Silent("not a question") };
        let fresh = self.token();
        let Some(seat) = self.seats.get_mut(cluster) else { return Verdict::Silent("no such cluster") };
        seat.on_question(now, &question, fresh)
    }

    /// The grant of this cluster is on disk.
    pub fn saved(&mut self, cluster: &str) {
        if let Some(seat) = self.seats.get_mut(cluster) {
            seat.saved = true;
        }
    }

    /// Who holds the vote of a cluster, if anybody does.
    pub fn holder(&self, cluster: &str, now: Instant) -> Option<&Grant> {
        self.seats.get(cluster).filter(|seat| seat.until > now).map(|seat| &seat.grant)
    }

    /// Never 0, which is what a node names before it was told any.
    fn token(&mut self) -> u64 {
        self.rng.next_u64().max(1)
    }
}

impl Seat {
    fn on_question(&mut self, now: Instant, question: &Question, fresh: u64) -> Verdict {
        if question.token != self.token {
            return answer(question, Ruling::Introduce { token: self.token });
        }
        let life = (question.asker.incarnation, question.number);
        match self.heard.get(&question.asker.name) {
            Some((incarnation, _)) if life.0 < *incarnation && now >= self.until => {
                return self.ask_for_proof(question, fresh);
            }
            Some(last) if life <= *last => return Verdict::Silent("asked before"),
            Some(_) | None => {}
        }
        if !question.members.contains(&question.asker) {
            return Verdict::Silent("asked for others");
        }
        self.heard.insert(question.asker.name.clone(), life);
        self.rule(now, question)
    }

    /// An older life than we know, while nobody holds the vote: a recording, or a host that lost its identity. Only a living
    /// one can name a token that was never used.
    fn ask_for_proof(&mut self, question: &Question, fresh: u64) -> Verdict {
        self.token = fresh;
        self.heard.remove(&question.asker.name);
        answer(question, Ruling::Introduce { token: self.token })
    }

    fn rule(&mut self, now: Instant, question: &Question) -> Verdict {
        if now < self.until && !self.grant.is_continued_by(&question.members) {
            return answer(question, Ruling::Refused { wait: self.until.since(now) });
        }
        let grant = Grant::new(&question.members, question.lease.min(LEASE_MAX));
        self.until = now + grant.lease;
        let lease = grant.lease;
        self.saved &= grant == self.grant;
        self.grant = grant;
        match (self.saved, answer(question, Ruling::Granted { lease })) {
            (false, Verdict::Answer(answer)) => Verdict::SaveFirst { grant: self.grant.clone(), answer },
            (_, verdict) => verdict,
        }
    }
}

fn answer(question: &Question, ruling: Ruling) -> Verdict {
    Verdict::Answer(wire::encode_answer(&Answer { nonce: question.nonce, ruling }))
}
