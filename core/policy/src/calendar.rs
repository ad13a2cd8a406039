//! Calendar arithmetic for rules: ISO 8601 dates in, seconds since 1970 out, and the parts that a date specification asks for.
//!
//! Everything is UTC: core has no time zone, and a date that names an offset is shifted by it.

/// The parts of a moment that a `date_spec` can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    pub ordinal: i64,
    pub week_year: i64,
    pub week: i64,
    /// 1 is Monday.
    pub weekday: i64,
}

const DAY: i64 = 86_400;

/// Days since 1970-01-01 of a proleptic Gregorian date.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn date_of(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let doe = shifted.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

/// Monday of ISO week 1 of a year, in days since 1970.
fn first_monday(year: i64) -> i64 {
    let fourth = days_of(year, 1, 4);
    fourth - (fourth + 3).rem_euclid(7)
}

/// What a moment (seconds since 1970 UTC) is called.
pub(crate) fn parts(seconds: i64) -> Parts {
    let days = seconds.div_euclid(DAY);
    let rest = seconds.rem_euclid(DAY);
    let (year, month, day) = date_of(days);
    let week_year = if days >= first_monday(year + 1) {
        year + 1
    } else if days < first_monday(year) {
        year - 1
    } else {
        year
    };
    Parts {
        year,
        month,
        day,
        hour: rest / 3600,
        minute: rest / 60 % 60,
        second: rest % 60,
        ordinal: days - days_of(year, 1, 1) + 1,
        week_year,
        week: (days - first_monday(week_year)) / 7 + 1,
        weekday: (days + 3).rem_euclid(7) + 1,
    }
}

fn number(text: &str) -> Option<i64> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn date_days(text: &str) -> Option<i64> {
    let fields: Vec<&str> = text.split('-').collect();
    match fields.as_slice() {
        [year, week, day] if week.starts_with('W') => {
            Some(first_monday(number(year)?) + (number(&week[1..])? - 1) * 7 + number(day)? - 1)
        }
        [year, month, day] => Some(days_of(number(year)?, number(month)?, number(day)?)),
        [year, rest] if rest.len() == 3 => Some(days_of(number(year)?, 1, 1) + number(rest)? - 1),
        [year, month] => Some(days_of(number(year)?, number(month)?, 1)),
        [compact] if compact.len() == 8 => {
            Some(days_of(number(compact.get(..4)?)?, number(compact.get(4..6)?)?, number(compact.get(6..)?)?))
        }
        [compact] if compact.len() == 7 => {
            Some(days_of(number(compact.get(..4)?)?, 1, 1) + number(compact.get(4..)?)? - 1)
        }
        _ => None,
    }
}

fn clock_seconds(text: &str) -> Option<i64> {
    let fields: Vec<&str> = text.split(':').collect();
    match fields.as_slice() {
        [h, m, s] => Some(number(h)? * 3600 + number(m)? * 60 + number(s)?),
        [h, m] => Some(number(h)? * 3600 + number(m)? * 60),
        [compact] if compact.len() == 6 => {
            Some(number(compact.get(..2)?)? * 3600 + number(compact.get(2..4)?)? * 60 + number(compact.get(4..)?)?)
        }
        [compact] if compact.len() == 4 => Some(number(compact.get(..2)?)? * 3600 + number(compact.get(2..)?)? * 60),
        [hour] if hour.len() <= 2 => Some(number(hour)? * 3600),
        _ => None,
    }
}

/// Reads an ISO 8601 date with an optional time and offset, as seconds since 1970 UTC.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let (date, time) = match text.find(['T', ' ']) {
        Some(at) => (&text[..at], text[at + 1..].trim()),
        None => (text, ""),
    };
    let days = if date.is_empty() { 0 } else { date_days(date)? };
    if time.is_empty() {
        return Some(days * DAY);
    }
    let time = time.trim_end_matches('Z').trim();
    let (clock, offset) = match time.find(['+', '-']) {
        Some(at) => {
            let seconds = clock_seconds(time[at + 1..].trim())?;
            (time[..at].trim(), if time[at..].starts_with('-') { -seconds } else { seconds })
        }
        None => (time, 0),
    };
    Some(days * DAY + clock_seconds(clock)? - offset)
}

/// Seconds of an ISO span such as `P1DT2H`; months count 30 days, years 365.
pub(crate) fn iso_span_seconds(text: &str) -> Option<u64> {
    let (mut total, mut number, mut in_time, mut any) = (0_u64, None::<u64>, false, false);
    for c in text.strip_prefix('P')?.chars() {
        if let Some(digit) = c.to_digit(10) {
            number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(u64::from(digit)));
            continue;
        }
        let unit = match c {
            'T' if number.is_none() => {
                in_time = true;
                continue;
            }
            'Y' => 365 * 86_400,
            'M' if !in_time => 30 * 86_400,
            'W' => 7 * 86_400,
            'D' => 86_400,
            'H' => 3600,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        total = total.saturating_add(number.take()?.saturating_mul(unit));
        any = true;
    }
    (any && number.is_none()).then_some(total)
}

/// Adds whole months, keeping the day within the month that is reached.
pub(crate) fn add_months(seconds: i64, months: i64) -> i64 {
    let (year, month, day) = date_of(seconds.div_euclid(DAY));
    let total = year * 12 + month - 1 + months;
    let (to_year, to_month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
    let next = if to_month == 12 { days_of(to_year + 1, 1, 1) } else { days_of(to_year, to_month + 1, 1) };
    let length = next - days_of(to_year, to_month, 1);
    days_of(to_year, to_month, day.min(length)) * DAY + seconds.rem_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_every_spelling() {
        for (text, expected) in [
            ("1970-01-01", Some(0)),
            ("2005-020", Some(1_106_179_200)),
            ("2005-020T12:30", Some(1_106_224_200)),
            ("2005-W03-4", Some(1_106_179_200)),
            ("2014-05-07 00:28:00", Some(1_399_422_480)),
            ("2014-05-07T02:28:00+02:00", Some(1_399_422_480)),
            ("2038-01-19T03:14:08Z", Some(2_147_483_648)),
            ("yesterday", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    #[test]
    fn the_week_of_new_year_belongs_to_the_right_year() {
        let p = parts(parse("2005-01-01").expect("a date"));
        assert_eq!((p.week_year, p.week, p.weekday, p.ordinal), (2004, 53, 6, 1));
        let p = parts(parse("2008-12-29").expect("a date"));
        assert_eq!((p.week_year, p.week, p.weekday), (2009, 1, 1));
    }

    #[test]
    fn a_month_after_the_end_of_january_is_the_end_of_february() {
        let start = parse("2024-01-31").expect("a date");
        assert_eq!(add_months(start, 1), parse("2024-02-29").expect("a date"));
        assert_eq!(add_months(start, -2), parse("2023-11-30").expect("a date"));
    }
}
