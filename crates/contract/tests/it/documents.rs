//! The completed OpenAPI document of every built-in contract.

use doorward_contract::{BUILTIN, builtin, load, openapi};
use serde_json::{Value, json};

fn completed(name: &str) -> Value {
    let text = builtin(name).expect(name);
    openapi(&load(name, name, text, &|_| Err("none".to_owned()))).expect("a document")
}

#[test]
fn every_operation_has_its_responses_and_nothing_of_ours() {
    for (name, _) in BUILTIN {
        let document = completed(name);
        assert!(!document.to_string().contains("\"x-doorward\""), "{name}");
        for (path, item) in document["paths"].as_object().expect("paths") {
            for (method, operation) in item.as_object().expect("methods") {
                let responses = operation["responses"].as_object().expect("responses");
                let good = responses.keys().filter(|status| status.starts_with('2')).count();
                assert!(good >= 1 && responses.contains_key("500"), "{name} {method} {path}");
                for (status, response) in responses {
                    let number: Option<u16> = status.parse().ok();
                    assert!(
                        status == "default" || number.is_some_and(|n| (100..=599).contains(&n)),
                        "{status}"
                    );
                    assert!(!response["description"].as_str().expect("text").is_empty(), "{name} {status}");
                    let described = response.as_object().expect("a response");
                    assert!(!described.contains_key("content") || status != "204", "{name} {path}");
                }
            }
        }
    }
}

#[test]
fn examples_are_what_is_sent() {
    let formmate = completed("formmate");
    let exists = &formmate["paths"]["/exists/{email}"]["get"]["responses"]["200"];
    let json_type = "application/json; charset=utf-8";
    assert_eq!(
        exists["content"][json_type]["examples"],
        json!({"available": {"value": false}, "in_use": {"value": true}})
    );
    let logout = &formmate["paths"]["/logout"]["delete"]["responses"]["401"];
    assert!(logout["headers"]["Set-Cookie"].is_object());
    assert!(logout["description"].as_str().expect("text").contains("Login expired"));

    let cbs = completed("cbs");
    let login = &cbs["paths"]["/login"]["post"]["responses"];
    let shown = &login["200"]["content"]["application/json"];
    assert_eq!(shown["examples"]["signed_in"]["value"]["result"]["access_token_expires_in"], 1800);
    assert_eq!(shown["schema"]["properties"]["result"]["properties"]["access_token"]["type"], "string");
    assert_eq!(login["429"]["headers"]["Retry-After"]["schema"]["type"], "integer");
}

#[test]
fn a_status_that_openapi_has_no_key_for_stands_under_default() {
    let text = builtin("biji").expect("biji").replace("taken: {status: 401", "taken: {status: 601");
    let loaded = load("biji", "biji", &text, &|_| Err("none".to_owned()));
    let document = openapi(&loaded).expect("a document");
    let other = &document["paths"]["/register"]["post"]["responses"]["default"];
    assert_eq!(other["x-doorward-status"], 601);
    assert_eq!(other["content"]["application/json"]["examples"]["taken"]["value"]["code"], 601);
}
