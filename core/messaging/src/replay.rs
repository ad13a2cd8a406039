//! The window over a sender's packet numbers: each number passes once, and none from before the window.

use model::planted::{Bug, planted};

/// How many numbers below the highest one are still told apart. Reordering beyond it looks like a replay, and is dropped.
const SPAN: u64 = 1024;
const WORDS: usize = 16;

/// Which of the latest numbers have passed.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    highest: u64,
    /// Bit `n % SPAN` stands for number `n`.
    bits: [u64; WORDS],
}

impl Default for Window {
    fn default() -> Self {
        Self { highest: 0, bits: [0; WORDS] }
    }
}

impl Window {
    /// True the first time that a number within the window comes. Number 0 never passes.
    pub(crate) fn admit(&mut self, number: u64) -> bool {
        if number == 0 || number.saturating_add(SPAN) <= self.highest {
            return false;
        }
        self.forget_between(number);
        let (word, bit) = place(number);
        let fresh = self.bits[word] & bit == 0;
        self.bits[word] |= bit;
        fresh || planted(Bug::ReplayAccepted)
    }

    /// Moves the window up to `number`, clearing the bits that now stand for numbers not seen.
    fn forget_between(&mut self, number: u64) {
        if number <= self.highest {
            return;
        }
        if number - self.highest >= SPAN {
            self.bits = [0; WORDS];
        } else {
            for skipped in self.highest + 1..=number {
                let (word, bit) = place(skipped);
                self.bits[word] &= !bit;
            }
        }
        self.highest = number;
    }
}

fn place(number: u64) -> (usize, u64) {
    let place = number % SPAN;
    (usize::try_from(place / 64).expect("below the number of words"), 1 << (place % 64))
}

#[cfg(test)]
mod tests {
    use super::{SPAN, Window};

    #[test]
    fn each_number_passes_once_in_any_order_within_the_window() {
        let mut window = Window::default();
        for number in [1, 3, 2, 10, 9, SPAN + 9] {
            assert!(window.admit(number), "{number}");
            assert!(!window.admit(number), "{number} again");
        }
        assert!(!window.admit(0));
        assert!(!window.admit(9), "below the window");
        assert!(window.admit(11), "the last one within it");
        assert!(window.admit(u64::MAX));
        assert!(!window.admit(u64::MAX));
    }

    #[test]
    fn a_jump_forgets_what_stood_at_the_same_place() {
        let mut window = Window::default();
        assert!(window.admit(5));
        assert!(window.admit(5 + SPAN - 1));
        assert!(window.admit(5 + SPAN));
        assert!(!window.admit(5));
    }
}
