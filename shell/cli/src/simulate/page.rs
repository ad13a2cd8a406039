//! The text of a simulation: titled lists with a blank line between them; with quiet, only what was asked for.

/// What was written so far.
#[derive(Debug)]
pub(super) struct Page {
    quiet: bool,
    text: String,
}

impl Page {
    pub(super) fn new(quiet: bool) -> Self {
        Self { quiet, text: String::new() }
    }

    /// A line of its own.
    pub(super) fn line(&mut self, line: &str) {
        if !self.quiet {
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    /// The title of lists that follow by [`Page::inner`].
    pub(super) fn title(&mut self, title: &str) {
        self.line(&format!("{title}:"));
    }

    /// A list inside of another one; left out when it is empty.
    pub(super) fn inner(&mut self, title: &str, bullets: &str) {
        if !bullets.is_empty() {
            self.line(&format!("  * {title}:"));
            self.line(bullets);
        }
    }

    /// A list of lines.
    pub(super) fn list(&mut self, title: &str, lines: &[String]) {
        self.title(title);
        lines.iter().for_each(|line| self.line(&format!("  * {line}")));
        self.line("");
    }

    /// A list that is shown, though without its title, even when quiet.
    pub(super) fn essential(&mut self, title: &str, lines: &[String]) {
        if self.quiet {
            lines.iter().for_each(|line| self.text.extend([line, "\n"]));
        } else {
            self.list(title, lines);
        }
    }

    pub(super) fn into_text(mut self) -> String {
        let length = self.text.trim_end().len();
        self.text.truncate(length);
        if length > 0 {
            self.text.push('\n');
        }
        self.text
    }
}
