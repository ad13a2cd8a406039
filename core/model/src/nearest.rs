//! Which of the known words was probably meant.

/// Longer words are nobody's slip.
const LETTERS_MAX: usize = 64;

/// The word nearest to `typed`, when it is near enough that a slip of the finger explains it; or the only longer one that begins so.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = folded(typed);
    if typed.len() > LETTERS_MAX {
        return None;
    }
    let known: Vec<(Vec<char>, &str)> = known.into_iter().map(|word| (folded(word), word)).collect();
    let mut longer = known.iter().filter(|(word, _)| typed.len() > 1 && word.starts_with(&typed));
    if let (Some((_, only)), None) = (longer.next(), longer.next()) {
        return Some(only);
    }
    let limit = (typed.len() / 3).clamp(1, 3);
    let alike = known.into_iter().filter(|(word, _)| word.len().abs_diff(typed.len()) <= limit);
    let near = alike.map(|(word, original)| (distance(&typed, &word), original));
    near.filter(|(distance, _)| *distance <= limit).min_by_key(|(distance, _)| *distance).map(|(_, word)| word)
}

/// Case and the choice between dash and underscore are no difference.
fn folded(word: &str) -> Vec<char> {
    let letters = word.chars().flat_map(char::to_lowercase).take(LETTERS_MAX + 1);
    letters.map(|letter| if letter == '_' { '-' } else { letter }).collect()
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
fn distance(a: &[char], b: &[char]) -> usize {
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
    use super::{folded, nearest};

    fn distance(a: &str, b: &str) -> usize {
        super::distance(&folded(a), &folded(b))
    }

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
        assert_eq!(nearest(&"name".repeat(100_000), known), None);
    }
}
