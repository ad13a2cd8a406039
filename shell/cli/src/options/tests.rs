//! Tables of command lines and what they mean.

use super::{Opt, Takes, describe, parse};

const TABLE: &[Opt] = &[
    Opt::flag("one-shot", "1", "once"),
    Opt::flag("inactive", "r", "all"),
    Opt::flag("quiet", "qQ", "less"),
    Opt::value("node", "NH", "NODE", "where").or(&["host-uname"]),
    Opt::value("name", "n", "NAME", "which"),
    Opt::flag("promoted", "p", "role").takes(Takes::Attached("N")),
    Opt::flag("xml", "X", "file").takes(Takes::Next("FILE", |word| word.starts_with('/'))),
];

fn read(line: &str) -> String {
    let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    match parse(TABLE, &args) {
        Ok(parsed) => {
            let given = parsed.given.iter().map(|(key, value)| match value {
                Some(value) => format!("{key}={value}"),
                None => (*key).to_owned(),
            });
            given.chain(parsed.words.iter().map(|word| format!("'{word}'"))).collect::<Vec<_>>().join(" ")
        }
        Err(failure) => format!("{}: {}", failure.exit.code(), failure.to_string().replace("\n ", ";")),
    }
}

#[test]
fn every_spelling_of_an_option_means_the_same() {
    for (line, expected) in [
        ("-1r", "one-shot inactive"),
        ("-1 -r", "one-shot inactive"),
        ("-N sip-a", "node=sip-a"),
        ("-Nsip-a", "node=sip-a"),
        ("-rHsip-a", "inactive node=sip-a"),
        ("--node sip-a", "node=sip-a"),
        ("--node=sip-a", "node=sip-a"),
        ("--host-uname=sip-a", "node=sip-a"),
        ("--host sip-a", "node=sip-a"),
        ("-q -Q --quiet", "quiet quiet quiet"),
        ("a -1 b", "one-shot 'a' 'b'"),
        ("-1 -- -r", "one-shot '-r'"),
        ("-", "'-'"),
        ("-N -1", "node=-1"),
        ("-p5", "promoted=5"),
        ("-p 5", "promoted '5'"),
        ("--promoted=5", "promoted=5"),
        ("-X /tmp/a", "xml=/tmp/a"),
        ("-X a", "xml 'a'"),
    ] {
        assert_eq!(read(line), expected, "{line}");
    }
}

#[test]
fn a_wrong_command_line_says_what_is_wrong_and_changes_nothing() {
    for (line, expected) in [
        ("-z", "64: unknown option -z; see --help"),
        ("--nod3 x", "64: unknown option --nod3; did you mean --node?"),
        ("--n x", "64: --n is short for more than one option; --node, --name"),
        ("-N", "64: -N needs a value: NODE; see --help"),
        ("--quiet=1", "64: --quiet takes no value; see --help"),
    ] {
        assert_eq!(read(line), expected, "{line}");
    }
}

#[test]
fn the_help_shows_each_letter_name_and_alias() {
    let help = describe(TABLE);
    assert_eq!(help.lines().nth(3), Some("  -N, -H, --node NODE               where (also --host-uname)"));
}
