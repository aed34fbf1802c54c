//! The kinds of values that members take: what is said of them, and how one is read from what was given.

use super::given::{Given, Raw};
use super::mistake::Mistake;
use super::value::{Value, duration, slash};
use super::{realm_kinds, secret};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// What a member takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number from `least`, of this unit.
    Count {
        /// The least.
        least: u64,
        /// What is counted.
        unit: &'static str,
    },
    /// A length of time.
    Duration,
    /// Yes or no.
    Flag,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Any text.
    Text,
    /// A file or folder; a relative one lies beside the configuration file.
    Path,
    /// One address with its port.
    Address,
    /// One address with its port, or several.
    Addresses,
    /// Addresses and networks.
    Networks,
    /// Names of hosts.
    Hosts,
    /// A path below which something is mounted.
    Prefix,
    /// Origins of web pages.
    Origins,
    /// Where a secret lies.
    Secret,
    /// Where secrets lie, by name.
    Secrets,
    /// Lengths of time by name.
    Durations,
    /// The contracts of a realm.
    Contracts,
}

impl Kind {
    /// What is expected, in words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Kind::Count { least, unit: "" } => format!("a whole number from {least}"),
            Kind::Count { least, unit } => format!("a whole number from {least}, in {unit}"),
            Kind::Duration => "a duration such as \"15m\" (s, m, h or d)".to_owned(),
            Kind::Flag => "true or false".to_owned(),
            Kind::Choice(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
                format!("one of {}", words.join(", "))
            }
            Kind::Text => "a text".to_owned(),
            Kind::Path => "a path; a relative one lies beside this file".to_owned(),
            Kind::Address => "an address with a port, such as \"127.0.0.1:8080\"".to_owned(),
            Kind::Addresses => {
                "an address with a port, such as \"0.0.0.0:8080\", or a list of them".to_owned()
            }
            Kind::Networks => "a list of addresses and networks, such as [\"10.0.0.0/8\"]".to_owned(),
            Kind::Hosts => "a list of host names, such as [\"api.example.org\"]".to_owned(),
            Kind::Prefix => "a path such as \"/shop\", or \"/\"".to_owned(),
            Kind::Origins => "a list of origins, such as [\"https://app.example.org\"]".to_owned(),
            Kind::Secret => {
                "where a secret lies: { file = \"…\" }, { env = \"NAME\" } or { fd = 3 }".to_owned()
            }
            Kind::Secrets => "secrets by name, such as { app = { file = \"…\" } }".to_owned(),
            Kind::Durations => "durations by name, such as { access = \"10m\" }".to_owned(),
            Kind::Contracts => {
                "a list of built-in names, files, and { use = …, name = …, path = …, hosts = … }".to_owned()
            }
        }
    }

    /// Whether its value points to a secret: then no line that mentions it is shown.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        matches!(self, Kind::Secret | Kind::Secrets)
    }

    /// Reads a value of this kind.
    pub(super) fn read(&self, key: &str, given: &Given) -> Result<Value, Mistake> {
        match self {
            Kind::Secret => return secret::source(key, given).map(Value::Secret).map_err(Mistake::hidden),
            Kind::Secrets => return secret::sources(key, given).map(Value::Secrets).map_err(Mistake::hidden),
            Kind::Contracts => return realm_kinds::contracts(key, given),
            Kind::Hosts => return realm_kinds::hosts(key, given).map(Value::Texts),
            Kind::Prefix => {
                let path = realm_kinds::prefix(key, given)?;
                return Ok(Value::Text(slash(&path).to_owned()));
            }
            Kind::Origins => return realm_kinds::origins(key, given),
            Kind::Durations => return self.by_name(key, given),
            _ => {}
        }
        self.plain(given).ok_or_else(|| self.expected(key, given))
    }

    /// What is said about a value that is not of this kind.
    pub(super) fn expected(&self, key: &str, given: &Given) -> Mistake {
        Mistake::new(&given.at, format!("`{key}`: {} is expected", self.words()))
    }

    fn plain(&self, given: &Given) -> Option<Value> {
        let text = text_of(given);
        match self {
            Kind::Count { least, .. } => {
                let number = match &given.raw {
                    Raw::Number(number) => Some(*number),
                    Raw::Loose(text) => text.trim().parse().ok(),
                    _ => None,
                };
                number.filter(|number| number >= least).map(Value::Count)
            }
            Kind::Duration => duration(text?.trim()).map(Value::Duration),
            Kind::Flag => match &given.raw {
                Raw::Flag(flag) => Some(Value::Flag(*flag)),
                Raw::Loose(text) => text.trim().parse().ok().map(Value::Flag),
                _ => None,
            },
            Kind::Choice(words) => {
                let text = text?;
                words.iter().find(|word| **word == text).map(|word| Value::Text((*word).to_owned()))
            }
            Kind::Text | Kind::Path => {
                text.filter(|text| !text.is_empty()).map(|text| Value::Text(text.to_owned()))
            }
            Kind::Address => Some(Value::Addresses(vec![address(text?)?])),
            Kind::Addresses => {
                let found: Option<Vec<SocketAddr>> = texts(given)?.iter().map(|text| address(text)).collect();
                found.filter(|found| !found.is_empty()).map(Value::Addresses)
            }
            Kind::Networks => {
                let found: Option<Vec<IpNet>> = texts(given)?.iter().map(|text| network(text)).collect();
                found.map(Value::Networks)
            }
            _ => None,
        }
    }

    fn by_name(&self, key: &str, given: &Given) -> Result<Value, Mistake> {
        let Raw::Table(members) = &given.raw else { return Err(self.expected(key, given)) };
        let mut found = Vec::new();
        for member in members {
            let key = format!("{key}.{}", member.name);
            match Kind::Duration.read(&key, &member.value)? {
                Value::Duration(length) => found.push((member.name.clone(), length)),
                _ => return Err(Kind::Duration.expected(&key, &member.value)),
            }
        }
        Ok(Value::Durations(found))
    }
}

/// The text, if it is one.
pub(super) fn text_of(given: &Given) -> Option<&str> {
    match &given.raw {
        Raw::Text(text) | Raw::Loose(text) => Some(text),
        _ => None,
    }
}

/// The texts of a list; one text alone is a list of one, and a variable separates them by commas.
pub(super) fn texts(given: &Given) -> Option<Vec<&str>> {
    match &given.raw {
        Raw::Text(text) => Some(vec![text]),
        Raw::Loose(text) => Some(text.split(',').map(str::trim).filter(|text| !text.is_empty()).collect()),
        Raw::List(items) => items.iter().map(text_of).collect(),
        _ => None,
    }
}

fn address(text: &str) -> Option<SocketAddr> {
    text.trim().replacen("localhost:", "127.0.0.1:", 1).parse().ok()
}

/// A network, or one address.
pub(crate) fn network(text: &str) -> Option<IpNet> {
    let one = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse().ok().or_else(one)
}
