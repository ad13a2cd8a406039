//! `heartbeat -D`: the directives of ha.cf, each with its default and what it is to us.

use messaging::config::{DIRECTIVES, Standing};

/// Prints the table.
pub fn print() -> u8 {
    println!("{:<24} {:<16} remark", "directive", "default");
    for directive in DIRECTIVES {
        let remark = match directive.standing {
            Standing::Honoured => String::new(),
            Standing::Idle(why) => format!("without effect: {why}"),
            Standing::Refused(why) => format!("refused: {why}"),
        };
        let line = format!("{:<24} {:<16} {remark}", directive.name, directive.default().unwrap_or("-"));
        println!("{}", line.trim_end());
    }
    0
}
