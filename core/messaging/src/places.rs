//! A set of configured nodes, one bit each, by their place among the sorted node lines.
//!
//! Who hears whom is asked n times for each heartbeat that brings news, over all n nodes: as bits, sixty-four at a time.

/// Bits of a word.
const WORD: usize = 64;

/// Some of the configured nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places(Vec<u64>);

impl Places {
    /// The first `count` places.
    pub(crate) fn first(count: usize) -> Self {
        let mut all = Self::default();
        (0..count).for_each(|place| all.insert(place));
        all
    }

    pub(crate) fn insert(&mut self, place: usize) {
        let word = place / WORD;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= bit(place);
    }

    /// True when it was in.
    pub(crate) fn remove(&mut self, place: usize) -> bool {
        let present = self.contains(place);
        if present {
            self.0[place / WORD] &= !bit(place);
        }
        present
    }

    pub(crate) fn contains(&self, place: usize) -> bool {
        self.0.get(place / WORD).is_some_and(|word| word & bit(place) != 0)
    }

    pub(crate) fn is_subset_of(&self, other: &Self) -> bool {
        self.0.iter().enumerate().all(|(at, word)| word & !other.word(at) == 0)
    }

    /// Keeps those only that are in `other` as well.
    pub(crate) fn intersect(&mut self, other: &Self) {
        self.0.iter_mut().enumerate().for_each(|(at, word)| *word &= other.word(at));
    }

    /// In order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let lowest = usize::try_from(rest.trailing_zeros()).expect("at most 64");
                rest &= rest.wrapping_sub(1);
                (lowest < WORD).then_some(at * WORD + lowest)
            })
        })
    }

    fn word(&self, at: usize) -> u64 {
        self.0.get(at).copied().unwrap_or(0)
    }
}

fn bit(place: usize) -> u64 {
    1 << (place % WORD)
}

#[cfg(test)]
mod tests {
    use super::Places;

    fn of(places: &[usize]) -> Places {
        let mut set = Places::default();
        places.iter().for_each(|place| set.insert(*place));
        set
    }

    #[test]
    fn what_was_inserted_is_in_and_in_order() {
        let mut set = of(&[700, 3, 64, 63]);
        assert_eq!(set.iter().collect::<Vec<usize>>(), [3, 63, 64, 700]);
        assert!(set.contains(64) && !set.contains(65) && !set.contains(7_000));
        assert!(set.remove(64) && !set.remove(64) && !set.remove(7_000));
        assert_eq!(set.iter().collect::<Vec<usize>>(), [3, 63, 700]);
    }

    #[test]
    fn sets_of_different_lengths_compare_by_what_is_in_them() {
        assert!(of(&[1]).is_subset_of(&of(&[1, 100])) && !of(&[1, 100]).is_subset_of(&of(&[1])));
        let mut set = of(&[1, 2, 100]);
        set.intersect(&of(&[2, 3]));
        assert_eq!(set.iter().collect::<Vec<usize>>(), [2]);
        assert_eq!(Places::first(130).iter().count(), 130);
    }
}
