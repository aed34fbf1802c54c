//! Who is asking: the one place where forwarding headers are believed, and only from trusted proxies.

use crate::header::text_of;
use http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

static FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The networks of the deployment's own proxies.
#[derive(Clone, Debug, Default)]
pub(crate) struct TrustedProxies(pub(crate) Vec<IpNet>);

impl TrustedProxies {
    /// The client's address and whether it came over https. From a peer that is no trusted proxy nothing is
    /// believed: what counts is whether its own connection is TLS. Otherwise the right-most address that is not a proxy of ours counts; a list that does not parse
    /// is not believed at all.
    pub(crate) fn resolve(&self, peer: IpAddr, tls: bool, headers: &HeaderMap) -> (IpAddr, bool) {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return (peer, tls);
        }
        let proto = headers.get_all(&PROTO).iter().next_back().and_then(text_of);
        let last = proto.and_then(|value| value.rsplit(',').next());
        let https = last.map_or(tls, |last| last.trim().eq_ignore_ascii_case("https"));
        (self.forwarded(headers).unwrap_or(peer), https)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|net| net.contains(&address))
    }

    fn forwarded(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let mut hops = Vec::new();
        for value in headers.get_all(&FOR) {
            for hop in text_of(value)?.split(',') {
                hops.push(address(hop.trim())?);
            }
        }
        let client = hops.iter().rev().find(|hop| !self.trusts(**hop));
        client.or(hops.first()).copied()
    }
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let parsed = bare.parse().ok().or_else(|| text.parse().ok().map(|socket: SocketAddr| socket.ip()));
    parsed.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn resolve(peer: &str, lists: &[&str]) -> String {
        let trusted =
            TrustedProxies(vec!["10.0.0.0/8".parse().expect("net"), "::1/128".parse().expect("net")]);
        let mut headers = HeaderMap::new();
        for list in lists {
            headers.append(&FOR, list.parse().expect("header"));
        }
        trusted.resolve(peer.parse().expect("address"), false, &headers).0.to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(resolve("192.0.2.1", &["1.2.3.4"]), "192.0.2.1");
        assert_eq!(resolve("10.0.0.1", &["1.2.3.4"]), "1.2.3.4");
        assert_eq!(resolve("::ffff:10.0.0.1", &["1.2.3.4"]), "1.2.3.4");
        assert_eq!(resolve("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn the_right_most_stranger_counts() {
        assert_eq!(resolve("10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.0.0.9"]), "1.2.3.4");
        assert_eq!(resolve("10.0.0.1", &["6.6.6.6", "1.2.3.4:4711"]), "1.2.3.4");
        assert_eq!(resolve("10.0.0.1", &["[2001:db8::7]:443"]), "2001:db8::7");
        assert_eq!(resolve("10.0.0.1", &["10.0.0.5, 10.0.0.6"]), "10.0.0.5");
    }

    #[test]
    fn what_does_not_parse_fails_closed() {
        for junk in ["a", "", ",,", "1.2.3.4, ", "unknown, 1.2.3.4", "1.2.3.4.5"] {
            assert_eq!(resolve("10.0.0.1", &[junk]), "10.0.0.1", "{junk}");
        }
    }

    #[test]
    fn https_only_by_word_of_a_proxy() {
        let trusted = TrustedProxies(vec!["10.0.0.0/8".parse().expect("net")]);
        let mut headers = HeaderMap::new();
        headers.insert(&PROTO, "https".parse().expect("header"));
        assert!(trusted.resolve("10.0.0.1".parse().expect("address"), false, &headers).1);
        assert!(trusted.resolve("192.0.2.1".parse().expect("address"), true, &headers).1, "its own TLS");
        assert!(!trusted.resolve("192.0.2.1".parse().expect("address"), false, &headers).1);
    }

    proptest! {
        #[test]
        fn a_stranger_never_chooses_its_address(list in "[ -~]{0,60}") {
            prop_assert_eq!(resolve("192.0.2.1", &[&list]), "192.0.2.1");
        }
    }
}
