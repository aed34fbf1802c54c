//! `jwks.json`: the public halves of the realm's asymmetric keys (RFC 7517), for whoever verifies offline.

use crate::app::Realm;
use crate::reject::{Reply, page};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use serde_json::json;

pub(super) fn answer(realm: &Realm) -> Reply {
    let keys = json!({ "keys": realm.keys.jwks() });
    let mut reply = page(StatusCode::OK, "application/jwk-set+json", keys.to_string());
    reply.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    reply
}
