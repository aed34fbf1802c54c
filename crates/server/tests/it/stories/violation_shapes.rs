//! What is wrong with an input, in the shapes that APIs tell it, in a contract of the test's own.

use crate::world::World;
use doorward_testkit::http_actor::Actor;
use serde_json::{Value, json};
use std::fmt::Write;

const HEAD: &str = r#"
openapi: 3.1.0
info: {title: Violation shapes, version: "1"}
servers: [{url: /}]
x-doorward:
  account:
    identifiers: [email]
    profile: {nick: {minLength: 3, pattern: "^[a-z]+$"}, age: {type: integer, nullable: true, maximum: 99}}
  languages: {offered: [en, ko], default: en}
  texts:
    one: {en: One thing is wrong, ko: 한 가지}
    many: {en: Much is wrong, ko: 여러 가지}
  violations:
    codes: {minLength: 10, pattern: 11, maximum: 12, required: 13, type: 14, "null": 15}
    texts:
      minLength: {en: "${label}: ${limit} or more", ko: "${label} ${limit}자 이상"}
      nick.pattern: {en: letters only, ko: 글자만}
      "null": {en: "${label}: not null", ko: "${label} 필수"}
  tokens: {access: {opaque: {}, lifetime: 30m}}
  shapes: {failure: {body: {error: $outcome.name}}}
  replies: {failure: {}}
paths:
"#;

/// The shapes, each with what is told of [`wrong`].
fn shapes() -> Vec<(&'static str, Value)> {
    vec![
        ("{message: $violations.first.message}", json!({"message": "must have required property 'email'"})),
        ("{field: $violations.first.field, count: $violations.count}", json!({"field": "email", "count": 4})),
        (
            "{$each: {in: $violations, item: {f: $it.field, c: $it.code}}}",
            json!([{"f": "email", "c": 13}, {"f": "nick", "c": 10}, {"f": "nick", "c": 11}, {"f": "age", "c": 12}]),
        ),
        (
            "{errors: {$each: {in: $violations, key: $it.field, item: $it.message}}}",
            json!({"errors": {"email": "must have required property 'email'", "nick": "nick: 3 or more", "age": "must be <= 99"}}),
        ),
        (
            "{$each: {in: $violations, key: $it.field, items: $it.rule}}",
            json!({"email": ["required"], "nick": ["minLength", "pattern"], "age": ["maximum"]}),
        ),
        (
            "{$each: {in: $violations, key: [$it.field, $it.rule], item: $it.args}}",
            json!({"email": {"required": []}, "nick": {"minLength": [3], "pattern": []}, "age": {"maximum": [99]}}),
        ),
        (
            "{$each: {in: $violations, where: it.rule != 'required', item: {at: $it.pointer, params: $it.params}}}",
            json!([
                {"at": "/nick", "params": {"limit": 3}},
                {"at": "/nick", "params": {"pattern": "^[a-z]+$"}},
                {"at": "/age", "params": {"comparison": "<=", "limit": 99}},
            ]),
        ),
        (
            "{missing: {$each: {in: $violations, where: it.rule == 'required', item: $it.field}}, invalid: {$each: {in: $violations, where: it.rule != 'required', key: $it.field, item: true}}}",
            json!({"missing": ["email"], "invalid": {"nick": true, "age": true}}),
        ),
        (
            "{by_rule: {$each: {in: $violations, key: $it.rule, items: $it.label}}}",
            json!({"by_rule": {"required": ["email"], "minLength": ["nick"], "pattern": ["nick"], "maximum": ["age"]}}),
        ),
        (
            "{$each: {in: $violations, item: \"${it.field}: ${it.message}\"}}",
            json!([
                "email: must have required property 'email'",
                "nick: nick: 3 or more",
                "nick: letters only",
                "age: must be <= 99"
            ]),
        ),
        (
            "{$each: {in: $violations, item: {pointer: $it.member_pointer}}}",
            json!([{"pointer": "/email"}, {"pointer": "/nick"}, {"pointer": "/nick"}, {"pointer": "/age"}]),
        ),
        ("{title: \"${text(violations.count == 1 ? 'one' : 'many')}\"}", json!({"title": "Much is wrong"})),
    ]
}

fn contract() -> String {
    let mut text = HEAD.to_owned();
    for (at, (shape, _)) in shapes().iter().enumerate() {
        write!(
            text,
            "  /{at}:
    post:
      x-doorward:
        action: register
        input: {{email: $body.email, password: $body.password, profile: $body}}
        replies:
          registered: {{status: 204}}
          invalid_input: {{body: {shape}}}
"
        )
        .expect("text");
    }
    text
}

/// Breaks four rules.
fn wrong() -> Value {
    json!({"password": "correct horse", "nick": "K", "age": 100})
}

async fn told(actor: &Actor, at: usize, body: &Value, language: &str) -> Value {
    let request = actor.post(&format!("/{at}")).header("Accept-Language", language);
    let reply = request.json(&body.to_string()).send().await;
    assert_eq!(reply.status, 400, "{}", reply.text());
    reply.json()
}

#[tokio::test]
async fn every_shape_can_be_said() {
    let world = World::serving(&contract()).await;
    let actor = world.actor();
    for (at, (shape, expected)) in shapes().into_iter().enumerate() {
        assert_eq!(told(&actor, at, &wrong(), "en").await, expected, "{shape}");
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_null_has_words_of_its_own() {
    let world = World::serving(&contract()).await;
    let actor = world.actor();
    let with = |email: Value| json!({"email": email, "password": "correct horse", "nick": "kimkim"});
    assert_eq!(told(&actor, 2, &with(Value::Null), "en").await, json!([{"f": "email", "c": 15}]));
    assert_eq!(told(&actor, 0, &with(Value::Null), "en").await, json!({"message": "email: not null"}));
    assert_eq!(told(&actor, 4, &with(Value::Null), "en").await, json!({"email": ["type"]}), "the rule stays");
    assert_eq!(told(&actor, 2, &with(json!(7)), "en").await, json!([{"f": "email", "c": 14}]));
    assert_eq!(told(&actor, 0, &with(json!(7)), "en").await, json!({"message": "must be string"}));
}

#[tokio::test]
async fn texts_are_told_in_the_language_of_the_request() {
    let world = World::serving(&contract()).await;
    let actor = world.actor();
    let one = json!({"email": "a@b.co", "password": "correct horse", "nick": "kimkim1"});
    let titles = shapes().len() - 1;
    assert_eq!(told(&actor, titles, &one, "ko").await, json!({"title": "한 가지"}));
    assert_eq!(told(&actor, titles, &wrong(), "ko, en;q=0.5").await, json!({"title": "여러 가지"}));
    let messages = told(&actor, 3, &wrong(), "ko").await;
    assert_eq!(messages["errors"]["nick"], "nick 3자 이상");
    assert_eq!(told(&actor, 0, &one, "ko").await, json!({"message": "글자만"}));
    assert_eq!(world.faults().await, 0.0);
}
