//! The conventions that leak when nobody looks.

use std::fs;
use std::path::{Path, PathBuf};

/// What a crate of `core/` may depend on: each other, and pure computation.
const CORE_MAY_USE: [&str; 12] = [
    "model",
    "messaging",
    "cib",
    "policy",
    "executor",
    "node",
    "thiserror",
    "md-5",
    "sha2",
    "smallvec",
    "jiff",
    "memchr",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file of the tree that git would see, by a walk that leaves out build output and git's own.
fn files(below: &Path, keep: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![below.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).expect("the tree can be read") {
            let path = entry.expect("the tree can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !matches!(name.as_str(), "target" | ".git" | "corpus") {
                    open.push(path);
                }
            } else if keep(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

fn dependencies(manifest: &str) -> Vec<&str> {
    let mut inside = false;
    let mut names = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[dependencies]";
        } else if inside && !line.is_empty() && !line.starts_with('#') {
            names.extend(line.split(['.', '=', ' ']).next());
        }
    }
    names
}

#[test]
fn core_depends_on_pure_crates_only() {
    for manifest in files(&root().join("core"), &|path| path.ends_with("Cargo.toml")) {
        let text = fs::read_to_string(&manifest).expect("a manifest can be read");
        for name in dependencies(&text) {
            assert!(
                CORE_MAY_USE.contains(&name),
                "{} depends on {name}, which is not on the allow-list of core",
                manifest.display()
            );
        }
        assert!(
            text.contains("[lints]\nworkspace = true"),
            "{} does not take the lints of the workspace",
            manifest.display()
        );
    }
}

#[test]
fn every_file_says_first_what_it_is_for() {
    for path in files(&root(), &rust) {
        let text = fs::read_to_string(&path).expect("a source file can be read");
        assert!(text.starts_with("//!"), "{} does not open with //!", path.display());
    }
}

#[test]
fn unsafe_code_lives_in_sys_files_only() {
    let word = concat!("allow(unsafe", "_code)");
    for path in files(&root(), &rust) {
        let text = fs::read_to_string(&path).expect("a source file can be read");
        assert!(!text.contains(word) || path.ends_with("src/sys.rs"), "{} allows unsafe code", path.display());
    }
}

#[test]
fn no_file_is_named_after_nothing() {
    for path in files(&root(), &rust) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bad = ["mod.rs", "utils.rs", "helpers.rs", "common.rs", "misc.rs", "manager.rs"];
        assert!(!bad.contains(&name.as_str()), "{} needs a name that says what it is about", path.display());
    }
}

#[test]
fn every_direct_dependency_earned_its_line() {
    let page = fs::read_to_string(root().join("docs/dependencies.md")).expect("docs/dependencies.md is there");
    let ours = |name: &str| ["core", "shell", "lab"].iter().any(|floor| root().join(floor).join(name).is_dir());
    for manifest in files(&root(), &|path| path.ends_with("Cargo.toml")) {
        let text = fs::read_to_string(&manifest).expect("a manifest can be read");
        for name in dependencies(&text).into_iter().filter(|name| !ours(name)) {
            assert!(
                page.contains(&format!("| {name} ")),
                "docs/dependencies.md has no line for {name} ({})",
                manifest.display()
            );
        }
    }
}

#[test]
fn no_path_of_a_machine_stands_in_the_tree() {
    let bad = [concat!("/wo", "rk/"), concat!("/ro", "ot/.cargo")];
    // A worktree has a file `.git` that says where its repository is.
    let text_file = |path: &Path| !path.ends_with("Cargo.lock") && !path.ends_with(".git");
    for path in files(&root(), &text_file) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for word in bad {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
    }
}
