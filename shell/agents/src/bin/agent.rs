//! The agents alone, for tests and for hosts that want no cluster: dispatches on its name, or on its first argument.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args: Vec<String> = std::env::args().collect();
    let by_name = agents::dispatch(&args[0], &args[1..]);
    let code = by_name.unwrap_or_else(|| {
        args.remove(0);
        match args.split_first() {
            Some((first, rest)) => agents::dispatch(first, rest).unwrap_or_else(usage),
            None => usage(),
        }
    });
    ExitCode::from(code)
}

fn usage() -> u8 {
    eprintln!("usage: agent {{IPaddr2|IPaddr|OpenSIPS|Kamailio|Dummy}} ACTION | ocf-tester ... | sip-responder ...");
    2
}
