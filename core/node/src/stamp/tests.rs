//! Dates against what `date -u` prints.

use super::text;
use model::WallTime;

#[test]
fn dates_are_written_as_ctime_does() {
    for (seconds, expected) in [
        (0, "Thu Jan  1 00:00:00 1970"),
        (951_782_399, "Mon Feb 28 23:59:59 2000"),
        (951_782_400, "Tue Feb 29 00:00:00 2000"),
        (1_194_982_799, "Tue Nov 13 19:39:59 2007"),
        (4_107_542_400, "Mon Mar  1 00:00:00 2100"),
        (-1, "Wed Dec 31 23:59:59 1969"),
    ] {
        assert_eq!(text(WallTime(seconds * 1000)), expected);
    }
}
