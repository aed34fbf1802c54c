//! `contract try`: what is saved answers the next request; and `contract new`, which it begins with.

use crate::program::{Serving, run_with};
use std::path::Path;

const BASE: &str = r#"openapi: 3.1.0
info: {title: Small, version: "1"}
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
        input: {email: $body.email, password: $body.password}
        replies: {signed_in: {body: {token: $tokens.access}}}
"#;
const LOGIN: &str = r#"{"email":"ann@example.org","password":"correct horse"}"#;

/// Saves as editors do: at once. The server may look at any moment.
fn save(file: &Path, text: &str) {
    let whole = file.with_extension("new");
    std::fs::write(&whole, text).expect("room");
    std::fs::rename(&whole, file).expect("the same folder");
}

/// The body of the reply to a login.
fn login(served: &Serving) -> String {
    let reply = served.ask("POST", "/login", LOGIN);
    reply.split_once("\r\n\r\n").expect("a reply").1.to_owned()
}

#[test]
fn a_save_answers_the_next_request_and_a_broken_one_does_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, file) = (folder.path().join("data"), folder.path().join("small.yaml"));
    let name = file.display().to_string();
    save(&file, BASE);
    let served = Serving::begin(&data, &["contract", "try", &name]);
    assert_eq!(served.banner()["realms"][0]["realm"], "small");
    assert!(
        served.banner()["realms"][0]["try"][0].as_str().is_some_and(|line| line.contains("account create"))
    );
    let create = ["account", "create", "--realm", "small", "--email", "ann@example.org", "--password-stdin"];
    let made = run_with(&data, &create, "correct horse\n");
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(login(&served).starts_with(r#"{"token":"#));

    save(&file, &BASE.replace("{token: $tokens.access}", "{jeton: $tokens.access}"));
    assert!(login(&served).starts_with(r#"{"jeton":"#), "the account is still there, the words are new");
    save(&file, &BASE.replace("$tokens.access", "$tokens.acess"));
    assert!(login(&served).starts_with(r#"{"jeton":"#), "the last good one goes on answering");
    save(&file, &BASE.replace("signed_in: {body", "signed_in: {status: 201, body"));
    assert!(served.ask("POST", "/login", LOGIN).starts_with("HTTP/1.1 201 "), "a good save mends it");

    std::fs::remove_file(&file).expect("it is there");
    assert!(
        served.ask("POST", "/login", LOGIN).starts_with("HTTP/1.1 201 "),
        "a file that is gone changes nothing"
    );
    let (code, said) = served.stop_and_hear();
    assert_eq!(code, Some(0));
    let said: Vec<serde_json::Value> =
        said.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let errors: Vec<&serde_json::Value> = said.iter().filter(|line| line["error"].is_string()).collect();
    assert_eq!(said.iter().filter(|line| line["saved"].is_string()).count(), 2, "{said:?}");
    assert_eq!(errors.len(), 2, "{said:?}");
    assert_eq!(errors[0]["diagnostics"][0]["code"], "DW031", "{said:?}");
}

#[test]
fn what_a_contract_extends_is_looked_at_too_and_new_fields_reach_the_operator() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, base, file) =
        (folder.path().join("data"), folder.path().join("base.yaml"), folder.path().join("variant.yaml"));
    save(&base, BASE);
    save(&file, "openapi: 3.1.0\nx-doorward: {extends: base.yaml}\n");
    let served = Serving::begin(&data, &["contract", "try", &file.display().to_string()]);
    assert_eq!(login(&served), r#"{"error":"bad_credentials"}"#);
    let changed = BASE.replace("{error: $outcome.name}", "{failed: $outcome.name}");
    save(
        &base,
        &changed.replace("identifiers: [email]", "identifiers: [email], profile: {nick: {nullable: true}}"),
    );
    assert_eq!(login(&served), r#"{"failed":"bad_credentials"}"#);
    let create =
        ["account", "create", "--realm", "variant", "--email", "ann@example.org", "--profile", "nick=Ann"];
    let made = run_with(&data, &create, "");
    assert_eq!(made.code, 0, "{}", made.err);
}

#[test]
fn a_contract_that_is_broken_at_first_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("small.yaml");
    save(&file, "openapi: 3.1.0\n");
    let said = crate::program::run(folder.path(), &["contract", "try", &file.display().to_string()]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("has") && said.err.contains("error"), "{}", said.err);
}

#[test]
fn a_new_contract_is_written_once_and_says_what_is_left_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, into) = (folder.path().join("openapi.yaml"), folder.path().join("api.yaml"));
    save(
        &from,
        r#"openapi: 3.0.0   # as it was
info: {title: Small, version: "1"}
paths:
  /login:
    post:
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {email: {type: string}, password: {type: string}}}
      responses:
        "200":
          description: in
          content: {application/json: {example: {token: abc}}}
  /orders:
    get: {responses: {"200": {description: yours}}}
"#,
    );
    let (from, name) = (from.display().to_string(), into.display().to_string());
    let new = ["contract", "new", "--from", &from, "-o", &name];
    let said = crate::program::run(folder.path(), &new);
    assert_eq!(said.code, 0, "{}", said.err);
    for line in
        ["POST /login: login", "GET /orders: left to your backend", "tokens: OpenAPI does not say how long"]
    {
        assert!(said.err.contains(line), "{line} is not in\n{}", said.err);
    }
    let written = std::fs::read_to_string(&into).expect("it is there");
    assert!(written.starts_with("openapi: 3.1.0   # as it was\n"), "{written}");
    let check = crate::program::run(folder.path(), &["contract", "check", &name]);
    assert_eq!(check.code, 0, "{}{}\n{written}", check.out, check.err);
    let again = crate::program::run(folder.path(), &new);
    assert!(again.code == 2 && again.err.contains("exists"), "{}", again.err);
    let printed = crate::program::run(folder.path(), &["contract", "new", "--from", &from]);
    assert_eq!((printed.code, printed.out), (0, written));
    let served = Serving::begin(&folder.path().join("data"), &["contract", "try", &name]);
    assert!(served.ask("POST", "/login", LOGIN).starts_with("HTTP/1.1 401 "));
}
