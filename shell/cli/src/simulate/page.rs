//! The text of a simulation: titled lists with a blank line between them; with quiet, only what was asked for.
//!
//! Where blank lines stand is part of the format: those who compare such texts ignore them only between equal lines.

/// What was written so far.
#[derive(Debug)]
pub(super) struct Page {
    quiet: bool,
    text: String,
    /// Whether the next part is set off by a blank line.
    apart: bool,
}

impl Page {
    pub(super) fn new(quiet: bool) -> Self {
        Self { quiet, text: String::new(), apart: false }
    }

    /// A remark that belongs to what follows.
    pub(super) fn remark(&mut self, line: &str) {
        if !self.quiet {
            self.text.extend([line, "\n"]);
        }
    }

    /// A line that stands apart.
    pub(super) fn headline(&mut self, line: &str) {
        if self.apart {
            self.remark("");
        }
        self.remark(line);
        self.apart = true;
    }

    /// The title of lists that follow by [`Page::inner`].
    pub(super) fn title(&mut self, title: &str) {
        self.headline(&format!("{title}:"));
        self.apart = false;
    }

    /// A list inside of another one; left out when it is empty.
    pub(super) fn inner(&mut self, title: &str, bullets: &str) {
        if !bullets.is_empty() {
            self.inner_always(title, bullets);
        }
    }

    /// A list inside of another one, its title even where it is empty.
    pub(super) fn inner_always(&mut self, title: &str, bullets: &str) {
        self.headline(&format!("  * {title}:"));
        if !bullets.is_empty() {
            self.remark(bullets.trim_end_matches('\n'));
        }
    }

    /// A list of lines.
    pub(super) fn list(&mut self, title: &str, lines: &[String]) {
        self.headline(&format!("{title}:"));
        for line in lines {
            self.remark(&format!("  * {line}"));
        }
    }

    /// A list that is shown, though without its title, even when quiet; a blank line ends it then.
    pub(super) fn essential(&mut self, title: &str, lines: &[String]) {
        if self.quiet {
            self.text.push_str(&lines.join("\n"));
            self.text.push_str("\n\n");
        } else {
            self.list(title, lines);
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}
