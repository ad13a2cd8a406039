//! "Did you mean": the known name nearest to a mistyped one.

/// The known name that differs from `typed` by at most a third of its letters, if any.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let budget = (typed.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|name| (distance(typed, name), name))
        .filter(|(distance, _)| *distance <= budget)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// "did you mean NAME?", or what is known where nothing is near; empty where nothing is known.
pub fn hint<'a>(typed: &str, kind: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(typed, known.iter().copied()) {
        Some(name) => format!("did you mean {name}?"),
        None if known.is_empty() => String::new(),
        None if known.len() <= 12 => format!("known {kind}: {}", known.join(", ")),
        None => format!("there are {} {kind}; none has a similar name", known.len()),
    }
}

/// Insertions, deletions, replacements and swaps of neighbours, whichever are fewest.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, hint, nearest};

    #[test]
    fn a_slip_of_the_finger_costs_one() {
        for (a, b, expected) in [("sip-a", "sip-a", 0), ("aip-a", "sip-a", 1), ("spi-a", "sip-a", 1), ("", "ab", 2)] {
            assert_eq!(distance(a, b), expected, "{a} to {b}");
        }
    }

    #[test]
    fn only_a_near_name_is_suggested() {
        assert_eq!(nearest("aip-a", ["sip-a", "sip-b"]), Some("sip-a"));
        assert_eq!(nearest("mailhost", ["sip-a", "sip-b"]), None);
        assert_eq!(hint("mailhost", "nodes", ["sip-a", "sip-b"]), "known nodes: sip-a, sip-b");
        assert_eq!(hint("x", "nodes", []), "");
    }
}
