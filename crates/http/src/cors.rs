//! Cross-origin requests (the Fetch standard): the face is the contract's, the allowed origins the deployment's.

use crate::header::{safe, text_of};
use crate::reject::empty;
use bytes::Bytes;
use doorward_contract::plan::{Allowed, CorsPlan};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, Uri};
use http_body_util::Full;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Which origins the deployment lets in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    /// Exactly these (`https://app.example`), compared as browsers write them.
    pub listed: Vec<String>,
    /// Every origin on this machine's loopback addresses, whatever its port: the demo.
    pub loopback: bool,
}

impl Origins {
    /// Whether this origin is let in. `null` never is.
    #[must_use]
    pub fn allow(&self, origin: &str) -> bool {
        self.listed.iter().any(|listed| listed == origin) || (self.loopback && is_loopback(origin))
    }
}

fn is_loopback(origin: &str) -> bool {
    let Ok(uri) = origin.parse::<Uri>() else { return false };
    let web = matches!(uri.scheme_str(), Some("http" | "https"));
    let Some(authority) = uri.authority().filter(|_| web && uri.query().is_none()) else { return false };
    let bare = matches!(uri.path(), "" | "/") && !origin.ends_with('/') && !authority.as_str().contains('@');
    let host = authority.host();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let own = host == "localhost"
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || address.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback());
    bare && own
}

/// A contract's CORS face with its header values ready.
pub(crate) struct CorsFace {
    any: bool,
    credentials: bool,
    methods: Option<HeaderValue>,
    headers: Option<HeaderValue>,
    expose: Option<HeaderValue>,
    status: http::StatusCode,
    body: Option<Bytes>,
    always: bool,
}

const ANY: HeaderValue = HeaderValue::from_static("*");
const TRUE: HeaderValue = HeaderValue::from_static("true");
const VARY_ORIGIN: HeaderValue = HeaderValue::from_static("Origin");

impl CorsFace {
    pub(crate) fn new(plan: &CorsPlan) -> CorsFace {
        let fixed = |allowed: &Allowed| match allowed {
            Allowed::Requested => None,
            Allowed::Fixed(text) => Some(safe(text)),
        };
        CorsFace {
            any: plan.any_origin,
            credentials: plan.credentials && !plan.any_origin,
            methods: fixed(&plan.methods),
            headers: fixed(&plan.headers),
            expose: plan.expose.as_deref().map(safe),
            status: http::StatusCode::from_u16(plan.preflight.status).unwrap_or(http::StatusCode::NO_CONTENT),
            body: plan.preflight.body.as_deref().map(|text| Bytes::copy_from_slice(text.as_bytes())),
            always: plan.preflight.always,
        }
    }

    /// The reply to a preflight (or to every OPTIONS, where the contract says so).
    pub(crate) fn preflight(
        &self,
        method: &Method,
        headers: &HeaderMap,
        origins: &Origins,
        json: &str,
    ) -> Option<Response<Full<Bytes>>> {
        let asked = headers.get(ACCESS_CONTROL_REQUEST_METHOD);
        let is_preflight = asked.is_some() && headers.contains_key(ORIGIN);
        if *method != Method::OPTIONS || !(self.always || is_preflight) {
            return None;
        }
        let mut reply = empty(self.status);
        if let Some(body) = &self.body {
            *reply.body_mut() = Full::new(body.clone());
            reply.headers_mut().insert(CONTENT_TYPE, safe(json));
        }
        if self.admits(headers, origins).is_some() {
            let out = reply.headers_mut();
            put(out, ACCESS_CONTROL_ALLOW_METHODS, self.methods.as_ref().or(asked));
            let wanted = headers.get(ACCESS_CONTROL_REQUEST_HEADERS);
            put(out, ACCESS_CONTROL_ALLOW_HEADERS, self.headers.as_ref().or(wanted));
        }
        Some(reply)
    }

    /// Adds what every reply carries, errors too.
    pub(crate) fn mark(&self, reply: &mut HeaderMap, headers: &HeaderMap, origins: &Origins) {
        if !self.any {
            reply.append(VARY, VARY_ORIGIN);
        }
        let Some(origin) = self.admits(headers, origins) else { return };
        reply.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.credentials {
            reply.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
        }
        put(reply, ACCESS_CONTROL_EXPOSE_HEADERS, self.expose.as_ref());
    }

    /// The value of `Access-Control-Allow-Origin`, if this request may have one.
    fn admits(&self, headers: &HeaderMap, origins: &Origins) -> Option<HeaderValue> {
        if self.any {
            return Some(ANY);
        }
        let origin = headers.get(ORIGIN)?;
        text_of(origin).filter(|text| origins.allow(text)).map(|_| origin.clone())
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: Option<&HeaderValue>) {
    if let Some(value) = value {
        headers.insert(name, value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_contract::plan::Preflight;
    use http::StatusCode;

    fn origins() -> Origins {
        Origins { listed: vec!["https://good.com".to_owned()], loopback: true }
    }

    #[test]
    fn exact_origins_only() {
        for origin in ["https://good.com", "http://localhost:3000", "http://127.0.0.1:8080", "http://[::1]:1"]
        {
            assert!(origins().allow(origin), "{origin}");
        }
        for origin in [
            "null",
            "",
            "https://evil.good.com",
            "https://good.com.evil",
            "https://good.com:444",
            "http://good.com",
            "https://good.com/",
            "https://GOOD.com",
            "http://localhost.evil.com",
            "http://127.0.0.1.evil.com",
            "http://localhost@evil.com",
            "http://evil.com@localhost",
            "file://localhost",
            "http://128.0.0.1",
            "http://localhost/",
            "http://localhost?x",
        ] {
            assert!(!origins().allow(origin), "{origin}");
        }
    }

    fn face(any_origin: bool) -> CorsFace {
        CorsFace::new(&CorsPlan {
            any_origin,
            credentials: true,
            methods: Allowed::Fixed("GET, POST".to_owned()),
            headers: Allowed::Requested,
            expose: Some("Authorization".to_owned()),
            preflight: Preflight { status: 200, body: Some("{}".to_owned()), always: false },
        })
    }

    fn request(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_preflight_is_answered_and_a_plain_options_is_not() {
        let asked = request(&[
            ("origin", "https://good.com"),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "x-a"),
        ]);
        let reply = face(false).preflight(&Method::OPTIONS, &asked, &origins(), "application/json");
        let reply = reply.expect("a preflight");
        assert_eq!(reply.status(), StatusCode::OK);
        assert_eq!(reply.headers()[ACCESS_CONTROL_ALLOW_METHODS], "GET, POST");
        assert_eq!(reply.headers()[ACCESS_CONTROL_ALLOW_HEADERS], "x-a");
        assert!(face(false).preflight(&Method::OPTIONS, &request(&[]), &origins(), "").is_none());
        assert!(face(false).preflight(&Method::POST, &asked, &origins(), "").is_none());
    }

    #[test]
    fn strangers_get_no_origin_and_star_no_credentials() {
        let mut reply = HeaderMap::new();
        face(false).mark(&mut reply, &request(&[("origin", "https://evil.com")]), &origins());
        assert_eq!(reply, request(&[("vary", "Origin")]));
        let mut reply = HeaderMap::new();
        face(false).mark(&mut reply, &request(&[("origin", "https://good.com")]), &origins());
        assert_eq!(reply[ACCESS_CONTROL_ALLOW_ORIGIN], "https://good.com");
        assert_eq!(reply[ACCESS_CONTROL_ALLOW_CREDENTIALS], "true");
        assert_eq!(reply[ACCESS_CONTROL_EXPOSE_HEADERS], "Authorization");
        let mut reply = HeaderMap::new();
        face(true).mark(&mut reply, &request(&[("origin", "https://evil.com")]), &origins());
        assert_eq!(reply[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert!(!reply.contains_key(ACCESS_CONTROL_ALLOW_CREDENTIALS));
    }
}
