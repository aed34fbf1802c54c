use super::*;
use crate::stories::read;
use crate::stories::story::StepKind;
use doorward_contract::Sources;

const STRICT: Manner = Manner { indent: 0, to_the_byte: true };

fn step(text: &str) -> Exchange {
    let text = format!("stories: [{{story: x, steps: [{text}]}}]");
    let mut stories = read(&mut Sources::new(), "x", &text).expect("a good story").stories;
    match stories.remove(0).steps.remove(0).kind {
        StepKind::Send(exchange) => *exchange,
        other => panic!("{other:?} is no request"),
    }
}

fn heard(headers: &[(&str, &str)], body: &str) -> Heard {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Heard { status: 200, reason: "OK".to_owned(), headers, body: body.as_bytes().to_vec() }
}

fn said(found: &Compared) -> String {
    found.differences.iter().map(Difference::text).collect()
}

#[test]
fn a_reply_as_it_should_be_has_no_difference() {
    let step = step(
        r#"{send: GET /, expect: {status: 200, reason: OK, headers: {Content-Type: $any, Location: null},
            cookies: "s=$any; Path=/", json: {id: $uuid, n: [1, null]}}}"#,
    );
    let headers = [("content-type", "application/json"), ("Set-Cookie", "s=abc; Path=/")];
    let good = heard(&headers, r#"{"id":"0193a1b2-0000-7000-8000-000000000001","n":[1,null]}"#);
    let found = compare(&step, &good, &Names::new(), STRICT);
    assert!(found.differences.is_empty(), "{}", said(&found));
}

#[test]
fn what_differs_is_told_with_its_place() {
    let step = step(
        r#"{send: GET /, expect: {status: 201, reason: Made, headers: {Location: /me, X: null},
            cookies: [a=1, b=2], json: {a: 1, b: 2}}}"#,
    );
    let headers = [("X", "y"), ("Set-Cookie", "a=2")];
    let text = said(&compare(&step, &heard(&headers, r#"{"b":2,"a":1}"#), &Names::new(), STRICT));
    for line in [
        "the status is 200, not 201",
        "the reason phrase is OK, not Made",
        "the header Location is missing",
        "the header X should not be there",
        "the cookie differs at byte 2",
        "the cookie is missing",
        "the body differs at byte 2",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

#[test]
fn a_cookie_that_nobody_expects_is_a_difference() {
    let headers = [("Set-Cookie", "a=1")];
    let found = compare(&step("{send: GET /, expect: 200}"), &heard(&headers, ""), &Names::new(), STRICT);
    assert!(said(&found).contains("a cookie should not be there"));
    let any = step("{send: GET /, expect: {status: 200, cookies: $any}}");
    assert!(compare(&any, &heard(&headers, ""), &Names::new(), STRICT).differences.is_empty());
}

#[test]
fn spaces_and_escapes_matter_only_against_doorward() {
    let step = step("{send: GET /, expect: {status: 200, json: {a: é}}}");
    let spaced = heard(&[], "{ \"a\": \"\\u00e9\" }");
    assert_eq!(compare(&step, &spaced, &Names::new(), STRICT).differences.len(), 1);
    let lax = compare(&step, &spaced, &Names::new(), Manner { to_the_byte: false, ..STRICT });
    assert!(lax.differences.is_empty() && lax.spelt_differently);
    let order = self::step("{send: GET /, expect: {status: 200, json: {a: 1, b: 2}}}");
    let turned = heard(&[], r#"{"b": 2, "a": 1}"#);
    let lax = compare(&order, &turned, &Names::new(), Manner { to_the_byte: false, ..STRICT });
    assert_eq!(lax.differences.len(), 1, "the order of members counts everywhere");
}

#[test]
fn a_token_says_what_it_should() {
    let step = step(
        r#"{send: GET /, expect: 200, keep: {token: $body.t}, jwt: {token: {header: {alg: HS256}, claims: {sub: a, exp: $integer}}}}"#,
    );
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let token = |claims: &str| format!("{}.{}.sig", encode(r#"{"alg":"HS256"}"#), encode(claims));
    let check = |claims: &str| {
        let heard = heard(&[], &format!(r#"{{"t":"{}"}}"#, token(claims)));
        let value = kept(&step.keep[0], &heard).expect("the token is there");
        said(&compare_jwt(&step.jwt[0], &Names::from([("token".to_owned(), value)])))
    };
    assert_eq!(check(r#"{"sub":"a","exp":5,"jti":"x"}"#), "");
    assert!(check(r#"{"exp":5,"sub":"a"}"#).contains("the claims of token differs at byte 2"));
    assert!(check(r#"{"jti":"x","sub":"a","exp":5}"#).contains("the claims of token"), "a jti is last");
}

#[test]
fn what_is_kept_must_be_there() {
    let step = step(
        r#"{send: GET /, expect: 200, keep: {a: $body.list.1.id, b: {from: $header.X, matching: "^B (.+)"}}}"#,
    );
    let good = heard(&[("x", "B abc")], r#"{"list":[0,{"id":7}]}"#);
    assert_eq!(kept(&step.keep[0], &good), Ok(Value::from(7)));
    assert_eq!(kept(&step.keep[1], &good), Ok(Value::from("abc")));
    assert!(kept(&step.keep[0], &heard(&[], "[]")).unwrap_err().text().contains("the member list.1.id"));
    assert!(kept(&step.keep[1], &heard(&[("X", "C")], "")).unwrap_err().text().contains("matches"));
}
