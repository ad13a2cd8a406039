//! Events survive a restart, stay bounded, and a damaged line costs only itself.

use super::*;

fn event(number: usize) -> Event {
    Event { at_ms: 7, node: "a".into(), id: "x".into(), severity: "info".into(), text: format!("{number}\n\"quoted\"") }
}

fn after_restart(path: &Path) -> Vec<Event> {
    EventFile::open(path).1.into()
}

#[test]
fn events_survive_a_restart_and_the_oldest_go_first() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events");
    let (mut file, last) = EventFile::open(&path);
    assert!(last.is_empty());
    for number in 0..5 * KEPT {
        file.push(&event(number));
        assert!(file.lines <= 2 * KEPT);
    }
    let all = after_restart(&path);
    assert_eq!((all.len(), &all[0], &all[KEPT - 1]), (KEPT, &event(4 * KEPT), &event(5 * KEPT - 1)));
}

#[test]
fn a_torn_or_damaged_line_is_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events");
    EventFile::open(&path).0.push(&event(1));
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend_from_slice(b"\xff\xfe\n{\"at_ms\":1}\n");
    bytes.extend_from_slice(&event(2).to_line().as_bytes()[..20]);
    std::fs::write(&path, bytes).unwrap();
    EventFile::open(&path).0.push(&event(3));
    assert_eq!(after_restart(&path), [event(1), event(3)]);
}

#[test]
fn a_file_that_cannot_be_written_is_done_without() {
    let (mut file, last) = EventFile::open(Path::new("/proc/none/events"));
    file.push(&event(1));
    assert!(last.is_empty() && file.file.is_none());
}
