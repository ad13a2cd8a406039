//! Slips in the syntax of Heartbeat 2.

use super::{HEARTBEAT, Ignored, Refused, Repaired, each_is_named};

#[test]
fn names_that_are_not_known() {
    each_is_named(
        HEARTBEAT,
        &[
            ("timeout=\"3s\"", "timeuot=\"3s\"", Refused, "no attribute 'timeuot'", "did you mean 'timeout'?"),
            ("on_fail=\"restart\"", "on-fail=\"restart\"", Refused, "no attribute 'on-fail'", "'on_fail'"),
            ("is_managed=\"true\"", "managed_by=\"me\"", Refused, "no attribute 'managed_by'", "is_managed"),
            ("<nodes/>", "<node/>", Refused, "does not belong inside <configuration>", "inside <nodes>"),
            ("<nodes/>", "<nodez/>", Refused, "does not belong inside <configuration>", "did you mean <nodes>?"),
            ("<nodes/>", "<nodes/>\n<extra/>", Refused, "<extra> does not belong", "crm_config, nodes"),
            ("<nodes/>", "<nodes colour=\"red\"/>", Refused, "no attribute 'colour'", "has no attributes"),
            ("provider=\"example\"", "proivder=\"example\"", Refused, "'proivder'", "did you mean 'provider'?"),
            ("type=\"Server\"", "typ=\"Server\"", Refused, "no attribute 'typ'", "did you mean 'type'?"),
            ("id=\"ordered\" from=", "id=\"ordered\" form=", Refused, "no attribute 'form'", "did you mean 'from'?"),
        ],
    );
}

#[test]
fn what_is_missing_or_too_much() {
    each_is_named(
        HEARTBEAT,
        &[
            ("class=\"ocf\" type=\"Server\"", "type=\"Server\"", Refused, "needs an attribute 'class'", "class="),
            ("provider=\"example\"", "", Repaired, "names no provider", "provider=\"heartbeat\""),
            ("name=\"monitor\" interval=\"10s\"", "name=\"start\"", Ignored, "a second 'start'", "another interval"),
            ("id=\"o-start\" ", "", Repaired, "needs an attribute 'id'", "made up"),
            ("score=\"infinity\"", "", Refused, "needs an attribute 'score'", "score="),
            ("<nodes/>", "<nodes/>\n<nodes/>", Refused, "a second <nodes>", "into one of them"),
            (" operation=\"eq\" value=\"alpha\"", " operation=\"eq\"", Ignored, "compares with nothing", "value="),
            ("<nodes/>", "<nodes>text</nodes>", Refused, "stray text inside <nodes>", "remove it"),
        ],
    );
}

#[test]
fn what_is_missing_inside_is_named_at_its_parent() {
    for (old, line, what) in [
        ("<nodes/>", 2, "<configuration> needs a <nodes> inside"),
        ("<primitive id=\"ping\" class=\"ocf\" type=\"pingd\" provider=\"heartbeat\"/>", 42, "holds 0 resources"),
    ] {
        let mistake = super::only_mistake(&HEARTBEAT.replace(old, ""), old);
        assert_eq!(mistake.position.line, line, "{mistake}");
        assert!(mistake.what.contains(what), "{mistake}");
    }
}

#[test]
fn values_that_cannot_be() {
    each_is_named(
        HEARTBEAT,
        &[
            ("score=\"100\"", "score=\"lots\"", Refused, "'lots', no score", "INFINITY"),
            ("interval=\"10s\"", "interval=\"10x\"", Ignored, "'10x', no time", "10s"),
            ("disabled=\"0\"", "disabled=\"maybe\"", Ignored, "'maybe', no truth value", "true or false"),
            ("prereq=\"nothing\"", "prereq=\"nothin\"", Refused, "'nothin'", "did you mean 'nothing'?"),
            ("type=\"after\"", "type=\"behind\"", Refused, "'behind'", "before, after"),
            ("operation=\"eq\" value=\"beta\"", "operation=\"equals\" value=\"beta\"", Refused, "'equals'", "eq"),
            ("id=\"prefer\"", "id=\"my wish\"", Refused, "the character ' '", "letters, digits"),
            ("id=\"prefer-beta\"", "id=\"\"", Refused, "which is empty", "name of its own"),
            ("class=\"ocf\" type=\"Server\"", "class=\"OCF\" type=\"Server\"", Refused, "'OCF'", "did you mean 'ocf'?"),
            ("boolean_op=\"and\"", "boolean_op=\"xor\"", Refused, "'xor'", "or"),
        ],
    );
}

#[test]
fn options_that_are_misspelt_or_wrong() {
    each_is_named(
        HEARTBEAT,
        &[
            ("\"no_quorum_policy\"", "\"no_quorum_polcy\"", Ignored, "'no_quorum_polcy'", "'no-quorum-policy'?"),
            ("value=\"ignore\"", "value=\"ingore\"", Ignored, "'ingore'", "did you mean 'ignore'?"),
            ("value=\"20\"", "value=\"much\"", Ignored, "'much', no score", "whole number"),
            ("value=\"15s\"", "value=\"soon\"", Ignored, "'soon', no time", "10s"),
        ],
    );
}

#[test]
fn names_that_point_nowhere_or_stand_twice() {
    each_is_named(
        HEARTBEAT,
        &[
            ("rsc=\"server\"", "rsc=\"sever\"", Ignored, "names 'sever'", "did you mean 'server'?"),
            ("from=\"web\" to=\"pings\" type", "from=\"web\" to=\"mail\" type", Ignored, "names 'mail'", "no effect"),
            ("id=\"server-monitor-ip\"", "id=\"address-ip\"", Refused, "first on line 24, column 16", "another name"),
            ("id=\"address-mask\"", "id=\"address-ip\"", Refused, "'address-ip' stands twice", "another name"),
            ("id=\"is-beta\"", "id=\"is-alpha\"", Refused, "'is-alpha' stands twice", "another name"),
        ],
    );
}

#[test]
fn children_in_the_wrong_place() {
    each_is_named(
        HEARTBEAT,
        &[
            (
                "<rsc_order id=\"ordered\" from=\"web\" to=\"pings\" type=\"after\" score=\"0\"/>",
                "<rsc_order id=\"ordered\" from=\"web\" to=\"web\" score=\"0\"/>",
                Ignored,
                "relates 'web' to itself",
                "another resource",
            ),
            (
                "<nodes/>",
                "<op id=\"lost\" name=\"start\"/><nodes/>",
                Refused,
                "<op> does not belong inside <configuration>",
                "inside <operations>",
            ),
        ],
    );
    let swapped = HEARTBEAT.replace("  <nodes/>\n", "").replace("  <constraints>", "  <nodes/>\n  <constraints>");
    let mistake = super::only_mistake(&swapped, "nodes after resources");
    assert!(mistake.what.contains("<nodes> comes after <resources>"), "{mistake}");
    assert!(mistake.hint.contains("crm_config, nodes, resources, constraints"), "{mistake}");
    let bare = HEARTBEAT.replacen("<attributes>", "", 1).replacen("</attributes>", "", 1);
    let report = super::validate(&crate::parse(&bare).expect("well-formed"));
    assert!(report.mistakes.iter().all(|mistake| mistake.hint.contains("wrap the nvpairs in <attributes>")));
    assert!(!report.is_accepted());
}
