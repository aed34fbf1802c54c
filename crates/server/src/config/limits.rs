//! `[limits]`: the budgets for guessing, and how much a request may ask for.

use super::kind::Kind;
use super::mistake::Mistake;
use super::section::{Group, Member, Section};
use crate::limits::LimitPolicy;
use crate::options::Options;
use doorward_core::mail_caps::MailCaps;
use std::time::Duration;

const TRIES: Kind = Kind::Count { least: 1, unit: "tries" };
const MAILS: Kind = Kind::Count { least: 1, unit: "messages" };
const BYTES: Kind = Kind::Count { least: 1, unit: "bytes" };
/// The least room for a request's head that the HTTP library works with.
const HEAD: Kind = Kind::Count { least: 8192, unit: "bytes" };

/// The section.
pub(super) static SECTION: Section = Section {
    name: "limits",
    named: None,
    sentence: "Guessing: how many wrong tries are free, and how the delays after them grow; and how much one request may ask for.",
    members: &[
        Member::new("tries_per_pair", TRIES, "Free wrong tries at one secret from one network.").or("5"),
        Member::new("tries_per_account", TRIES, "Free wrong tries at one secret from everywhere.").or("20"),
        Member::new("tries_per_address", TRIES, "Free wrong tries from one network at all secrets.")
            .or("100"),
        Member::new(
            "first_delay",
            Kind::Duration,
            "The first delay after the free tries; each further one is twice as long.",
        )
        .or("\"1s\""),
        Member::new("longest_delay", Kind::Duration, "No delay is longer.").or("\"15m\""),
        Member::new("window", Kind::Duration, "After this long without a new count, a counter starts anew.")
            .or("\"1d\""),
        Member::new(
            "counters",
            Kind::Count { least: 1, unit: "counters" },
            "How many counters of each sort are kept; the oldest go first.",
        )
        .or("100000"),
        Member::new("body_bytes", BYTES, "The largest body of a request.").or("65536"),
        Member::new("body_time", Kind::Duration, "How long a body may take to arrive.").or("\"10s\""),
        Member::new("head_bytes", HEAD, "The largest head of a request.").or("32768"),
        Member::new("head_time", Kind::Duration, "How long a head, or a TLS handshake, may take to arrive.")
            .or("\"10s\""),
        Member::new(
            "connections",
            Kind::Count { least: 1, unit: "connections" },
            "The most connections at a time; more wait to be accepted.",
        )
        .or("8192"),
        Member::new(
            "mails_per_recipient",
            MAILS,
            "The most messages to one recipient within `mails_window`.",
        )
        .or("5"),
        Member::new("mails_per_address", MAILS, "The most messages asked for from one network.").or("60"),
        Member::new("mails_in_all", MAILS, "The most messages in all.").or("1000"),
        Member::new("mails_window", Kind::Duration, "In which time, from the first on.").or("\"1h\""),
        Member::new(
            "mails_reserve",
            Kind::Count { least: 0, unit: "of a hundred" },
            "How many of them, to a recipient and in all, are left to password resets.",
        )
        .or("20"),
    ],
};

/// What `[limits]` says; what it does not mention keeps its default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitsSection {
    /// The budgets for guessing.
    pub policy: LimitPolicy,
    /// How many messages may be sent.
    pub mail_caps: MailCaps,
    /// The largest body, in bytes.
    pub body_bytes: Option<usize>,
    /// How long a body may take to arrive.
    pub body_time: Option<Duration>,
    /// The largest head, in bytes.
    pub head_bytes: Option<usize>,
    /// How long a head may take to arrive.
    pub head_time: Option<Duration>,
    /// The most connections at a time.
    pub connections: Option<usize>,
}

impl LimitsSection {
    pub(super) fn of(group: &Group, mistakes: &mut Vec<Mistake>) -> LimitsSection {
        let usual = LimitPolicy::default();
        let policy = LimitPolicy {
            per_pair: group.count("tries_per_pair", mistakes).unwrap_or(usual.per_pair),
            per_subject: group.count("tries_per_account", mistakes).unwrap_or(usual.per_subject),
            per_network: group.count("tries_per_address", mistakes).unwrap_or(usual.per_network),
            first_delay: group.duration("first_delay").unwrap_or(usual.first_delay),
            longest_delay: group.duration("longest_delay").unwrap_or(usual.longest_delay),
            window: group.duration("window").unwrap_or(usual.window),
            kept: group.count("counters", mistakes).unwrap_or(usual.kept),
        };
        let caps = MailCaps::default();
        LimitsSection {
            policy,
            mail_caps: MailCaps {
                per_recipient: group.count("mails_per_recipient", mistakes).unwrap_or(caps.per_recipient),
                per_network: group.count("mails_per_address", mistakes).unwrap_or(caps.per_network),
                in_all: group.count("mails_in_all", mistakes).unwrap_or(caps.in_all),
                window: group.duration("mails_window").unwrap_or(caps.window),
                reserve: group.count("mails_reserve", mistakes).unwrap_or(caps.reserve),
            },
            body_bytes: group.count("body_bytes", mistakes),
            body_time: group.duration("body_time"),
            head_bytes: group.count("head_bytes", mistakes),
            head_time: group.duration("head_time"),
            connections: group.count("connections", mistakes),
        }
    }

    /// Puts it over the options that a server is assembled from.
    pub fn apply(&self, options: &mut Options) {
        options.limits = self.policy;
        options.mail_caps = self.mail_caps;
        let bounds = &mut options.bounds;
        bounds.body_bytes = self.body_bytes.unwrap_or(bounds.body_bytes);
        bounds.body_time = self.body_time.unwrap_or(bounds.body_time);
        bounds.head_bytes = self.head_bytes.unwrap_or(bounds.head_bytes);
        bounds.head_time = self.head_time.unwrap_or(bounds.head_time);
        bounds.connections = self.connections.unwrap_or(bounds.connections);
    }
}
