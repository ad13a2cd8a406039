//! The live screen: the one-shot text, redrawn; keys switch sections on and off.

use super::view::View;
use super::wish::{Section, Wish};
use super::{Format, legacy, text};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use std::io::{Read as _, Write as _};
use std::time::Duration;

/// Alternate screen on, cursor off; and back.
const ENTER: &str = "\x1b[?1049h\x1b[?25l";
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";

const KEYS: &str = "q quit   r inactive   n by node   b brief   f failcounts   o operations   t timing   A attributes   c tickets   \
                    L bans   R detail   D headers   space redraw";

/// Shows the state until `q` or Ctrl-C.
pub(super) fn run(session: &mut Session, pause: Duration, format: Format) -> Result<Exit, Failure> {
    let _terminal = Terminal::enter()?;
    let mut wish = Wish::of(&session.options, format)?;
    let mut help = false;
    loop {
        session.refresh();
        draw(&page(session, &wish, format), help)?;
        match Terminal::key(pause)? {
            Some(b'q' | 3) => return Ok(Exit::OK),
            Some(b'?' | b'h') => help = !help,
            Some(key) => switch(&mut wish, key),
            None => {}
        }
    }
}

fn switch(wish: &mut Wish, key: u8) {
    match key {
        b'r' => wish.inactive = !wish.inactive,
        b'n' => wish.by_node = !wish.by_node,
        b'b' => wish.brief = !wish.brief,
        b'R' => wish.detail = !wish.detail,
        b'f' => wish.switch(Section::Failcounts),
        b'o' => wish.switch(Section::Operations),
        b'A' | b'a' => wish.switch(Section::Attributes),
        b'c' => wish.switch(Section::Tickets),
        b'L' => wish.switch(Section::Bans),
        b'D' => wish.switch_summary(),
        b't' => {
            wish.timing = !wish.timing;
            wish.set(Section::Operations, wish.timing);
        }
        _ => {}
    }
}

/// The text to show; a cluster that does not answer is told instead, and asked again.
fn page(session: &mut Session, wish: &Wish, format: Format) -> String {
    match View::gather(session, format) {
        Ok(mut view) => {
            view.wish = wish.clone();
            if format == Format::Legacy { legacy::render(&view) } else { text::render(&view) }
        }
        Err(failure) => format!("{failure}\n\nasking again ...\n"),
    }
}

/// Writes the page in one go, cut to the size of the terminal.
fn draw(page: &str, help: bool) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let (rows, columns) = tcgetwinsize(&out).map_or((0, 0), |size| (size.ws_row, size.ws_col));
    let (rows, columns) = (usable(rows, 24), usable(columns, 80));
    let body = page.lines().take(rows - 1).map(|line| format!("{}\x1b[K\r\n", cut(line, columns)));
    let footer = cut(if help { KEYS } else { "q quit   ? keys" }, columns);
    let frame = format!("\x1b[H{}\x1b[J\x1b[{rows};1H\x1b[7m{footer}\x1b[0m", body.collect::<String>());
    out.write_all(frame.as_bytes()).and_then(|()| out.flush()).map_err(|error| terminal_failure(&error))
}

/// A terminal that does not know its size is taken for an ordinary one; one that is too small to use, too.
fn usable(cells: u16, ordinary: usize) -> usize {
    Some(usize::from(cells)).filter(|cells| *cells >= 2).unwrap_or(ordinary)
}

/// Tabs as far as the next stop, and no further than the edge.
fn cut(line: &str, columns: usize) -> String {
    let mut cells = String::new();
    for c in line.chars() {
        if c == '\t' {
            let width = cells.chars().count();
            cells.push_str(&" ".repeat(8 - width % 8));
        } else if !c.is_control() {
            cells.push(c);
        }
    }
    cells.chars().take(columns).collect()
}

fn terminal_failure(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::IO, format!("the terminal cannot be used: {error}")).hint("add -1 to see the state once")
}

/// The terminal in raw mode; put back when dropped.
struct Terminal {
    before: Termios,
}

impl Terminal {
    fn enter() -> Result<Self, Failure> {
        let before = tcgetattr(std::io::stdin()).map_err(|error| terminal_failure(&error))?;
        let mut raw = before.clone();
        raw.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG);
        raw.special_codes[SpecialCodeIndex::VMIN] = 1;
        raw.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(std::io::stdin(), OptionalActions::Flush, &raw).map_err(|error| terminal_failure(&error))?;
        let terminal = Self { before };
        let mut out = std::io::stdout().lock();
        out.write_all(ENTER.as_bytes()).and_then(|()| out.flush()).map_err(|error| terminal_failure(&error))?;
        Ok(terminal)
    }

    /// A key, or nothing after the pause. The end of the input counts as `q`.
    fn key(pause: Duration) -> Result<Option<u8>, Failure> {
        let stdin = std::io::stdin();
        let timeout = Timespec::try_from(pause).map_err(|error| terminal_failure(&error))?;
        let ready = match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&timeout)) {
            Ok(ready) => ready,
            Err(rustix::io::Errno::INTR) => 0,
            Err(error) => return Err(terminal_failure(&error)),
        };
        if ready == 0 {
            return Ok(None);
        }
        let mut key = [0];
        let read = stdin.lock().read(&mut key).map_err(|error| terminal_failure(&error))?;
        Ok(Some(if read == 0 { b'q' } else { key[0] }))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let mut out = std::io::stdout().lock();
        // Nothing can be done about a terminal that is gone.
        let _ = out.write_all(LEAVE.as_bytes()).and_then(|()| out.flush());
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Flush, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::{cut, usable};

    #[test]
    fn a_terminal_of_unknown_size_is_an_ordinary_one() {
        assert_eq!([usable(0, 24), usable(1, 24), usable(60, 24)], [24, 24, 60]);
    }

    #[test]
    fn lines_end_at_the_edge_and_tabs_reach_their_stops() {
        assert_eq!(cut("ip\t(ocf)", 80), "ip      (ocf)");
        assert_eq!(cut("abcdef", 3), "abc");
        assert_eq!(cut("a\x1b[31mb", 80), "a[31mb", "no terminal code of a resource's name reaches the terminal");
    }
}
