//! What stories ask of a reply.

use doorward_testkit::http_actor::Reply;
use serde_json::Value;

/// The content type of JSON for cakes and formmate.
pub(crate) const JSON_UTF8: &str = "application/json; charset=utf-8";
/// The content type of JSON for the others.
pub(crate) const JSON: &str = "application/json";
/// The content type of formmate's texts.
pub(crate) const TEXT_UTF8: &str = "text/plain; charset=utf-8";

/// A reply with the standard reason phrase, exactly this content type and exactly these bytes.
#[track_caller]
pub(crate) fn exactly(reply: &Reply, status: u16, content_type: &str, body: &str) {
    worded(reply, (status, standard_reason(status)), content_type, body);
}

/// A reply with exactly this status line, content type and body.
#[track_caller]
pub(crate) fn worded(reply: &Reply, (status, reason): (u16, &str), content_type: &str, body: &str) {
    assert_eq!((reply.status, reply.text().as_str()), (status, body), "{reply:?}");
    assert_eq!(reply.reason, reason, "{reply:?}");
    assert_eq!(reply.header("content-type").as_deref(), Some(content_type), "{reply:?}");
}

/// A reply without any body: no bytes, no content type, no length.
#[track_caller]
pub(crate) fn empty(reply: &Reply, status: u16, reason: &str) {
    assert_eq!((reply.status, reply.reason.as_str()), (status, reason), "{reply:?}");
    assert!(reply.body.is_empty(), "{reply:?}");
    for name in ["content-type", "content-length", "transfer-encoding"] {
        assert_eq!(reply.header(name), None, "{name} of {reply:?}");
    }
}

/// The names of an object's members, in their order.
#[track_caller]
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap_or_else(|| panic!("an object, not {value}")).keys().map(String::as_str).collect()
}

/// The standard phrase of a status, as RFC 9110 has it.
pub(crate) fn standard_reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        409 => "Conflict",
        413 => "Payload Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "",
    }
}
