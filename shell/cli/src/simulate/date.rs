//! Moments as ISO 8601 writes them, in the forms that `-t` takes.

use crate::failure::Failure;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use model::WallTime;

/// `2005-020`, `2005-020T12:30`, `2014-05-07 00:28:00`, `2026-11-22T10:00:00Z`: without an offset, in the given zone.
///
/// # Errors
/// When it is none of these.
pub fn moment(text: &str, zone: &TimeZone) -> Result<WallTime, Failure> {
    let unreadable = || {
        let hint = "examples: 2026-11-22, 2026-326T12:30, '2026-11-22 12:30:00', 2026-11-22T12:30:00Z";
        Failure::usage(format!("'{text}' is no date")).hint(hint)
    };
    if let Ok(stamp) = text.trim().parse::<Timestamp>() {
        return Ok(WallTime(stamp.as_millisecond()));
    }
    let (day, time) = text.trim().split_once(['T', ' ']).unwrap_or((text.trim(), "00:00"));
    let time: Time = time.trim().parse().map_err(|_| unreadable())?;
    let moment = DateTime::from_parts(date(day).ok_or_else(unreadable)?, time).to_zoned(zone.clone());
    moment.map(|zoned| WallTime(zoned.timestamp().as_millisecond())).map_err(|_| unreadable())
}

/// A calendar date, or a year with the number of the day in it.
fn date(text: &str) -> Option<Date> {
    if let Ok(date) = text.parse::<Date>() {
        return Some(date);
    }
    let (year, day) = text.split_once('-')?;
    let first = Date::new(year.parse().ok()?, 1, 1).ok()?;
    let day: i16 = day.parse().ok().filter(|_| day.len() == 3)?;
    first.with().day_of_year(day).build().ok()
}

/// `2020-06-16 19:23:21Z`
pub(super) fn utc(at: WallTime) -> String {
    let stamp = Timestamp::from_millisecond(at.0);
    stamp.map(|stamp| stamp.strftime("%Y-%m-%d %H:%M:%SZ").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_each_of_their_forms() {
        for (text, expected) in [
            ("2005-020", "2005-01-20 00:00:00Z"),
            ("2005-020T12:30", "2005-01-20 12:30:00Z"),
            ("2014-05-07 00:28:00", "2014-05-07 00:28:00Z"),
            ("2014-05-07", "2014-05-07 00:00:00Z"),
            ("2014-05-07T02:28:00+02:00", "2014-05-07 00:28:00Z"),
        ] {
            assert_eq!(moment(text, &TimeZone::UTC).map(utc), Ok(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in ["", "yesterday", "2005-400", "2005-20", "2005-01-20T25:00"] {
            assert!(moment(text, &TimeZone::UTC).is_err(), "{text}");
        }
    }
}
