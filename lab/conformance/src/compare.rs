//! Whether two texts agree, and where they first do not. White space and blank lines never count.

use std::collections::BTreeMap;

/// Where two texts first differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What was expected there; empty for nothing.
    pub expected: String,
    /// What there is.
    pub ours: String,
}

/// The lines of a text as they are compared.
pub fn lines(text: &str) -> Vec<String> {
    let squeezed = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    squeezed.filter(|line| !line.is_empty()).collect()
}

/// The lines of a text in which order and repetition do not count.
pub fn set_of_lines(text: &str) -> Vec<String> {
    let mut lines = lines(text);
    lines.sort();
    lines.dedup();
    lines
}

/// Compares lines that come in order.
pub fn in_order(expected: &[String], ours: &[String]) -> Option<Difference> {
    let same = |(a, b): (&String, &String)| without_space(a) == without_space(b);
    let at = expected.iter().zip(ours).position(|pair| !same(pair)).unwrap_or(expected.len().min(ours.len()));
    let (expected, ours) = (expected.get(at), ours.get(at));
    (expected.is_some() || ours.is_some()).then(|| Difference {
        expected: expected.cloned().unwrap_or_default(),
        ours: ours.cloned().unwrap_or_default(),
    })
}

/// Compares lines as a bag: the first that is missing, and the first that is too many.
pub fn as_bag(expected: &[String], ours: &[String]) -> Option<Difference> {
    let (missing, extra) = balance(expected, ours);
    (!missing.is_empty() || !extra.is_empty()).then(|| Difference {
        expected: missing.first().cloned().unwrap_or_default(),
        ours: extra.first().cloned().unwrap_or_default(),
    })
}

/// What one bag of lines has beyond the other, both ways.
pub fn balance(expected: &[String], ours: &[String]) -> (Vec<String>, Vec<String>) {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for line in expected {
        *counts.entry(line).or_default() += 1;
    }
    for line in ours {
        *counts.entry(line).or_default() -= 1;
    }
    let of_sign =
        |sign: i64| counts.iter().filter(|(_, n)| n.signum() == sign).map(|(line, _)| (*line).to_owned()).collect();
    (of_sign(1), of_sign(-1))
}

fn without_space(line: &str) -> String {
    line.split_whitespace().collect()
}

/// Both texts as one, lines of only one of them marked with `-` or `+`, by a longest common subsequence.
pub fn merged(expected: &[String], ours: &[String]) -> Vec<String> {
    let (rows, columns) = (expected.len(), ours.len());
    let mut longest = vec![vec![0_usize; columns + 1]; rows + 1];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            longest[row][column] = if expected[row] == ours[column] {
                longest[row + 1][column + 1] + 1
            } else {
                longest[row + 1][column].max(longest[row][column + 1])
            };
        }
    }
    let (mut row, mut column, mut out) = (0, 0, Vec::new());
    while row < rows || column < columns {
        if row < rows && column < columns && expected[row] == ours[column] {
            out.push(format!("  {}", expected[row]));
            (row, column) = (row + 1, column + 1);
        } else if column == columns || (row < rows && longest[row + 1][column] >= longest[row][column + 1]) {
            out.push(format!("- {}", expected[row]));
            row += 1;
        } else {
            out.push(format!("+ {}", ours[column]));
            column += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn white_space_and_blank_lines_do_not_count() {
        assert_eq!(in_order(&lines("a  b\n\n c"), &lines("a b\nc\n\n")), None);
        assert_eq!(in_order(&lines("a b"), &lines("ab")), None);
    }

    #[test]
    fn the_first_difference_is_found() {
        let found = in_order(&owned(&["a", "b"]), &owned(&["a", "c"]));
        assert_eq!(found, Some(Difference { expected: "b".to_owned(), ours: "c".to_owned() }));
        let found = in_order(&owned(&["a"]), &owned(&["a", "c"]));
        assert_eq!(found, Some(Difference { expected: String::new(), ours: "c".to_owned() }));
    }

    #[test]
    fn a_bag_counts_repetitions_but_no_order() {
        assert_eq!(as_bag(&owned(&["a", "b"]), &owned(&["b", "a"])), None);
        assert_eq!(balance(&owned(&["a", "a"]), &owned(&["a"])), (owned(&["a"]), Vec::new()));
    }

    #[test]
    fn two_texts_merge_around_what_they_share() {
        let text = merged(&owned(&["a", "b", "c"]), &owned(&["a", "x", "c"]));
        assert_eq!(text, owned(&["  a", "- b", "+ x", "  c"]));
    }
}
