//! Two holders, and the windows that allow them.

use super::{Double, Ownership, Window, uncovered};
use std::time::Duration;

fn at(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn window(from: u64, to: Option<u64>) -> Window {
    Window { from: at(from), to: to.map(at), why: "a cut".into(), is_cut: true }
}

fn double(from: u64, to: u64) -> Double {
    Double { what: "ip".into(), hosts: vec!["a".into(), "b".into()], from: at(from), to: at(to) }
}

#[test]
fn looks_become_doubles() {
    let hosts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mut ownership = Ownership::default();
    for (ms, names) in [(0, &["a"][..]), (50, &["a", "b"]), (100, &["a", "b"]), (150, &["b"]), (200, &[])] {
        ownership.look(at(ms), "ip", &hosts(names));
    }
    assert_eq!(ownership.take(), [double(50, 100)]);
    assert_eq!(ownership.take(), []);
}

#[test]
fn a_double_holder_needs_a_window_for_all_of_its_time() {
    assert_eq!(uncovered(&double(50, 100), &[window(0, Some(100))]), None);
    assert_eq!(uncovered(&double(50, 100), &[window(0, Some(99))]), Some(at(99)));
    assert_eq!(uncovered(&double(50, 100), &[window(60, Some(200))]), Some(at(50)));
    assert_eq!(uncovered(&double(50, 100), &[]), Some(at(50)));
    assert_eq!(uncovered(&double(50, 100), &[window(70, Some(120)), window(0, Some(70))]), None, "two in a row");
    assert_eq!(uncovered(&double(50, 100), &[window(0, None)]), None, "a host that is still frozen");
}
