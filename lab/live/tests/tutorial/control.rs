//! The commands that the tutorial gives for running the cluster.

use crate::scenes::{A, B, MEMBERS, PATIENCE, break_the_proxy, mend_the_proxy};
use live::claims::{Check, Claim};
use live::{Cluster, Failure, Ledger, require};
use std::time::Duration;

pub const CLAIMS: &[Claim] = &[
    Claim {
        number: 69,
        says: "crm_mon gives an overview: live on a terminal, once in a pipe",
        check: Check::Live(overview),
    },
    Claim { number: 71, says: "crm_resource -M -r OpenSIPS moves everything off its node", check: Check::Live(push) },
    Claim { number: 72, says: "it leaves a constraint of infinite score", check: Check::Live(constraint) },
    Claim { number: 73, says: "crm_resource -U -r OpenSIPS takes it away", check: Check::Live(unmove) },
    Claim { number: 74, says: "a failed start marks the node and moves the group", check: Check::Live(start_failure) },
    Claim { number: 75, says: "it stays away until it is cleaned up", check: Check::Live(stays_away) },
    Claim {
        number: 76,
        says: "crm_resource -C -r OpenSIPS cleans up, without naming a host",
        check: Check::Live(cleanup),
    },
    Claim { number: 79, says: "crm_failcount -G -U sip-a -r OpenSIPS shows the count", check: Check::Live(show_count) },
    Claim { number: 80, says: "a mistyped node is an error, with the right name", check: Check::Live(typo) },
    Claim { number: 81, says: "crm_failcount -v 0 -U sip-a -r OpenSIPS resets it", check: Check::Live(reset) },
    Claim { number: 88, says: "the backup goes on with the last good configuration", check: Check::Live(last_good) },
    Claim { number: 89, says: "no restart is attempted on the node that failed", check: Check::Live(no_retry) },
    Claim { number: 90, says: "failcounts to 0 on both nodes, then -C, brings it home", check: Check::Live(go_home) },
    Claim { number: 91, says: "when it leaves again, it is still broken", check: Check::Live(still_broken) },
];

fn overview(cluster: &mut Cluster) -> Result<(), Failure> {
    let once = cluster.ask(A, "timeout 10 crm_mon | cat")?;
    once.expect(&["Online: [ sip-a sip-b ]"])?.expect(&MEMBERS)?;
    let screen =
        cluster.ask(A, "TERM=xterm timeout 6 script -qec 'stty rows 40 cols 120; crm_mon -i 1' /dev/null | cat")?;
    screen.expect(&["Online: [ sip-a sip-b ]", "\u{1b}["])?;
    require(screen.out.matches("Online: [ sip-a sip-b ]").count() >= 2, "the screen is drawn again and again")
}

fn push(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.run(A, "crm_resource -M -r OpenSIPS")?;
    cluster.wait_for_active(B, PATIENCE)?;
    cluster.settle()?;
    for member in MEMBERS {
        cluster.ask(A, &format!("crm_resource -W -r {member}"))?.expect(&["is running on: sip-b"])?;
    }
    Ok(())
}

fn constraint(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.ask(A, "crm_resource -M -r OpenSIPS")?.expect_code(0)?.expect(&["-INFINITY", "crm_resource -U"])?;
    let said = cluster.ask(B, "cibadmin -Q -o constraints")?;
    said.expect(&["id=\"cli-ban-OpenSIPS-on-sip-a\"", "score=\"-INFINITY\""]).map(drop)
}

fn unmove(cluster: &mut Cluster) -> Result<(), Failure> {
    push(cluster)?;
    cluster.run(A, "crm_resource -U -r OpenSIPS")?;
    cluster.ask(B, "cibadmin -Q -o constraints")?.refuse("cli-")?;
    // 100 against 10 + 3 x 10.
    cluster.wait_for_active(A, PATIENCE)
}

fn start_failure(cluster: &mut Cluster) -> Result<(), Failure> {
    break_the_proxy(cluster, A)?;
    cluster.wait_for_active(B, PATIENCE)?;
    cluster.settle()?;
    cluster.ask(A, "crm_mon -1")?.expect(&["Failed Resource Actions", "OpenSIPS start on sip-a"])?;
    cluster.ask(A, "systole explain OpenSIPS")?.expect(&["sip-a", "start"]).map(drop)
}

fn stays_away(cluster: &mut Cluster) -> Result<(), Failure> {
    start_failure(cluster)?;
    mend_the_proxy(cluster, A)?;
    std::thread::sleep(Duration::from_secs(3));
    require(cluster.active()? == B, "it stays on sip-b although sip-a is mended")
}

fn cleanup(cluster: &mut Cluster) -> Result<(), Failure> {
    stays_away(cluster)?;
    cluster.run(A, "crm_resource -C -r OpenSIPS")?;
    cluster.wait_for_active(A, PATIENCE)?;
    cluster.ask(A, "crm_mon -1")?.refuse("Failed Resource Actions").map(drop)
}

fn show_count(cluster: &mut Cluster) -> Result<(), Failure> {
    let line = "crm_failcount -G -U sip-a -r OpenSIPS";
    cluster.ask(B, line)?.expect_code(0)?.expect(&["name=fail-count-OpenSIPS value=0"])?;
    cluster.fail("OpenSIPS", A)?;
    cluster.ask(B, line)?.expect_code(0)?.expect(&["name=fail-count-OpenSIPS value=1"]).map(drop)
}

fn typo(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.fail("OpenSIPS", A)?;
    cluster.ask(A, "crm_failcount -v 0 -U aip-a -r OpenSIPS")?.expect_failure()?.expect(&["aip-a", "sip-a"])?;
    require(cluster.failcount("OpenSIPS", A)? == 1, "nothing was changed")
}

fn reset(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.fail("OpenSIPS", A)?;
    cluster.run(A, "crm_failcount -v 0 -U sip-a -r OpenSIPS")?;
    require(cluster.failcount("OpenSIPS", A)? == 0, "the count is 0")?;
    cluster.settle()?;
    require(cluster.active()? == A, "and nothing moved")
}

fn last_good(cluster: &mut Cluster) -> Result<(), Failure> {
    let good = cluster.run(B, "md5sum < /etc/opensips/kamailio.cfg")?;
    cluster.run(A, "echo 'this is no configuration {' > /etc/opensips/kamailio.cfg; /etc/init.d/opensips stop")?;
    cluster.wait_for_active(B, PATIENCE)?;
    cluster.settle()?;
    require(crate::scenes::answers(cluster, B), "the backup serves")?;
    require(good == cluster.run(B, "md5sum < /etc/opensips/kamailio.cfg")?, "from its own file")
}

fn no_retry(cluster: &mut Cluster) -> Result<(), Failure> {
    Ledger::clear(cluster, A)?;
    start_failure(cluster)?;
    std::thread::sleep(Duration::from_secs(3));
    let starts = Ledger::changes(cluster, A)?.iter().filter(|words| *words == "start OpenSIPS").count();
    require(starts == 1, format!("one start on sip-a, not {starts}"))
}

/// The three commands of the tutorial that "should work in all cases".
fn three_commands(cluster: &Cluster) -> Result<(), Failure> {
    cluster.run(A, "crm_failcount -v 0 -U sip-a -r OpenSIPS")?;
    cluster.run(A, "crm_failcount -v 0 -U sip-b -r OpenSIPS")?;
    cluster.run(A, "crm_resource -C -r OpenSIPS").map(drop)
}

fn go_home(cluster: &mut Cluster) -> Result<(), Failure> {
    stays_away(cluster)?;
    three_commands(cluster)?;
    cluster.wait_for_active(A, PATIENCE)?;
    cluster.settle()
}

fn still_broken(cluster: &mut Cluster) -> Result<(), Failure> {
    start_failure(cluster)?;
    Ledger::clear(cluster, A)?;
    three_commands(cluster)?;
    cluster.wait("sip-a was tried again", PATIENCE, |cluster| {
        Ledger::changes(cluster, A).is_ok_and(|changes| changes.iter().any(|words| words == "start OpenSIPS"))
    })?;
    cluster.wait_for_active(B, PATIENCE)?;
    cluster.settle()?;
    cluster.ask(B, "crm_mon -1")?.expect(&["OpenSIPS start on sip-a"]).map(drop)
}
