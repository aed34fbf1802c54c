use super::*;
use serde_json::Map;

fn violation(rule: &str, limit: Value, params: Value) -> Violation {
    let params = match params {
        Value::Object(params) => params,
        _ => Map::new(),
    };
    Violation { limit, params, ..Violation::new("authId", rule) }
}

#[test]
fn messages_are_ajvs() {
    let cases = [
        (violation("maxLength", json!(30), json!({"limit": 30})), "must NOT have more than 30 characters"),
        (violation("minLength", json!(2), json!({"limit": 2})), "must NOT have fewer than 2 characters"),
        (violation("format", Value::Null, json!({"format": "email"})), "must match format \"email\""),
        (violation("pattern", Value::Null, json!({"pattern": "^a$"})), "must match pattern \"^a$\""),
        (violation("type", Value::Null, json!({"type": "string"})), "must be string"),
        (violation("type", Value::Null, json!({"type": ["string", "null"]})), "must be string,null"),
        (violation("minimum", json!(1), json!({"comparison": ">=", "limit": 1})), "must be >= 1"),
        (violation("enum", Value::Null, Value::Null), "must be equal to one of the allowed values"),
        (violation("additionalProperties", Value::Null, Value::Null), "must NOT have additional properties"),
        (Violation::required("email"), "must have required property 'email'"),
    ];
    for (violation, message) in cases {
        assert_eq!(Wording::default().violation(&violation, "en")["message"], message);
    }
}

#[test]
fn a_violation_has_all_its_names() {
    let seen = Wording::default().violation(&violation("maxLength", json!(3), json!({"limit": 3})), "en");
    let expected = json!({
        "field": "authId", "name": "authId", "path": ["authId"], "pointer": "/authId", "member_pointer": "/authId", "rule": "maxLength", "code": "maxLength",
        "message": "must NOT have more than 3 characters", "label": "auth id", "limit": 3,
        "params": {"limit": 3}, "args": [3],
    });
    assert_eq!(seen, expected);
    let Kind::Object(members) = Wording::default().violation_type().kind else {
        panic!("an object");
    };
    let names: Vec<&String> = members.iter().map(|(name, _)| name).collect();
    assert!(expected.as_object().unwrap().keys().eq(names));
}

#[test]
fn the_pointer_of_the_member_itself_is_there_where_it_is_missing() {
    let seen = Wording::default().violation(&Violation::required("a/b").under("user"), "en");
    assert_eq!((&seen["pointer"], &seen["member_pointer"]), (&json!("/user"), &json!("/user/a~1b")));
}

#[test]
fn names_read_as_words() {
    for (name, read) in [
        ("authId", "auth id"),
        ("new_password", "new password"),
        ("userID", "user id"),
        ("x", "x"),
        ("이름", "이름"),
    ] {
        assert_eq!(words(name), read);
    }
}

#[test]
fn the_first_title_of_a_member_is_its_label() {
    let mut wording = Wording::default();
    wording.add_labels(vec![("authId".to_owned(), "Login".to_owned())]);
    wording.add_labels(vec![("authId".to_owned(), "Other".to_owned())]);
    assert_eq!(wording.violation(&Violation::new("authId", "x"), "en")["label"], "Login");
}
