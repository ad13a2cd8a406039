//! The command line, the document type, and the hint; whole runs are in `tests/ocf_tester.rs`.

use super::document::{Verdict, judge};
use super::options::{Command, Debug, Options, Speech, parse};
use super::session::programs;

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn the_tutorials_command_line_needs_no_name() {
    let Ok(Command::Test(options)) = parse(&words("-o ip=127.0.0.1 -o x=a=b /usr/lib/ocf/resource.d/p/OpenSIPS"))
    else {
        panic!("not understood")
    };
    assert_eq!(options.name, "OpenSIPS");
    assert_eq!(options.parameters, [("ip".into(), "127.0.0.1".into()), ("x".into(), "a=b".into())]);
}

#[test]
fn options_are_understood_or_named() {
    let Ok(Command::Test(Options { speech, debug, name, .. })) = parse(&words("-q -d -L -n me /a")) else {
        panic!("not understood")
    };
    assert_eq!((speech, debug, name.as_str()), (Speech::Quiet, Debug::Messages, "me"));
    assert_eq!(parse(&words("-z /a")), Err("unknown option: -z".into()));
    assert_eq!(parse(&words("-h")), Ok(Command::Help));
    assert!(parse(&words("-n")).is_err());
    assert!(parse(&words("-o novalue /a")).is_err());
    assert!(parse(&[]).is_err());
}

#[test]
fn our_own_descriptions_are_valid() {
    use crate::{ipaddr2, proxy::Product};
    for xml in [
        crate::dummy::meta_data(),
        crate::ping::meta_data(),
        ipaddr2::meta_data(ipaddr2::Form::IPaddr2),
        ipaddr2::meta_data(ipaddr2::Form::IPaddr),
        crate::proxy::meta_data(Product::OpenSips),
        crate::proxy::meta_data(Product::Kamailio),
    ] {
        assert_eq!(judge(&xml), Verdict::Valid);
    }
}

#[test]
fn one_mistake_in_a_document_is_found() {
    let good = crate::dummy::meta_data();
    let mistakes = [
        ("<version>1.0</version>", ""),
        ("<!DOCTYPE resource-agent SYSTEM \"ra-api-1.dtd\">", ""),
        ("type=\"integer\"", "type=\"number\""),
        ("name=\"reload\"", "name=\"reload-agent\""),
        ("unique=\"1\"", "unique=\"yes\""),
        ("<parameters>", "<parameters>text"),
        ("</actions>", "</actions><special/>"),
        ("timeout=\"5s\"", "patience=\"5s\""),
    ];
    for (from, to) in mistakes {
        assert!(good.contains(from), "{from}");
        assert!(matches!(judge(&good.replacen(from, to, 1)), Verdict::Invalid(_)), "{from}");
    }
    for text in ["", "<a>", "<?xml version=\"1.0\"?><resource-agent>"] {
        assert!(matches!(judge(text), Verdict::Malformed(_)), "{text:?}");
    }
}

#[test]
fn programs_are_found_in_the_text_of_a_script() {
    let script = "#!/bin/sh\n# /usr/bin/comment\n/usr/bin/sipsak -s x >/dev/null\nx=`/etc/init.d/opensips start`\n. /usr/lib/f\n";
    assert_eq!(programs(script).into_iter().collect::<Vec<_>>(), ["/etc/init.d/opensips", "/usr/bin/sipsak"]);
}
