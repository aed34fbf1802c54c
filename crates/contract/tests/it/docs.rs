//! Every YAML snippet of the documentation is compiled, or says the diagnostic that it is there to show.
//!
//! The word after `yaml` in a fence says what it is: `contract` is a whole contract that loads; `patch` is laid over the
//! page's last whole contract (RFC 7396, as `extends` does) and loads; `wrong DW0nn` is either, and is refused with
//! that code.

use doorward_contract::account_view::{ACCOUNT_FIELDS, TOKEN_FIELDS, request_type, session_type};
use doorward_contract::function::FUNCTIONS;
use doorward_contract::wording::Wording;
use doorward_contract::{diagnostic, json_schema, load};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const PAGES: [&str; 2] = ["contract-language.md", "cookbook.md"];

struct Snippet {
    line: usize,
    kind: String,
    text: String,
}

fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

fn snippets(text: &str) -> Vec<Snippet> {
    let mut found = Vec::new();
    let mut open: Option<Snippet> = None;
    for (at, line) in text.lines().enumerate() {
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(info)) if info.starts_with("yaml") => {
                let kind = info.trim_start_matches("yaml").trim().to_owned();
                open = Some(Snippet { line: at + 1, kind, text: String::new() });
            }
            (None, _) => {}
            (Some(_), Some("")) => found.extend(open.take()),
            (Some(snippet), _) => {
                snippet.text.push_str(line);
                snippet.text.push('\n');
            }
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    found
}

/// A patch becomes a contract that extends the page's last whole one.
fn extending(text: &str) -> String {
    let lines = format!("\n{text}");
    if let Some((before, after)) = lines.split_once("\nx-doorward:\n") {
        format!("{before}\nx-doorward:\n  extends: base.yaml\n{after}")
    } else {
        format!("{text}x-doorward: {{extends: base.yaml}}\n")
    }
}

/// What is wrong with a snippet, if anything.
fn wrong(base: &str, snippet: &Snippet) -> Option<String> {
    let whole = snippet.text.starts_with("openapi:");
    let text = if whole { snippet.text.clone() } else { extending(&snippet.text) };
    let open = |_: &str| Ok(base.to_owned());
    let loaded = load("snippet", "snippet.yaml", &text, &open);
    let said = diagnostic::render(&loaded.diagnostics, &loaded.sources, false);
    match (snippet.kind.strip_prefix("wrong "), &loaded.plan) {
        (Some(_), Some(_)) => Some("it loads".to_owned()),
        (Some(code), None) if said.contains(code) => None,
        (Some(code), None) => Some(format!("it is to say {code}, and says\n{said}")),
        (None, Some(_)) if ["contract", "patch"].contains(&snippet.kind.as_str()) => None,
        (None, Some(_)) => Some(format!("what is `yaml {}`?", snippet.kind)),
        (None, None) => Some(said),
    }
}

#[test]
fn every_snippet_compiles_or_says_what_it_is_there_to_show() {
    let mut broken = Vec::new();
    for name in PAGES {
        let text = fs::read_to_string(page(name)).expect("the page");
        let snippets = snippets(&text);
        assert!(snippets.len() >= 5, "{name}: {} snippets", snippets.len());
        let mut base = String::new();
        for snippet in snippets {
            let place = format!("docs/{name}:{}", snippet.line);
            broken.extend(wrong(&base, &snippet).map(|why| format!("{place}\n{why}")));
            if snippet.kind == "contract" {
                base.clone_from(&snippet.text);
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

/// The anchor of a heading, as forges make it.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn the_cookbook_lists_every_recipe_by_need() {
    let text = fs::read_to_string(page("cookbook.md")).expect("the page");
    let index = text.split("\n## ").nth(1).expect("an index");
    let recipes: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    assert!(recipes.len() > 50, "{}", recipes.len());
    let listed: Vec<&str> = index.lines().filter_map(|line| line.trim_start().strip_prefix("- [")).collect();
    let wanted: Vec<String> = recipes.iter().map(|name| format!("{name}](#{})", anchor(name))).collect();
    assert_eq!(listed, wanted);
}

/// Members whose own members stand in docs/outcomes.md, which is made from the code, or are OpenAPI's.
const ELSEWHERE: [&str; 5] = ["action", "input", "options", "paths", "replies"];

/// The members that a schema knows, and the words that they may be.
fn collect(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            for (name, below) in members {
                match (name.as_str(), below) {
                    ("properties", Value::Object(properties)) => {
                        for (name, of) in properties {
                            found.insert(name.clone());
                            if !ELSEWHERE.contains(&name.as_str()) {
                                collect(of, found);
                            }
                        }
                    }
                    ("enum", Value::Array(words)) => {
                        found.extend(words.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    ("$defs", Value::Object(definitions)) => {
                        let own = |name: &str| !name.starts_with("action.") && name != "replies";
                        definitions
                            .iter()
                            .filter(|(name, _)| own(name))
                            .for_each(|(_, of)| collect(of, found));
                    }
                    (_, below) => collect(below, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// The names that templates read, as far as they are lists in the code.
fn names() -> impl Iterator<Item = String> {
    let violation = match Wording::default().violation_type().kind {
        doorward_contract::expression::Kind::Object(members) => members,
        other => panic!("{other:?}"),
    };
    let typed = [request_type(), session_type(), violation].into_iter().flatten().map(|(name, _)| name);
    typed.chain(ACCOUNT_FIELDS.into_iter().chain(TOKEN_FIELDS).map(str::to_owned))
}

/// The formats of `time`, as its signature lists them.
fn time_formats() -> Vec<String> {
    let time = FUNCTIONS.iter().find(|function| function.name == "time").expect("`time`");
    let list = time.signature.split('\'').nth(1).expect("a list");
    let formats: Vec<String> =
        list.split(" | ").map(str::to_owned).filter(|one| !one.contains(' ')).collect();
    assert!(formats.len() >= 8, "{formats:?}");
    formats
}

/// What stands in code on a page: between backticks, or in fences.
fn code(text: &str) -> String {
    let mut code = String::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            code.push_str(line);
            code.push('\n');
        }
    }
    let prose: String = text.lines().filter(|line| !line.starts_with("```")).collect::<Vec<_>>().join("\n");
    for (at, piece) in prose.split('`').enumerate() {
        if at % 2 == 1 {
            code.push_str(piece);
            code.push('\n');
        }
    }
    code
}

#[test]
fn the_reference_names_every_word_of_the_language() {
    let text = fs::read_to_string(page("contract-language.md")).expect("the page");
    let (_, reference) = text.split_once("\n## Reference\n").expect("a reference");
    let code = code(reference);
    let known: BTreeSet<&str> =
        code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-' && c != '$').collect();
    let mut words = BTreeSet::new();
    collect(&json_schema(), &mut words);
    words.extend(names());
    words.extend(time_formats());
    assert!(words.len() > 200, "{}", words.len());
    let missing: Vec<&String> = words.iter().filter(|word| !known.contains(word.as_str())).collect();
    assert!(missing.is_empty(), "docs/contract-language.md does not say {missing:?}");
    let calls: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
    let silent: Vec<&&str> = calls.iter().filter(|name| !code.contains(&format!("{name}("))).collect();
    assert!(silent.is_empty(), "docs/contract-language.md does not say {silent:?}");
}
