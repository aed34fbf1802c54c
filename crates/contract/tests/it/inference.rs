//! The smallest contract that loads, and what follows from its inputs.

use doorward_contract::plan::Plan;
use doorward_contract::{Severity, diagnostic, load};
use serde_json::json;

const SMALLEST: &str = "
openapi: 3.1.0
info: {title: Smallest, version: '1'}
x-doorward:
  account: {identifiers: [email]}
  tokens: {access: {opaque: {}, lifetime: 1d}}
  shapes: {failure: {body: {error: $outcome.name}}}
  replies: {failure: {}}
paths:
  /login:
    post:
      x-doorward:
        action: login
        input: {email: $body.user.email, password: $body.password, lifetime: $body.stay}
        replies: {signed_in: {body: {token: $tokens.access}}}
";

fn loaded(text: &str) -> Plan {
    let loaded = load("smallest", "smallest.yaml", text, &|_| Err("none".to_owned()));
    let errors: Vec<_> =
        loaded.diagnostics.iter().filter(|found| found.severity == Severity::Error).cloned().collect();
    assert!(errors.is_empty(), "{}", diagnostic::render(&errors, &loaded.sources, false));
    loaded.plan.expect("a plan")
}

#[test]
fn a_request_schema_follows_from_the_inputs() {
    let plan = loaded(SMALLEST);
    let body = &plan.operations[0].body;
    assert!(body.taken && body.required);
    let (media, schema) = &body.types[0];
    assert_eq!(media, "application/json");
    let schema = schema.as_ref().expect("a schema");
    let broken = |value| -> Vec<(String, String)> {
        let violations = schema.violations(&value);
        violations.into_iter().map(|violation| (violation.field, violation.rule)).collect()
    };
    assert_eq!(broken(json!({"user": {"email": "a@b.c"}, "password": "x"})), []);
    assert_eq!(broken(json!({"user": {"email": "a@b.c"}})), [("password".to_owned(), "required".to_owned())]);
    assert_eq!(
        broken(json!({"user": {"email": 7}, "password": "x"})),
        [("user.email".to_owned(), "type".to_owned())]
    );
}

#[test]
fn an_echo_in_a_default_reply_is_typed_by_each_operation() {
    let text = SMALLEST.replace(
        "replies: {failure: {}}",
        "replies: {failure: {}, unknown_account: {body: {text: 'no ${body.user.email}'}}}",
    );
    loaded(&text);
}
