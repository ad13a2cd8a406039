//! The hardware watchdog: fed by the messaging loop while the node can think, so that a host that cannot is reset by its own hardware.

use crate::sys;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::time::Duration;

/// An armed watchdog. Dropping it without [`Watchdog::disarm`] lets it bite.
#[derive(Debug)]
pub struct Watchdog {
    device: File,
}

impl Watchdog {
    /// Opens the device, which arms it, with a timeout that is `deadtime` and 10 ms, rounded up to whole seconds.
    ///
    /// # Errors
    /// When it cannot be opened or set.
    pub fn arm(path: &str, deadtime: Duration) -> io::Result<Self> {
        let device = OpenOptions::new().write(true).open(path)?;
        sys::set_watchdog_timeout(device.as_fd(), seconds(deadtime))?;
        Ok(Self { device })
    }

    /// Says that all is well.
    ///
    /// # Errors
    /// When the device does not take it; it will bite then.
    pub fn feed(&mut self) -> io::Result<()> {
        self.device.write_all(b"\0")
    }

    /// Stops it, at the end of an orderly stop: the device knows the letter as the magic close.
    pub fn disarm(mut self) {
        // Nothing more can be done when it refuses.
        let _ = self.device.write_all(b"V");
    }
}

fn seconds(deadtime: Duration) -> i32 {
    let millis = (deadtime + Duration::from_millis(10)).as_millis();
    i32::try_from(millis.div_ceil(1000)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timeout_is_deadtime_and_a_little_in_whole_seconds() {
        let cases = [(30_000, 31), (29_990, 30), (500, 1), (0, 1)];
        for (deadtime, expected) in cases {
            assert_eq!(seconds(Duration::from_millis(deadtime)), expected, "{deadtime} ms");
        }
    }
}
