//! The file under edits, stale digests, foreign owners and crashes at every step.

use super::write::STEPS;
use super::*;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

struct Disk {
    dir: tempfile::TempDir,
}

impl Disk {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
    fn file(&self) -> CibFile {
        CibFile::new(&self.path("cib.xml"))
    }
    fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }
    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }
    fn found(&self) -> Found {
        self.file().read().unwrap()
    }
}

fn cib(epoch: u32) -> String {
    format!("<cib admin_epoch=\"0\" epoch=\"{epoch}\" num_updates=\"0\"/>\n")
}

fn ids(notices: &[Notice]) -> Vec<&str> {
    notices.iter().map(|notice| notice.id).collect()
}

#[test]
fn no_file_is_an_empty_configuration_and_a_hint_when_an_older_one_is_there() {
    let disk = Disk::new();
    let found = disk.found();
    assert!(found.text.is_none() && found.notices.is_empty());
    disk.put("cib.xml.last", cib(1));
    let found = disk.found();
    assert_eq!((found.text, ids(&found.notices)), (None, vec!["cib-missing"]));
    assert!(disk.path("cib.xml.last").exists());
}

#[test]
fn a_file_without_a_digest_is_accepted_in_silence() {
    let disk = Disk::new();
    disk.put("cib.xml", cib(1));
    let found = disk.found();
    assert_eq!((found.text, found.notices), (Some(cib(1)), vec![]));
}

#[test]
fn a_written_file_has_its_md5_beside_it_and_the_one_before_is_kept() {
    let disk = Disk::new();
    let mut file = disk.file();
    assert_eq!(file.write(&cib(1)).unwrap(), None);
    assert_eq!(file.write(&cib(2)).unwrap(), None);
    assert_eq!((disk.text("cib.xml"), disk.text("cib.xml.last")), (cib(2), cib(1)));
    assert_eq!(disk.text("cib.xml.sig"), Digest::of_bytes(cib(2).as_bytes()).to_string());
    assert_eq!(disk.text("cib.xml.sig.last"), Digest::of_bytes(cib(1).as_bytes()).to_string());
    let found = disk.found();
    assert_eq!((found.text, found.notices), (Some(cib(2)), vec![]));
}

#[test]
fn a_digest_that_a_power_cut_tore_counts_as_none() {
    for torn in ["", "d41d8cd98f00b204e98", "\0\0\0\0"] {
        let disk = Disk::new();
        disk.file().write(&cib(1)).unwrap();
        disk.put("cib.xml.sig", torn);
        let found = disk.found();
        assert_eq!((found.text, found.notices), (Some(cib(1)), vec![]), "{torn:?}");
    }
}

#[test]
fn a_stale_digest_is_warned_about_and_the_file_is_used() {
    let disk = Disk::new();
    let mut file = disk.file();
    file.write(&cib(1)).unwrap();
    file.write(&cib(2)).unwrap();
    disk.put("cib.xml", cib(3));
    let found = disk.found();
    assert_eq!((found.text, ids(&found.notices)), (Some(cib(3)), vec!["cib-edited"]));
    assert!(!found.notices[0].text.contains("admin_epoch"), "{}", found.notices[0]);
}

#[test]
fn an_edit_whose_version_is_not_above_the_last_one_is_told_to_raise_admin_epoch() {
    let disk = Disk::new();
    let mut file = disk.file();
    file.write(&cib(8)).unwrap();
    file.write(&cib(9)).unwrap();
    disk.put("cib.xml", "<cib/>");
    let found = disk.found();
    assert_eq!(found.text.as_deref(), Some("<cib/>"));
    assert!(found.notices[0].text.contains("raise admin_epoch"), "{}", found.notices[0]);
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_line_and_kept() {
    let disk = Disk::new();
    disk.put("cib.xml", b"<cib>\n\xff</cib>");
    let error = disk.file().read().unwrap_err().to_string();
    assert!(error.contains("cib.xml:2:"), "{error}");
    assert_eq!(fs::read(disk.path("cib.xml")).unwrap(), b"<cib>\n\xff</cib>");
}

#[test]
fn a_crash_after_any_step_leaves_the_old_or_the_new_content_and_no_complaint() {
    for crash_after in 0..=STEPS.len() {
        let disk = Disk::new();
        disk.file().write(&cib(1)).unwrap();
        let file = disk.file();
        for step in &STEPS[..crash_after] {
            file.perform(*step, &cib(2), Digest::of_bytes(cib(2).as_bytes())).unwrap();
        }
        let found = disk.found();
        let put = STEPS.iter().position(|step| *step == write::Step::PutContent).unwrap();
        let expected = if crash_after > put { cib(2) } else { cib(1) };
        assert_eq!((found.text, found.notices), (Some(expected), vec![]), "crash after {crash_after} steps");
        assert!(!disk.path("cib.xml.new").exists() && !disk.path("cib.xml.sig.new").exists());
    }
}

#[test]
fn a_torn_temporary_file_of_any_length_is_ignored() {
    let disk = Disk::new();
    disk.file().write(&cib(1)).unwrap();
    for length in 0..cib(2).len() {
        disk.put("cib.xml.new", &cib(2)[..length]);
        disk.put("cib.xml.sig.new", "0123");
        let found = disk.found();
        assert_eq!((found.text, found.notices), (Some(cib(1)), vec![]), "torn at {length}");
    }
}

#[test]
fn an_edit_while_running_is_noticed_once_kept_aside_and_not_lost_by_the_next_write() {
    let disk = Disk::new();
    let mut file = disk.file();
    file.write(&cib(1)).unwrap();
    assert_eq!(file.check(), None);
    disk.put("cib.xml", "<cib edited=\"yes\"/>");
    let notice = file.check().expect("it is noticed");
    assert!(notice.id == "cib-edited" && notice.text.contains("cib.xml.edited-1"), "{notice}");
    assert_eq!(file.check(), None, "once");
    file.write(&cib(2)).unwrap();
    assert_eq!((disk.text("cib.xml"), disk.text("cib.xml.edited-1")), (cib(2), "<cib edited=\"yes\"/>".into()));
    disk.put("cib.xml", "<cib edited=\"again, in the same second\"/>");
    let notice = file.write(&cib(3)).unwrap().expect("a write notices it, too");
    assert!(notice.text.contains("cib.xml.edited-2"), "{notice}");
    assert_eq!(disk.text("cib.xml"), cib(3));
}

#[test]
fn a_file_deleted_while_running_is_written_again() {
    let disk = Disk::new();
    let mut file = disk.file();
    file.write(&cib(1)).unwrap();
    fs::remove_file(disk.path("cib.xml")).unwrap();
    assert!(file.check().is_some());
    file.write(&cib(2)).unwrap();
    assert_eq!(disk.text("cib.xml"), cib(2));
}

#[test]
fn owner_and_mode_are_kept_as_found_and_default_to_private() {
    let disk = Disk::new();
    let mut file = disk.file();
    file.write(&cib(1)).unwrap();
    let mode = |disk: &Disk| fs::metadata(disk.path("cib.xml")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&disk), 0o600);
    fs::set_permissions(disk.path("cib.xml"), fs::Permissions::from_mode(0o640)).unwrap();
    let may_chown = chown(disk.path("cib.xml"), Some(65), Some(65)).is_ok();
    file.write(&cib(2)).unwrap();
    assert_eq!(mode(&disk), 0o640);
    if may_chown {
        let data = fs::metadata(disk.path("cib.xml")).unwrap();
        assert_eq!((data.uid(), data.gid()), (65, 65));
    }
}

#[test]
fn a_disk_that_refuses_leaves_the_old_content() {
    let disk = Disk::new();
    let mut file = disk.file();
    file.write(&cib(1)).unwrap();
    fs::create_dir(disk.path("cib.xml.new")).unwrap();
    assert!(file.write(&cib(2)).is_err());
    assert_eq!(disk.text("cib.xml"), cib(1));
    fs::remove_dir(disk.path("cib.xml.new")).unwrap();
    file.write(&cib(2)).unwrap();
    assert_eq!(disk.text("cib.xml"), cib(2));
}

#[test]
fn the_original_of_an_upgraded_file_stays_under_its_own_name() {
    let disk = Disk::new();
    disk.put("cib.xml", cib(1));
    let mut file = disk.file();
    file.read().unwrap();
    file.keep_original(".heartbeat-2").unwrap();
    file.write(&cib(2)).unwrap();
    assert_eq!((disk.text("cib.xml"), disk.text("cib.xml.heartbeat-2")), (cib(2), cib(1)));
}

#[test]
fn the_status_is_not_written() {
    let root = cib::parse("<cib epoch=\"1\"><configuration/><status><node_state/></status></cib>").unwrap();
    assert_eq!(text_for_disk(&root), "<cib epoch=\"1\">\n  <configuration/>\n</cib>\n");
}

#[test]
fn configurations_that_lost_are_kept_aside_and_the_oldest_of_many_go() {
    let disk = Disk::new();
    let file = disk.file();
    for second in 0..30 {
        file.keep_aside("the part of sip-a/b", &cib(second), WallTime(i64::from(second) * 1000)).unwrap();
    }
    let all = file.aside();
    assert_eq!(all.len(), ASIDE_KEPT);
    assert_eq!(fs::read_to_string(&all[0]).unwrap(), cib(10));
    assert_eq!(all[0].file_name().unwrap(), "cib.xml.aside-00000000010-the-part-of-sip-a-b");
}
