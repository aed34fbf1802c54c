//! What an error of each API looks like, whatever the error is.

use super::expect::{JSON, JSON_UTF8, TEXT_UTF8, keys};
use doorward_testkit::http_actor::Reply;
use serde_json::Value;

/// The five contracts.
pub(crate) const CONTRACTS: [&str; 5] = ["cakes", "formmate", "haenaem", "biji", "cbs"];

/// Asks that an error wears its contract's envelope and content type.
#[track_caller]
pub(crate) fn wears_its_envelope(contract: &str, reply: &Reply) {
    assert!(reply.status >= 400, "an error: {reply:?}");
    let content_type = reply.header("content-type").unwrap_or_default();
    match contract {
        "cakes" => cakes(reply, &content_type),
        "formmate" => formmate(reply, &content_type),
        "haenaem" => haenaem(reply, &content_type),
        "biji" => biji(reply, &content_type),
        "cbs" => cbs(reply, &content_type),
        other => panic!("{other} is none of the five"),
    }
}

#[track_caller]
fn cakes(reply: &Reply, content_type: &str) {
    assert_eq!(content_type, JSON_UTF8, "{reply:?}");
    let body = reply.json();
    let text = match keys(&body)[..] {
        ["message"] => &body["message"],
        ["error"] if body["error"].is_string() => &body["error"],
        ["error"] => {
            assert_eq!(keys(&body["error"]), ["message"], "{reply:?}");
            &body["error"]["message"]
        }
        _ => panic!("no envelope of cakes: {reply:?}"),
    };
    assert!(text.as_str().is_some_and(|text| !text.is_empty()), "{reply:?}");
}

#[track_caller]
fn formmate(reply: &Reply, content_type: &str) {
    if content_type == JSON_UTF8 {
        assert_eq!((reply.status, reply.reason.as_str()), (400, "Invalid request body"), "{reply:?}");
        let body = reply.json();
        for error in body.as_array().expect("a list of errors") {
            assert_eq!(keys(error), ["instancePath", "keyword", "message", "params"], "{reply:?}");
        }
    } else {
        assert_eq!(content_type, TEXT_UTF8, "{reply:?}");
        assert_eq!(reply.text(), reply.reason, "the reason phrase is the body");
        assert!(!reply.reason.is_empty());
    }
}

#[track_caller]
fn haenaem(reply: &Reply, content_type: &str) {
    assert_eq!(content_type, JSON, "{reply:?}");
    let body = reply.json();
    assert_eq!(keys(&body), ["data", "error"], "{reply:?}");
    assert!(body["data"].is_null(), "{reply:?}");
    match &body["error"] {
        Value::String(text) => assert!(!text.is_empty()),
        Value::Array(list) => {
            assert!(!list.is_empty(), "{reply:?}");
            list.iter().for_each(|error| assert_eq!(keys(error), ["field", "message"], "{reply:?}"));
        }
        _ => panic!("neither text nor list: {reply:?}"),
    }
}

#[track_caller]
fn biji(reply: &Reply, content_type: &str) {
    assert_eq!(content_type, JSON, "{reply:?}");
    let body = reply.json();
    assert_eq!(keys(&body), ["code", "message", "data"], "{reply:?}");
    assert_eq!(body["code"], reply.status, "{reply:?}");
    assert!(body["message"].as_str().is_some_and(|text| !text.is_empty()), "{reply:?}");
    assert_eq!(body["data"].to_string(), "{}", "{reply:?}");
}

#[track_caller]
fn cbs(reply: &Reply, content_type: &str) {
    assert_eq!(content_type, JSON, "{reply:?}");
    let body = reply.json();
    if keys(&body) == ["code", "result"] {
        assert_eq!(body["code"], body["result"]["code"], "{reply:?}");
    } else {
        assert_eq!(keys(&body), ["result"], "{reply:?}");
    }
    let result = &body["result"];
    assert_eq!(keys(result), ["code", "error", "desc"], "{reply:?}");
    assert!(result["code"].as_i64().is_some_and(|code| code != 0), "{reply:?}");
    assert!(result["error"].is_string() && result["desc"].is_string(), "{reply:?}");
}
