//! The completed OpenAPI document of every built-in contract.

use doorward_contract::{all_builtin, builtin, load, open_builtin, openapi};
use serde_json::{Value, json};

fn completed(name: &str) -> Value {
    completed_text(name, builtin(name).expect(name))
}

fn completed_text(name: &str, text: &str) -> Value {
    openapi(&load(name, name, text, &open_builtin)).expect("a document")
}

/// Biji where a taken name has this status.
fn taken_is(status: u16) -> String {
    let biji = builtin("biji").expect("biji");
    let changed = biji.replace("taken: {status: 401", &format!("taken: {{status: {status}"));
    assert_ne!(changed, biji);
    changed
}

#[test]
fn every_operation_has_its_responses_and_nothing_of_ours() {
    for (name, _) in all_builtin() {
        let document = completed(name);
        assert!(!document.to_string().contains("\"x-doorward\""), "{name}");
        for (path, item) in document["paths"].as_object().expect("paths") {
            for (method, operation) in item.as_object().expect("methods") {
                let responses = operation["responses"].as_object().expect("responses");
                let good = responses.keys().filter(|status| status.starts_with('2')).count();
                let broken = responses.contains_key("500") || responses.contains_key("default");
                assert!(good >= 1 && broken, "{name} {method} {path}");
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
    let user = &formmate["paths"]["/login"]["post"]["responses"]["201"]["content"][json_type]["schema"];
    assert_eq!(*user, json!({"$ref": "#/components/schemas/user"}), "views are component schemas");
    assert_eq!(formmate["components"]["schemas"]["user"]["properties"]["email"], json!({"type": "string"}));

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
    let document = completed_text("biji", &taken_is(601));
    let other = &document["paths"]["/register"]["post"]["responses"]["default"];
    assert_eq!(other["x-doorward-status"], 601);
    assert_eq!(other["content"]["application/json"]["examples"]["taken"]["value"]["code"], 601);
}

/// Every value under a key `schema` or under `components.schemas`.
fn schemas<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match name.as_str() {
                    "schema" => found.push(member),
                    "schemas" => found.extend(member.as_object().expect("schemas").values()),
                    "example" | "examples" => {}
                    _ => schemas(member, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| schemas(item, found)),
        _ => {}
    }
}

#[test]
fn documents_are_what_the_published_schema_asks_for() {
    let published: Value = serde_json::from_str(include_str!("openapi-3.1/schema.json")).expect("json");
    let validator = jsonschema::options().offline().build(&published).expect("a schema");
    let unusual = completed_text("biji", &taken_is(601));
    let built_in = all_builtin().map(|(name, _)| (name, completed(name)));
    for (name, document) in built_in.chain([("biji with 601", unusual)]) {
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path().as_str()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        let mut found = Vec::new();
        schemas(&document, &mut found);
        assert!(found.len() > 10, "{name}: {} schemas", found.len());
        for schema in found {
            assert!(jsonschema::draft202012::meta::is_valid(schema), "{name}: {schema:#}");
        }
    }
    // The schema finds what is wrong: it is not asked in vain.
    let mut broken = completed("cakes");
    broken["paths"]["/login"]["post"]["responses"]["200"] = json!({"content": {}});
    assert!(!validator.is_valid(&broken), "a response without a description");
}

#[test]
fn references_of_the_documents_point_at_something() {
    fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    for (name, _) in all_builtin() {
        let document = completed(name);
        let mut found = Vec::new();
        references(&document, &mut found);
        for reference in found {
            let pointer = reference.strip_prefix('#').expect("inside the document");
            assert!(document.pointer(pointer).is_some(), "{name}: {reference}");
        }
    }
}

#[test]
fn what_each_binding_requires_stands_beside_the_schema_of_all() {
    let text = r#"openapi: 3.1.0
info: {title: One, version: "1"}
x-doorward:
  account: {identifiers: [email]}
  tokens: {access: {opaque: {}, lifetime: 1h}}
  shapes: {failure: {body: {error: $outcome.name}}}
  replies: {failure: {}}
paths:
  /:
    post:
      requestBody:
        content: {application/json: {schema: {properties: {kind: {type: string}, user: {properties: {email: {}}}, password: {}}}}}
      x-doorward:
        choose:
          - when: body.kind == 'in'
            requires: [body.user.email, body.password]
            action: login
            input: {email: $body.user.email, password: $body.password}
            replies: {signed_in: {body: {token: $tokens.access}}}
          - when: body.kind == 'out' && has(body.password)
            action: forgot_password
            input: {email: $body.user.email}
            replies: {sent: {status: 204}}
          - {action: refused, why: it is no more, replies: {refused: {}}}
"#;
    let document = completed_text("one", text);
    let schema = &document["paths"]["/"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    let login = json!({
        "required": ["user", "password", "kind"],
        "properties": {"user": {"required": ["email"]}, "kind": {"const": "in"}},
    });
    let forgot = json!({"required": ["kind"], "properties": {"kind": {"const": "out"}}});
    assert_eq!(schema["anyOf"], json!([login, forgot]));
    assert_eq!(schema["properties"]["kind"]["type"], "string", "the schema of all stays");
}
