//! `crm_error`: what an exit code means.

use crate::document;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Opt;
use crate::session::Session;
use crate::tool::Tool;
use cib::Element;

/// The tool.
pub const TOOL: Tool = Tool {
    about: "says what the exit codes of these tools mean",
    usage: "[OPTIONS] CODE...",
    options: &[
        Opt::flag("exit", "X", "read the numbers as exit codes (they always are here)"),
        Opt::flag("rc", "r", "accepted; return codes are exit codes here"),
        Opt::flag("name", "n", "show the code's word, too"),
        Opt::flag("list", "l", "show every code"),
        Opt::value("output-as", "", "FORMAT", "text or xml"),
        Opt::value("output-to", "", "FILE", "write there instead of to standard output"),
        Opt::flag("text-fancy", "", "accepted: the text is as it is"),
        Opt::flag("verbose", "V", "accepted"),
    ],
    run,
};

fn run(session: &mut Session) -> Result<Exit, Failure> {
    document::around(session, command)
}

fn command(session: &mut Session) -> Result<Exit, Failure> {
    let codes: Vec<Exit> = if session.options.has("list") {
        Exit::all().collect()
    } else {
        session.options.words().iter().map(|word| read(word)).collect::<Result<_, _>>()?
    };
    if codes.is_empty() {
        return Err(Failure::usage("no exit code is given").hint("example: crm_error 105"));
    }
    for code in codes {
        let text = code.text();
        let number = code.code().to_string();
        session.present(Element::new("result-code").with("code", &number).with("description", text));
        session.console.say(match (session.options.has("list"), session.options.has("name")) {
            (true, _) => format!("{:>3}: {:<22} {text}", code.code(), code.word()),
            (false, true) => format!("{} - {text}", code.word()),
            (false, false) => text.to_owned(),
        });
    }
    Ok(Exit::OK)
}

fn read(word: &str) -> Result<Exit, Failure> {
    let code: Result<u8, _> = word.parse();
    code.map(Exit::from).map_err(|_| Failure::usage(format!("'{word}' is not an exit code; they are 0 to 255")))
}
