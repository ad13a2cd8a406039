//! Broken documents: each has one mistake, and it is named by its line with what to write instead.

mod heartbeat2;
mod modern;

use super::{Consequence, Mistake, validate};
use crate::fixture::{HEARTBEAT, MODERN};
use crate::parse;
use Consequence::{Ignored, Refused, Repaired};

/// A slip: this text, replaced by that one, makes a mistake of these words and this weight.
type Slip = (&'static str, &'static str, Consequence, &'static str, &'static str);

/// Makes every slip in a good document; the mistake is on the line where the replaced text began, or `below` it.
fn each_is_named(good: &str, slips: &[Slip]) {
    for (old, new, consequence, what, hint) in slips {
        assert_eq!(good.matches(old).count(), 1, "the slip {old:?} must be possible in one place");
        let before = good.find(old).expect("it was counted");
        let line = good[..before].matches('\n').count() + 1;
        let mistake = only_mistake(&good.replace(old, new), new);
        let found = usize::try_from(mistake.position.line).expect("a small number");
        let last = line + new.matches('\n').count();
        assert!((line..=last).contains(&found), "{new:?}: line {line} expected: {mistake}");
        assert!(mistake.what.contains(what), "{new:?}: {mistake}");
        assert!(mistake.hint.contains(hint), "{new:?}: {mistake}");
        assert_eq!(mistake.consequence, *consequence, "{new:?}: {mistake}");
    }
}

fn only_mistake(text: &str, slip: &str) -> Mistake {
    let mut report = validate(&parse(text).unwrap_or_else(|error| panic!("{slip:?}: {error}")));
    let all: Vec<String> = report.mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(all.len(), 1, "{slip:?}: {all:#?}");
    report.mistakes.remove(0)
}

#[test]
fn good_documents_have_no_mistakes() {
    for text in [HEARTBEAT, MODERN] {
        let report = validate(&parse(text).expect("well-formed"));
        assert_eq!(report.mistakes, []);
        assert!(report.is_accepted());
    }
}

#[test]
fn a_mistake_knows_its_path() {
    let text = HEARTBEAT.replace("name=\"ip\" value=\"192.0.2.7\"", "name=\"ip\" valu=\"192.0.2.7\"");
    let mistake = only_mistake(&text, "valu");
    assert_eq!(
        mistake.path,
        "cib/configuration/resources/group[web]/primitive[address]/instance_attributes[address-attributes]\
         /attributes/nvpair[address-ip]"
    );
}

#[test]
fn something_else_than_a_cib_is_refused_at_once() {
    let report = validate(&parse("<primitive id='a'/>").expect("well-formed"));
    assert_eq!(report.mistakes.len(), 1);
    assert!(report.mistakes[0].what.contains("not a <cib>"));
}

#[test]
fn a_document_that_is_not_to_be_checked_is_accepted_with_its_mistakes() {
    let text = MODERN.replace("pacemaker-3.9", "none").replace("interval=\"5s\"", "intervall=\"5s\"");
    let report = validate(&parse(&text).expect("well-formed"));
    assert_eq!(report.mistakes.len(), 1);
    assert!(report.is_accepted());
}

#[test]
fn notes_name_what_has_no_effect() {
    let report = validate(&parse(HEARTBEAT).expect("well-formed"));
    let notes: Vec<(u32, &str)> = report.notes.iter().map(|note| (note.position.line, note.text.as_str())).collect();
    for (line, words) in [
        (0, "fencing is off"),
        (1, "no admin_epoch, no epoch, no num_updates"),
        (1, "syntax of Heartbeat 2"),
        (6, "short_resource_names has no effect"),
        (10, "start-failure-is-fatal=false has no effect"),
    ] {
        assert!(notes.iter().any(|(at, text)| *at == line && text.contains(words)), "{words}: {notes:#?}");
    }
    assert_eq!(notes.len(), 5, "{notes:#?}");
}

#[test]
fn what_is_absent_and_rarely_meant_to_be_is_noted() {
    for (old, line, words) in
        [(" interval=\"10s\"", 32, "does not recur"), ("id=\"prefer-beta\" score=\"10\"", 56, "taken as 0")]
    {
        let new = if old.contains("score") { "id=\"prefer-beta\"" } else { "" };
        let report = validate(&parse(&HEARTBEAT.replace(old, new)).expect("well-formed"));
        assert_eq!(report.mistakes, [], "{old}");
        let found = report.notes.iter().any(|note| note.position.line == line && note.text.contains(words));
        assert!(found, "{old}: {:#?}", report.notes);
    }
}

#[test]
fn an_ordering_without_a_score_is_noted() {
    let text = HEARTBEAT.replace(" type=\"after\" score=\"0\"", "");
    let report = validate(&parse(&text).expect("well-formed"));
    assert!(report.notes.iter().any(|note| note.text.contains("'ordered' has no score")));
}
