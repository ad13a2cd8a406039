//! What a tool is: a name, a table of options, and a function.

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{self, Opt};
use crate::session::Session;
use crate::world::World;

/// One command line tool.
pub struct Tool {
    /// One sentence.
    pub about: &'static str,
    /// What follows the name: `[OPTIONS]`, `RESOURCE`.
    pub usage: &'static str,
    /// Its options, without `--help` and `--version`.
    pub options: &'static [Opt],
    /// What it does.
    pub run: fn(&mut Session) -> Result<Exit, Failure>,
}

impl Tool {
    /// Runs it under a name, which may be one of an older generation.
    pub fn call(&'static self, name: &str, args: &[String], world: World, mut console: Console) -> (Exit, Console) {
        if let Some(text) = self.about_itself(name, args) {
            console.print(text);
            return (Exit::OK, console);
        }
        let options = match options::parse(self.options, args) {
            Ok(options) => options,
            Err(failure) => return (complain(name, &failure, &mut console), console),
        };
        let mut session = Session::new(name, args, options, world, console);
        let exit = match (self.run)(&mut session) {
            Ok(exit) => exit,
            Err(failure) => complain(name, &failure, &mut session.console),
        };
        (exit, session.console)
    }

    /// The answer to `--help` and `--version`, in any of their spellings that the tool does not use otherwise.
    fn about_itself(&self, name: &str, args: &[String]) -> Option<String> {
        let asks = |letters: &str| {
            args.iter().take_while(|arg| *arg != "--").any(|arg| {
                arg.len() == 2
                    && arg.starts_with('-')
                    && arg.chars().nth(1).is_some_and(|letter| letters.contains(letter))
            })
        };
        let long = |word: &str| args.iter().take_while(|arg| *arg != "--").any(|arg| arg == word);
        let help = if self.options.iter().any(|option| option.has_letter('h')) { "?" } else { "?h" };
        if long("--help") || long("--help-all") || asks(help) {
            return Some(self.help(name));
        }
        (long("--version") || asks("$")).then(|| format!("{name} (Systole) {}\n", env!("CARGO_PKG_VERSION")))
    }

    fn help(&self, name: &str) -> String {
        let options = options::describe(self.options);
        let usual = "  -?, --help                        this text\n  -$, --version                     the version\n";
        format!("{name}: {}\n\nUsage: {name} {}\n\nOptions:\n{options}{usual}", self.about, self.usage)
    }
}

fn complain(name: &str, failure: &Failure, console: &mut Console) -> Exit {
    console.complain(format!("{name}: {failure}"));
    failure.exit
}
