//! Extended regular expressions for `rsc-pattern`: a small backtracking matcher with groups and a step budget.
//!
//! Leftmost match, first alternative that fits; that is all a resource pattern needs.

use std::cell::Cell;

/// Steps a match may take before it counts as no match; hostile patterns must not hang the planner.
const STEPS_MAX: u32 = 100_000;

#[derive(Debug)]
enum Piece {
    Any,
    Literal(char),
    Class { negated: bool, ranges: Vec<(char, char)> },
    Start,
    End,
    Group { index: usize, alternatives: Vec<Vec<Repeat>> },
}

#[derive(Debug)]
struct Repeat {
    piece: Piece,
    least: u32,
    most: u32,
}

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Pattern {
    alternatives: Vec<Vec<Repeat>>,
    groups: usize,
}

/// What a pattern matched: the whole at 0, then its groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Matched(Vec<Option<String>>);

impl Matched {
    /// Replaces `%0` to `%9` by what was matched; `None` when there is nothing to replace.
    pub fn expand(&self, text: &str) -> Option<String> {
        let mut result = String::new();
        let mut expanded = false;
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            match rest.peek().and_then(|digit| digit.to_digit(10)) {
                Some(digit) if c == '%' => {
                    rest.next();
                    expanded = true;
                    let group = usize::try_from(digit).ok().and_then(|n| self.0.get(n));
                    result.push_str(group.and_then(|group| group.as_deref()).unwrap_or_default());
                }
                Some(_) | None => result.push(c),
            }
        }
        expanded.then_some(result)
    }
}

impl Pattern {
    /// Compiles; `None` when the pattern is malformed.
    pub fn new(text: &str) -> Option<Self> {
        let mut reader = Reader { text: text.chars().collect(), at: 0, groups: 0 };
        let alternatives = reader.alternatives()?;
        (reader.at == reader.text.len()).then_some(Self { alternatives, groups: reader.groups })
    }

    /// The leftmost match in a text.
    pub fn find(&self, text: &str) -> Option<Matched> {
        let text: Vec<char> = text.chars().collect();
        let steps = Cell::new(0);
        (0..=text.len()).find_map(|from| {
            let mut run = Run { text: &text, groups: vec![None; self.groups + 1], steps: &steps };
            let end = Cell::new(None);
            let matched = self.alternatives.iter().any(|sequence| {
                run.sequence(sequence, from, &mut |_, at| {
                    end.set(Some(at));
                    true
                })
            });
            matched.then(|| {
                run.groups[0] = end.get().map(|end| (from, end));
                let slice = |(from, to): (usize, usize)| text[from..to].iter().collect();
                Matched(run.groups.into_iter().map(|group| group.map(slice)).collect())
            })
        })
    }
}

struct Reader {
    text: Vec<char>,
    at: usize,
    groups: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn alternatives(&mut self) -> Option<Vec<Vec<Repeat>>> {
        let mut all = vec![self.sequence()?];
        while self.take('|') {
            all.push(self.sequence()?);
        }
        Some(all)
    }

    fn sequence(&mut self) -> Option<Vec<Repeat>> {
        let mut all = Vec::new();
        while self.peek().is_some_and(|c| c != '|' && c != ')') {
            let piece = self.piece()?;
            let (least, most) = self.count()?;
            all.push(Repeat { piece, least, most });
        }
        Some(all)
    }

    fn piece(&mut self) -> Option<Piece> {
        let c = self.peek()?;
        self.at += 1;
        Some(match c {
            '.' => Piece::Any,
            '^' => Piece::Start,
            '$' => Piece::End,
            '[' => return self.class(),
            '(' => {
                self.groups += 1;
                let index = self.groups;
                let alternatives = self.alternatives()?;
                return self.take(')').then_some(Piece::Group { index, alternatives });
            }
            '\\' => {
                let literal = self.peek()?;
                self.at += 1;
                Piece::Literal(literal)
            }
            '*' | '+' | '?' => return None,
            other => Piece::Literal(other),
        })
    }

    fn class(&mut self) -> Option<Piece> {
        let negated = self.take('^');
        let mut ranges = Vec::new();
        loop {
            let c = self.peek()?;
            self.at += 1;
            if c == ']' && !ranges.is_empty() {
                return Some(Piece::Class { negated, ranges });
            }
            if c == '[' && self.peek() == Some(':') {
                ranges.extend_from_slice(self.named_class()?);
            } else if self.peek() == Some('-') && self.text.get(self.at + 1).is_some_and(|end| *end != ']') {
                ranges.push((c, self.text[self.at + 1]));
                self.at += 2;
            } else {
                ranges.push((c, c));
            }
        }
    }

    fn named_class(&mut self) -> Option<&'static [(char, char)]> {
        let rest: String = self.text[self.at..].iter().collect();
        let (name, _) = rest.strip_prefix(':')?.split_once(":]")?;
        self.at += name.chars().count() + 3;
        Some(match name {
            "digit" => &[('0', '9')],
            "alpha" => &[('a', 'z'), ('A', 'Z')],
            "alnum" => &[('a', 'z'), ('A', 'Z'), ('0', '9')],
            "lower" => &[('a', 'z')],
            "upper" => &[('A', 'Z')],
            "space" => &[(' ', ' '), ('\t', '\r')],
            _ => return None,
        })
    }

    fn count(&mut self) -> Option<(u32, u32)> {
        let range = match self.peek() {
            Some('*') => (0, u32::MAX),
            Some('+') => (1, u32::MAX),
            Some('?') => (0, 1),
            Some('{') => return self.braces(),
            Some(_) | None => return Some((1, 1)),
        };
        self.at += 1;
        Some(range)
    }

    fn braces(&mut self) -> Option<(u32, u32)> {
        let end = self.text[self.at..].iter().position(|c| *c == '}')? + self.at;
        let inner: String = self.text[self.at + 1..end].iter().collect();
        self.at = end + 1;
        match inner.split_once(',') {
            None => inner.parse().ok().map(|n| (n, n)),
            Some((least, "")) => Some((least.parse().ok()?, u32::MAX)),
            Some((least, most)) => Some((least.parse().ok()?, most.parse().ok()?)),
        }
    }
}

struct Run<'a> {
    text: &'a [char],
    groups: Vec<Option<(usize, usize)>>,
    steps: &'a Cell<u32>,
}

impl Run<'_> {
    fn sequence(&mut self, rest: &[Repeat], at: usize, then: &mut dyn FnMut(&mut Self, usize) -> bool) -> bool {
        match rest.split_first() {
            None => then(self, at),
            Some((repeat, rest)) => self.repeat(repeat, 0, at, &mut |run, at| run.sequence(rest, at, then)),
        }
    }

    fn repeat(
        &mut self,
        repeat: &Repeat,
        done: u32,
        at: usize,
        then: &mut dyn FnMut(&mut Self, usize) -> bool,
    ) -> bool {
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > STEPS_MAX {
            return false;
        }
        if done < repeat.most {
            let more = self.piece(&repeat.piece, at, &mut |run, next| {
                (next > at || done < repeat.least) && run.repeat(repeat, done + 1, next, then)
            });
            if more {
                return true;
            }
        }
        done >= repeat.least && then(self, at)
    }

    fn piece(&mut self, piece: &Piece, at: usize, then: &mut dyn FnMut(&mut Self, usize) -> bool) -> bool {
        let here = self.text.get(at).copied();
        match piece {
            Piece::Any => here.is_some() && then(self, at + 1),
            Piece::Literal(c) => here == Some(*c) && then(self, at + 1),
            Piece::Class { negated, ranges } => {
                here.is_some_and(|c| ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated)
                    && then(self, at + 1)
            }
            Piece::Start => at == 0 && then(self, at),
            Piece::End => at == self.text.len() && then(self, at),
            Piece::Group { index, alternatives } => alternatives.iter().any(|sequence| {
                self.sequence(sequence, at, &mut |run, end| {
                    let before = run.groups[*index].replace((at, end));
                    let matched = then(run, end);
                    if !matched {
                        run.groups[*index] = before;
                    }
                    matched
                })
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_extended_regular_expressions() {
        for (pattern, text, expected) in [
            ("vip", "my-vip-1", true),
            ("^vip", "my-vip", false),
            ("^(a|b)+$", "abba", true),
            ("^x{2,3}$", "xxxx", false),
            ("[[:digit:]]+$", "vip12", true),
            ("[^a]", "aaa", false),
            ("a.*c", "abbbc", true),
            ("a\\.b", "axb", false),
        ] {
            assert_eq!(Pattern::new(pattern).expect(pattern).find(text).is_some(), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn groups_are_remembered() {
        let matched = Pattern::new("^(.*)-(clone)$").expect("valid").find("db-clone").expect("matches");
        assert_eq!(matched.expand("%1/%2/%9"), Some("db/clone/".to_owned()));
        assert_eq!(matched.expand("plain"), None);
    }

    #[test]
    fn malformed_patterns_are_refused() {
        for pattern in ["(", "a)", "[a", "*", "a{x}"] {
            assert!(Pattern::new(pattern).is_none(), "{pattern}");
        }
    }

    #[test]
    fn a_hostile_pattern_ends() {
        let text = "a".repeat(40);
        let _ = Pattern::new("(a*)*(a*)*(a*)*b").expect("valid").find(&text);
    }
}
