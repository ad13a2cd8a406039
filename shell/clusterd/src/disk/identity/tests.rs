//! Generations grow whatever happens to their file.

use super::*;

fn next(dir: &tempfile::TempDir, now: i64) -> u64 {
    next_incarnation(dir.path(), now).unwrap().0
}

#[test]
fn each_start_has_a_higher_generation_even_within_one_second_and_when_the_clock_goes_back() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(next(&dir, 1000), 1000);
    assert_eq!(next(&dir, 1000), 1001);
    assert_eq!(next(&dir, 5), 1002);
    assert_eq!(next(&dir, -5), 1003);
}

#[test]
fn a_deleted_a_damaged_and_an_old_file_all_lead_to_a_higher_generation() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("hb_generation");
    let mut last = next(&dir, 1000);
    for (damage, now) in [(None, 2000), (Some("garbage"), 3000), (Some(""), 4000), (Some("  17\n"), 5000)] {
        match damage {
            None => fs::remove_file(&file).unwrap(),
            Some(text) => fs::write(&file, text).unwrap(),
        }
        let this = next(&dir, now);
        assert!(this > last, "{damage:?}: {this} after {last}");
        last = this;
    }
}

#[test]
fn the_file_has_the_form_of_heartbeat() {
    let dir = tempfile::tempdir().unwrap();
    next(&dir, 1_195_852_728);
    assert_eq!(fs::read_to_string(dir.path().join("hb_generation")).unwrap(), "     1195852728\n");
}

#[test]
fn a_generation_that_cannot_be_written_is_an_error_and_not_a_number() {
    let dir = tempfile::tempdir().unwrap();
    let error = next_incarnation(&dir.path().join("missing"), 1).unwrap_err();
    assert!(error.to_string().contains("hb_generation"), "{error}");
}
