//! Tests over every format.

use super::{Example, FORMATS};
use crate::cost::HashCost;
use crate::keys::HashKeys;
use crate::memory::Memory;
use crate::stored::{Check, StoredHash};
use doorward_core::password::Password;
use proptest::prelude::*;

/// The keys that the examples name.
pub(crate) fn keys() -> HashKeys {
    let signer = "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==";
    HashKeys::default().with("firebase", signer.into()).with("pepper", b"black".to_vec())
}

pub(crate) fn check(stored: &str, password: &str) -> Check {
    let stored = StoredHash::parse(stored).unwrap_or_else(|why| panic!("{stored}: {why}"));
    stored.verify(&Password::new(password.to_owned()), &keys(), &mut Memory::default())
}

pub(crate) fn right(stored: &str, password: &str) {
    assert_eq!(check(stored, password), Check::Right, "{stored}");
}

pub(crate) fn wrong(stored: &str, password: &str) {
    assert_eq!(check(stored, password), Check::Wrong, "{stored}");
}

/// Why a text is not taken.
pub(crate) fn refused(stored: &str) -> String {
    match StoredHash::parse(stored) {
        Err(why) => why.to_string(),
        Ok(_) => panic!("{stored} is taken"),
    }
}

fn examples() -> impl Iterator<Item = &'static Example> {
    FORMATS.iter().flat_map(|format| format.examples())
}

#[test]
fn every_example_verifies_as_its_format_and_is_upgraded() {
    for format in FORMATS {
        assert!(!format.examples().is_empty(), "{}", format.name());
        for example in format.examples() {
            let stored = StoredHash::parse(example.stored).unwrap();
            assert_eq!(stored.format(), format.name(), "{}", example.stored);
            assert_eq!(stored.text(), example.stored);
            assert!(stored.needs_upgrade(HashCost::default()));
            right(example.stored, example.password);
            wrong(example.stored, &format!("{}x", example.password));
            wrong(example.stored, &example.password.chars().skip(1).collect::<String>());
        }
    }
}

#[test]
fn a_blank_is_read_and_nothing_matches_it() {
    for format in FORMATS {
        for example in format.examples() {
            let parsed = format.parse(example.stored).unwrap();
            assert_ne!(parsed.blank, example.stored);
            assert!(format.claims(&parsed.blank), "{}", parsed.blank);
            let blank = format.parse(&parsed.blank).unwrap_or_else(|why| panic!("{}: {why}", parsed.blank));
            assert_eq!(blank.expected.len(), parsed.expected.len());
            assert_eq!(blank.blank, parsed.blank);
            wrong(&parsed.blank, example.password);
        }
    }
}

#[test]
fn nothing_may_stand_before_or_after() {
    for example in examples() {
        for garbage in [" ", "\n", "\0", "$", "$x", "{", "===", "é"] {
            for text in [format!("{}{garbage}", example.stored), format!("{garbage}{}", example.stored)] {
                assert!(StoredHash::parse(&text).is_err(), "{text:?} is taken");
            }
        }
        // A format whose hash may have any length cannot know that a letter is one too many; but nothing matches.
        for garbage in ["x", "00", ".", "AAAA"] {
            let text = format!("{}{garbage}", example.stored);
            assert!(
                StoredHash::parse(&text).is_err() || check(&text, example.password) == Check::Wrong,
                "{text}"
            );
        }
        assert!(refused(&format!("{}{}", example.stored, "A".repeat(5000))).contains("longer than"));
    }
}

/// Every example with one thing done to it: cut anywhere, or a character taken out, doubled or replaced. What is still
/// read must not match, unless the letter says nothing (case of a scheme, bits that are left over, or no padding).
#[test]
fn mangled_examples_are_refused_or_harmless() {
    for example in examples() {
        let letters: Vec<char> = example.stored.chars().collect();
        for place in 0..letters.len() {
            let _ = StoredHash::parse(&letters[..place].iter().collect::<String>());
            for with in ["", "$", "=", "{", "0", "9", "é", "\0"] {
                let mut text: String = letters[..place].iter().collect();
                text.push_str(with);
                text.extend(&letters[place + 1..]);
                if let Ok(stored) = StoredHash::parse(&text) {
                    assert!(stored.load().check("it").is_ok(), "{text}");
                }
            }
        }
    }
}

#[test]
fn what_no_format_claims_is_told_what_to_do() {
    assert!(refused("5f4dcc3b5aa765d61d8327deb882cf99").contains("32 hexadecimal digits"));
    assert!(refused("sha1$abc$5f4dcc3b5aa765d61d8327deb882cf99").contains("Django"));
    assert!(refused("$y$j9T$abc$def").contains("yescrypt"));
    assert!(refused("{CLEARTEXT}hunter2").contains("in clear"));
    assert!(refused("").contains("no known format"));
}

#[test]
fn nothing_of_a_hash_is_printed() {
    for example in examples() {
        let stored = StoredHash::parse(example.stored).unwrap();
        assert_eq!(format!("{stored:?}"), format!("StoredHash({} …)", stored.format()));
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        let _ = StoredHash::parse(&text);
    }

    #[test]
    fn any_text_after_a_known_start_is_read_or_refused(
        example in 0..examples().count(),
        keep in 1..20usize,
        text in "[-a-zA-Z0-9$=,./+:{}_]{0,120}",
    ) {
        let stored = examples().nth(example).unwrap().stored;
        let start: String = stored.chars().take(keep).collect();
        if let Ok(hash) = StoredHash::parse(&format!("{start}{text}")) {
            prop_assert!(hash.load().check("it").is_ok());
        }
    }
}
