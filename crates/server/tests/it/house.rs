//! The house itself: the documents name what is there, files stay small, and no code knows a built-in contract.

use std::fs;
use std::path::{Path, PathBuf};

/// The longest a source file may be, its tests not counted.
const CAP: usize = 500;
const BUILTIN: [&str; 5] = ["cakes", "formmate", "haenaem", "biji", "cbs"];
const VARIANTS: [&str; 4] = ["cakes-as-shipped", "haenaem-as-shipped", "biji-as-shipped", "cbs-rotating"];
const OWN: [&str; 1] = ["native"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Every file under `crates/*/src` that goes into the program.
fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join("crates")).expect("readable") {
        let folder = entry.expect("readable").path();
        if !folder.ends_with("testkit") {
            rust_files(&folder.join("src"), &mut found);
        }
    }
    found.retain(|path| !path.ends_with("tests.rs"));
    assert!(found.len() > 50, "the sources are there");
    found
}

/// A file without its unit tests.
fn production(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text)
}

#[test]
fn the_architecture_names_every_crate_and_only_those() {
    let page = read(&root().join("ARCHITECTURE.md"));
    let mut there: Vec<String> = fs::read_dir(root().join("crates"))
        .expect("readable")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    there.sort();
    for name in &there {
        assert!(page.contains(&format!("`crates/{name}`")), "ARCHITECTURE.md does not name crates/{name}");
    }
    for named in page.split("`crates/").skip(1) {
        let path = named.split('`').next().unwrap_or_default();
        assert!(
            root().join("crates").join(path).exists(),
            "ARCHITECTURE.md names crates/{path}, which is not there"
        );
    }
}

#[test]
fn files_stay_small() {
    let long: Vec<String> = sources()
        .iter()
        .map(|path| (path, production(&read(path)).lines().count()))
        .filter(|(_, lines)| *lines > CAP)
        .map(|(path, lines)| format!("{}: {lines}", path.display()))
        .collect();
    assert!(long.is_empty(), "longer than {CAP} lines: {long:#?}");
}

#[test]
fn no_code_knows_a_built_in_contract() {
    let word = |text: &str, name: &str| {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .any(|word| word.eq_ignore_ascii_case(name))
    };
    let mut knowing = Vec::new();
    for path in sources() {
        let text = read(&path);
        let embedded = path.ends_with("contract/src/builtin.rs");
        for name in BUILTIN {
            if !embedded && word(production(&text), name) {
                knowing.push(format!("{} names {name}", path.display()));
            }
        }
    }
    assert!(knowing.is_empty(), "{knowing:#?}");
}

#[test]
fn every_built_in_contract_has_its_notes_and_its_line_in_the_list() {
    let list = read(&root().join("contracts/README.md"));
    for name in BUILTIN.iter().chain(&VARIANTS).chain(&OWN) {
        for file in ["contract.yaml", "NOTES.md"] {
            assert!(root().join("contracts").join(name).join(file).exists(), "contracts/{name}/{file}");
        }
        assert!(list.contains(&format!("| `{name}` |")), "contracts/README.md does not list {name}");
    }
}

#[test]
fn decisions_are_numbered_without_gaps() {
    let mut numbers: Vec<usize> = fs::read_dir(root().join("docs/decisions"))
        .expect("readable")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .map(|name| name[..4].parse().unwrap_or_else(|_| panic!("docs/decisions/{name} has no number")))
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>());
}
