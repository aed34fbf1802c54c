//! One request, as everything behind the parser sees it: read once, asked often.

use crate::client_ip::TrustedProxies;
use crate::header::text_of;
use doorward_core::port::{Clock, Dice, uuid_v7};
use doorward_core::time::Timestamp;
use http::request::Parts;
use http::{HeaderName, Method, header};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// User agents are kept up to this many characters.
const AGENT: usize = 256;

/// Whether a connection is answering a request that has fully arrived. A shutdown waits for these only.
#[derive(Clone, Default)]
pub struct Activity(Arc<AtomicBool>);

impl Activity {
    /// Whether a request is being answered.
    #[must_use]
    pub fn busy(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub(crate) fn set(&self, busy: bool) {
        self.0.store(busy, Ordering::Release);
    }
}

/// Which paths a listener serves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Door {
    /// Contracts, and what is below `/_doorward/`: the demo.
    #[default]
    Everybody,
    /// Contracts only.
    Clients,
    /// What is below `/_doorward/` only, and the program's pages.
    Operators,
}

/// Who is at the other end of a connection, and how it came.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// The address of the other end.
    pub address: IpAddr,
    /// Whether the connection itself is TLS.
    pub tls: bool,
    /// Which listener it came through.
    pub door: Door,
}

impl From<IpAddr> for Peer {
    fn from(address: IpAddr) -> Peer {
        Peer { address, tls: false, door: Door::default() }
    }
}

/// One request without its body.
pub(crate) struct Call {
    /// Request line and headers.
    pub(crate) head: Parts,
    /// Who is asking: the resolved client address.
    pub(crate) address: IpAddr,
    /// Whether the client came over https.
    pub(crate) https: bool,
    /// The request's id.
    pub(crate) request_id: String,
    /// The time at which it arrived.
    pub(crate) now: Timestamp,
    /// Its connection's state.
    pub(crate) activity: Activity,
    /// Which listener it came through.
    pub(crate) door: Door,
}

impl Call {
    /// Reads what is fixed about a request.
    pub(crate) fn new(
        head: Parts,
        peer: Peer,
        trusted: &TrustedProxies,
        (clock, dice): (&dyn Clock, &dyn Dice),
        activity: Activity,
    ) -> Call {
        let now = clock.now();
        let request_id = uuid_v7(now, dice).to_string();
        let (address, https) = trusted.resolve(peer.address, peer.tls, &head.headers);
        Call { head, address, https, request_id, now, activity, door: peer.door }
    }

    pub(crate) fn method(&self) -> &Method {
        &self.head.method
    }

    /// The path as sent, still percent-encoded.
    pub(crate) fn path(&self) -> &str {
        self.head.uri.path()
    }

    /// The query as sent.
    pub(crate) fn query(&self) -> Option<&str> {
        self.head.uri.query()
    }

    /// The first header of this name, if it is text.
    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.head.headers.get(name).and_then(text_of)
    }

    /// A header that is a list, over all its lines (RFC 9110 section 5.3).
    pub(crate) fn list(&self, name: &HeaderName) -> Option<String> {
        let lines: Vec<_> = self
            .head
            .headers
            .get_all(name)
            .iter()
            .map(|line| String::from_utf8_lossy(line.as_bytes()))
            .collect();
        (!lines.is_empty()).then(|| lines.join(", "))
    }

    /// The user agent, cut to 256 characters.
    pub(crate) fn user_agent(&self) -> String {
        self.header(&header::USER_AGENT).unwrap_or("").chars().take(AGENT).collect()
    }

    /// The host that the client called: in lower case, without its port and the root's dot. Two `Host` lines name
    /// none.
    pub(crate) fn host(&self) -> Option<String> {
        let named = self.head.uri.authority().map(http::uri::Authority::as_str);
        let mut lines = self.head.headers.get_all(header::HOST).iter();
        let line = lines.next().and_then(text_of).filter(|_| lines.next().is_none());
        let authority = named.or(line)?.to_ascii_lowercase();
        let host = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => authority.as_str(),
        };
        Some(host.trim_end_matches('.').to_owned())
    }

    /// Scheme and authority by which the client called.
    pub(crate) fn origin(&self) -> String {
        let scheme = if self.https { "https" } else { "http" };
        let named = self.head.uri.authority().map(http::uri::Authority::as_str);
        let host = named.or_else(|| self.header(&header::HOST)).unwrap_or("localhost");
        format!("{scheme}://{host}")
    }

    /// The cookie with this name: the first one sent wins, junk beside it does not matter.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// All cookies as sent.
    pub(crate) fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.head.headers.get_all(header::COOKIE).iter().filter_map(text_of);
        lines.flat_map(|line| line.split(';')).filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let value = value.trim();
            let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
            Some((name.trim(), bare)).filter(|(name, _)| !name.is_empty())
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    /// A call made of a request without body.
    pub(crate) fn call(request: http::request::Builder) -> Call {
        let (head, ()) = request.body(()).expect("request").into_parts();
        Call {
            head,
            address: Ipv4Addr::LOCALHOST.into(),
            https: false,
            request_id: "r1".to_owned(),
            now: Timestamp(1_767_225_600_007),
            activity: Activity::default(),
            door: Door::default(),
        }
    }

    #[test]
    fn a_host_has_no_port_and_no_case() {
        let host = |line: &'static str| call(http::Request::builder().uri("/a").header("host", line)).host();
        assert_eq!(host("API.Example.org:8080").as_deref(), Some("api.example.org"));
        assert_eq!(host("api.example.org.").as_deref(), Some("api.example.org"));
        assert_eq!(host("[::1]:80").as_deref(), Some("[::1]"));
        assert_eq!(host("[::1]").as_deref(), Some("[::1]"));
        let absolute = http::Request::builder().uri("http://a.example/x").header("host", "b.example");
        assert_eq!(call(absolute).host().as_deref(), Some("a.example"));
        let twice = http::Request::builder().uri("/x").header("host", "a").header("host", "b");
        assert_eq!(call(twice).host(), None);
    }

    #[test]
    fn first_cookie_wins_and_junk_is_passed_over() {
        let line = "junk; =x; a=1 ;a=2; b=\"q\"; c=x=y";
        let call = call(http::Request::builder().header("cookie", line).header("cookie", "d=4; a=9"));
        assert_eq!(call.cookie("a"), Some("1"));
        assert_eq!(call.cookie("b"), Some("q"));
        assert_eq!(call.cookie("c"), Some("x=y"));
        assert_eq!(call.cookie("d"), Some("4"));
        assert_eq!(call.cookie("junk"), None);
    }

    #[test]
    fn a_list_may_come_in_several_lines() {
        let call = call(http::Request::builder().header("accept", "text/html").header("accept", "*/*;q=0.1"));
        assert_eq!(call.list(&header::ACCEPT).as_deref(), Some("text/html, */*;q=0.1"));
        assert_eq!(call.list(&header::ACCEPT_LANGUAGE), None);
    }

    #[test]
    fn origin_follows_host_and_scheme() {
        let mut call = call(http::Request::builder().uri("/a").header("host", "api.example:8080"));
        assert_eq!(call.origin(), "http://api.example:8080");
        call.https = true;
        assert_eq!(call.origin(), "https://api.example:8080");
    }
}
