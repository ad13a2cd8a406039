//! Who changed the configuration last, and when: attributes of the document's head that people read.

#[cfg(test)]
mod tests;

use cib::Element;
use model::{NodeName, WallTime};

const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Writes it into the head. `client` is `root via cibadmin`.
pub fn write(cib: &mut Element, origin: &NodeName, client: &str, at: WallTime) {
    let (user, program) = client.split_once(" via ").unwrap_or(("", client));
    cib.set("cib-last-written", &text(at));
    cib.set("update-origin", origin.as_str());
    cib.set("update-client", program);
    cib.set("update-user", user);
}

/// `Sun Nov 22 07:39:13 2026`, in UTC.
pub fn text(at: WallTime) -> String {
    let (days, rest) = (at.seconds().div_euclid(86_400), at.seconds().rem_euclid(86_400));
    let (year, month, day) = date(days);
    let weekday = WEEKDAYS[usize::try_from(days.rem_euclid(7)).expect("a remainder of 7 is small")];
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{weekday} {} {day:2} {hour:02}:{minute:02}:{second:02} {year}", MONTHS[month])
}

/// Year, month from 0 and day from 1 of a day since 1970, walking over years and months: clear, and rare enough.
fn date(mut days: i64) -> (i64, usize, i64) {
    let mut year = 1970;
    while days < 0 {
        year -= 1;
        days += length_of(year);
    }
    while days >= length_of(year) {
        days -= length_of(year);
        year += 1;
    }
    let february = length_of(year) - 337;
    for (month, length) in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].into_iter().enumerate() {
        if days < length {
            return (year, month, days + 1);
        }
        days -= length;
    }
    unreachable!("a day of a year lies in one of its months")
}

fn length_of(year: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    365 + i64::from(leap)
}
