//! A small console over the hosts, until Ctrl-C, `quit` or the end of input.

use super::{active_host, print_output};
use crate::hosts::{HostError, Lab};
use crate::stage;
use std::io::{BufRead as _, Write as _};

const HELP: &str = "  HOST COMMAND...       run a command there, e.g.: sip-a crm_mon -1
  kill|boot HOST        power off at once; power on and start the cluster
  stop HOST             stop the cluster there in order
  freeze|thaw HOST      stop and continue all its processes
  loss HOST PERCENT     drop packets at its port
  partition, heal       cut the hosts off from each other; undo all cuts and losses
  quit                  (or Ctrl-C) end everything";

/// Reads and carries out commands.
pub(super) fn play(lab: &mut Lab) {
    println!("\n== the cluster is up; play with it:\n{HELP}");
    let stdin = std::io::stdin();
    loop {
        print!("\ndemo> ");
        let _ = std::io::stdout().flush();
        let mut line = String::new();
        match stdin.lock().read_line(&mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        if matches!(words.first(), Some(&("quit" | "exit"))) {
            return;
        }
        if let Err(error) = carry_out(lab, &words) {
            println!("{error}");
        }
    }
}

fn carry_out(lab: &mut Lab, words: &[&str]) -> Result<(), HostError> {
    match *words {
        [] => Ok(()),
        ["help" | "?"] => {
            println!("{HELP}");
            Ok(())
        }
        ["active"] => {
            println!("{}", active_host(lab).unwrap_or("nobody"));
            Ok(())
        }
        ["kill", host] => lab.kill(host),
        ["boot", host] => lab.boot(host).and_then(|()| stage::check(lab, host, "/usr/sbin/heartbeat")),
        ["stop", host] => stage::check(lab, host, "/usr/sbin/heartbeat -k"),
        ["freeze", host] => lab.freeze(host, true),
        ["thaw", host] => lab.freeze(host, false),
        ["partition"] => lab.partition(&["sip-a", "sip-b"]),
        ["heal"] => lab.heal(),
        ["loss", host, percent] => match percent.parse() {
            Ok(percent) => lab.loss(host, percent),
            Err(_) => {
                println!("'{percent}' is not a number of percent");
                Ok(())
            }
        },
        [host, ref command @ ..] if lab.is_on(host) && !command.is_empty() => {
            print_output(lab, host, &command.join(" "));
            Ok(())
        }
        [word, ..] => {
            println!("'{word}' is neither a command nor a host that is on:\n{HELP}");
            Ok(())
        }
    }
}
