//! "Did you mean": the known name nearest to a mistyped one.

use model::nearest;

/// "did you mean NAME?", or what is known where nothing is near; empty where nothing is known.
pub fn hint<'a>(typed: &str, kind: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(typed, known.iter().copied()) {
        Some(name) => format!("did you mean {name}?"),
        None if known.is_empty() => String::new(),
        None if known.len() <= 12 => format!("known {kind}: {}", known.join(", ")),
        None => format!("there are {} {kind}; none has a similar name", known.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::hint;

    #[test]
    fn only_a_near_name_is_suggested() {
        assert_eq!(hint("aip-a", "nodes", ["sip-a", "sip-b"]), "did you mean sip-a?");
        assert_eq!(hint("mailhost", "nodes", ["sip-a", "sip-b"]), "known nodes: sip-a, sip-b");
        assert_eq!(hint("x", "nodes", []), "");
    }
}
