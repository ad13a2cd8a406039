//! From good input to input that nobody meant: bytes, numbers, words and whole pieces are changed, moved and repeated.

use model::Rng;

/// No case is longer: what is slow at this length is slow everywhere.
const LENGTH_MAX: usize = 1 << 16;

/// Numbers at which code breaks.
const EDGES: [u64; 12] = [0, 1, 127, 128, 255, 256, 65_535, 65_536, 0xFFFF_FFFF, (1 << 63) - 1, 1 << 63, u64::MAX];

/// Words at which text breaks.
const WORDS: [&str; 24] = [
    "0",
    "-1",
    "1",
    "99999999999999999999",
    "INFINITY",
    "-INFINITY",
    "+INFINITY",
    "1e9",
    "NaN",
    "\"",
    "'",
    "<",
    ">",
    "&amp;",
    "&#0;",
    "&#x10ffff;",
    "<!--",
    "]]>",
    "<![CDATA[",
    "\u{0}",
    "\u{feff}",
    "é",
    "true",
    "P1Y2M3DT4H5M6S",
];

/// Makes cases from a corpus.
#[derive(Debug)]
pub struct Mutator {
    corpus: Vec<Vec<u8>>,
}

impl Mutator {
    /// # Panics
    /// When the corpus is empty: there is nothing to begin with.
    pub fn new(corpus: Vec<Vec<u8>>) -> Self {
        assert!(!corpus.is_empty(), "a corpus has at least one input");
        Self { corpus }
    }

    /// From now on, cases are made from this input as well.
    pub fn keep(&mut self, input: Vec<u8>) {
        self.corpus.push(input);
    }

    /// The case of this number: always the same bytes from the same corpus.
    pub fn case(&self, number: u64) -> Vec<u8> {
        let mut rng = Rng::from_seed(number);
        let mut bytes = self.pick(&mut rng).to_vec();
        let most = 1 << rng.below(6);
        let steps = 1 + rng.below(most);
        for _ in 0..steps {
            self.step(&mut rng, &mut bytes);
            bytes.truncate(LENGTH_MAX);
        }
        bytes
    }

    fn pick(&self, rng: &mut Rng) -> &[u8] {
        &self.corpus[index(rng, self.corpus.len())]
    }

    fn step(&self, rng: &mut Rng, bytes: &mut Vec<u8>) {
        let at = index(rng, bytes.len() + 1);
        let end = at + index(rng, (bytes.len() - at).min(64) + 1);
        match rng.below(12) {
            0 => flip(rng, bytes),
            1 => replace(bytes, at, end, &[]),
            2 => bytes.truncate(at),
            3 => repeat(rng, bytes, at, end),
            4 => replace(bytes, at, end, WORDS[index(rng, WORDS.len())].as_bytes()),
            5 => replace(bytes, at, end, &number(rng)),
            6 | 7 => self.splice(rng, bytes, at, end),
            8 => other_word(rng, bytes),
            9 => swap_lines(rng, bytes),
            10 => noise(rng, bytes, at),
            _ => nest(rng, bytes, at, end),
        }
    }

    /// A piece of another good input.
    fn splice(&self, rng: &mut Rng, bytes: &mut Vec<u8>, at: usize, end: usize) {
        let other = self.pick(rng);
        let from = index(rng, other.len() + 1);
        let to = from + index(rng, other.len() - from + 1);
        replace(bytes, at, end, &other[from..to]);
    }
}

fn index(rng: &mut Rng, bound: usize) -> usize {
    let bound = u64::try_from(bound.max(1)).expect("a length fits 64 bits");
    usize::try_from(rng.below(bound)).expect("below a length")
}

fn replace(bytes: &mut Vec<u8>, at: usize, end: usize, with: &[u8]) {
    bytes.splice(at..end, with.iter().copied());
}

fn flip(rng: &mut Rng, bytes: &mut [u8]) {
    if !bytes.is_empty() {
        let at = index(rng, bytes.len());
        bytes[at] ^= 1 << rng.below(8);
    }
}

fn repeat(rng: &mut Rng, bytes: &mut Vec<u8>, at: usize, end: usize) {
    let piece = bytes[at..end].to_vec().repeat(1 << rng.below(10));
    replace(bytes, end, end, &piece);
}

/// A number at an edge: as fixed bytes, in groups of seven bits, or as text.
fn number(rng: &mut Rng) -> Vec<u8> {
    let value = EDGES[index(rng, EDGES.len())];
    match rng.below(4) {
        0 => value.to_le_bytes().to_vec(),
        1 => value.to_be_bytes()[4..].to_vec(),
        2 => value.to_string().into_bytes(),
        _ => groups(value),
    }
}

fn groups(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(u8::try_from(value & 0x7F).expect("seven bits") | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).expect("seven bits"));
    bytes
}

/// A word gives its place to another word of the same input: names that are not where they belong.
fn other_word(rng: &mut Rng, bytes: &mut Vec<u8>) {
    let words = words(bytes);
    if words.len() > 1 {
        let (from, to) = (words[index(rng, words.len())].clone(), words[index(rng, words.len())].clone());
        let word = bytes[from].to_vec();
        replace(bytes, to.start, to.end, &word);
    }
}

fn words(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| is_word(**byte)) {
        match found.last_mut().filter(|word| word.end == at) {
            Some(word) => word.end = at + 1,
            None => found.push(at..at + 1),
        }
    }
    found
}

fn swap_lines(rng: &mut Rng, bytes: &mut Vec<u8>) {
    let mut lines: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let (a, b) = (index(rng, lines.len()), index(rng, lines.len()));
    lines.swap(a, b);
    *bytes = lines.join(&b'\n');
}

fn noise(rng: &mut Rng, bytes: &mut Vec<u8>, at: usize) {
    let noise: Vec<u8> = (0..rng.below(16)).map(|_| rng.next_u64().to_le_bytes()[0]).collect();
    replace(bytes, at, at, &noise);
}

/// The input within itself.
fn nest(rng: &mut Rng, bytes: &mut Vec<u8>, at: usize, end: usize) {
    if bytes.len() < LENGTH_MAX / 2 {
        let whole = bytes.clone();
        let at = if rng.chance(500) { at } else { end };
        replace(bytes, at, at, &whole);
    }
}

#[cfg(test)]
mod tests {
    use super::{LENGTH_MAX, Mutator};

    #[test]
    fn a_number_is_always_the_same_case_and_most_are_new() {
        let mutator = Mutator::new(vec![b"node a b\nbcast eth0\ncrm on\nkeepalive 100ms\ndeadtime 500ms\n".to_vec()]);
        let cases: std::collections::BTreeSet<Vec<u8>> = (0..1000).map(|number| mutator.case(number)).collect();
        assert!(cases.len() > 800, "{}", cases.len());
        assert!(cases.iter().all(|case| case.len() <= LENGTH_MAX));
        assert_eq!(mutator.case(7), mutator.case(7));
    }
}
