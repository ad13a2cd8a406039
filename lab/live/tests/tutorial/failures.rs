//! How often a resource may fail before its group moves: the tutorial's arithmetic, its slip included.

use crate::scenes::{A, B, PATIENCE, break_the_proxy};
use live::claims::{Check, Claim};
use live::{Cluster, Failure, require};
use std::time::Duration;

pub const CLAIMS: &[Claim] = &[
    Claim { number: 77, says: "each failure counts once", check: Check::Live(counted) },
    Claim { number: 78, says: "it comes home when sip-a's count is low enough", check: Check::Live(fail_back) },
    Claim { number: 82, says: "scores, stickiness and failure stickiness decide", check: Check::Live(terms) },
    Claim { number: 83, says: "(A - B + stickiness) / failure stickiness is the tie", check: Check::Live(tie) },
    Claim { number: 84, says: "stickiness counts once for each member", check: Check::Live(stickiness) },
    Claim { number: 85, says: "the 13th failure moves the group", check: Check::Live(thirteenth) },
    Claim { number: 86, says: "failures of the addresses count, too", check: Check::Live(addresses_too) },
    Claim { number: 87, says: "a failed start moves it at once", check: Check::Live(start_is_fatal) },
    Claim {
        number: 92,
        says: "the program that runs the agents does not use more CPU the longer it lives",
        check: Check::Untestable("the check is a day of 1 s monitors; `./dev bench` prints the CPU of a minute"),
    },
];

fn counted(cluster: &mut Cluster) -> Result<(), Failure> {
    // Failures weigh nothing, so that many can be counted in place.
    cluster.run(A, "crm_attribute -t rsc_defaults -n resource-failure-stickiness -v 0")?;
    for count in 1..=200 {
        cluster.fail("OpenSIPS", A)?;
        let now = cluster.failcount("OpenSIPS", A)?;
        require(now == count, format!("failure {count} made the count {now}"))?;
    }
    require(cluster.active()? == A, "and nothing moved")
}

/// On sip-b 10 + 3 x 10 = 40, on sip-a 100 - 10 for each failure.
fn fail_back(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.run(A, "crm_resource -M -r OpenSIPS")?;
    cluster.wait_for_active(B, PATIENCE)?;
    cluster.settle()?;
    cluster.run(A, "crm_failcount -v 7 -U sip-a -r OpenSIPS")?;
    cluster.run(A, "crm_resource -U -r OpenSIPS")?;
    for (count, text) in [(7, "30 against 40"), (6, "a tie")] {
        cluster.run(A, &format!("crm_failcount -v {count} -U sip-a -r OpenSIPS"))?;
        std::thread::sleep(Duration::from_secs(1));
        cluster.settle()?;
        require(cluster.active()? == B, format!("{text} stays"))?;
    }
    cluster.run(A, "crm_failcount -v 5 -U sip-a -r OpenSIPS")?;
    cluster.wait_for_active(A, PATIENCE)
}

fn terms(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.fail("OpenSIPS", A)?;
    let said = cluster.ask(B, "systole explain OpenSIPS")?;
    said.expect_code(0)?
        .expect(&["OpenSIPS runs on sip-a", "[rule_sip-a]", "[rule_sip-b]", "[resource-stickiness]"])?
        .expect(&["[resource-failure-stickiness]"])
        .map(drop)
}

/// 120 / 10 = 12 is where the totals meet; the next failure moves.
fn tie(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.ask(A, "systole explain OpenSIPS")?.expect(&["13 more failures of OpenSIPS on sip-a move"])?;
    for _ in 0..5 {
        cluster.fail("OpenSIPS", A)?;
    }
    cluster.ask(A, "systole explain OpenSIPS")?.expect(&["8 more failures of OpenSIPS on sip-a move"]).map(drop)
}

/// 100 + 3 x 10 on sip-a: 129 on sip-b do not move the group, 131 do.
fn stickiness(cluster: &mut Cluster) -> Result<(), Failure> {
    let rule = |score: u32| {
        format!(
            "cibadmin -M -o constraints -X '<rsc_location id=\"OpenSIPS_resource_location\">\
             <rule id=\"rule_sip-b\" score=\"{score}\"/></rsc_location>'"
        )
    };
    cluster.run(A, &rule(129))?;
    std::thread::sleep(Duration::from_secs(1));
    cluster.settle()?;
    require(cluster.active()? == A, "129 against 130 stays")?;
    cluster.run(A, &rule(131))?;
    cluster.wait_for_active(B, PATIENCE)
}

fn thirteenth(cluster: &mut Cluster) -> Result<(), Failure> {
    for _ in 0..4 {
        fail_until_it_moves(cluster, |_| "OpenSIPS", Cluster::fail)?;
        come_home(cluster)?;
    }
    // And with a proxy that really stops, found by its monitor.
    fail_until_it_moves(cluster, |_| "OpenSIPS", stop_the_proxy)?;
    come_home(cluster)
}

fn addresses_too(cluster: &mut Cluster) -> Result<(), Failure> {
    let turn = |number: u32| if number.is_multiple_of(2) { "IPaddr2-1.2.3.5" } else { "OpenSIPS" };
    fail_until_it_moves(cluster, turn, Cluster::fail)?;
    require(cluster.failcount("IPaddr2-1.2.3.5", A)? == 6, "six of the address")?;
    require(cluster.failcount("OpenSIPS", A)? == 7, "seven of the proxy")
}

/// Twelve failures are mended in place, the thirteenth moves the group.
fn fail_until_it_moves(
    cluster: &Cluster,
    who: impl Fn(u32) -> &'static str,
    fail: impl Fn(&Cluster, &str, &str) -> Result<(), Failure>,
) -> Result<(), Failure> {
    for number in 1..=12 {
        fail(cluster, who(number), A)?;
        let active = cluster.active()?;
        cluster.require(active == A, format!("failure {number} moved the group to {active}"))?;
    }
    fail(cluster, who(13), A)?;
    cluster.wait_for_active(B, PATIENCE)?;
    cluster.settle()
}

fn stop_the_proxy(cluster: &Cluster, resource: &str, node: &str) -> Result<(), Failure> {
    let before = cluster.failcount(resource, node)?;
    cluster.run(node, "/etc/init.d/opensips stop")?;
    cluster.wait("the failure is counted", PATIENCE, |cluster| {
        cluster.failcount(resource, node).is_ok_and(|count| count == before + 1)
    })?;
    cluster.settle()
}

fn come_home(cluster: &Cluster) -> Result<(), Failure> {
    cluster.run(A, "crm_resource -C -r OpenSIPS")?;
    cluster.wait_for_active(A, PATIENCE)?;
    cluster.settle()
}

fn start_is_fatal(cluster: &mut Cluster) -> Result<(), Failure> {
    break_the_proxy(cluster, A)?;
    cluster.wait_for_active(B, PATIENCE)?;
    // Its own file says start-failure-is-fatal=false, which the version of the tutorial did not know: that is said.
    cluster.ask(A, "cibadmin -Q > /var/now.xml; crm_verify -V -x /var/now.xml")?;
    let printed = demo::stage::tutorial::CIB;
    cluster.put(A, "/var/printed.xml", "644", printed)?;
    cluster.ask(A, "crm_verify -V -x /var/printed.xml")?.expect_code(0)?.expect(&["start-failure-is-fatal"]).map(drop)
}
