//! The JSON Schema of contracts: published as it is, met by every contract, and refusing whatever member the
//! checker does not know.

use doorward_contract::diagnostic::codes;
use doorward_contract::source::parse;
use doorward_contract::{Sources, all_builtin, json_schema, load, open_builtin};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn validator() -> Validator {
    jsonschema::validator_for(&json_schema()).expect("a schema")
}

fn value(text: &str) -> Value {
    parse(&mut Sources::new(), "a.yaml", text).expect("yaml").to_json()
}

fn refusals(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The contracts of the repository: the built-in ones, and those of the tests and examples.
fn contracts() -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> =
        all_builtin().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    for folder in ["crates/server/tests/it/stories", "examples/contracts"] {
        let Ok(files) = fs::read_dir(root().join(folder)) else { continue };
        for path in files.map(|file| file.expect("a file").path()) {
            let text = fs::read_to_string(&path).unwrap_or_default();
            if path.extension().is_some_and(|ending| ending == "yaml") && text.contains("openapi:") {
                all.push((path.display().to_string(), text));
            }
        }
    }
    all
}

#[test]
fn the_published_schema_is_this_one() {
    let path = root().join("docs/contract.schema.json");
    let said = format!("{:#}\n", json_schema());
    if option_env!("DOORWARD_BLESS").is_some() {
        fs::write(&path, &said).expect("written");
    }
    let published = fs::read_to_string(&path).unwrap_or_default();
    assert!(published == said, "docs/contract.schema.json is old: run with DOORWARD_BLESS=1");
    let schema = json_schema();
    let meta = jsonschema::meta::validate(&schema);
    assert!(meta.is_ok(), "{meta:?}");
}

#[test]
fn every_contract_meets_the_schema() {
    let validator = validator();
    let contracts = contracts();
    assert!(contracts.len() > 9, "{}", contracts.len());
    for (name, text) in contracts {
        let refused = refusals(&validator, &value(&text));
        assert!(refused.is_empty(), "{name}: {refused:#?}");
    }
}

#[test]
fn built_in_contracts_name_the_schema_for_editors() {
    let line = "# yaml-language-server: $schema=../../docs/contract.schema.json\n";
    for (name, text) in all_builtin() {
        assert!(text.starts_with(line), "{name}");
    }
}

/// Every place of a value that is an object, as a pointer.
fn objects(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.push(at.to_owned());
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                objects(member, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| objects(item, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

#[test]
fn what_the_checker_does_not_know_the_schema_does_not_know() {
    let validator = validator();
    let mut tried = 0;
    for (name, text) in all_builtin() {
        let good = value(text);
        let mut places = Vec::new();
        objects(&good, "", &mut places);
        for place in places.iter().filter(|place| place.contains("x-doorward")) {
            let mut changed = good.clone();
            let target = changed.pointer_mut(place).and_then(Value::as_object_mut).expect("an object");
            target.insert("zzzz_nosuch".to_owned(), json!({}));
            let loaded = load(name, "changed.yaml", &changed.to_string(), &open_builtin);
            let unknown = [
                codes::UNKNOWN_SECTION,
                codes::UNKNOWN_MEMBER,
                codes::UNKNOWN_INPUT,
                codes::BAD_OPTION,
                codes::UNKNOWN_OUTCOME,
            ];
            let refused = loaded
                .diagnostics
                .iter()
                .any(|one| unknown.contains(&one.code) && one.message.contains("zzzz_nosuch"));
            assert!(!refused || !validator.is_valid(&changed), "{name} {place}: only the checker refuses it");
            tried += usize::from(refused);
        }
    }
    assert!(tried > 100, "{tried}");
}
