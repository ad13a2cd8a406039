//! Last man standing: who may carry on, judged by the last view that had quorum instead of by all configured nodes.
//!
//! Each life remembers the last view with quorum that it was in and whose members came to know the same (`formed`), and those it
//! was ready for without having seen that (`attempts`). A new view has quorum if it holds a majority of the newest of these and
//! of every attempt after it. Two such majorities of one view share a life, so views with quorum form one line however the network breaks.
//! A life that ended counts for nobody: nothing of this is on disk, and after a restart of all hosts all must be there again.

/// More views that may or may not have come to be make a life useless for this rule, until all nodes are together.
const ATTEMPTS_MAX: usize = 8;

/// A view that had quorum, or may have had.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Electorate {
    pub(crate) view: u64,
    /// The fingerprints of its lives. The first one decides between two halves.
    pub(crate) lives: Vec<u64>,
}

/// What one life knows of views with quorum.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Lineage {
    /// The last one that it was in, once what its members replicate was the same at all.
    pub(crate) formed: Option<Electorate>,
    /// Those that it was ready for, or in, later than that.
    pub(crate) attempts: Vec<Electorate>,
}

/// A life that has left in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Departed {
    pub(crate) life: u64,
    /// It took part in no later proposal, and never will.
    pub(crate) promised: u64,
}

impl Electorate {
    /// A majority of it is here, or half of it with its first life. Who left in order before anything followed does not count.
    fn is_held_by(&self, here: &[u64], departed: &[Departed]) -> bool {
        let gone = |life: &u64| departed.iter().any(|one| one.life == *life && one.promised <= self.view);
        let rest: Vec<u64> = self.lives.iter().copied().filter(|life| !gone(life)).collect();
        let twice = 2 * rest.iter().filter(|life| here.contains(life)).count();
        let breaker = rest.first().is_some_and(|first| here.contains(first));
        twice > rest.len() || (twice == rest.len() && breaker)
    }
}

impl Lineage {
    /// To be noted before anybody is told that we are ready for this view.
    pub(crate) fn attempt(&mut self, electorate: Electorate) {
        self.attempts.retain(|known| known.lives != electorate.lives);
        if self.attempts.len() >= ATTEMPTS_MAX {
            // Nobody holds a majority of nobody.
            self.attempts = vec![Electorate { view: electorate.view, lives: Vec::new() }];
        }
        self.attempts.push(electorate);
    }

    /// All that was decided before this view is known to us, its member.
    pub(crate) fn form(&mut self, electorate: Electorate) {
        self.attempts.retain(|attempt| attempt.view > electorate.view);
        self.formed = Some(electorate);
    }

    /// What several lives know together.
    pub(crate) fn join<'a>(all: impl Iterator<Item = &'a Self>) -> Self {
        let mut joined = Self::default();
        for one in all {
            joined.attempts.extend(one.attempts.iter().cloned());
            let newer = |known: &Electorate| one.formed.as_ref().is_some_and(|formed| formed.view > known.view);
            if joined.formed.as_ref().is_none_or(newer) {
                joined.formed.clone_from(&one.formed);
            }
        }
        let last = joined.formed.as_ref().map_or(0, |formed| formed.view);
        joined.attempts.retain(|attempt| attempt.view > last);
        joined
    }

    /// Whether these lives carry the line on.
    pub(crate) fn is_carried_by(&self, here: &[u64], departed: &[Departed]) -> bool {
        let formed = self.formed.as_ref().is_some_and(|formed| formed.is_held_by(here, departed));
        formed && self.attempts.iter().all(|attempt| attempt.is_held_by(here, &[]))
    }
}

#[cfg(test)]
mod tests {
    use super::{ATTEMPTS_MAX, Departed, Electorate, Lineage};

    fn electorate(view: u64, lives: &[u64]) -> Electorate {
        Electorate { view, lives: lives.to_vec() }
    }

    fn formed(view: u64, lives: &[u64]) -> Lineage {
        Lineage { formed: Some(electorate(view, lives)), attempts: Vec::new() }
    }

    /// Whatever two disjoint sets are taken from it, at most one carries it on.
    #[test]
    fn of_any_two_disjoint_sets_at_most_one_carries_a_view_on() {
        for size in 1..=6_u64 {
            let lives: Vec<u64> = (1..=size).collect();
            let line = formed(1, &lives);
            for split in 0..3_u64.pow(6) {
                let side = |which: u64| -> Vec<u64> {
                    let place = |life: u64| split / 3_u64.pow(u32::try_from(life - 1).unwrap()) % 3;
                    lives.iter().copied().filter(|life| place(*life) == which).collect()
                };
                assert!(!(line.is_carried_by(&side(0), &[]) && line.is_carried_by(&side(1), &[])), "{size} {split}");
            }
        }
    }

    #[test]
    fn a_view_that_may_have_come_to_be_counts_until_a_later_one_has() {
        let mut line = formed(1, &[1, 2, 3]);
        line.attempt(electorate(2, &[1, 2]));
        assert!(!line.is_carried_by(&[2, 3], &[]), "1 may stand alone by now");
        assert!(line.is_carried_by(&[1, 3], &[]));
        let joined = Lineage::join([&line, &formed(3, &[2, 3])].into_iter());
        assert_eq!(joined, formed(3, &[2, 3]));
        line.form(electorate(2, &[1, 2]));
        assert_eq!(line, formed(2, &[1, 2]));
    }

    #[test]
    fn who_left_in_order_is_not_waited_for_unless_it_took_part_in_more() {
        let departed = |promised| [Departed { life: 1, promised }];
        assert!(formed(5, &[1, 2]).is_carried_by(&[2], &departed(5)));
        assert!(!formed(5, &[1, 2]).is_carried_by(&[2], &departed(6)));
    }

    #[test]
    fn who_knows_nothing_carries_nothing_on() {
        assert!(!Lineage::default().is_carried_by(&[1, 2, 3], &[]));
    }

    #[test]
    fn too_many_open_attempts_end_all_hope_but_that_of_all() {
        let mut line = formed(1, &[1]);
        for view in 2..20 {
            line.attempt(electorate(view, &[1, view]));
            assert!(line.attempts.len() <= ATTEMPTS_MAX);
        }
        assert!(!line.is_carried_by(&(0..30).collect::<Vec<_>>(), &[]));
    }
}
