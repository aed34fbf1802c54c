//! `[limits]`: the budgets for guessing, and how much a request may ask for.

use super::Mistake;
use super::value::{count, duration, names, unknown};
use crate::limits::LimitPolicy;
use crate::options::Options;
use std::borrow::Cow;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Its members.
const MEMBERS: [&str; 12] = [
    "tries_per_pair",
    "tries_per_account",
    "tries_per_address",
    "first_delay",
    "longest_delay",
    "window",
    "counters",
    "body_bytes",
    "body_time",
    "head_bytes",
    "head_time",
    "connections",
];

/// The least room for a request's head that the HTTP library works with.
const LEAST_HEAD: u64 = 8192;

/// What `[limits]` says; what it does not mention keeps its default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitsSection {
    /// The budgets for guessing.
    pub policy: LimitPolicy,
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
    /// Puts it over the options that a server is assembled from.
    pub fn apply(&self, options: &mut Options) {
        options.limits = self.policy;
        let bounds = &mut options.bounds;
        bounds.body_bytes = self.body_bytes.unwrap_or(bounds.body_bytes);
        bounds.body_time = self.body_time.unwrap_or(bounds.body_time);
        bounds.head_bytes = self.head_bytes.unwrap_or(bounds.head_bytes);
        bounds.head_time = self.head_time.unwrap_or(bounds.head_time);
        bounds.connections = self.connections.unwrap_or(bounds.connections);
    }

    pub(super) fn read(members: &DeTable<'_>) -> Result<LimitsSection, Mistake> {
        let mut section = LimitsSection::default();
        for (name, value) in members {
            section.member(name, value)?;
        }
        Ok(section)
    }

    fn member(&mut self, key: &Spanned<Cow<'_, str>>, value: &Spanned<DeValue<'_>>) -> Result<(), Mistake> {
        let name = key.get_ref().as_ref();
        let policy = &mut self.policy;
        match name {
            "tries_per_pair" => policy.per_pair = count(name, value, 1)?,
            "tries_per_account" => policy.per_subject = count(name, value, 1)?,
            "tries_per_address" => policy.per_network = count(name, value, 1)?,
            "first_delay" => policy.first_delay = duration(name, value)?,
            "longest_delay" => policy.longest_delay = duration(name, value)?,
            "window" => policy.window = duration(name, value)?,
            "counters" => policy.kept = count(name, value, 1)?,
            "body_bytes" => self.body_bytes = Some(count(name, value, 1)?),
            "body_time" => self.body_time = Some(duration(name, value)?),
            "head_bytes" => self.head_bytes = Some(count(name, value, LEAST_HEAD)?),
            "head_time" => self.head_time = Some(duration(name, value)?),
            "connections" => self.connections = Some(count(name, value, 1)?),
            _ => {
                let listed = names(&MEMBERS, "`", "`");
                return Err(unknown(
                    &format!("member `{name}` of [limits]"),
                    name,
                    key.span(),
                    (&MEMBERS, &listed),
                ));
            }
        }
        Ok(())
    }
}
