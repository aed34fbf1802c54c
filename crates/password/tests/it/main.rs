//! The page about stored hashes says what the code does. `DOORWARD_BLESS=1` writes its tables anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use doorward_core::password::Password;
use doorward_password::recipe::{FUNCTIONS, KNOWN};
use doorward_password::{Check, Columns, FORMATS, HashKeys, Memory, Recipe, StoredHash};
use std::fs;
use std::path::{Path, PathBuf};

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/password-hashes.md")
}

fn read() -> String {
    fs::read_to_string(page()).unwrap_or_else(|error| panic!("docs/password-hashes.md: {error}"))
}

/// The tables by the name of their place in the page.
fn tables() -> [(&'static str, String); 3] {
    let mut formats =
        "| format | comes from | a stored hash | of the password |\n|---|---|---|---|\n".to_owned();
    for format in FORMATS {
        for (place, example) in format.examples().iter().enumerate() {
            let (name, origin) = if place == 0 {
                (format!("`{}`", format.name()), format.origin())
            } else {
                (String::new(), "")
            };
            formats += &format!("| {name} | {origin} | `{}` | `{}` |\n", example.stored, example.password);
        }
    }
    let mut functions = "| function | gives |\n|---|---|\n".to_owned();
    for (function, gives) in FUNCTIONS {
        functions += &format!("| `{function}` | {gives} |\n");
    }
    let mut known = "| name | recipe | of |\n|---|---|---|\n".to_owned();
    for recipe in KNOWN {
        known += &format!("| `{}` | `{}` | {} |\n", recipe.name, recipe.recipe, recipe.of);
    }
    [("formats", formats), ("functions", functions), ("known", known)]
}

#[test]
fn the_tables_are_what_the_code_does() {
    let mut text = read();
    for (name, table) in tables() {
        let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
        let from = text.find(&start).unwrap_or_else(|| panic!("no place for {name}")) + start.len();
        let to = text.find(&end).unwrap_or_else(|| panic!("no end of {name}"));
        text.replace_range(from..to, &table);
    }
    if std::env::var_os("DOORWARD_BLESS").is_some() {
        fs::write(page(), &text).expect("room for the page");
    }
    assert!(
        text == read(),
        "docs/password-hashes.md is not what the code does: DOORWARD_BLESS=1 writes it anew"
    );
}

fn blocks<'t>(text: &'t str, kind: &str) -> Vec<&'t str> {
    let start = format!("```{kind}\n");
    text.split(start.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect()
}

#[test]
fn the_recipes_of_the_page_give_what_it_says() {
    let text = read();
    let given = [("salt", "NaCl"), ("username", "Alice"), ("rounds", "7")];
    let columns: Columns =
        given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let keys = HashKeys::default().with("pepper", b"black".to_vec());
    let mut run = 0;
    for block in blocks(&text, "recipe") {
        for line in block.lines() {
            let (recipe, hash) = line.split_once(" => ").unwrap_or_else(|| panic!("{line}"));
            let recipe =
                Recipe::parse(recipe.trim()).unwrap_or_else(|error| panic!("{}", error.pointed(recipe)));
            let stored = StoredHash::parse(&recipe.stored(&columns, hash).unwrap()).unwrap();
            let check =
                stored.verify(&Password::new("correct horse".to_owned()), &keys, &mut Memory::default());
            assert_eq!(check, Check::Right, "{line}");
            run += 1;
        }
    }
    assert!(run > 8, "{run} recipes");
}

#[test]
fn the_messages_of_the_page_are_those_of_the_code() {
    let text = read();
    let shown = blocks(&text, "text");
    let wrong = "hex(sha1(salt + password)) + sha3(password)";
    let error = Recipe::parse(wrong).unwrap_err().pointed(wrong);
    assert!(shown.iter().any(|block| block.contains(&error)), "{error}");
    let refused =
        StoredHash::parse("$2b$20$abcdefghijklmnopqrstuuIvyWZlBcE3WoQXKqRnwrLYJ6nenE0Bq").unwrap_err();
    assert!(shown.iter().any(|block| block.contains(&refused.to_string())), "{refused}");
}
