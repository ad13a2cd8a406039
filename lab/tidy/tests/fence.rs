//! The fence around core holds: clippy, with the configuration of `core/`, refuses each thing that is forbidden there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One function for each kind of leak: a clock, a thread, a file, the environment, a process, a socket, a random order.
const LEAKS: [(&str, &str); 8] = [
    ("std::time::Instant::now", "pub fn a() { let _ = std::time::Instant::now(); }"),
    ("std::time::SystemTime::now", "pub fn b() { let _ = std::time::SystemTime::now(); }"),
    ("std::thread::spawn", "pub fn c() { let _ = std::thread::spawn(|| ()); }"),
    ("std::fs::read", "pub fn d() { let _ = std::fs::read(\"x\"); }"),
    ("std::env::var", "pub fn e() { let _ = std::env::var(\"x\"); }"),
    ("std::process::Command", "pub fn f() { let _ = std::process::Command::new(\"x\"); }"),
    ("std::net::UdpSocket", "pub fn g() { let _ = std::net::UdpSocket::bind(\"x\"); }"),
    ("std::collections::HashMap", "pub fn h() { let _ = std::collections::HashMap::<u8, u8>::new(); }"),
];

fn core() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core")
}

/// Lints a crate of one file with the configuration of core; what clippy said.
fn lint(name: &str, source: &str) -> (bool, String) {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(place.join("src")).expect("the target directory can be written");
    let manifest = format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n\n[workspace]\n");
    fs::write(place.join("Cargo.toml"), manifest).expect("the target directory can be written");
    fs::write(place.join("src/lib.rs"), source).expect("the target directory can be written");
    let output = Command::new(env!("CARGO"))
        .args(["clippy", "--offline", "--quiet", "--", "-Dclippy::disallowed_methods", "-Dclippy::disallowed_types"])
        .current_dir(&place)
        .env("CLIPPY_CONF_DIR", core())
        .env("CARGO_TARGET_DIR", place.join("target"))
        .output()
        .expect("cargo can be run");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn clippy_refuses_every_kind_of_leak_in_core() {
    let source = LEAKS.map(|(_, code)| code).join("\n");
    let (accepted, said) = lint("leaky", &source);
    assert!(!accepted, "a crate that leaks was accepted");
    for (path, _) in LEAKS {
        assert!(said.contains(&format!("`{path}`")), "the fence lets {path} through; clippy said:\n{said}");
    }
}

#[test]
fn clippy_accepts_what_is_pure() {
    let (accepted, said) = lint("pure", "pub fn add(a: u8, b: u8) -> u8 {\n    a.wrapping_add(b)\n}\n");
    assert!(accepted, "a pure crate was refused:\n{said}");
}

#[test]
fn every_crate_of_core_denies_what_the_fence_forbids() {
    let root = fs::read_to_string(core().join("../Cargo.toml")).expect("the workspace manifest can be read");
    for lint in ["disallowed_methods = \"deny\"", "disallowed_types = \"deny\"", "unsafe_code = \"deny\""] {
        assert!(root.contains(lint), "the workspace no longer says {lint}");
    }
}
