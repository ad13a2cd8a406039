//! An installation below a directory of its own: what is made, what is kept.

use super::*;

fn job(root: &Path, force: bool) -> Job {
    let mut job = Job { root: root.to_path_buf(), force, made: 0, kept: Vec::new() };
    job.run().unwrap();
    job
}

#[test]
fn every_name_leads_to_the_binary_and_a_second_run_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    assert!(job(dir.path(), false).made > 20);
    for name in ["usr/sbin/cibadmin", "usr/sbin/crm_failcount", "usr/sbin/heartbeat", "usr/bin/cl_status"] {
        assert_eq!(fs::read_link(dir.path().join(name)).unwrap(), Path::new("/usr/sbin/systole"), "{name}");
    }
    assert!(fs::symlink_metadata(dir.path().join("usr/lib/ocf/resource.d/heartbeat/IPaddr2")).is_ok());
    let again = job(dir.path(), false);
    // The binary itself is always renewed; it is this test's own program here.
    assert_eq!((again.made, again.kept), (1, vec![]));
}

#[test]
fn files_of_others_are_kept_and_said_unless_forced() {
    let dir = tempfile::tempdir().unwrap();
    for place in ["usr/sbin/cibadmin", "etc/init.d/heartbeat"] {
        let path = dir.path().join(place);
        make_parent(&path).unwrap();
        fs::write(&path, "theirs").unwrap();
    }
    assert_eq!(job(dir.path(), false).kept.len(), 2);
    assert_eq!(fs::read_to_string(dir.path().join("usr/sbin/cibadmin")).unwrap(), "theirs");
    assert!(job(dir.path(), true).kept.is_empty());
    assert!(fs::read_to_string(dir.path().join("etc/init.d/heartbeat")).unwrap().contains(MARK));
}

#[test]
fn the_scripts_say_whose_they_are() {
    assert!(SCRIPTS.iter().all(|(_, text, _)| text.contains(MARK)));
}
