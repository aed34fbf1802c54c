//! Replies that no contract words: operators' paths, what lies outside every contract, and the last resort.

use crate::header::safe;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::Value;

/// A reply as it goes out.
pub(crate) type Reply = Response<Full<Bytes>>;

const DEFAULTS: [(HeaderName, HeaderValue); 3] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// Adds the headers that every reply carries unless it says otherwise.
pub(crate) fn harden(headers: &mut HeaderMap) {
    for (name, value) in DEFAULTS {
        if !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
}

/// A reply without a body.
pub(crate) fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(Full::default());
    *reply.status_mut() = status;
    reply
}

/// A reply of this type.
pub(crate) fn page(status: StatusCode, content_type: &str, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, safe(content_type));
    reply
}

/// A JSON reply of ours.
pub(crate) fn json(status: StatusCode, body: &Value) -> Reply {
    page(status, "application/json", body.to_string())
}

/// An error of ours in the form of RFC 6749 section 5.2.
pub(crate) fn error(status: StatusCode, name: &str) -> Reply {
    json(status, &serde_json::json!({ "error": name }))
}
