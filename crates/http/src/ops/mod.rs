//! Operators' paths, below `/_doorward/`: no contract may use them.

mod health;
mod introspect;
mod jwks;
mod verify;

use crate::app::{App, Realm};
use crate::body::{Payload, form};
use crate::call::Call;
use crate::face::Face;
use crate::handle::Trace;
use crate::header::safe;
use crate::pages::PageRequest;
use crate::reject::{Reply, empty, error, page as text_page};
use http::header::{ALLOW, CONTENT_SECURITY_POLICY};
use http::{HeaderValue, Method, StatusCode};

/// What all of them begin with.
pub(crate) const PREFIX: &str = "/_doorward/";

/// The methods that only read.
const READS: [Method; 2] = [Method::GET, Method::HEAD];

/// Answers a request below the prefix; `rest` is what follows it.
pub(crate) async fn answer<'a>(
    app: &'a App,
    call: &Call,
    (rest, body): (&str, Payload),
    trace: &mut Trace<'a>,
) -> Reply {
    let fixed = match rest {
        "health" => Some("/_doorward/health"),
        "ready" => Some("/_doorward/ready"),
        "metrics" => Some("/_doorward/metrics"),
        _ => None,
    };
    if let Some(route) = fixed {
        trace.route = route.into();
        if let Some(refused) = refused(call, &READS) {
            return refused;
        }
        return match rest {
            "health" => health::alive(),
            "ready" => health::ready(app, call).await,
            _ => text_page(
                StatusCode::OK,
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
                app.metrics.text(),
            ),
        };
    }
    let found = rest.split_once('/').and_then(|(name, what)| {
        app.realms.iter().find(|realm| *realm.name == *name).map(|realm| (realm, what))
    });
    match found {
        Some((realm, "verify")) => verify::answer(app, realm, call, trace).await,
        Some((realm, "introspect")) => introspect::answer(app, realm, (call, body), trace).await,
        Some((realm, "jwks.json")) => {
            trace.route = "/_doorward/{realm}/jwks.json".into();
            refused(call, &READS).unwrap_or_else(|| jwks::answer(realm))
        }
        _ => page(app, call, trace).await,
    }
}

/// The program's own pages, or nothing.
pub(crate) async fn page<'a>(app: &'a App, call: &Call, trace: &mut Trace<'a>) -> Reply {
    let request = PageRequest {
        method: call.method(),
        path: call.path(),
        query: call.query(),
        headers: &call.head.headers,
    };
    let Some(found) = app.pages.page(&request).await else {
        return error(StatusCode::NOT_FOUND, "not_found");
    };
    trace.route = found.route;
    let status = StatusCode::from_u16(found.status).unwrap_or(StatusCode::OK);
    let mut reply = text_page(status, &found.content_type, found.body);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        reply.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    if found.content_type.starts_with("text/html") {
        reply.headers_mut().insert(CONTENT_SECURITY_POLICY, found.author.policy());
    }
    reply
}

/// The reply to a method that is none of these.
fn refused(call: &Call, allowed: &[Method]) -> Option<Reply> {
    if allowed.contains(call.method()) {
        return None;
    }
    let mut refused = empty(StatusCode::METHOD_NOT_ALLOWED);
    let names: Vec<&str> = allowed.iter().map(Method::as_str).collect();
    refused.headers_mut().insert(ALLOW, safe(&names.join(", ")));
    Some(refused)
}

/// The contract that `?contract=NAME` asks for, else all of the realm's. Some proxies send the query of the original
/// request along: whatever else is in it, twice or broken, does not matter.
fn asked_faces<'a>(realm: &'a Realm, call: &Call) -> Vec<&'a Face> {
    let pairs = call.query().unwrap_or("").split('&').filter_map(|pair| form::parse(pair.as_bytes()).ok());
    let names: Vec<_> = pairs.filter_map(|mut pair| pair.remove("contract")).collect();
    match names.as_slice() {
        [] => realm.faces.iter().collect(),
        [name] => realm.faces.iter().filter(|face| name.as_str() == Some(face.plan.name.as_str())).collect(),
        _ => Vec::new(),
    }
}
