//! The lines of `authkeys`: `auth NUMBER` and `NUMBER METHOD [KEY]`.

use super::{Key, METHODS, Method};
use crate::problem::Complaints;
use std::collections::BTreeMap;

/// Keys are numbered 0..=15, as they always were.
const NUMBER_MAX: u8 = 15;
/// A longer key adds nothing to an HMAC or to the keys derived from it.
const SECRET_LENGTH_MAX: usize = 512;
/// Shorter ones can be guessed.
const SECRET_LENGTH_GOOD: usize = 16;

/// The active number and all keys that could be read.
pub(super) fn read(text: &str, complaints: &mut Complaints) -> (Option<u8>, BTreeMap<u8, Key>) {
    let mut active: Option<(usize, u8)> = None;
    let mut keys = BTreeMap::new();
    for (index, raw) in text.lines().enumerate() {
        let line = index + 1;
        let words: Vec<&str> = raw.split('#').next().unwrap_or_default().split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            ["auth", rest @ ..] => active = read_active(line, rest, active, complaints),
            [number, rest @ ..] => read_key(line, number, rest, &mut keys, complaints),
        }
    }
    check_active(active, &keys, complaints);
    (active.map(|(_, number)| number), keys)
}

fn read_active(
    line: usize,
    rest: &[&str],
    earlier: Option<(usize, u8)>,
    complaints: &mut Complaints,
) -> Option<(usize, u8)> {
    let [number] = rest else {
        complaints.error(line, "auth wants exactly one key number", "write for example: auth 1");
        return earlier.or(Some((line, 0)));
    };
    if let Some((first, _)) = earlier {
        complaints.error(line, format!("a second auth line; the first is in line {first}"), "keep one of them");
    }
    Some((line, parse_number(line, number, complaints).unwrap_or(0)))
}

fn read_key(line: usize, number: &str, rest: &[&str], keys: &mut BTreeMap<u8, Key>, complaints: &mut Complaints) {
    let Some(number) = parse_number(line, number, complaints) else { return };
    let Some((word, secret)) = rest.split_first() else {
        complaints.error(
            line,
            format!("key {number} has no method"),
            format!("write for example: {number} sha256 KEY"),
        );
        return;
    };
    let Some(method) = Method::parse(word) else {
        let known: Vec<&str> = METHODS.iter().map(|(name, _)| *name).collect();
        complaints.error(line, format!("Invalid authtype [{word}]"), format!("use one of: {}", known.join(", ")));
        return;
    };
    let Some(secret) = check_secret(line, method, secret, complaints) else { return };
    if keys.insert(number, Key { number, method, secret }).is_some() {
        complaints.error(line, format!("key {number} is given twice"), "give each key its own number");
    }
}

fn parse_number(line: usize, word: &str, complaints: &mut Complaints) -> Option<u8> {
    match word.parse::<u8>() {
        Ok(number) if number <= NUMBER_MAX => Some(number),
        Ok(_) | Err(_) => {
            let hint = format!("a line is `auth NUMBER` or `NUMBER METHOD KEY`, with numbers from 0 to {NUMBER_MAX}");
            complaints.error(line, format!("[{word}] is not a key number"), hint);
            None
        }
    }
}

/// The secret when it suits its method.
fn check_secret(line: usize, method: Method, words: &[&str], complaints: &mut Complaints) -> Option<String> {
    let name = method.as_str();
    match (method, words) {
        (Method::Crc, []) => {
            let hint = "use sha256 with a key of your own unless the wire is a crossover cable";
            complaints.warning(
                line,
                "Auth method [crc] does not authenticate: whoever reaches the port can speak",
                hint,
            );
            Some(String::new())
        }
        (Method::Crc, _) => {
            complaints.error(line, "Auth method [crc] doesn't use a key", "remove the key, or name another method");
            None
        }
        (_, []) => {
            complaints.error(line, format!("Auth method [{name}] requires a key"), "add the key after the method");
            None
        }
        (_, [secret]) if secret.len() > SECRET_LENGTH_MAX => {
            let what = format!("the key is {} characters long, more than {SECRET_LENGTH_MAX}", secret.len());
            complaints.error(line, what, "use a shorter one; 32 random characters are plenty");
            None
        }
        (_, [secret]) => {
            if secret.len() < SECRET_LENGTH_GOOD {
                let what = format!("the key is only {} characters long and can be guessed", secret.len());
                complaints.warning(line, what, "make one with: openssl rand -hex 32");
            }
            Some((*secret).to_owned())
        }
        (_, [_, ..]) => {
            complaints.error(line, "the key contains a blank", "write it as one word without blanks");
            None
        }
    }
}

fn check_active(active: Option<(usize, u8)>, keys: &BTreeMap<u8, Key>, complaints: &mut Complaints) {
    let Some((line, number)) = active else {
        complaints.error(
            None,
            "Missing auth directive in keyfile",
            "add a line that names the key to send with: auth 1",
        );
        return;
    };
    if !keys.contains_key(&number) {
        let hint = format!("add a line: {number} sha256 KEY");
        complaints.error(line, format!("Auth Key [{number}] not found in keyfile"), hint);
    }
}
