//! The harness: nodes, a bus that orders perfectly within a view, disks, hands, and a driver that does one thing at a
//! time until nothing is left to do.

use crate::hands::Hands;
use crate::planner;
use cib::{Digest, Element, Version};
use messaging::contract::{Incarnation, Member, View};
use model::{Instant, Machine, NodeName, ResourceId, WallTime};
use node::contract::{Change, Input, Output, Reply, Request, RequestId, Ticket};
use node::{Node, Setup};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// Three services that belong together, in the order of their start.
pub const CONFIGURATION: &str = r#"
<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0">
  <configuration>
    <crm_config/>
    <nodes/>
    <resources>
      <group id="telephony">
        <primitive id="ip4" class="ocf" provider="toy" type="Toy"/>
        <primitive id="ip5" class="ocf" provider="toy" type="Toy"/>
        <primitive id="proxy" class="ocf" provider="toy" type="Toy"/>
      </group>
    </resources>
    <constraints/>
  </configuration>
  <status/>
</cib>"#;

/// One machine with its disk, its brain while it runs, and its hands.
pub struct Host {
    pub brain: Option<Node>,
    pub disk: Arc<Element>,
    pub hands: Hands,
    pub aside: Vec<String>,
    view: u64,
    delivered: usize,
    boots: u64,
    writing: Vec<(Ticket, Arc<Element>)>,
    /// Writes wait until this is true again.
    pub disk_works: bool,
}

struct Event {
    to: NodeName,
    boot: u64,
    input: Input,
}

type Message = (NodeName, Arc<[u8]>);

/// The whole cluster.
pub struct Cluster {
    pub hosts: BTreeMap<NodeName, Host>,
    pub replies: BTreeMap<RequestId, Reply>,
    /// `sip-a: node-joined: ...`, in the order of happening.
    pub notices: Vec<String>,
    events: VecDeque<Event>,
    said: BTreeMap<u64, Vec<Message>>,
    seniority: Vec<NodeName>,
    now: Instant,
    views: u64,
    requests: u64,
    lives: u64,
    /// Whether enough members answer that a coordinator's view is still theirs.
    pub confirms: bool,
}

pub fn name(text: &str) -> NodeName {
    NodeName::new(text)
}

impl Cluster {
    /// Hosts that are not booted yet, all with the same file.
    pub fn of(names: &[&str]) -> Self {
        let disk = cib::parse(CONFIGURATION).unwrap();
        let host = |place: usize| Host {
            brain: None,
            disk: Arc::clone(&disk),
            hands: Hands::new(100 + place as u64),
            aside: Vec::new(),
            view: 0,
            delivered: 0,
            boots: 0,
            writing: Vec::new(),
            disk_works: true,
        };
        Self {
            hosts: names.iter().enumerate().map(|(place, text)| (name(text), host(place))).collect(),
            replies: BTreeMap::new(),
            notices: Vec::new(),
            events: VecDeque::new(),
            said: BTreeMap::new(),
            seniority: Vec::new(),
            now: Instant::ZERO,
            views: 0,
            requests: 0,
            lives: 1000,
            confirms: true,
        }
    }

    /// All of them booted, in one view, and settled.
    pub fn running(names: &[&str]) -> Self {
        let mut cluster = Self::of(names);
        for text in names {
            cluster.boot(text);
        }
        cluster.partition(&[names]);
        cluster
    }

    /// Starts the brain; it finds the hands that are there.
    pub fn boot(&mut self, text: &str) {
        let wall = self.wall();
        let exclusive_quorum = self.hosts.len() != 2;
        let host = self.hosts.get_mut(&name(text)).unwrap();
        host.boots += 1;
        host.writing.clear();
        let setup = Setup { name: name(text), cib: Arc::clone(&host.disk), seed: host.boots, exclusive_quorum };
        host.brain = Some(Node::new(setup));
        let (life, reports) = (host.hands.life, host.hands.state());
        self.seniority.retain(|other| *other != name(text));
        self.seniority.push(name(text));
        self.input(text, Input::Clock(wall));
        self.input(text, Input::Hands { life, reports });
    }

    /// The brain is gone; the hands and what they keep stay.
    pub fn kill_brain(&mut self, text: &str) {
        self.hosts.get_mut(&name(text)).unwrap().brain = None;
    }

    /// The whole host is gone: with its services, and with what was not on disk yet.
    pub fn power_off(&mut self, text: &str) {
        self.kill_brain(text);
        self.lives += 1;
        self.hosts.get_mut(&name(text)).unwrap().hands = Hands::new(self.lives);
    }

    /// The hands' process is replaced; their services go on.
    pub fn restart_hands(&mut self, text: &str) {
        self.lives += 1;
        let host = self.hosts.get_mut(&name(text)).unwrap();
        let running = std::mem::take(&mut host.hands.running);
        host.hands = Hands::new(self.lives);
        host.hands.running = running;
        let life = self.lives;
        self.input(text, Input::HandsLost);
        self.input(text, Input::Hands { life, reports: Vec::new() });
        self.settle();
    }

    /// Installs one view for each group of booted hosts, and lets them settle.
    pub fn partition(&mut self, groups: &[&[&str]]) {
        self.install(groups);
        self.settle();
    }

    /// Installs the views, with what virtual synchrony asks for: members of an old view have delivered the same
    /// messages of it, and what none has is given back to its sender.
    pub fn install(&mut self, groups: &[&[&str]]) {
        let undelivered = self.complete_old_views();
        let mut installed = Vec::new();
        for group in groups {
            self.views += 1;
            let view = self.view(group);
            for member in &view.members {
                let host = self.hosts.get_mut(&member.name).unwrap();
                (host.view, host.delivered) = (view.number, 0);
                installed.push((member.name.clone(), view.clone()));
            }
        }
        for (from, payload) in undelivered {
            self.feed(&from, Input::Undelivered { payload });
        }
        for (to, view) in installed {
            self.feed(&to, Input::View(view));
        }
    }

    fn complete_old_views(&mut self) -> Vec<Message> {
        let mut undelivered = Vec::new();
        for (view, messages) in std::mem::take(&mut self.said) {
            let members: Vec<_> =
                self.hosts.iter().filter(|(_, host)| host.view == view).map(|(to, _)| to.clone()).collect();
            let common = members.iter().map(|to| self.hosts[to].delivered).max().unwrap_or(0);
            for to in &members {
                for (from, payload) in &messages[self.hosts[to].delivered..common] {
                    self.feed(to, Input::Delivered { from: from.clone(), payload: Arc::clone(payload) });
                }
            }
            undelivered.extend(messages.into_iter().skip(common).filter(|(from, _)| self.hosts[from].view == view));
        }
        undelivered.extend(std::mem::take(&mut self.said).into_values().flatten());
        undelivered
    }

    fn view(&self, group: &[&str]) -> View {
        let is_in = |other: &NodeName| group.contains(&other.as_str());
        let members: Vec<_> = self.seniority.iter().filter(|other| is_in(other)).collect();
        let member =
            |other: &&NodeName| Member { name: (*other).clone(), incarnation: Incarnation(self.hosts[*other].boots) };
        View {
            number: self.views,
            members: members.iter().map(member).collect(),
            coordinator: members[0].clone(),
            quorate: members.len() * 2 > self.hosts.len() || self.hosts.len() == 2,
            absent: self.hosts.keys().filter(|other| !is_in(other)).cloned().collect(),
            newcomers: Vec::new(),
        }
    }

    /// Hands a client's request to a node.
    pub fn ask(&mut self, text: &str, request: Request) -> RequestId {
        self.requests += 1;
        let id = RequestId(self.requests);
        self.input(text, Input::Request { id, request, client: "root via test".to_owned() });
        id
    }

    /// A request and all that follows from it.
    pub fn request(&mut self, text: &str, request: Request) -> Reply {
        let id = self.ask(text, request);
        self.settle();
        self.replies.get(&id).unwrap_or_else(|| panic!("request {id:?} is answered")).clone()
    }

    /// Sets a permanent attribute: the smallest change of the configuration.
    pub fn configure(&mut self, text: &str, attribute: &str, value: &str) -> RequestId {
        let change = Change::Attribute {
            node: name(text),
            name: attribute.to_owned(),
            value: Some(value.to_owned()),
            permanent: true,
        };
        self.ask(text, Request::Change(change))
    }

    pub fn input(&mut self, text: &str, input: Input) {
        let boot = self.hosts[&name(text)].boots;
        self.events.push_back(Event { to: name(text), boot, input });
    }

    /// Recurring operations run once on every host.
    pub fn monitor(&mut self) {
        let wall = self.wall();
        for text in self.hosts.keys().cloned().collect::<Vec<_>>() {
            for report in self.hosts.get_mut(&text).unwrap().hands.tick(wall) {
                self.input(text.as_str(), Input::Report(report));
            }
        }
        self.settle();
    }

    /// Time passes; whoever wanted to be woken is.
    pub fn pass(&mut self, span: Duration) {
        self.now = self.now + span;
        let now = self.now;
        for text in self.hosts.keys().cloned().collect::<Vec<_>>() {
            self.input(text.as_str(), Input::Clock(self.wall()));
            if let Some(brain) = &mut self.hosts.get_mut(&text).unwrap().brain {
                brain.wake(now);
            }
            self.drain(&text);
        }
        self.settle();
    }

    /// Does one thing after another until nothing is left; then all members of a view agree.
    pub fn settle(&mut self) {
        for _ in 0..100_000 {
            if !self.step() {
                self.check_agreement();
                return;
            }
        }
        panic!("the cluster does not come to rest");
    }

    /// Does one thing; false when there was nothing to do.
    pub fn step(&mut self) -> bool {
        if let Some(Event { to, boot, input }) = self.events.pop_front() {
            if self.hosts[&to].boots == boot {
                self.feed(&to, input);
            }
            return true;
        }
        let behind = self.hosts.iter().find(|(_, host)| host.brain.is_some() && host.delivered < self.count(host.view));
        let Some(to) = behind.map(|(to, _)| to.clone()) else { return false };
        let host = self.hosts.get_mut(&to).unwrap();
        let (from, payload) = self.said[&host.view][host.delivered].clone();
        host.delivered += 1;
        self.feed(&to, Input::Delivered { from, payload });
        true
    }

    fn count(&self, view: u64) -> usize {
        self.said.get(&view).map_or(0, Vec::len)
    }

    fn feed(&mut self, to: &NodeName, input: Input) {
        let now = self.now;
        if let Some(brain) = &mut self.hosts.get_mut(to).unwrap().brain {
            brain.handle(now, input);
            self.drain(to);
        }
    }

    fn drain(&mut self, at: &NodeName) {
        while let Some(output) = self.hosts.get_mut(at).unwrap().brain.as_mut().and_then(Machine::poll) {
            self.carry_out(at, output);
        }
    }

    fn carry_out(&mut self, at: &NodeName, output: Output) {
        let wall = self.wall();
        match output {
            Output::Broadcast { payload, .. } => {
                self.said.entry(self.hosts[at].view).or_default().push((at.clone(), payload));
            }
            Output::ViewAccepted { number } => assert_eq!(number, self.hosts[at].view),
            Output::Confirm { view, number } if self.confirms => {
                self.input(at.as_str(), Input::Confirmed { view, number });
            }
            Output::Confirm { .. } | Output::Joined { .. } => {}
            Output::Execute(operation) => {
                if let Some(report) = self.hosts.get_mut(at).unwrap().hands.run(operation, wall) {
                    self.input(at.as_str(), Input::Report(report));
                }
            }
            Output::Cancel { resource, action, interval } => {
                self.hosts.get_mut(at).unwrap().hands.cancel(&resource, &action, interval);
            }
            Output::Plan { number, input } => {
                let plan = Ok(Box::new(planner::plan(&input)));
                self.input(at.as_str(), Input::Planned { number, plan });
            }
            Output::Persist { ticket, cib } => {
                self.hosts.get_mut(at).unwrap().writing.push((ticket, cib));
                self.write(at);
            }
            Output::KeepAside { title, .. } => self.hosts.get_mut(at).unwrap().aside.push(title),
            Output::Reply { id, reply } => {
                assert!(self.replies.insert(id, reply).is_none(), "{id:?} is answered once");
            }
            Output::Notice(notice) => self.notices.push(format!("{at}: {}: {}", notice.id, notice.text)),
            Output::Leave => self.kill_brain(at.as_str()),
        }
    }

    /// Lets the disk write what waits for it.
    pub fn write(&mut self, at: &NodeName) {
        let host = self.hosts.get_mut(at).unwrap();
        if !host.disk_works {
            return;
        }
        let written = std::mem::take(&mut host.writing);
        if let Some((_, cib)) = written.last() {
            host.disk = without_status(cib);
        }
        for (ticket, _) in written {
            self.input(at.as_str(), Input::Persisted(ticket));
        }
    }

    pub fn wall(&self) -> WallTime {
        WallTime(1_795_333_155_000 + i64::try_from(self.now.as_micros() / 1000).unwrap())
    }

    pub fn cib(&self, text: &str) -> &Arc<Element> {
        self.hosts[&name(text)].brain.as_ref().unwrap().cib()
    }

    /// Where a service runs.
    pub fn location(&self, resource: &str) -> Vec<&str> {
        let resource = ResourceId::new(resource);
        let here = self.hosts.iter().filter(|(_, host)| host.hands.running.contains(&resource));
        here.map(|(name, _)| name.as_str()).collect()
    }

    /// What a host's hands did, from its n-th operation on.
    pub fn log(&self, text: &str) -> &[String] {
        &self.hosts[&name(text)].hands.log
    }

    pub fn said(&self, id: &str) -> usize {
        self.notices.iter().filter(|line| line.contains(&format!(": {id}: "))).count()
    }

    /// Members of one view with the same version have the same content; and settled, they have the same version.
    fn check_agreement(&self) {
        let mut seen: BTreeMap<u64, BTreeSet<(Version, Digest)>> = BTreeMap::new();
        for host in self.hosts.values() {
            if let Some(brain) = &host.brain {
                seen.entry(host.view).or_default().insert((Version::of(brain.cib()), Digest::of_tree(brain.cib())));
            }
        }
        for (view, contents) in seen.iter().filter(|(view, _)| **view > 0) {
            assert_eq!(contents.len(), 1, "all members of view {view} have the same CIB");
        }
    }
}

fn without_status(cib: &Element) -> Arc<Element> {
    let mut stored = cib.clone();
    stored.children_mut().retain(|child| child.name() != "status");
    Arc::new(stored.with_child(Element::new("status")))
}
