//! One client's conversations with brains: an act becomes a request, a reply becomes what the client was told.

use crate::endure::doors::Doors;
use crate::endure::history::{Act, Told};
use crate::endure::keys::{COUNTING_NODE, Key};
use api::{Change, Client, Refusal, Reply, Request, Status};
use std::sync::Arc;
use std::time::Duration;

/// How long a client waits for an answer.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// What came of one request.
#[derive(Debug)]
pub enum Answer {
    /// A reply.
    Reply(Box<Reply>),
    /// It was never asked: nobody listens there.
    NotAsked,
    /// It was asked, and there is no reply.
    Lost,
}

/// A connection to one host at a time.
#[derive(Debug)]
pub struct Caller {
    doors: Arc<Doors>,
    open: Option<(usize, Client)>,
}

impl Caller {
    /// Not yet connected.
    pub fn new(doors: Arc<Doors>) -> Self {
        Self { doors, open: None }
    }

    /// Asks the brain of a host.
    pub fn ask(&mut self, host: usize, request: &Request) -> Answer {
        let Some(mut client) = self.connect(host) else { return Answer::NotAsked };
        match client.request(request) {
            Ok(reply) => {
                self.open = Some((host, client));
                Answer::Reply(Box::new(reply))
            }
            Err(_) => Answer::Lost,
        }
    }

    /// The reply, if there is one.
    pub fn reply(&mut self, host: usize, request: &Request) -> Option<Reply> {
        match self.ask(host, request) {
            Answer::Reply(reply) => Some(*reply),
            Answer::NotAsked | Answer::Lost => None,
        }
    }

    /// What the host says about itself.
    pub fn status(&mut self, host: usize) -> Option<Status> {
        match self.ask(host, &Request::Status) {
            Answer::Reply(reply) => match *reply {
                Reply::Status(status) => Some(*status),
                Reply::Cib { .. } | Reply::Done | Reply::Rejected { .. } | Reply::Event(_) | Reply::EndOfEvents => None,
            },
            Answer::NotAsked | Answer::Lost => None,
        }
    }

    /// The host's replica, as text.
    pub fn cib(&mut self, host: usize) -> Option<String> {
        match self.ask(host, &Request::Cib) {
            Answer::Reply(reply) => match *reply {
                Reply::Cib { xml } => Some(xml),
                Reply::Status(_) | Reply::Done | Reply::Rejected { .. } | Reply::Event(_) | Reply::EndOfEvents => None,
            },
            Answer::NotAsked | Answer::Lost => None,
        }
    }

    /// Changes a key; not for reading.
    pub fn change(&mut self, host: usize, key: &Key, act: Act) -> Told {
        match self.ask(host, &Request::Change(change(key, act))) {
            Answer::NotAsked => Told::Refused,
            Answer::Lost => Told::Nothing,
            Answer::Reply(reply) => told(&reply),
        }
    }

    fn connect(&mut self, host: usize) -> Option<Client> {
        match self.open.take() {
            Some((open, client)) if open == host => Some(client),
            Some(_) | None => {
                let client = Client::connect(&self.doors.socket(host)?).ok()?;
                Some(client.named("endure").with_deadline(Some(PATIENCE)))
            }
        }
    }
}

fn told(reply: &Reply) -> Told {
    match reply {
        Reply::Done => Told::Done,
        Reply::Rejected { kind: Refusal::Exists, .. } => Told::Exists,
        Reply::Rejected { kind, .. } if *kind != Refusal::Timeout => Told::Refused,
        Reply::Rejected { .. } | Reply::Cib { .. } | Reply::Status(_) | Reply::Event(_) | Reply::EndOfEvents => {
            Told::Nothing
        }
    }
}

/// The request that an act is.
pub fn change(key: &Key, act: Act) -> Change {
    match key {
        Key::Register(name) => {
            let section = || Some("crm_config".to_owned());
            let bare = || format!("<cluster_property_set id=\"{name}\"/>");
            let with = |value: u64| format!("<cluster_property_set id=\"{name}\" score=\"{value}\"/>");
            match act {
                Act::Write(value) => Change::Modify { section: section(), xml: with(value), may_create: true },
                Act::Create(value) => Change::Create { section: section(), xml: with(value) },
                Act::DeleteIf(value) => Change::Delete { section: section(), xml: with(value) },
                Act::Delete | Act::Add | Act::Read => Change::Delete { section: section(), xml: bare() },
            }
        }
        Key::Counter(name) => {
            let value = (act == Act::Add).then(|| "value++".to_owned());
            Change::Attribute { node: COUNTING_NODE.to_owned(), name: name.clone(), value, permanent: true }
        }
    }
}
