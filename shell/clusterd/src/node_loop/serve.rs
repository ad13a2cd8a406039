//! Serving clients: their questions to the node, the node's answers to them, and what the loop answers itself.

use super::wait::Ready;
use super::{NodeLoop, status};
use crate::brain::{self, EXIT_RESTART, EngineReport};
use crate::clients::{Question, Token, refusal};
use crate::config;
use crate::convert;
use crate::messaging_loop::Order;
use api::{Refusal, Reply, Request};
use messaging::contract::StallAnswer;
use model::{NodeName, Notice, Severity};
use node::contract::{Input, RequestId};
use std::time::{Duration, Instant};

impl NodeLoop {
    /// Takes in who waits, reads what was said, and answers what can be answered.
    pub(super) fn serve_clients(&mut self, ready: Ready) {
        let now = Instant::now();
        if ready.door {
            self.parts.clients.accept(now);
        }
        for (token, flags) in ready.clients {
            self.parts.clients.service(token, flags, now);
        }
        while let Some(question) = self.parts.clients.next_question(now) {
            self.answer(question);
        }
    }

    fn answer(&mut self, question: Question) {
        let Question { token, request, client } = question;
        match request {
            Request::Status => self.engine.send(Order::Report(token)),
            Request::Pause { millis } => self.engine.send(Order::Stall(Duration::from_millis(millis), token)),
            Request::Events { last, follow } => self.answer_events(token, last, follow),
            Request::Reload => {
                let reply = self.reload();
                self.parts.clients.answer(token, &reply, Instant::now());
            }
            other @ (Request::Cib
            | Request::Change(_)
            | Request::Cleanup { .. }
            | Request::Fail { .. }
            | Request::WaitIdle { .. }
            | Request::Shutdown) => {
                let request =
                    convert::request(other).expect("all that the loop does not answer itself is for the node");
                let id = self.new_request();
                self.asked.insert(id, token);
                self.feed(Input::Request { id, request, client });
            }
        }
    }

    fn answer_events(&mut self, token: Token, last: u32, follow: bool) {
        let past = &self.parts.past;
        let skip = past.len().saturating_sub(usize::try_from(last).unwrap_or(usize::MAX));
        self.parts.clients.answer_events(token, past.iter().skip(skip), follow, Instant::now());
    }

    /// The engine's part has come: the answer is complete.
    pub(super) fn answer_status(&mut self, token: Token, report: &EngineReport) {
        let status = status::status(&self.parts.configuration, &self.node.status(), report);
        self.parts.clients.answer(token, &Reply::Status(Box::new(status)), Instant::now());
    }

    /// What became of an announced stall.
    pub(super) fn answer_pause(&mut self, token: Token, answer: &StallAnswer) {
        let reply = match answer {
            StallAnswer::Heard => Reply::Done,
            StallAnswer::Refused(reason) => refusal(Refusal::Unavailable, reason, ""),
            StallAnswer::Unheard(names) => {
                let names: Vec<&str> = names.iter().map(NodeName::as_str).collect();
                let reason = format!("not heard by {}: nobody waits, do not pause this host now", names.join(", "));
                refusal(Refusal::Timeout, &reason, "")
            }
        };
        self.parts.clients.answer(token, &reply, Instant::now());
    }

    /// Reads both files again, and looks whether a new brain could start from the CIB on disk. Other keys are used from now on; another ha.cf needs a new brain, which leaves all resources as they are.
    pub(super) fn reload(&mut self) -> Reply {
        match brain::check(&self.parts.layout) {
            Err(e) => {
                let text = format!("not reloaded, going on as before: {e}");
                self.tell(Notice::new("reload-refused", Severity::Error, &text));
                refusal(Refusal::Invalid, &text, "")
            }
            Ok(new) if new.ha_text != self.parts.configuration.ha_text => {
                self.tell(Notice::new(
                    "restart",
                    Severity::Info,
                    "ha.cf has changed: starting the brain anew, resources stay as they are",
                ));
                self.exit = Some(EXIT_RESTART);
                Reply::Done
            }
            Ok(new) => {
                let said = if new.keys == self.parts.configuration.keys {
                    "Configuration unchanged."
                } else {
                    "Rereading authentication file."
                };
                self.engine.send(Order::Keys(Box::new(config::keyring(&new.ha, &new.keys))));
                self.tell(Notice::new("reload", Severity::Info, said));
                self.parts.configuration = new;
                Reply::Done
            }
        }
    }

    /// The node has answered; whoever asked may have gone.
    pub(super) fn carry_back(&mut self, id: RequestId, reply: node::contract::Reply) {
        if let (Some(token), Some(reply)) = (self.asked.remove(&id), convert::reply(reply)) {
            self.parts.clients.answer(token, &reply, Instant::now());
        }
    }
}
