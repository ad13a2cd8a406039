//! Why a case of 2007 comes to another plan than the one of that name today: names, each with what somebody found out.
//!
//! The file has a line `NAME: CAUSE` for each. `--all` shows what to read before writing one: the actions that differ, and
//! the fewest edits between the two inputs that make them differ.

use std::collections::BTreeMap;
use std::path::Path;

/// The causes, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Causes(BTreeMap<String, String>);

impl Causes {
    /// Reads the file.
    pub fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        Self::parse(&text).map_err(|line| format!("{}: this is no 'NAME: CAUSE': {line}", file.display()))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut causes = BTreeMap::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (name, cause) = line.split_once(": ").ok_or_else(|| line.to_owned())?;
            causes.insert(name.to_owned(), cause.to_owned());
        }
        Ok(Self(causes))
    }

    /// The cause of one case.
    pub fn of(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::Causes;

    #[test]
    fn a_line_is_a_name_and_a_cause() {
        let causes = Causes::parse("# why\n\none: rules: stickiness\n").expect("this is a file of causes");
        assert_eq!(causes.of("one"), Some("rules: stickiness"));
        assert_eq!(causes.of("two"), None);
        assert_eq!(Causes::parse("one"), Err("one".to_owned()));
    }
}
