//! The clients' door: who is let through, who is told what, and who is given up on.

use super::*;
use api::frame;
use api::{Asked, VERSION};
use rustix::event::{PollFd, poll};
use std::io::Write;
use std::os::unix::net::UnixStream;

struct Door {
    _dir: tempfile::TempDir,
    clients: Clients,
    socket: std::path::PathBuf,
    now: Instant,
}

impl Door {
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("s");
        let clients = Clients::listen(&socket, Authority::of_host()).unwrap();
        Self { _dir: dir, clients, socket, now: Instant::now() }
    }

    fn connect(&mut self) -> UnixStream {
        let stream = UnixStream::connect(&self.socket).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        self.clients.accept(self.now);
        stream
    }

    /// One turn of the loop.
    fn turn(&mut self) -> Option<Question> {
        let ready: Vec<(Token, PollFlags)> = self
            .clients
            .descriptors()
            .map(|(token, fd, interest)| {
                let mut fds = [PollFd::from_borrowed_fd(fd, interest)];
                poll(&mut fds, Some(&rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 })).unwrap();
                (token, fds[0].revents())
            })
            .collect();
        for (token, flags) in ready {
            self.clients.service(token, flags, self.now);
        }
        self.clients.next_question(self.now)
    }
}

fn ask(stream: &mut UnixStream, request: Request) {
    frame::write(stream, &Asked { version: VERSION, client: "test".into(), request }).unwrap();
}

fn hear(stream: &mut UnixStream) -> Reply {
    frame::read(stream).unwrap().expect("a reply")
}

fn kind(reply: &Reply) -> Option<Refusal> {
    if let Reply::Rejected { kind, .. } = reply { Some(*kind) } else { None }
}

#[test]
fn a_question_is_handed_out_with_its_asker_and_its_answer_is_carried_back() {
    let mut door = Door::open();
    let mut stream = door.connect();
    ask(&mut stream, Request::Cib);
    let question = door.turn().expect("a question");
    assert!(question.client.ends_with(" via test"), "{}", question.client);
    door.clients.answer(question.token, &Reply::Done, door.now);
    assert_eq!(hear(&mut stream), Reply::Done);
}

#[test]
fn the_second_question_of_a_client_waits_for_the_answer_to_its_first() {
    let mut door = Door::open();
    let mut stream = door.connect();
    ask(&mut stream, Request::Cib);
    ask(&mut stream, Request::Status);
    let first = door.turn().expect("the first");
    assert_eq!(door.turn(), None);
    door.clients.answer(first.token, &Reply::Done, door.now);
    assert_eq!(door.turn().expect("the second").request, Request::Status);
}

#[test]
fn a_client_of_another_version_is_told_so_in_words() {
    let mut door = Door::open();
    let mut stream = door.connect();
    let other = br#"{"version":99,"hello":"you"}"#;
    stream.write_all(&u32::try_from(other.len()).unwrap().to_be_bytes()).unwrap();
    stream.write_all(other).unwrap();
    assert_eq!(door.turn(), None);
    let reply = hear(&mut stream);
    assert!(
        matches!(&reply, Reply::Rejected { kind: Refusal::Invalid, reason, .. } if reason.contains("version 99")),
        "{reply:?}"
    );
}

#[test]
fn what_is_no_message_is_answered_once_and_the_client_is_gone() {
    for nonsense in [&b"\xff\xff\xff\xff"[..], b"\0\0\0\x02{]", b"\0\0\0\x02{}"] {
        let mut door = Door::open();
        let mut stream = door.connect();
        stream.write_all(nonsense).unwrap();
        assert_eq!(door.turn(), None);
        assert_eq!(kind(&hear(&mut stream)), Some(Refusal::Invalid));
        assert_eq!(door.clients.connections.len(), 0);
    }
}

#[test]
fn a_follower_gets_the_past_and_then_each_new_event() {
    let event =
        |text: &str| Event { at_ms: 1, node: "a".into(), id: "x".into(), severity: "info".into(), text: text.into() };
    let mut door = Door::open();
    let (mut follower, mut reader) = (door.connect(), door.connect());
    ask(&mut follower, Request::Events { last: 1, follow: true });
    ask(&mut reader, Request::Events { last: 1, follow: false });
    for follow in [true, false] {
        let question = door.turn().expect("a question");
        door.clients.answer_events(question.token, [event("past")].iter(), follow, door.now);
    }
    door.clients.publish(&event("new"), door.now);
    assert_eq!([hear(&mut follower), hear(&mut follower)], [Reply::Event(event("past")), Reply::Event(event("new"))]);
    assert_eq!([hear(&mut reader), hear(&mut reader)], [Reply::Event(event("past")), Reply::EndOfEvents]);
}

#[test]
fn a_question_that_nobody_answers_ends_at_its_own_limit() {
    let mut door = Door::open();
    let mut stream = door.connect();
    ask(&mut stream, Request::WaitIdle { timeout_ms: 500 });
    assert!(door.turn().is_some());
    door.clients.expire(door.now + Duration::from_millis(499));
    assert!(door.clients.connections.values().all(|connection| !connection.answer_is_late(door.now)));
    door.clients.expire(door.now + Duration::from_millis(500));
    assert_eq!(kind(&hear(&mut stream)), Some(Refusal::Timeout));
}

#[test]
fn a_client_that_stops_in_the_middle_of_a_message_is_given_up_on() {
    let mut door = Door::open();
    let mut stream = door.connect();
    stream.write_all(b"\0\0\0\x20{").unwrap();
    assert_eq!(door.turn(), None);
    door.clients.expire(door.now + Duration::from_secs(9));
    assert_eq!(door.clients.connections.len(), 1);
    door.clients.expire(door.now + Duration::from_secs(11));
    assert_eq!(door.clients.connections.len(), 0);
}

#[test]
fn a_follower_that_does_not_read_is_dropped_before_it_costs_memory() {
    let mut door = Door::open();
    let mut stream = door.connect();
    ask(&mut stream, Request::Events { last: 0, follow: true });
    let question = door.turn().expect("a question");
    door.clients.answer_events(question.token, std::iter::empty(), true, door.now);
    let big = Event { at_ms: 1, node: "a".into(), id: "x".into(), severity: "info".into(), text: "x".repeat(100_000) };
    for _ in 0..100 {
        door.clients.publish(&big, door.now);
    }
    assert_eq!(door.clients.connections.len(), 0);
}

#[test]
fn a_client_that_hangs_up_is_forgotten_even_while_its_question_is_open() {
    let mut door = Door::open();
    let mut stream = door.connect();
    ask(&mut stream, Request::Cib);
    let question = door.turn().expect("a question");
    drop(stream);
    assert_eq!(door.turn(), None);
    assert_eq!(door.clients.connections.len(), 0);
    door.clients.answer(question.token, &Reply::Done, door.now);
}

#[test]
fn more_clients_than_the_quota_are_turned_away() {
    let mut door = Door::open();
    let streams: Vec<UnixStream> = (0..CLIENTS_MAX + 5).map(|_| door.connect()).collect();
    assert_eq!((streams.len(), door.clients.connections.len()), (CLIENTS_MAX + 5, CLIENTS_MAX));
}

#[test]
fn a_socket_left_by_an_earlier_life_is_replaced() {
    let door = Door::open();
    assert!(Clients::listen(&door.socket, Authority::of_host()).is_ok());
}
