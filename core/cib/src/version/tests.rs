//! The order of versions.

use super::Version;
use crate::{Element, parse};

const BASE: Version = Version { admin_epoch: 1, epoch: 7, num_updates: 3 };

#[test]
fn a_higher_part_beats_all_lower_ones() {
    let raised = Version { admin_epoch: 2, epoch: 0, num_updates: 0 };
    assert!(BASE < BASE.updated());
    assert!(BASE.updated() < BASE.configured());
    assert!(Version { num_updates: u64::MAX, ..BASE } < BASE.configured());
    assert!(Version { epoch: u64::MAX, ..BASE } < raised);
    assert_eq!(BASE.raised(), raised);
}

#[test]
fn each_change_counts_in_its_own_part() {
    assert_eq!(BASE.configured().to_string(), "1.8.0");
    assert_eq!(BASE.updated().to_string(), "1.7.4");
}

#[test]
fn missing_and_unreadable_parts_are_zero() {
    let cib = parse("<cib epoch='5' num_updates='x'/>").expect("well-formed");
    assert_eq!(Version::of(&cib), Version { admin_epoch: 0, epoch: 5, num_updates: 0 });
}

#[test]
fn what_is_written_is_read_again() {
    let mut cib = Element::new("cib");
    BASE.write(&mut cib);
    assert_eq!(Version::of(&cib), BASE);
}
