//! A plan carried out on paper: each action as soon as all that it waits for is done, its result in the status section.

use super::event::Event;
use super::inject;
use super::record::{Agent, Book, Result};
use super::spec::Spec;
use cib::Element;
use model::{Score, WallTime};
use policy::render::{self, Runs, Vertex};
use policy::state::{ActIx, Cluster, Id, Stage, Task};

/// What came of a plan.
pub(super) struct Executed {
    /// Each action, in the order in which they were done.
    pub done: Vec<Event>,
    /// The CIB afterwards.
    pub cib: Element,
    /// Whether nothing was left that waits for something that never comes.
    pub complete: bool,
}

/// Carries out what is in the graph; the operations in `failures` fail.
pub(super) fn execute(cluster: &Cluster, failures: &[Spec], now: WallTime) -> Executed {
    let state = vec![State::Waiting; cluster.actions.len()];
    let mut run =
        Run { cluster, failures, now, book: Book::new(&cluster.cib), done: Vec::new(), state, stopped: false };
    while run.pass() {}
    let complete = run.stopped || cluster.graph.iter().all(|action| run.state[action.place()] != State::Waiting);
    Executed { done: run.done, cib: run.book.into_cib(), complete }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Done,
    Failed,
}

struct Run<'a> {
    cluster: &'a Cluster,
    failures: &'a [Spec],
    now: WallTime,
    book: Book,
    done: Vec<Event>,
    state: Vec<State>,
    /// After a failure only what is urgent goes on.
    stopped: bool,
}

impl Run<'_> {
    /// Goes through the graph once; whether anything was done.
    fn pass(&mut self) -> bool {
        let mut any = false;
        for action in &self.cluster.graph {
            if self.state[action.place()] == State::Waiting && self.is_ready(*action) {
                any = true;
                self.act(*action);
            }
        }
        any
    }

    fn is_ready(&self, action: ActIx) -> bool {
        let a = &self.cluster.actions[action];
        let own = a.rsc.map_or(0, |rsc| self.cluster.rscs[rsc].priority.value()).max(a.priority);
        let urgent = own >= Score::INFINITY.value();
        let mut inputs = a.before.iter().filter(|link| link.graphed);
        let ready = inputs.all(|link| match self.state[link.action.place()] {
            State::Done => true,
            State::Failed => urgent,
            State::Waiting => false,
        });
        ready && (urgent || !self.stopped || a.facets.pseudo)
    }

    fn act(&mut self, action: ActIx) {
        let vertex = self.cluster.vertex(action);
        let node = vertex.node.map(|node| self.cluster.nodes[node].name.to_string());
        let node = node.as_deref();
        self.state[action.place()] = State::Done;
        match vertex.runs {
            Runs::Pseudo => {
                self.done.push(Event::Pseudo { task: vertex.key.clone(), node: node.map(str::to_owned) });
            }
            Runs::Cluster => self.by_cluster(action, &vertex, node.unwrap_or_default()),
            Runs::Agent => self.by_agent(action, &vertex, node.unwrap_or_default()),
        }
    }

    fn by_cluster(&mut self, action: ActIx, vertex: &Vertex, node: &str) {
        let a = &self.cluster.actions[action];
        if a.task == Task::Fence {
            let word = a.meta("stonith_action").unwrap_or_default();
            self.done.push(Event::Fenced { node: node.to_owned(), how: word.to_owned() });
            if word != "on" {
                self.book.take_down(node);
            }
            return;
        }
        let resource = vertex.resource.as_ref().map(|resource| resource.id.to_string());
        self.done.push(Event::Cluster { task: vertex.operation.clone(), resource, node: node.to_owned() });
    }

    fn by_agent(&mut self, action: ActIx, vertex: &Vertex, node: &str) {
        let (a, cluster) = (&self.cluster.actions[action], self.cluster);
        let (Some(told), Some(rsc)) = (&vertex.resource, a.rsc) else { return };
        let known = cluster.rsc_by_id(&told.id).is_some();
        let name = if known { &told.id } else { told.long_id.as_ref().unwrap_or(&told.id) };
        self.done.push(Event::Agent {
            resource: name.to_string(),
            operation: vertex.operation.clone(),
            interval: a.key.interval,
            node: node.to_owned(),
        });
        let names = [&**name, &*told.id];
        if a.task == Task::Cancel {
            let cancelled = cluster.word(a.cancels.unwrap_or(a.key.task));
            return self.book.cancel(node, names, &format!("{cancelled}_{}", a.key.interval));
        }
        if vertex.operation == "delete" {
            return;
        }
        let xml = &cluster.rscs[rsc].xml;
        let agent = Agent {
            class: xml.attribute("class").unwrap_or_default(),
            provider: xml.attribute("provider"),
            kind: xml.attribute("type").unwrap_or_default(),
        };
        let expected = a.expected.unwrap_or(0);
        let code = self.failure_of(names, vertex, a.key.interval, node).unwrap_or(expected);
        let result = Result {
            task: &vertex.operation,
            interval: a.key.interval,
            notice: a.key.notify.map(|stage| notice(stage, cluster.word(a.key.task))),
            node,
            code,
            expected,
            digest: digest(cluster, action),
            migration: a.meta("migrate_source").zip(a.meta("migrate_target")),
            at: self.now,
        };
        let id = vertex.node.map(|node| &cluster.nodes[node].id);
        let id = if vertex.router.is_some() { Some(node) } else { id.map(|id| &**id) };
        self.book.add(id, names, agent, &result);
        if code != expected {
            let failure = Spec {
                text: String::new(),
                resource: names[0].to_owned(),
                task: vertex.operation.clone(),
                interval: a.key.interval,
                node: node.to_owned(),
                code,
            };
            self.fail(action, &failure);
        }
    }

    /// The code with which an operation is to fail.
    fn failure_of(&self, names: [&str; 2], vertex: &Vertex, interval: u64, node: &str) -> Option<u8> {
        let fits = |spec: &&Spec| {
            names.iter().any(|name| spec.resource.eq_ignore_ascii_case(name))
                && spec.task.eq_ignore_ascii_case(&vertex.operation)
                && spec.interval == interval
                && spec.node.eq_ignore_ascii_case(node)
        };
        self.failures.iter().find(fits).map(|spec| spec.code)
    }

    fn fail(&mut self, action: ActIx, failure: &Spec) {
        self.done.push(Event::Failed { action: render::number(action), code: failure.code });
        self.state[action.place()] = State::Failed;
        self.stopped = true;
        let is_final = match failure.task.as_str() {
            "start" => self.cluster.options.start_failure_fatal,
            task => task == "stop",
        };
        self.done.extend(inject::count_failure(&mut self.book, failure, is_final, self.now));
    }
}

/// `pre_notify_start`
fn notice(stage: Stage, about: &str) -> String {
    format!("{}_notify_{about}", stage.as_str())
}

fn digest(cluster: &Cluster, action: ActIx) -> String {
    let all = render::attributes(cluster, action);
    let own = all.iter().filter(|(name, _)| !name.starts_with("CRM_meta_") && *name != "pcmk_external_ip");
    cib::op_digest(own.map(|(name, value)| (name.as_str(), value.as_str()))).to_string()
}
