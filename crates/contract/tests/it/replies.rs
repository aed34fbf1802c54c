//! Which reply answers, and what shapes make of it.

use doorward_contract::expression::{Evaluated, Path, Scope};
use doorward_contract::plan::{BodyReply, Plan, Reply, ReplyTable, StatusPlan};
use doorward_contract::{Code, Severity, diagnostic, load};
use doorward_core::outcome::Outcome;
use serde_json::{Value, json};
use std::borrow::Cow;

const HEAD: &str = "
openapi: 3.1.0
info: {title: T, version: '1'}
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
";

/// A contract with these parts of the document and one login.
fn contract(document: &str, operation: &str) -> String {
    format!(
        "{HEAD}x-doorward:
  account: {{identifiers: [email]}}
  tokens: {{access: {{opaque: {{}}, lifetime: 1d}}}}
  response: {{headers: {{Cache-Control: no-store}}}}
{document}
paths:
  /login:
    post:
      x-doorward:
        action: login
        input: {{email: $body.email, password: $body.password}}
{operation}
"
    )
}

fn plan(text: &str) -> Plan {
    let loaded = load("t", "t.yaml", text, &|_| Err("none".to_owned()));
    let errors: Vec<_> =
        loaded.diagnostics.iter().filter(|found| found.severity == Severity::Error).cloned().collect();
    assert!(errors.is_empty(), "{}", diagnostic::render(&errors, &loaded.sources, false));
    loaded.plan.expect("a plan")
}

fn codes(text: &str) -> Vec<Code> {
    let loaded = load("t", "t.yaml", text, &|_| Err("none".to_owned()));
    loaded
        .diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .map(|found| found.code)
        .collect()
}

fn login(plan: &Plan, outcome: Outcome) -> &Reply {
    &plan.operations[0].bindings[0].replies.of(outcome).last().expect("a reply").reply
}

fn sent(plan: &Plan, outcome: Outcome) -> (u16, String) {
    let reply = login(plan, outcome);
    let status = match reply.status {
        StatusPlan::Fixed(status) => status,
        StatusPlan::Computed(_) => 0,
    };
    let body = match &reply.body {
        BodyReply::Json { constant: Some(bytes), .. } => String::from_utf8(bytes.clone()).expect("text"),
        BodyReply::Text { template, .. } => template.constant().map(ToString::to_string).unwrap_or_default(),
        _ => String::new(),
    };
    (status, body)
}

const SHAPES: &str = "  shapes: {failure: {body: {e: $e, s: $status}, with: {e: $outcome.name}}}";
const SIGNED_IN: &str = "          signed_in: {body: $tokens.access}";

#[test]
fn the_nearest_scope_answers_and_failure_comes_last() {
    let document = format!(
        "{SHAPES}\n  replies: {{failure: {{}}, wrong_password: {{e: document}}, unauthenticated: {{e: out}}, fault: {{e: fault}}}}"
    );
    let operation = format!(
        "        replies:\n{SIGNED_IN}\n          bad_credentials: {{e: near}}\n          failure: {{status: 422}}"
    );
    let plan = plan(&contract(&document, &operation));
    let near = (401, r#"{"e":"near","s":401}"#.to_owned());
    assert_eq!(sent(&plan, Outcome::WrongPassword), near, "an operation's group beats the document's name");
    assert_eq!(sent(&plan, Outcome::UnknownAccount), near);
    assert_eq!(sent(&plan, Outcome::InvalidInput), (422, r#"{"e":"invalid_input","s":422}"#.to_owned()));
    assert_eq!(sent(&plan, Outcome::Broken), (500, r#"{"e":"fault","s":500}"#.to_owned()), "not swallowed");
}

#[test]
fn a_default_does_not_tell_unknown_from_wrong() {
    let document = format!("{SHAPES}\n  replies: {{failure: {{}}}}");
    let plan = plan(&contract(&document, &format!("        replies:\n{SIGNED_IN}")));
    let same = (401, r#"{"e":"bad_credentials","s":401}"#.to_owned());
    assert_eq!(sent(&plan, Outcome::WrongPassword), same);
    assert_eq!(sent(&plan, Outcome::UnknownAccount), same);
    assert_eq!(sent(&plan, Outcome::Locked), (423, r#"{"e":"locked","s":423}"#.to_owned()));
}

#[test]
fn a_whole_body_keeps_the_rest_of_its_shape() {
    let document =
        "  shapes: {failure: {status: 418, reason: $m, headers: {X-A: '1', X-B: '${m}'}, body: {e: $m}}}
  replies: {failure: {m: no}, locked: {body: [1], headers: {x-a: '2', Cache-Control: null}}}";
    let plan = plan(&contract(document, &format!("        replies:\n{SIGNED_IN}")));
    let locked = login(&plan, Outcome::Locked);
    assert_eq!(sent(&plan, Outcome::Locked), (418, "[1]".to_owned()));
    assert!(locked.reason.is_none(), "what wants an argument is not taken");
    let names: Vec<&str> = locked.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["x-a", "Cache-Control"]);
    assert!(locked.headers[1].1.constant().is_some_and(serde_json::Value::is_null), "taken away");
    assert_eq!(login(&plan, Outcome::WrongPassword).headers.len(), 2);
}

#[test]
fn a_guard_proves_what_is_not_null() {
    let operation = format!(
        "        replies:\n{SIGNED_IN}
          wrong_password: [{{when: tries_left != null, e: '${{tries_left}} left'}}, {{e: none}}]
          unknown_account: [{{when: tries_left == null, e: none}}, {{e: '${{tries_left}} left'}}]"
    );
    let plan = plan(&contract(&format!("{SHAPES}\n  replies: {{failure: {{}}}}"), &operation));
    assert_eq!(plan.operations[0].bindings[0].replies.of(Outcome::WrongPassword).len(), 2);
}

#[test]
fn an_operation_changes_defaults_of_shapes() {
    let document = format!("{SHAPES}\n  replies: {{failure: {{}}}}");
    let operation = format!("        with: {{e: mine}}\n        replies:\n{SIGNED_IN}");
    let plan = plan(&contract(&document, &operation));
    assert_eq!(sent(&plan, Outcome::Locked).1, r#"{"e":"mine","s":423}"#);
    let misspelt = operation.replace("{e: mine}", "{f: mine}");
    assert_eq!(codes(&contract(&document, &misspelt)), [diagnostic::codes::SHAPE_PARAMETER]);
}

#[test]
fn statuses_may_be_computed_or_strange() {
    let operation = "        replies:
          signed_in: {status: '${must_change_password ? 209 : 200}', body: {s: $status, o: $outcome.status}}
          locked: {status: 601}
          wrong_password: {status: 1000}";
    let document = format!("{SHAPES}\n  replies: {{failure: {{}}}}");
    assert_eq!(codes(&contract(&document, operation)), [diagnostic::codes::WRONG_KIND]);
    let plan = plan(&contract(&document, &operation.replace("1000", "999")));
    assert!(matches!(login(&plan, Outcome::SignedIn).status, StatusPlan::Computed(_)));
    assert_eq!(sent(&plan, Outcome::Locked), (601, r#"{"e":"locked","s":601}"#.to_owned()));
}

#[test]
fn an_outcome_keeps_its_own_status_and_title_whatever_the_reply_has() {
    let document =
        "  shapes: {failure: {status: 200, body: {s: $status, o: $outcome.status, t: $outcome.title}}}
  replies: {failure: {}, not_acceptable: {status: 400}}";
    let plan = plan(&contract(document, &format!("        replies:\n{SIGNED_IN}")));
    assert_eq!(sent(&plan, Outcome::Locked), (200, r#"{"s":200,"o":423,"t":"Locked"}"#.to_owned()));
    assert_eq!(sent(&plan, Outcome::WrongPassword).1, r#"{"s":200,"o":401,"t":"Bad credentials"}"#);
    assert_eq!(sent(&plan, Outcome::TooLarge).1, r#"{"s":200,"o":413,"t":"Payload Too Large"}"#);
    assert_eq!(
        sent(&plan, Outcome::NotAcceptable),
        (400, r#"{"s":400,"o":406,"t":"Bad Request"}"#.to_owned())
    );
}

#[test]
fn other_media_types_want_one_text() {
    let document = "  shapes: {failure: {type: text/html, body: '<p>${m}</p>'}}
  replies: {failure: {m: 'a < b'}, locked: {body: {no: text}}}";
    let found = codes(&contract(document, &format!("        replies:\n{SIGNED_IN}")));
    assert_eq!(found, [diagnostic::codes::TYPE_CLASH]);
    let text = contract(
        &document.replace(", locked: {body: {no: text}}", ""),
        &format!("        replies:\n{SIGNED_IN}"),
    );
    let plan = plan(&text);
    let BodyReply::Text { content_type, .. } = &login(&plan, Outcome::Locked).body else {
        panic!("no text");
    };
    assert_eq!(content_type, "text/html");
}

#[test]
fn bindings_have_credentials_and_defaults_of_their_own() {
    let text = format!(
        "{HEAD}x-doorward:
  account: {{identifiers: [email]}}
  tokens: {{access: {{opaque: {{}}, lifetime: 1d}}}}
  shapes: {{failure: {{status: 400, body: {{at: $at}}, with: {{at: nowhere}}}}}}
  replies: {{failure: {{}}}}
paths:
  /all:
    post:
      security: [{{bearer: []}}]
      x-doorward:
        choose:
          - when: body.do == 'login'
            security: []
            action: login
            input: {{email: $body.email, password: $body.password}}
            with: {{at: login}}
            replies: {{signed_in: {{body: $tokens.access}}}}
          - when: body.do == 'me'
            action: show_account
            with: {{at: me}}
            replies: {{shown: {{body: $account.id}}}}
"
    );
    let plan = plan(&text);
    let operation = &plan.operations[0];
    let [login, me] = operation.bindings.as_slice() else { panic!("two bindings") };
    assert!(login.security.is_none() && me.security.is_some());
    assert!(login.replies.of(Outcome::MissingToken).is_empty());
    let body = |table: &ReplyTable, outcome: Outcome| match &table.of(outcome)[0].reply.body {
        BodyReply::Json { constant: Some(bytes), .. } => String::from_utf8(bytes.clone()).expect("text"),
        _ => panic!("no constant"),
    };
    assert_eq!(body(&login.replies, Outcome::InvalidInput), r#"{"at":"login"}"#);
    assert_eq!(body(&me.replies, Outcome::InvalidInput), r#"{"at":"me"}"#);
    assert_eq!(body(&me.replies, Outcome::MissingToken), r#"{"at":"me"}"#);
    assert_eq!(body(&operation.replies, Outcome::InvalidInput), r#"{"at":"nowhere"}"#);
}

/// A refresh whose `unauthenticated` and `barred` are one text: before the body is checked its members may be null.
fn refresh(text: &str) -> String {
    format!(
        "{HEAD}x-doorward:
  account: {{identifiers: [email]}}
  tokens: {{access: {{opaque: {{}}, lifetime: 1h}}, refresh: {{opaque: {{}}, lifetime: 1d}}}}
  replies: {{failure: {{body: {{error: $outcome.name}}}}}}
paths:
  /refresh:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema: {{type: object, required: [token], properties: {{token: {{type: string}}}}}}
      x-doorward:
        action: refresh
        input: {{refresh_token: $body.token}}
        replies:
          refreshed: {{body: {{token: $tokens.access}}}}
          {text}
"
    )
}

#[test]
fn asking_for_null_is_in_vain_only_where_it_is_in_every_outcome() {
    let both =
        |message: &str| refresh(&format!("unauthenticated, barred: {{body: {{error: \"{message}\"}}}}"));
    let asked = ["${body.token == null ? '' : body.token}", "[${string(body.token).orValue('')}]"];
    for message in asked {
        plan(&both(message));
    }
    assert_eq!(codes(&both("no ${body.token}")), [diagnostic::codes::NULL_IN_TEXT]);
    for message in ["${body.token == null ? '' : body.token}", "${body.token.orValue('')}"] {
        let one = refresh(&format!("refreshed: {{body: {{error: \"{message}\"}}}}"));
        let one = one.replacen("refreshed: {body: {token: $tokens.access}}", "unauthenticated: {}", 1);
        assert_eq!(codes(&one), [diagnostic::codes::TYPE_CLASH], "{message}");
    }
}

#[test]
fn what_is_left_out_in_with_and_in_a_table_is_not_there() {
    let document = "  shapes: {failure: {body: {a: $a, b: $type, c: 1}, with: {a: '${true ? omit : null}', type: 2}}}
  replies: {failure: {}, bad_credentials: {a: {$map: $request.method, GET: 1, $else: '${true ? omit : null}'}}}";
    let plan = plan(&contract(document, "        replies: {signed_in: {status: 204}}"));
    for outcome in [Outcome::InvalidInput, Outcome::WrongPassword] {
        let BodyReply::Json { template, .. } = &login(&plan, outcome).body else { panic!("no JSON") };
        assert_eq!(template.eval(&Nothing), Evaluated::Value(json!({"b": 2, "c": 1})), "{outcome:?}");
    }
}

/// Nothing is there.
struct Nothing;

impl Scope for Nothing {
    fn read(&self, _: &Path) -> Cow<'_, Value> {
        Cow::Owned(Value::Null)
    }

    fn text(&self, _: &str) -> Option<String> {
        None
    }
}
