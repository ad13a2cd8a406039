//! Which of the known words was probably meant.

/// The word nearest to `typed`, when it is near enough that a slip of the finger explains it; or the only longer one.
pub(super) fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = fold(typed);
    let known: Vec<&str> = known.into_iter().collect();
    let mut longer = known.iter().filter(|word| typed.len() > 1 && fold(word).starts_with(&typed));
    if let (Some(only), None) = (longer.next(), longer.next()) {
        return Some(only);
    }
    let limit = (typed.chars().count() / 3).clamp(1, 3);
    let near = known.into_iter().map(|word| (distance(&typed, &fold(word)), word));
    near.filter(|(distance, _)| *distance <= limit).min_by_key(|(distance, _)| *distance).map(|(_, word)| word)
}

/// Case and the choice between dash and underscore are no difference.
fn fold(word: &str) -> String {
    word.to_lowercase().replace('_', "-")
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for row in 1..=a.len() {
        let mut next = vec![row];
        for column in 1..=b.len() {
            let differs = usize::from(a[row - 1] != b[column - 1]);
            let mut best = (last[column] + 1).min(next[column - 1] + 1).min(last[column - 1] + differs);
            let swapped = row > 1 && column > 1 && a[row - 1] == b[column - 2] && a[row - 2] == b[column - 1];
            if swapped {
                best = best.min(before[column - 2] + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut last, next);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn distances_count_single_slips() {
        for (a, b, expected) in [
            ("", "", 0),
            ("timeout", "timeout", 0),
            ("timeuot", "timeout", 1),
            ("timout", "timeout", 1),
            ("timeouts", "timeout", 1),
            ("tmieuot", "timeout", 2),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn only_a_slip_is_taken_for_another_word() {
        let known = ["timeout", "interval", "name", "on_fail"];
        assert_eq!(nearest("tiemout", known), Some("timeout"));
        assert_eq!(nearest("on-fail", known), Some("on_fail"));
        assert_eq!(nearest("Name", known), Some("name"));
        assert_eq!(nearest("int", known), Some("interval"));
        assert_eq!(nearest("colour", known), None);
    }
}
