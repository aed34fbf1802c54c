//! Tests of recipes.

use super::{Columns, FUNCTIONS, KNOWN, Recipe};
use crate::format::tests::check;
use crate::stored::{Check, StoredHash};
use proptest::prelude::*;

const PASSWORD: &str = "correct horse";

fn columns(given: &[(&str, &str)]) -> Columns {
    given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The usual account's columns.
fn usual() -> Columns {
    columns(&[("salt", "NaCl"), ("username", "Alice"), ("hexsalt", "0aff"), ("rounds", "7")])
}

fn stored(recipe: &str, hash: &str) -> String {
    let recipe = Recipe::parse(recipe).unwrap_or_else(|error| panic!("{}", error.pointed(recipe)));
    recipe.stored(&usual(), hash).unwrap()
}

fn error(recipe: &str) -> String {
    Recipe::parse(recipe).unwrap_err().pointed(recipe)
}

/// Why a recipe's hash is not taken.
fn refused(recipe: &str, hash: &str) -> String {
    match StoredHash::parse(&stored(recipe, hash)) {
        Err(why) => why.to_string(),
        Ok(_) => panic!("{recipe} is taken"),
    }
}

/// Each with what Python's hashlib, hmac and base64 make of "correct horse" and the usual columns.
#[test]
fn recipes_give_what_python_gives() {
    for line in include_str!("vectors.txt").lines().filter(|line| !line.starts_with('#')) {
        let (recipe, hash) = line.split_once(" => ").unwrap();
        let text = stored(recipe, hash);
        assert_eq!(check(&text, PASSWORD), Check::Right, "{recipe}");
        assert_eq!(check(&text, "Correct horse"), Check::Wrong, "{recipe}");
        let wrapped = StoredHash::parse(&text).unwrap().wrap(
            crate::cost::HashCost::least(),
            &doorward_testkit::SeededDice::new(1),
            &mut crate::memory::Memory::default(),
        );
        let wrapped = wrapped.unwrap();
        assert!(!wrapped.text().contains(hash), "{recipe}");
        assert_eq!(check(wrapped.text(), PASSWORD), Check::Right, "{recipe}");
    }
}

#[test]
fn every_function_and_every_known_recipe_has_a_vector() {
    let vectors = include_str!("vectors.txt");
    for (written, _) in FUNCTIONS {
        let (name, _) = written.split_once('(').unwrap();
        assert!(vectors.contains(&format!("{name}(")), "{name}");
    }
    for known in KNOWN {
        assert!(vectors.contains(&format!("\n{} => ", known.name)), "{}", known.name);
    }
}

#[test]
fn a_client_that_hashes_is_a_recipe_of_what_it_sends() {
    // The client sends md5(password) in hexadecimal; the server stored sha1 of salt and that.
    let text = stored("hex(sha1(salt + password))", "4b5a2bb2f4b1d93b36a5ac4b8a5a9a8d2e4b8a11");
    assert_eq!(check(&text, "3cb4e732631f47e6eb961f34554b7cde"), Check::Wrong);
    let vectors = include_str!("vectors.txt");
    let hash = vectors.lines().find_map(|line| line.strip_prefix("# client: ")).unwrap();
    let text = stored("hex(sha1(salt + password))", hash);
    assert_eq!(check(&text, "3cb4e732631f47e6eb961f34554b7cde"), Check::Right);
    assert_eq!(check(&text, PASSWORD), Check::Wrong);
}

#[test]
fn outermost_formats_have_their_salt_in_themselves() {
    let bcrypt = "$2b$04$abcdefghijklmnopqrstuuIvyWZlBcE3WoQXKqRnwrLYJ6nenE0Bq";
    for recipe in ["bcrypt(hex(sha256(password)))", "stored(hex(sha256(password)))"] {
        let text = stored(recipe, bcrypt);
        assert_eq!(check(&text, PASSWORD), Check::Right);
        assert_eq!(check(&text, "wrong"), Check::Wrong);
    }
    assert!(refused("argon2(password)", bcrypt).contains("ends in argon2, and its hash is of bcrypt"));
    assert!(refused("bcrypt(password)", "$2b$20$abcdefghijklmnopqrstuu").contains("hash"));
    assert!(
        refused("stored(password)", &stored("hex(md5(password))", &"0".repeat(32)))
            .contains("not of a format")
    );
}

#[test]
fn keys_are_named_and_never_written() {
    let recipe = Recipe::parse("hex(hmac_sha256(key.pepper, salt + password))").unwrap();
    assert_eq!(recipe.keys(), ["pepper"]);
    assert_eq!(recipe.columns(), ["salt"]);
    let text = recipe.stored(&usual(), &"0".repeat(64)).unwrap();
    assert!(!text.contains("black"));
    assert_eq!(StoredHash::parse(&text).unwrap().keys(), ["pepper"]);
    let other = stored("hex(hmac_sha256(key.other, password))", &"0".repeat(64));
    let Check::Unusable(why) = check(&other, PASSWORD) else { panic!("there is no such key") };
    assert_eq!(why.to_string(), "there is no key `other`");
}

#[test]
fn errors_point_at_the_letter_and_say_what_to_do() {
    for (recipe, expected) in [
        (
            "sha1(password)",
            "  sha1(password)\n  ^ it gives bytes, and the stored hash is text\n  help: say how it is spelt: `hex(…)`, `base64(…)`",
        ),
        ("hex(sha3(password))", "  hex(sha3(password))\n      ^ there is no function `sha3`"),
        (
            "hex(hmac_sha1(password))",
            "  hex(hmac_sha1(password))\n      ^ `hmac_sha1` takes 2 values, not 1\n  help: `hmac_sha1(BYTES, BYTES)`",
        ),
        ("upper(sha1(password))", "  upper(sha1(password))\n        ^ `upper` takes text, and this is bytes"),
        ("hex(md5(salt))", "  hex(md5(salt))\n  ^ the password does not occur in it"),
        ("hex(md5(password)", "  hex(md5(password)\n  ^ this call is not closed"),
        ("hex(md5(password)))", "  hex(md5(password)))\n                    ^ `)` does not belong here"),
        ("hex(md5(password + \"x\"))", "text stands in single quotes"),
        ("hex(md5(password + 'x))", "this text has no end"),
        ("hex(md5(password + ))", "`)` does not begin a value"),
        ("hex(md5(password + 7))", "a number is not a value here"),
        ("hex(md5(it + password))", "`it` stands only within `iterate`"),
        ("hex(md5(key + password))", "`key` needs a name"),
        ("hex(iterate(5, sha1(password)))", "`it` does not occur"),
        ("hex(iterate(5, sha1(password), hex(it)))", "it starts from bytes, and every time gives text"),
        ("hex(iterate(password + 'x', sha1(it)))", "here stands a number"),
        ("hex(md5(bcrypt(password)))", "`bcrypt` stands outermost only"),
        ("bcrypt(password, salt)", "`bcrypt` takes one value"),
        ("", "a value is missing here"),
        ("hex(99999999999)", "is not a number that fits"),
    ] {
        let told = error(recipe);
        assert!(told.contains(expected), "{recipe}:\n{told}");
    }
    let deep = format!("{}password{}", "hex(".repeat(17), ")".repeat(17));
    assert!(error(&deep).contains("16 deep"));
    assert!(error(&"x".repeat(600)).contains("at most 512 letters"));
}

#[test]
fn too_much_work_is_refused_before_it_is_done() {
    for (recipe, expected) in [
        ("hex(iterate(100000000, md5(it)))", "at most 1 s is done"),
        ("iterate(1000000000, lower(it))", "at most 1 s is done"),
        ("hex(iterate(1000, iterate(1000000, it, md5(it))))", "at most 1 s is done"),
        ("hex(md5(iterate(100, it + it)))", "would grow each time"),
        ("hex(pbkdf2_sha256(password, salt, 1000000000, 32))", "at most 1 s is done"),
        ("hex(pbkdf2_sha256(password, salt, 0, 32))", "at least one round"),
        ("hex(pbkdf2_sha256(password, salt, 1, 100000))", "from 1 to 512 bytes"),
        ("hex(scrypt(password, salt, 1073741824, 8, 1, 32))", "at most 256 MiB"),
        ("hex(scrypt(password, salt, 1000, 8, 1, 32))", "not a power of two"),
        ("hex(pbkdf2_sha256(password, salt, salt, 32))", "`salt` does not hold a number"),
        ("hex(hex(hex(hex(hex(hex(hex(hex(hex(hex(hex(password)))))))))))", "longer than 64 KiB"),
    ] {
        let told = refused(recipe, &"0".repeat(64));
        assert!(told.contains(expected), "{recipe}: {told}");
    }
}

#[test]
fn a_hash_that_the_recipe_never_gives_is_refused_when_it_is_brought() {
    let lower = "3cb4e732631f47e6eb961f34554b7cde";
    assert_eq!(
        refused("hex(sha1(password))", lower),
        "the recipe gives 40 lower-case hexadecimal digits, and the stored hash has 32"
    );
    assert_eq!(
        refused("hex(md5(password))", &lower.to_uppercase()),
        "the recipe gives 32 lower-case hexadecimal digits, and the stored hash has other letters"
    );
    assert!(refused("upper(hex(md5(password)))", lower).contains("upper-case"));
    assert!(refused("base64(md5(password))", lower).contains("24 letters"));
    assert!(refused("hex(md5(password))", "").contains("no hash"));
    refused("slice(hex(md5(password)), 8, 24)", lower);
    refused("hex(iterate(3, md5(it)))", "00");
}

#[test]
fn columns_are_needed_and_named() {
    let recipe = Recipe::parse("hex(md5(salt + pasword + password))").unwrap();
    let why = recipe.stored(&usual(), "x").unwrap_err().to_string();
    assert_eq!(why, "the recipe needs the column `pasword`; given: hexsalt, rounds, salt, username");
    let why = recipe.stored(&Columns::new(), "x").unwrap_err().to_string();
    assert_eq!(why, "the recipe needs the column `salt`; none is given");
}

#[test]
fn whatever_a_column_holds_is_spelt_and_read() {
    let recipe = Recipe::parse("hex(md5(salt + ' $,=%' + password))").unwrap();
    for salt in ["", "$", "a=b,c%24", "é\n\0", "\u{85}", "%%", "$recipe$"] {
        let text = recipe.stored(&columns(&[("salt", salt)]), &"0".repeat(32)).unwrap();
        let read = StoredHash::parse(&text).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert_eq!(read.format(), "recipe");
        assert_eq!(check(&text, PASSWORD), Check::Wrong);
    }
}

#[test]
fn a_string_that_we_do_not_write_is_refused() {
    let zeros = "0".repeat(32);
    for text in [
        format!("$recipe$hex(md5(password))${zeros}"),
        format!("$recipe$hex( md5(password))$${zeros}"),
        format!("$recipe$hex(md5(password))$salt=x${zeros}"),
        format!("$recipe$hex(md5(salt+password))$salt=x,salt=y${zeros}"),
        format!("$recipe$hex(md5(salt+password))$salt=%41${zeros}"),
        format!("$recipe$hex(md5(salt+password))$salt=%4${zeros}"),
        format!("$recipe$hex(md5(salt+password))$salt${zeros}"),
        format!("$recipe$hex(md5(salt+password))$${zeros}"),
        format!("$recipe$joomla$salt=x${zeros}"),
        format!("$recipe$$${zeros}"),
    ] {
        assert!(StoredHash::parse(&text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_recipe_is_read_or_refused(text in "[a-z0-9_(),+'\\\\. ]{0,80}") {
        if let Ok(recipe) = Recipe::parse(&text) {
            let spelt = recipe.to_string();
            let again = Recipe::parse(&spelt).unwrap();
            prop_assert_eq!(again.to_string(), spelt);
        }
    }

    #[test]
    fn what_is_composed_is_read_bounded_and_the_same_again(
        parts in proptest::collection::vec(0..12usize, 1..10),
    ) {
        let mut recipe = "password".to_owned();
        for part in parts {
            recipe = match part {
                0 => format!("hex({recipe})"),
                1 => format!("md5({recipe})"),
                2 => format!("sha512(salt + {recipe})"),
                3 => format!("base64({recipe})"),
                4 => format!("hmac_sha1({recipe}, username)"),
                5 => format!("iterate(100000, {recipe}, sha256(it + password))"),
                6 => format!("'x' + {recipe}"),
                7 => format!("pbkdf2_sha1({recipe}, salt, rounds, 20)"),
                8 => format!("upper({recipe})"),
                9 => format!("slice({recipe}, 1, 9)"),
                10 => format!("unpadded({recipe})"),
                _ => format!("unhex({recipe})"),
            };
        }
        if let Ok(recipe) = Recipe::parse(&recipe) {
            let text = recipe.stored(&usual(), &"0".repeat(40)).unwrap();
            if let Ok(stored) = StoredHash::parse(&text) {
                prop_assert!(stored.load().check("it").is_ok());
                prop_assert_eq!(Recipe::parse(&recipe.to_string()).unwrap().to_string(), recipe.to_string());
            }
        }
    }
}
