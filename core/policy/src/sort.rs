//! A stable merge sort that takes any comparison, even one that is no total order.
//!
//! Some of the comparisons of instances and history entries are not transitive. The standard sort may panic on those, and
//! the result then depends on the algorithm: this one splits in the middle and takes from the left on a tie.

use std::cmp::Ordering;

/// Sorts in place.
pub(crate) fn merge_sort<T: Clone>(items: &mut Vec<T>, compare: &mut dyn FnMut(&T, &T) -> Ordering) {
    if items.len() < 2 {
        return;
    }
    let mut right = items.split_off(items.len() / 2);
    let mut left = std::mem::take(items);
    merge_sort(&mut left, compare);
    merge_sort(&mut right, compare);
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    loop {
        match (left.peek(), right.peek()) {
            (Some(a), Some(b)) => {
                let from_left = compare(a, b).is_le();
                items.extend(if from_left { left.next() } else { right.next() });
            }
            (Some(_), None) => items.extend(left.next()),
            (None, Some(_)) => items.extend(right.next()),
            (None, None) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sorts_and_keeps_ties_in_order() {
        let mut items = vec![(3, 'a'), (1, 'b'), (3, 'c'), (2, 'd'), (1, 'e')];
        merge_sort(&mut items, &mut |a, b| a.0.cmp(&b.0));
        assert_eq!(items, [(1, 'b'), (1, 'e'), (2, 'd'), (3, 'a'), (3, 'c')]);
    }

    #[test]
    fn a_comparison_that_makes_no_sense_does_no_harm() {
        let mut items: Vec<u32> = (0..50).collect();
        merge_sort(&mut items, &mut |a, b| if (a + b) % 3 == 0 { Ordering::Less } else { Ordering::Greater });
        items.sort_unstable();
        assert!(items.iter().copied().eq(0..50));
    }
}
