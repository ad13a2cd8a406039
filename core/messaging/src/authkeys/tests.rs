//! What an administrator may write into `authkeys`, and what he is told.

use super::{AuthKeys, FileMode, Method};

const PRIVATE: FileMode = FileMode { mode: 0o100_600, owner: 0, own_user: 0 };
const FILE: &str = "/etc/ha.d/authkeys";

fn complaint(text: &str) -> String {
    AuthKeys::parse(FILE, text, PRIVATE).expect_err("the text is broken").to_string()
}

#[test]
fn an_md5_key_of_32_characters_loads_in_silence() {
    let keys = AuthKeys::parse(FILE, "auth 1\n1 md5 0123456789abcdef0123456789abcdef", PRIVATE).unwrap();
    assert_eq!(keys.warnings, []);
    assert_eq!((keys.active().number, keys.active().method), (1, Method::Md5));
    assert_eq!(keys.active().secret, "0123456789abcdef0123456789abcdef");
}

#[test]
fn two_keys_are_valid_during_a_rotation_and_one_is_active() {
    let text =
        "# rotation\nauth 2\n1 sha1 an-old-key-of-some-length\n2 hmac-sha256 a-new-key-of-some-length # active\n";
    let keys = AuthKeys::parse(FILE, text, PRIVATE).unwrap();
    assert_eq!(keys.active().method, Method::Sha256);
    assert_eq!(keys.key(1).unwrap().method, Method::Sha1);
    assert_eq!(keys.keys().count(), 2);
    assert!(keys.key(3).is_none());
}

#[test]
fn each_mistake_is_named_with_its_line() {
    let table = [
        ("1 md5 0123456789abcdef", "authkeys: Missing auth directive in keyfile"),
        ("auth 2\n1 md5 0123456789abcdef", "authkeys:1: Auth Key [2] not found in keyfile"),
        ("auth 1\n1 foo 0123456789abcdef", "authkeys:2: Invalid authtype [foo]"),
        ("auth 1\n1 md5", "authkeys:2: Auth method [md5] requires a key"),
        ("auth 1\n1 crc secret", "authkeys:2: Auth method [crc] doesn't use a key"),
        ("auth 1\n1 sha1 two words", "authkeys:2: the key contains a blank"),
        ("auth 1\n1", "authkeys:2: key 1 has no method"),
        ("auth 16\n1 crc", "authkeys:1: [16] is not a key number"),
        ("auth one\n1 crc", "authkeys:1: [one] is not a key number"),
        ("auth\n1 crc", "authkeys:1: auth wants exactly one key number"),
        ("auth 1\nauth 1\n1 crc", "authkeys:2: a second auth line; the first is in line 1"),
        ("auth 1\n1 crc\n1 crc", "authkeys:3: key 1 is given twice"),
        ("key 1\n1 crc\nauth 1", "authkeys:1: [key] is not a key number"),
    ];
    for (text, expected) in table {
        let found = complaint(text);
        assert!(found.contains(expected), "{text:?}: {found}");
    }
}

#[test]
fn all_mistakes_are_reported_at_once_and_no_secret_is_repeated() {
    let found = complaint("auth 3\n1 foo topsecret\n2 md5 topsecret again");
    assert_eq!(found.lines().count(), 3, "{found}");
    assert!(!found.contains("topsecret"));
    let keys = AuthKeys::parse(FILE, "auth 1\n1 md5 topsecret-topsecret", PRIVATE).unwrap();
    assert!(!format!("{keys:?}").contains("topsecret"));
}

#[test]
fn a_file_that_others_can_read_or_own_is_refused() {
    for mode in [0o644, 0o640, 0o620, 0o602, 0o601] {
        let found =
            AuthKeys::parse(FILE, "auth 1\n1 crc", FileMode { mode, ..PRIVATE }).expect_err("too open").to_string();
        assert!(found.contains("Bad permissions on keyfile [/etc/ha.d/authkeys]"), "{found}");
    }
    let found = AuthKeys::parse(FILE, "auth 1\n1 crc", FileMode { owner: 1000, ..PRIVATE })
        .expect_err("wrong owner")
        .to_string();
    assert!(found.contains("chown root:root"), "{found}");
    assert!(AuthKeys::parse(FILE, "auth 1\n1 crc", FileMode { owner: 1000, own_user: 1000, ..PRIVATE }).is_ok());
    assert!(AuthKeys::parse(FILE, "auth 1\n1 crc", FileMode { mode: 0o400, ..PRIVATE }).is_ok());
}

#[test]
fn crc_and_short_keys_load_with_a_warning() {
    for text in ["auth 1\n1 crc", "auth 1\n1 sha1 Hi!"] {
        let keys = AuthKeys::parse(FILE, text, PRIVATE).unwrap();
        assert_eq!(keys.warnings.len(), 1, "{text}");
        assert_eq!(keys.warnings[0].line, Some(2));
    }
}
