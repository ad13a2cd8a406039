//! The transcripts of `scenarios/`: what a cluster does is what they say. `UPDATE=1` rewrites them; the diff is the review.

use std::path::{Path, PathBuf};

#[test]
fn every_scenario_goes_as_its_transcript_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files: Vec<PathBuf> =
        folder.read_dir().expect("scenarios/ is there").map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "there are scenarios");
    for file in files {
        let expected = std::fs::read_to_string(&file).unwrap();
        let played = sim::scenario::play(&expected).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, played).unwrap();
        } else {
            assert_eq!(played, expected, "{} (UPDATE=1 rewrites it)", file.display());
        }
    }
}
