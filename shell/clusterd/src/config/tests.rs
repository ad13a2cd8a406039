//! A start-up's files: each mistake is one line that names its file.

use super::*;
use std::os::unix::fs::PermissionsExt;

fn host(ha_cf: &str, authkeys: &str, mode: u32) -> (tempfile::TempDir, Layout) {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout { ha_dir: dir.path().to_path_buf(), ..Layout::default() };
    fs::write(layout.ha_cf(), ha_cf).unwrap();
    fs::write(layout.authkeys(), authkeys).unwrap();
    fs::set_permissions(layout.authkeys(), fs::Permissions::from_mode(mode)).unwrap();
    fs::write(layout.nodeinfo(), "sip-a\n").unwrap();
    (dir, layout)
}

const KEYS: &str = "auth 1\n1 sha1 secret\n";
const GOOD: &str = "udpport 469\nbcast lo\nnode sip-a sip-b\ncrm on\n";

fn error(ha_cf: &str, authkeys: &str, mode: u32) -> String {
    let (_dir, layout) = host(ha_cf, authkeys, mode);
    load(&layout).unwrap_err().to_string()
}

#[test]
fn four_lines_and_a_key_are_a_configuration() {
    let (_dir, layout) = host(GOOD, KEYS, 0o600);
    let configuration = load(&layout).unwrap();
    assert_eq!(configuration.name.as_str(), "sip-a");
    assert_eq!(configuration.media, [Medium { link: LinkId(0), device: "lo".into(), port: 469, way: Way::Broadcast }]);
    let _ = keyring(&configuration.ha, &configuration.keys);
}

#[test]
fn several_media_keep_their_place_and_their_ports() {
    let text = format!("{GOOD}mcast lo 239.0.0.1 700 1 0\nucast lo 10.0.0.2\n");
    let (_dir, layout) = host(&text, KEYS, 0o600);
    let ports: Vec<_> = load(&layout).unwrap().media.iter().map(|medium| (medium.link.0, medium.port)).collect();
    assert_eq!(ports, [(0, 469), (1, 700), (2, 469)]);
}

#[test]
fn an_interface_that_is_not_there_is_named() {
    let said = error("bcast eth9\nnode sip-a\ncrm on\n", KEYS, 0o600);
    assert!(said.contains("ha.cf: IP interface [eth9] does not exist"), "{said}");
}

#[test]
fn keys_that_others_can_read_are_refused() {
    let said = error(GOOD, KEYS, 0o644);
    assert!(said.contains("authkeys") && said.contains("600"), "{said}");
}

#[test]
fn a_host_that_is_in_no_node_line_is_told_both_names() {
    let said = error("bcast lo\nnode sip-x sip-y\ncrm on\n", KEYS, 0o600);
    assert!(said.contains("sip-a") && said.contains("sip-x"), "{said}");
}

#[test]
fn a_missing_file_is_named_with_what_to_write() {
    let (_dir, layout) = host(GOOD, KEYS, 0o600);
    fs::remove_file(layout.ha_cf()).unwrap();
    let said = load(&layout).unwrap_err().to_string();
    assert!(said.contains("ha.cf: cannot be opened") && said.contains("write one"), "{said}");
}
