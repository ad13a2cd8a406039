//! Tables of what is read, and what is not.

use super::{boolean, duration, role, score};
use std::time::Duration;

#[test]
fn times_of_both_generations_are_read() {
    for (text, micros) in [
        ("5", 5_000_000),
        ("5s", 5_000_000),
        (" 5 sec ", 5_000_000),
        ("500ms", 500_000),
        ("7us", 7),
        ("2min", 120_000_000),
        ("1h", 3_600_000_000),
        ("0", 0),
        ("PT1M30S", 90_000_000),
        ("P1DT1H", 90_000_000_000),
        ("P1M", 30 * 86_400_000_000),
    ] {
        assert_eq!(duration(text), Some(Duration::from_micros(micros)), "{text}");
    }
    for text in ["", "s", "-5", "5x", "5 5s", "P", "PT", "PT5", "P5S", "99999999999999999999", "99999999999999999h"] {
        assert_eq!(duration(text), None, "{text}");
    }
}

#[test]
fn scores_and_truth_are_read() {
    for (text, expected) in [("10", 10), ("10.0", 10), ("-infinity", -1_000_000), ("+5", 5), ("yellow", 0)] {
        assert_eq!(score(text).map(model::Score::value), Some(expected), "{text}");
    }
    for text in ["", "ten", "1x", "1.x", "--5"] {
        assert_eq!(score(text), None, "{text}");
    }
    assert_eq!((boolean("Yes"), boolean("0"), boolean("maybe")), (Some(true), Some(false), None));
}

#[test]
fn roles_get_the_name_of_today() {
    for (text, expected) in [("Master", "Promoted"), ("slave", "Unpromoted"), ("started", "Started"), ("x", "x")] {
        assert_eq!(role(text), expected);
    }
}
