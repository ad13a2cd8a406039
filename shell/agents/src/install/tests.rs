//! What is made, and what is left as it was.

use super::*;

#[test]
fn what_is_there_stays_and_the_rest_is_made_once() {
    let root = tempfile::tempdir().unwrap();
    let heartbeat = root.path().join("resource.d/heartbeat");
    fs::create_dir_all(&heartbeat).unwrap();
    fs::write(heartbeat.join("IPaddr2"), "theirs").unwrap();
    let binary = Path::new("/usr/sbin/systole");
    let made = install(root.path(), binary).unwrap();
    assert_eq!(made.len(), INSTALLED.len() - 1 + 1 + SHELL_FILES.len());
    assert_eq!(fs::read_to_string(heartbeat.join("IPaddr2")).unwrap(), "theirs");
    assert_eq!(fs::read_link(root.path().join("resource.d/systole/IPaddr2")).unwrap(), binary);
    assert_eq!(fs::read_link(root.path().join("resource.d/ocf-tester")).unwrap(), binary);
    assert!(fs::read_to_string(heartbeat.join(".ocf-shellfuncs")).unwrap().contains("ocf_log()"));
    assert_eq!(install(root.path(), binary).unwrap(), Vec::<PathBuf>::new());
}
