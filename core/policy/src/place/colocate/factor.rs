//! How much of a score a colocation passes on.

use model::Score;

/// The share of another's score that a colocation passes on: products of scores over infinity.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) struct Factor(f32);

impl Factor {
    pub const ONE: Self = Self(1.0);

    /// Of a colocation's own score.
    pub fn of(score: Score) -> Self {
        Self::ONE.times(score)
    }

    #[allow(clippy::cast_precision_loss, reason = "scores are below 2^24, so single precision holds them exactly")]
    pub(super) fn times(self, score: Score) -> Self {
        Self(self.0 * score.value() as f32 / 1_000_000_f32)
    }

    /// The share of a score, rounded away from zero at a half, and never lost altogether.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "scores are below 2^24 and factors at most one"
    )]
    pub(super) fn share(self, score: Score) -> i64 {
        let share = f64::from(self.0 * score.value() as f32);
        let rounded = if share < 0.0 { (share - 0.5) as i64 } else { (share + 0.5) as i64 };
        match (rounded, score == Score::ZERO) {
            (0, false) if self.0 > 0.0 => 1,
            (0, false) if self.0 < 0.0 => -1,
            _ => rounded,
        }
    }

    pub(super) fn is_negative(self) -> bool {
        self.0 < 0.0
    }
}
