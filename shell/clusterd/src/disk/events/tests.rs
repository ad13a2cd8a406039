//! Events survive a restart, stay bounded, and a damaged line costs only itself.

use super::*;

fn event(number: usize) -> Event {
    Event { at_ms: 7, node: "a".into(), id: "x".into(), severity: "info".into(), text: format!("{number}\n\"quoted\"") }
}

#[test]
fn events_survive_a_restart_and_the_oldest_go_first() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events");
    let mut log = EventLog::open(&path);
    for number in 0..3 * KEPT {
        log.push(event(number));
    }
    drop(log);
    let log = EventLog::open(&path);
    let all: Vec<&Event> = log.last(usize::MAX).collect();
    assert_eq!((all.len(), all[0], all[KEPT - 1]), (KEPT, &event(2 * KEPT), &event(3 * KEPT - 1)));
    assert_eq!(log.last(2).collect::<Vec<_>>(), [&event(3 * KEPT - 2), &event(3 * KEPT - 1)]);
}

#[test]
fn a_torn_line_is_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events");
    EventLog::open(&path).push(event(1));
    let mut text = std::fs::read_to_string(&path).unwrap();
    text.push_str(&event(2).to_line()[..20]);
    std::fs::write(&path, text).unwrap();
    let mut log = EventLog::open(&path);
    log.push(event(3));
    drop(log);
    assert_eq!(EventLog::open(&path).last(9).collect::<Vec<_>>(), [&event(1), &event(3)]);
}

#[test]
fn without_a_writable_file_events_are_still_kept_in_memory() {
    let mut log = EventLog::open(Path::new("/proc/none/events"));
    log.push(event(1));
    assert_eq!(log.last(9).count(), 1);
}
