//! What `explain` says is part of the product: two built-in contracts against what stands under `explain/`.
//! `DOORWARD_BLESS=1` writes the texts anew, to be read before they are committed.

use doorward_contract::{builtin, explain, load, open_builtin};
use std::fs;
use std::path::Path;

fn explained(name: &str, only: Option<&str>) -> String {
    let text = builtin(name).expect(name);
    explain(&load(name, &format!("{name}.yaml"), text, &open_builtin), only)
}

#[test]
fn explanations_are_as_written_beside() {
    for name in ["cakes", "haenaem"] {
        let said = explained(name, None);
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/explain").join(name);
        let golden = golden.with_extension("txt");
        if option_env!("DOORWARD_BLESS").is_some() {
            fs::write(&golden, &said).expect("written");
        }
        let wanted = fs::read_to_string(&golden).unwrap_or_default();
        assert!(said == wanted, "{name}:\n{said}");
    }
}

#[test]
fn one_operation_is_explained_alone() {
    let login = explained("cakes", Some("/login"));
    assert!(login.contains("POST /login") && !login.contains("/register"), "{login}");
    assert!(login.contains("Everywhere"), "{login}");
    assert_eq!(explained("cakes", Some("/nosuch")), "");
}

#[test]
fn what_an_option_forbids_is_not_told() {
    assert!(!explained("cakes", None).contains("password_change_required"));
}

#[test]
fn indented_replies_are_told_on_one_line() {
    let told = explained("biji-as-shipped", Some("/register"));
    assert!(told.contains(r#"601 {"code":601,"message":"User Existed","data":{}}"#), "{told}");
}
