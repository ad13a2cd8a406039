//! The client against a listener that answers, refuses, stays silent or goes away.

use super::*;
use std::os::unix::net::UnixListener;
use std::thread::{self, JoinHandle};

fn brain_that(play: impl FnOnce(UnixStream) + Send + 'static) -> (tempfile::TempDir, PathBuf, JoinHandle<()>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let listener = UnixListener::bind(&path).unwrap();
    let brain = thread::spawn(move || play(listener.accept().unwrap().0));
    (dir, path, brain)
}

#[test]
fn a_request_carries_version_and_name_and_gets_its_reply() {
    let (_dir, path, brain) = brain_that(|mut stream| {
        let asked: Asked = frame::read(&mut stream).unwrap().unwrap();
        assert_eq!((asked.version, asked.client.as_str()), (VERSION, "crm_mon"));
        assert_eq!(asked.request, Request::Cib);
        frame::write(&mut stream, &Reply::Cib { xml: "<cib/>".into() }).unwrap();
    });
    let mut client = Client::connect(&path).unwrap().named("crm_mon");
    assert_eq!(client.request(&Request::Cib).unwrap(), Reply::Cib { xml: "<cib/>".into() });
    brain.join().unwrap();
}

#[test]
fn nobody_listening_is_said_to_be_not_running() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Client::connect(&dir.path().join("none")), Err(ClientError::NotRunning(_))));
}

#[test]
fn silence_ends_at_the_deadline() {
    let (_dir, path, brain) = brain_that(|stream| {
        let mut stream = stream;
        let _: Option<Asked> = frame::read(&mut stream).unwrap();
        let _: Option<Asked> = frame::read(&mut stream).unwrap();
    });
    let mut client = Client::connect(&path).unwrap().with_deadline(Some(Duration::from_millis(20)));
    assert!(matches!(client.request(&Request::Status), Err(ClientError::Deadline(_))));
    drop(client);
    brain.join().unwrap();
}

#[test]
fn a_brain_that_goes_away_is_said_to_have_closed() {
    let (_dir, path, brain) = brain_that(|mut stream| {
        let _: Option<Asked> = frame::read(&mut stream).unwrap();
    });
    let mut client = Client::connect(&path).unwrap();
    assert!(matches!(client.request(&Request::Status), Err(ClientError::Closed)));
    brain.join().unwrap();
}

#[test]
fn events_end_where_the_brain_says_so() {
    let event = Event { at_ms: 1, node: "a".into(), id: "x".into(), severity: "info".into(), text: "t".into() };
    let sent = event.clone();
    let (_dir, path, brain) = brain_that(move |mut stream| {
        let _: Option<Asked> = frame::read(&mut stream).unwrap();
        frame::write(&mut stream, &Reply::Event(sent)).unwrap();
        frame::write(&mut stream, &Reply::EndOfEvents).unwrap();
    });
    let events: Vec<Event> = Client::connect(&path).unwrap().events(9, false).unwrap().map(Result::unwrap).collect();
    assert_eq!(events, [event]);
    brain.join().unwrap();
}

#[test]
fn the_option_beats_the_default_socket() {
    assert_eq!(socket_path(Some(Path::new("/x"))), PathBuf::from("/x"));
}
