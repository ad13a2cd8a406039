//! Disagreements with a reason: what Pacemaker decides today and 2.1.5 did not yet, or not so.

use super::decisions::Difference;
use cib::Element;

/// The reason for a reduced disagreement, if it is known.
pub(super) fn reason(_small: &Element, _difference: &Difference) -> Option<&'static str> {
    None
}
