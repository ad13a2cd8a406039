//! Native OCF agents: IPaddr2, the SIP proxies OpenSIPS and Kamailio, ping and Dummy; and `ocf-tester`.
//!
//! They are ordinary OCF executables: links to the one binary, called with the action and an environment. Each links
//! nothing to the cluster, so that they serve any cluster manager.

pub mod dummy;
pub mod frame;
pub mod install;
pub mod ipaddr2;
pub mod metadata;
pub mod netlink;
pub mod ocf;
pub mod ping;
pub mod proxy;
pub mod sip;
pub mod sys;
pub mod tester;

pub use install::install;
use ipaddr2::Form;
use ocf::Environment;
use proxy::Product;

/// Where each agent is installed: provider and type, below `/usr/lib/ocf/resource.d`.
///
/// Under `heartbeat` and `pacemaker` only where no file of that name exists: another package's agent is never replaced.
pub const INSTALLED: &[(&str, &str)] = &[
    ("heartbeat", "IPaddr2"),
    ("heartbeat", "IPaddr"),
    ("heartbeat", "Dummy"),
    ("systole", "IPaddr2"),
    ("systole", "IPaddr"),
    ("systole", "Dummy"),
    ("systole", "OpenSIPS"),
    ("systole", "Kamailio"),
    ("systole", "ping"),
    ("pacemaker", "ping"),
];

/// Runs the program of this crate that the base name of `argv0` names; `None` when it names none.
///
/// `args` are the arguments behind it: the action, for an agent.
pub fn dispatch(argv0: &str, args: &[String]) -> Option<u8> {
    let name = argv0.rsplit('/').next().unwrap_or(argv0);
    let action = || if let [action] = args { action.as_str() } else { "usage" };
    Some(match name {
        "IPaddr2" => ipaddr2::main(action()),
        "IPaddr" => ipaddr2::run(Form::IPaddr, action(), &Environment::of_process()),
        "OpenSIPS" => proxy::main(Product::OpenSips, action()),
        "Kamailio" => proxy::main(Product::Kamailio, action()),
        "Dummy" => dummy::main(action()),
        "ping" => ping::main(action()),
        "ocf-tester" => tester::main(args),
        "sipsak" => sip::sipsak::main(args),
        "sip-responder" => sip::responder::main(args),
        _ => return None,
    })
}
