//! The world and its witness: a vote on a host of its own, which the hosts reach by a way of their own.

use super::World;
use super::queue::Event;
use messaging::contract::Opened;
use messaging::witness::{Verdict, Witness};
use model::{Instant, Rng};

/// Our cluster, as the witness calls it.
const CLUSTER: &str = "simulated";

/// A witness that serves us, and knows of no former grant.
pub(super) fn born(rng: &mut Rng, now: Instant) -> Witness {
    let mut witness = Witness::new(rng.next_u64());
    witness.serve(CLUSTER, None, now);
    witness
}

impl World {
    /// It loses what was not on disk; its last grant is.
    pub(super) fn restart_witness(&mut self) {
        let past = self.granted.clone();
        self.witness = Witness::new(self.rng.next_u64());
        self.witness.serve(CLUSTER, past, self.now);
    }

    pub(super) fn send_to_witness(&mut self, host: usize, packet: &[u8]) {
        if self.reaches_witness(host) {
            let delay = self.network.way(&mut self.rng);
            let packet = Self::opened(packet);
            self.after(delay, Event::Question { host, packet });
        }
    }

    pub(super) fn ask_witness(&mut self, host: usize, packet: &Opened) {
        let answer = match self.witness.on_question(self.now, CLUSTER, packet) {
            Verdict::Silent(_) => return,
            Verdict::Answer(answer) => answer,
            Verdict::SaveFirst { grant, answer } => {
                self.granted = Some(grant);
                self.witness.saved(CLUSTER);
                answer
            }
        };
        if self.reaches_witness(host) {
            let delay = self.network.way(&mut self.rng);
            self.after(delay, Event::Answer { host, packet: Self::opened(&answer) });
        }
    }

    fn reaches_witness(&mut self, host: usize) -> bool {
        let lost = self.network.loss;
        !self.network.without_witness.contains(&host) && !self.rng.chance(lost)
    }
}
