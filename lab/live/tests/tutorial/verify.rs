//! `crm_verify` on the tutorial's cib.xml and on variants of it with one mistake each, every one to be named by its line.

use crate::scenes::A;
use demo::stage::tutorial::CIB;
use live::{Cluster, Failure, require};

/// One mistake: what is replaced (the first time it occurs) and by what. The complaint must name the line where that is.
struct Mistake {
    what: &'static str,
    from: &'static str,
    to: &'static str,
}

const fn mistake(what: &'static str, from: &'static str, to: &'static str) -> Mistake {
    Mistake { what, from, to }
}

const MISTAKES: &[Mistake] = &[
    mistake("an element that is never closed", "<nodes />", "<nodes>"),
    mistake("an end tag of another element", "</crm_config>", "</crm_conf>"),
    mistake("an attribute without quotes", "name=\"short_resource_names\"", "name=short_resource_names"),
    mistake("an attribute twice", "<nvpair id=\"pe-input-series-max\"", "<nvpair id=\"x1\" id=\"pe-input-series-max\""),
    mistake("an unknown entity", "value=\"1194982799\"", "value=\"&now;\""),
    mistake("a bare ampersand", "value=\"1194982799\"", "value=\"1 & 2\""),
    mistake("a less-than sign in a value", "value=\"1194982799\"", "value=\"<1\""),
    mistake("an element nobody knows", "<nodes />", "<nods />"),
    mistake("an option without a name", "name=\"start-failure-is-fatal\" value", "value"),
    mistake("a pair without an id", "<nvpair id=\"ipaddr2-1.2.3.4-broadcast\" ", "<nvpair "),
    mistake("an id twice", "id=\"ipaddr2-1.2.3.5-ip\"", "id=\"ipaddr2-1.2.3.4-ip\""),
    mistake("two resources of one id", "<primitive id=\"IPaddr2-1.2.3.5\"", "<primitive id=\"IPaddr2-1.2.3.4\""),
    mistake("an empty id", "<op id=\"opensips-start\"", "<op id=\"\""),
    mistake("an id with a blank", "<op id=\"opensips-stop\"", "<op id=\"opensips stop\""),
    mistake("a resource without a class", "<primitive id=\"OpenSIPS\" class=\"ocf\"", "<primitive id=\"OpenSIPS\""),
    mistake(
        "a class nobody knows",
        "<primitive id=\"OpenSIPS\" class=\"ocf\"",
        "<primitive id=\"OpenSIPS\" class=\"ofc\"",
    ),
    mistake("a resource without a type", "type=\"OpenSIPS\" provider", "provider"),
    mistake("a resource without an id", "<primitive id=\"OpenSIPS\" ", "<primitive "),
    mistake("an operation without a name", "<op id=\"opensips-start\" name=\"start\"", "<op id=\"opensips-start\""),
    mistake("an operation of no known unit", "interval=\"10s\"", "interval=\"10 parsecs\""),
    mistake("a timeout that is no time", "name=\"start\" timeout=\"5s\"", "name=\"start\" timeout=\"soon\""),
    mistake("a negative timeout", "name=\"stop\" timeout=\"3s\"", "name=\"stop\" timeout=\"-3s\""),
    mistake("a score that is no number", "score=\"100\"", "score=\"hundred\""),
    mistake("a comparison nobody knows", "operation=\"eq\" value=\"sip-a\"", "operation=\"equals\" value=\"sip-a\""),
    mistake(
        "an expression without an attribute",
        "attribute=\"#uname\" operation=\"eq\" value=\"sip-b\"",
        "operation=\"eq\" value=\"sip-b\"",
    ),
    mistake("an expression without a comparison", "operation=\"eq\" value=\"sip-b\"", "value=\"sip-b\""),
    mistake("a constraint about no resource", "rsc=\"OpenSIPS\"", ""),
    mistake("a constraint about an unknown resource", "rsc=\"OpenSIPS\"", "rsc=\"OpenSIP\""),
    mistake(
        "a stickiness that is no number",
        "name=\"default-resource-stickiness\" value=\"10\"",
        "name=\"default-resource-stickiness\" value=\"ten\"",
    ),
    mistake(
        "a switch that is neither true nor false",
        "name=\"start-failure-is-fatal\" value=\"false\"",
        "name=\"start-failure-is-fatal\" value=\"perhaps\"",
    ),
    mistake("an option nobody knows", "name=\"pe-input-series-max\"", "name=\"pe-input-serie-max\""),
    mistake("an attribute nobody knows", "<group id=", "<group color=\"red\" id="),
    mistake("an operation twice for the same time", "name=\"stop\" timeout=\"3s\"", "name=\"start\" timeout=\"3s\""),
];

/// The lines that a complaint may name: where the text was changed, or for what is open at the end, the end.
fn changed_line(mistake: &Mistake) -> Result<(String, usize), Failure> {
    let at = CIB.find(mistake.from);
    let at = at.ok_or_else(|| Failure::broken(format!("the file has no {}", mistake.from)))?;
    let text = format!("{}{}{}", &CIB[..at], mistake.to, &CIB[at + mistake.from.len()..]);
    Ok((text, CIB[..at].matches('\n').count() + 1))
}

/// Claim 19: silence for the file as printed, one complaint with its line for each mistake.
pub fn variants(cluster: &mut Cluster) -> Result<(), Failure> {
    const FILE: &str = "/var/variant.xml";
    cluster.put(A, FILE, "644", CIB)?;
    let silent = cluster.ask(A, &format!("crm_verify -x {FILE}"))?;
    silent.expect_code(0)?;
    require(silent.text().is_empty(), format!("silence: {silent}"))?;
    let with_versions = CIB.replace("<cib>", "<cib admin_epoch=\"0\" epoch=\"1\" num_updates=\"1\">");
    cluster.put(A, FILE, "644", &with_versions)?;
    cluster.ask(A, &format!("crm_verify -x {FILE}"))?.expect_code(0)?;
    let noted = cluster.ask(A, &format!("crm_verify -V -x {FILE}"))?;
    noted.expect_code(0)?.expect(&["start-failure-is-fatal"])?;
    let mut wrong = Vec::new();
    for mistake in MISTAKES {
        let (text, line) = changed_line(mistake)?;
        cluster.put(A, FILE, "644", &text)?;
        let said = cluster.ask(A, &format!("crm_verify -V -x {FILE}"))?;
        let named =
            said.expect(&[&format!("{FILE}:{line}:")]).is_ok() || said.expect(&[&format!("of line {line};")]).is_ok();
        if said.code == 0 || said.code == 124 || !named {
            wrong.push(format!("{} in line {line}: {said}", mistake.what));
        }
    }
    let all = MISTAKES.len();
    require(wrong.is_empty(), format!("{} of {all} mistakes were not named:\n{}", wrong.len(), wrong.join("\n")))
}

/// Claim 14: an id that stands twice is refused, and both places are named.
pub fn unique_ids(cluster: &mut Cluster) -> Result<(), Failure> {
    let twice = CIB.replace("id=\"ipaddr2-1.2.3.5-ip\"", "id=\"ipaddr2-1.2.3.4-ip\"");
    let lines: Vec<usize> =
        (1..).zip(twice.lines()).filter(|(_, l)| l.contains("1.2.3.4-ip\"")).map(|(n, _)| n).collect();
    cluster.put(A, "/var/twice.xml", "644", &twice)?;
    let said = cluster.ask(A, "crm_verify -x /var/twice.xml")?;
    said.expect_failure()?.expect(&["ipaddr2-1.2.3.4-ip"])?;
    for line in lines {
        said.expect(&[&line.to_string()])?;
    }
    Ok(())
}
