//! Text to [`Xpath`].

use super::{Condition, Path, Step, Value, Xpath};

/// Deepest nesting of conditions; hostile input must not exhaust the stack.
const DEPTH_MAX: usize = 16;

/// Understands an expression.
///
/// # Errors
/// With the place and what was expected there.
pub fn read(text: &str) -> Result<Xpath, String> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let mut alternatives = vec![reader.absolute()?];
    while reader.skip("|") {
        alternatives.push(reader.absolute()?);
    }
    reader.blank();
    if reader.at < text.len() { Err(reader.expected("the end, or '/'")) } else { Ok(Xpath { alternatives }) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn blank(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Goes past a token if it is next.
    fn skip(&mut self, token: &str) -> bool {
        self.blank();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Goes past a word that ends there.
    fn word(&mut self, word: &str) -> bool {
        self.blank();
        let ends = self.rest().strip_prefix(word).is_some_and(|rest| !rest.starts_with(is_name));
        if ends {
            self.at += word.len();
        }
        ends
    }

    fn expected(&self, what: &str) -> String {
        format!("character {} of '{}': expected {what}", self.at + 1, self.text)
    }

    fn need(&mut self, token: &str) -> Result<(), String> {
        if self.skip(token) { Ok(()) } else { Err(self.expected(&format!("'{token}'"))) }
    }

    fn name(&mut self) -> Result<String, String> {
        self.blank();
        let end = self.rest().find(|c| !is_name(c)).unwrap_or(self.rest().len());
        if end == 0 {
            return Err(self.expected("a name"));
        }
        let name = self.rest()[..end].to_owned();
        self.at += end;
        Ok(name)
    }

    fn absolute(&mut self) -> Result<Path, String> {
        self.blank();
        if !self.rest().starts_with('/') {
            return Err(self.expected("'/' or '//'"));
        }
        self.steps(Vec::new())
    }

    /// A path from an element: `@name`, `./@name`, `a/b[...]`.
    fn relative(&mut self) -> Result<Path, String> {
        if self.skip("@") {
            return Ok(Path { steps: Vec::new(), attribute: Some(self.name()?) });
        }
        if self.skip(".") {
            return self.steps(Vec::new());
        }
        let first = self.step(false)?;
        self.steps(vec![first])
    }

    fn steps(&mut self, mut steps: Vec<Step>) -> Result<Path, String> {
        loop {
            let deep = self.skip("//");
            if !deep && !self.skip("/") {
                return Ok(Path { steps, attribute: None });
            }
            if self.skip("@") {
                return Ok(Path { steps, attribute: Some(self.name()?) });
            }
            steps.push(self.step(deep)?);
        }
    }

    fn step(&mut self, deep: bool) -> Result<Step, String> {
        let tag = if self.skip("*") { None } else { Some(self.name()?) };
        let mut conditions = Vec::new();
        while self.skip("[") {
            conditions.push(self.any()?);
            self.need("]")?;
        }
        Ok(Step { deep, tag, conditions })
    }

    fn any(&mut self) -> Result<Condition, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("conditions are nested deeper than {DEPTH_MAX}"));
        }
        let mut conditions = vec![self.all()?];
        while self.word("or") {
            conditions.push(self.all()?);
        }
        self.depth -= 1;
        Ok(one_or(conditions, Condition::Any))
    }

    fn all(&mut self) -> Result<Condition, String> {
        let mut conditions = vec![self.simple()?];
        while self.word("and") {
            conditions.push(self.simple()?);
        }
        Ok(one_or(conditions, Condition::All))
    }

    fn simple(&mut self) -> Result<Condition, String> {
        if self.skip("(") {
            let inner = self.any()?;
            return self.need(")").map(|()| inner);
        }
        if self.skip("not(") {
            let inner = self.any()?;
            return self.need(")").map(|()| Condition::Not(Box::new(inner)));
        }
        if self.skip("last()") {
            return Ok(Condition::Last);
        }
        if self.skip("position()") {
            self.need("=")?;
            return self.position();
        }
        for (function, condition) in
            [("contains(", Condition::Contains as fn(_, _) -> _), ("starts-with(", Condition::Starts)]
        {
            if self.skip(function) {
                let first = self.value()?;
                self.need(",")?;
                let second = self.value()?;
                return self.need(")").map(|()| condition(first, second));
            }
        }
        self.blank();
        if self.rest().starts_with(|c: char| c.is_ascii_digit()) { self.position() } else { self.comparison() }
    }

    fn position(&mut self) -> Result<Condition, String> {
        self.blank();
        let end = self.rest().find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest().len());
        let number = self.rest()[..end].parse().map_err(|_| self.expected("a number"))?;
        self.at += end;
        Ok(Condition::Position(number))
    }

    fn comparison(&mut self) -> Result<Condition, String> {
        let left = self.value()?;
        if self.skip("!=") {
            return Ok(Condition::Differs(left, self.value()?));
        }
        if self.skip("=") {
            return Ok(Condition::Equal(left, self.value()?));
        }
        match left {
            Value::Path(path) => Ok(Condition::Exists(path)),
            Value::Literal(_) => Err(self.expected("'=' or '!='")),
        }
    }

    fn value(&mut self) -> Result<Value, String> {
        self.blank();
        let Some(quote) = self.rest().chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return self.relative().map(Value::Path);
        };
        let inner = &self.rest()[1..];
        let end = inner.find(quote).ok_or_else(|| self.expected(&format!("a closing {quote}")))?;
        self.at += end + 2;
        Ok(Value::Literal(inner[..end].to_owned()))
    }
}

fn one_or(mut conditions: Vec<Condition>, many: fn(Vec<Condition>) -> Condition) -> Condition {
    if conditions.len() == 1 { conditions.remove(0) } else { many(conditions) }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}
