//! `[realms.NAME]`: one isolated set of accounts and keys, its contracts, and where they are mounted.

use super::kind::Kind;
use super::mistake::Mistake;
use super::section::{Group, Member, Section};
use super::value::{SecretSource, UsedContract};
use crate::contracts::is_realm_name;
use std::time::Duration;

/// The section.
pub(super) static SECTION: Section = Section {
    name: "realms",
    named: Some("NAME"),
    sentence: "One isolated set of accounts and keys, its contracts, and where they are mounted.",
    members: &[
        Member::new("hosts", Kind::Hosts, "The hosts it answers; without any it answers those that no other realm names.")
            .or("[]")
            .like("[\"api.example.org\"]"),
        Member::new("path", Kind::Prefix, "What comes before every path of its contracts.").or("\"/\""),
        Member::new("contracts", Kind::Contracts, "Its contracts, on the same accounts; each may have a place of its own.")
            .needed()
            .like("[\"native\"]"),
        Member::new("origins", Kind::Origins, "The web pages that may call it from a browser, where a contract has `cors`.")
            .or("[]")
            .like("[\"https://app.example.org\"]"),
        Member::new(
            "password_min_length",
            Kind::Count { least: 1, unit: "characters" },
            "New passwords are at least this long; a contract that asks for more keeps its own.",
        )
        .like("12"),
        Member::new("lifetimes", Kind::Durations, "The longest that tokens of these names live; a contract that says less keeps its own.")
            .or("{}")
            .like("{ access = \"10m\" }"),
        Member::new(
            "client_keys",
            Kind::Secrets,
            "The keys that clients show, by security scheme, where a contract asks for them; several of one scheme are as good.",
        )
        .or("{}")
        .like("{ app = { file = \"/etc/doorward/app.key\" } }"),
        Member::new(
            "introspection_secret",
            Kind::Secret,
            "What your backends show to ask about tokens; without it nobody may ask.",
        )
        .like("{ file = \"/etc/doorward/introspection.secret\" }"),
        Member::new("mail_from", Kind::Text, "Whom this realm's mails are from, in place of `mail.from`.")
            .like("\"Shop <no-reply@shop.example>\""),
        Member::new("mail_reply_to", Kind::Text, "Where answers to this realm's mails go, in place of `mail.reply_to`.")
            .like("\"help@shop.example\""),
    ],
};

/// What `[realms.NAME]` says.
#[derive(Clone, Debug)]
pub struct RealmSection {
    /// The realm's name.
    pub name: String,
    /// Its hosts.
    pub hosts: Vec<String>,
    /// What comes before every path: empty, or `/path`.
    pub path: String,
    /// Its contracts.
    pub contracts: Vec<UsedContract>,
    /// The origins that may call from a browser.
    pub origins: Vec<String>,
    /// The least length of new passwords.
    pub password_min_length: Option<usize>,
    /// The longest lives of tokens.
    pub lifetimes: Vec<(String, Duration)>,
    /// Where client keys lie, by scheme.
    pub client_keys: Vec<(String, Vec<SecretSource>)>,
    /// Where the introspection secret lies.
    pub introspection_secret: Option<SecretSource>,
    /// Whom its mails are from.
    pub mail_from: Option<String>,
    /// Where answers to its mails go.
    pub mail_reply_to: Option<String>,
    /// What was said, and where.
    pub(super) group: Group,
}

impl RealmSection {
    pub(super) fn of(group: &Group, mistakes: &mut Vec<Mistake>) -> RealmSection {
        let name = group.name.clone().unwrap_or_default();
        if !is_realm_name(&name) {
            let said = format!("\"{name}\" is no name for a realm");
            mistakes.push(Mistake::new(&group.at, said).help("letters, digits, - and _ are expected"));
        }
        RealmSection {
            name,
            hosts: group.texts("hosts"),
            path: group.text("path").unwrap_or_default().trim_end_matches('/').to_owned(),
            contracts: group.contracts("contracts"),
            origins: group.texts("origins"),
            password_min_length: group.count("password_min_length", mistakes),
            lifetimes: group.durations("lifetimes"),
            client_keys: group.secrets("client_keys"),
            introspection_secret: group.secret("introspection_secret"),
            mail_from: group.text("mail_from"),
            mail_reply_to: group.text("mail_reply_to"),
            group: group.clone(),
        }
    }
}
