//! The version of a CIB: who wins when two differ.
//!
//! An administrator's `admin_epoch` beats every `epoch`, an `epoch` every `num_updates`. A change of the
//! configuration raises `epoch` and sets `num_updates` to 0, as Pacemaker does (Heartbeat 2 set it to 1; which of the
//! two makes no difference to the order). A change of the status alone raises `num_updates`.

#[cfg(test)]
mod tests;

use crate::Element;
use std::fmt;

/// The attributes of `<cib>` that hold a version, most significant first.
pub(crate) const ATTRIBUTES: [&str; 3] = ["admin_epoch", "epoch", "num_updates"];

/// A version triple, ordered as it decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Raised by hand only.
    pub admin_epoch: u64,
    /// Counts changes of the configuration.
    pub epoch: u64,
    /// Counts changes of the status since.
    pub num_updates: u64,
}

impl Version {
    /// Reads it from a `<cib>`; what is missing or no number counts as 0.
    pub fn of(cib: &Element) -> Self {
        let [admin_epoch, epoch, num_updates] =
            ATTRIBUTES.map(|name| cib.attribute(name).and_then(|text| text.trim().parse().ok()).unwrap_or(0));
        Self { admin_epoch, epoch, num_updates }
    }

    /// Writes it into a `<cib>`.
    pub fn write(self, cib: &mut Element) {
        for (name, number) in ATTRIBUTES.into_iter().zip([self.admin_epoch, self.epoch, self.num_updates]) {
            cib.set(name, &number.to_string());
        }
    }

    /// After a change of the configuration.
    #[must_use]
    pub fn configured(self) -> Self {
        Self { epoch: self.epoch.saturating_add(1), num_updates: 0, ..self }
    }

    /// After a change of the status only.
    #[must_use]
    pub fn updated(self) -> Self {
        Self { num_updates: self.num_updates.saturating_add(1), ..self }
    }

    /// After an administrator's decision that this one wins.
    #[must_use]
    pub fn raised(self) -> Self {
        Self { admin_epoch: self.admin_epoch.saturating_add(1), epoch: 0, num_updates: 0 }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.admin_epoch, self.epoch, self.num_updates)
    }
}
