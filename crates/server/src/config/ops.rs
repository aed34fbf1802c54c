//! `[ops]`: where operators and the team's own backends are answered.

use super::kind::Kind;
use super::section::{Group, Member, Section};
use std::net::SocketAddr;

/// The section.
pub(super) static SECTION: Section = Section {
    name: "ops",
    named: None,
    sentence: "Where operators, proxies and your own backends are answered: everything below /_doorward/.",
    members: &[Member::new(
        "listen",
        Kind::Address,
        "Where /_doorward/ is served (health, readiness, metrics, verify, introspect, keys); clients must not reach it.",
    )
    .or("\"127.0.0.1:8081\"")],
};

/// What `[ops]` says.
#[derive(Clone, Debug)]
pub struct OpsSection {
    /// The address.
    pub listen: Option<SocketAddr>,
}

impl OpsSection {
    pub(super) fn of(group: &Group) -> OpsSection {
        OpsSection { listen: group.addresses("listen").first().copied() }
    }
}
