//! Making a story shorter while it still breaks a law: what is left is what matters.
//!
//! Delta debugging: ever smaller parts of the story are left out, each as long as some law is still broken.

use crate::run::play;
use crate::story::Story;

/// A shorter story that still breaks a law, by the places of its verbs in the whole one.
pub fn minimise(story: &Story) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..story.verbs.len()).collect();
    let mut part = kept.len().div_ceil(2).max(1);
    loop {
        let before = kept.len();
        kept = without_parts(story, kept, part);
        if part == 1 && kept.len() == before {
            return kept;
        }
        part = if kept.len() < before { part } else { part / 2 }.clamp(1, kept.len().max(1));
    }
}

/// Leaves out each part of this length that does not matter.
fn without_parts(story: &Story, mut kept: Vec<usize>, part: usize) -> Vec<usize> {
    let mut place = 0;
    while place < kept.len() {
        let end = (place + part).min(kept.len());
        let fewer: Vec<usize> = [&kept[..place], &kept[end..]].concat();
        if is_broken(&story.keeping(&fewer)) {
            kept = fewer;
        } else {
            place = end;
        }
    }
    kept
}

fn is_broken(story: &Story) -> bool {
    !play(story, false).violations.is_empty()
}
