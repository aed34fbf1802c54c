//! `[server]`: where clients are answered.

use super::kind::Kind;
use super::mistake::Mistake;
use super::section::{Group, Member, Section};
use super::value::SecretSource;
use ipnet::IpNet;
use std::net::SocketAddr;

/// The section.
pub(super) static SECTION: Section = Section {
    name: "server",
    named: None,
    sentence: "Where clients are answered.",
    members: &[
        Member::new("listen", Kind::Addresses, "Where clients are answered; port 0 takes a free one.")
            .or("[\"127.0.0.1:8080\"]"),
        Member::new(
            "trusted_proxies",
            Kind::Networks,
            "Your own proxies: who the client is and whether it came over https is believed from them only.",
        )
        .or("[]")
        .like("[\"10.0.0.0/8\"]"),
        Member::new(
            "tls_certificate",
            Kind::Path,
            "The certificates to show, the server's own first, as PEM: then every address speaks TLS.",
        )
        .like("\"/etc/doorward/tls.crt\""),
        Member::new("tls_key", Kind::Secret, "The private key of the certificate, as PEM.")
            .like("{ file = \"/etc/doorward/tls.key\" }"),
    ],
};

/// What `[server]` says.
#[derive(Clone, Debug)]
pub struct ServerSection {
    /// The addresses.
    pub listen: Vec<SocketAddr>,
    /// Whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Certificate and key, as files and sources.
    pub tls: Option<(String, SecretSource)>,
}

impl ServerSection {
    pub(super) fn of(group: &Group, mistakes: &mut Vec<Mistake>) -> ServerSection {
        let (certificate, key) = (group.text("tls_certificate"), group.secret("tls_key"));
        for (one, other, said) in [
            ("tls_certificate", "tls_key", certificate.is_some() && key.is_none()),
            ("tls_key", "tls_certificate", key.is_some() && certificate.is_none()),
        ] {
            if said {
                let said = format!("`{}` stands without `{}`", group.key(one), group.key(other));
                mistakes.push(Mistake::new(&group.at(one), said).help("TLS needs both"));
            }
        }
        ServerSection {
            listen: group.addresses("listen"),
            trusted_proxies: group.networks("trusted_proxies"),
            tls: certificate.zip(key),
        }
    }
}
