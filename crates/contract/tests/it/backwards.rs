//! What of the built-in contracts could be run in reverse.

use doorward_contract::backwards::{Feature, Observed, Recognised, Recogniser, backwards};
use doorward_contract::plan::Plan;
use doorward_contract::{all_builtin, builtin, load, open_builtin};
use doorward_core::outcome::{Group, Outcome};
use serde_json::json;

fn plan(name: &str, text: &str) -> Plan {
    let loaded = load(name, name, text, &open_builtin);
    let said: Vec<_> = loaded.diagnostics.iter().map(|found| &found.message).collect();
    loaded.plan.unwrap_or_else(|| panic!("{said:#?}"))
}

fn built_in(name: &str) -> Plan {
    plan(name, builtin(name).expect(name))
}

#[test]
fn every_request_of_the_built_in_contracts_can_be_built() {
    for (name, text) in all_builtin() {
        for operation in backwards(&plan(name, text)) {
            for (action, why) in &operation.requests {
                assert_eq!(*why, None, "{name} {} {action}", operation.path);
            }
            assert_eq!(operation.features[0], Feature::Status, "{name} {}", operation.path);
        }
    }
}

#[test]
fn only_silence_that_is_meant_leaves_a_success_in_doubt() {
    let mut found = Vec::new();
    for (name, text) in all_builtin() {
        for operation in backwards(&plan(name, text)) {
            for doubtful in operation.unsure() {
                let barred = |outcome: &&Outcome| outcome.group() == Some(Group::Barred);
                assert_eq!(doubtful.iter().filter(|one| !barred(one)).count(), 1, "{}", operation.text());
                found.push(format!("{name} {}", operation.path));
            }
        }
    }
    // Whoever may not sign in is told the same as whoever may.
    let silent = ["/api/auth/send/auth-key"].map(|path| format!("haenaem {path}"));
    found.retain(|one| !one.starts_with("haenaem-"));
    assert_eq!(found, silent);
}

#[test]
fn outcomes_and_values_are_read_where_the_wording_differs() {
    let cbs = built_in("cbs");
    let login = cbs.operations.iter().find(|operation| operation.path.ends_with("/login")).expect("a login");
    let recogniser = Recogniser::of(&cbs, login);
    let body = json!({"code": 0, "result": {
        "token_type": "Bearer", "access_token": "a.b.c", "access_token_expires_in": 900, "refresh_token": "r", "refresh_token_expires_in": 99,
        "new": "a member of a later version"
    }});
    let reply = Observed { status: 200, body: Some(body), ..Observed::default() };
    let (recognised, found) = recogniser.recognise(&reply);
    assert_eq!(recognised, Recognised::Outcome(Outcome::SignedIn));
    let tokens: Vec<_> = found.iter().map(|one| one.value.clone()).collect();
    assert!(tokens.contains(&json!("a.b.c")) && tokens.contains(&json!(900)), "{tokens:?}");
    let nothing = Observed { status: 299, ..Observed::default() };
    assert_eq!(recogniser.recognise(&nothing), (Recognised::Nothing, Vec::new()));

    let cakes = built_in("cakes");
    let login =
        cakes.operations.iter().find(|operation| operation.path.ends_with("/login")).expect("a login");
    let refused = Observed { status: 401, body: Some(json!({"message": "No"})), ..Observed::default() };
    let (recognised, _) = Recogniser::of(&cakes, login).recognise(&refused);
    assert!(matches!(recognised, Recognised::Group(Group::Failure, _)), "{recognised:?}");
    assert!(recognised.holds(Outcome::WrongPassword) && recognised.holds(Outcome::UnknownAccount));
}

#[test]
fn what_cannot_be_reversed_is_said_with_its_reason() {
    let text = "openapi: 3.1.0
info: {title: T, version: '1'}
x-doorward:
  account: {identifiers: [email]}
  tokens: {access: {opaque: {}, lifetime: 1d}}
  shapes: {failure: {status: 200, body: {ok: 1, error: $outcome.name}}}
  replies: {failure: {}, bad_credentials: {body: {ok: 1, token: no}}}
paths:
  /login:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [user, domain, password]
              properties: {user: {type: string}, domain: {type: string}, password: {type: string}}
      x-doorward:
        action: login
        input: {email: '${body.user + body.domain}', password: $body.password}
        replies: {signed_in: {status: 200, body: {ok: 1, token: $tokens.access}}}
";
    let plan = plan("t", text);
    let reports = backwards(&plan);
    let report = reports.first().expect("an operation");
    let said = report.text();
    assert!(said.contains("DW160 the request cannot be built: what `email`"), "{said}");
    assert!(said.contains("DW161 a success cannot be told from a failure: signed_in"), "{said}");
    assert!(said.contains("read back: tokens.access"), "{said}");
    assert_eq!(report.unsure().len(), 1);
}
