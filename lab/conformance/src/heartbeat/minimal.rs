//! The fewest edits that make a difference: halves are left out as long as the rest suffices, then single ones.

/// A smallest part of some edits that suffices, if all of them do: none of it can be left out.
pub fn minimal<'a>(edits: &[&'a str], suffices: impl Fn(&[&'a str]) -> bool) -> Option<Vec<&'a str>> {
    if !suffices(edits) {
        return None;
    }
    let mut kept = edits.to_vec();
    let mut size = kept.len();
    while size > 0 {
        let mut at = 0;
        while at < kept.len() {
            let fewer: Vec<&str> = [&kept[..at], &kept[(at + size).min(kept.len())..]].concat();
            if suffices(&fewer) {
                kept = fewer;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::minimal;

    #[test]
    fn what_does_not_matter_is_left_out() {
        let all = ["a", "b", "c", "d", "e"];
        let found = minimal(&all, |edits| edits.contains(&"b") && edits.contains(&"e"));
        assert_eq!(found, Some(vec!["b", "e"]));
        assert_eq!(minimal(&all, |_| true), Some(vec![]));
        assert_eq!(minimal(&all, |edits| edits.len() > 9), None);
    }
}
