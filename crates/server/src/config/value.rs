//! Values of the configuration once they are understood, and how they are written down again.

use super::mistake::Place;
use ipnet::IpNet;
use serde_json::json;
use std::net::SocketAddr;
use std::time::Duration;

/// An understood value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A whole number.
    Count(u64),
    /// A length of time.
    Duration(Duration),
    /// Yes or no.
    Flag(bool),
    /// A text: a path, a word of a choice.
    Text(String),
    /// Texts.
    Texts(Vec<String>),
    /// Addresses with ports.
    Addresses(Vec<SocketAddr>),
    /// Networks.
    Networks(Vec<IpNet>),
    /// Where a secret lies.
    Secret(SecretSource),
    /// Where secrets lie, by name.
    Secrets(Vec<(String, Vec<SecretSource>)>),
    /// Lengths of time by name.
    Durations(Vec<(String, Duration)>),
    /// Contracts of a realm.
    Contracts(Vec<UsedContract>),
}

/// Where a secret lies. The secret itself is never part of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// In this file.
    File(String),
    /// In this environment variable.
    Env(String),
    /// Behind this file descriptor, which was open when the program began.
    Fd(u32),
}

impl SecretSource {
    fn toml(&self) -> String {
        match self {
            SecretSource::File(path) => format!("{{ file = {} }}", quoted(path)),
            SecretSource::Env(name) => format!("{{ env = {} }}", quoted(name)),
            SecretSource::Fd(number) => format!("{{ fd = {number} }}"),
        }
    }

    fn json(&self) -> serde_json::Value {
        match self {
            SecretSource::File(path) => json!({"file": path}),
            SecretSource::Env(name) => json!({"env": name}),
            SecretSource::Fd(number) => json!({"fd": number}),
        }
    }
}

/// One contract of a realm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedContract {
    /// A built-in contract's name, or a file.
    pub uses: String,
    /// Its name in the realm, where the file's is not to be it.
    pub name: Option<String>,
    /// A path of its own instead of the realm's.
    pub path: Option<String>,
    /// Hosts of its own instead of the realm's.
    pub hosts: Option<Vec<String>>,
    /// Where it was said.
    pub at: Place,
}

impl UsedContract {
    fn toml(&self) -> String {
        let mut members = vec![format!("use = {}", quoted(&self.uses))];
        members.extend(self.name.as_ref().map(|name| format!("name = {}", quoted(name))));
        members.extend(self.path.as_ref().map(|path| format!("path = {}", quoted(slash(path)))));
        members.extend(
            self.hosts.as_ref().map(|hosts| format!("hosts = {}", list(hosts.iter().map(|h| quoted(h))))),
        );
        if members.len() == 1 { quoted(&self.uses) } else { format!("{{ {} }}", members.join(", ")) }
    }

    fn json(&self) -> serde_json::Value {
        json!({"use": self.uses, "name": self.name, "path": self.path.as_deref().map(slash), "hosts": self.hosts})
    }
}

impl Value {
    /// As TOML writes it.
    #[must_use]
    pub fn toml(&self) -> String {
        match self {
            Value::Count(number) => number.to_string(),
            Value::Duration(length) => quoted(&in_words(*length)),
            Value::Flag(flag) => flag.to_string(),
            Value::Text(text) => quoted(text),
            Value::Texts(texts) => list(texts.iter().map(|text| quoted(text))),
            Value::Addresses(all) => list(all.iter().map(|one| quoted(&one.to_string()))),
            Value::Networks(all) => list(all.iter().map(|one| quoted(&one.to_string()))),
            Value::Secret(source) => source.toml(),
            Value::Secrets(named) => table(named.iter().map(|(name, sources)| match sources.as_slice() {
                [one] => (name, one.toml()),
                several => (name, list(several.iter().map(SecretSource::toml))),
            })),
            Value::Durations(named) => {
                table(named.iter().map(|(name, life)| (name, quoted(&in_words(*life)))))
            }
            Value::Contracts(all) => list(all.iter().map(UsedContract::toml)),
        }
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        match self {
            Value::Count(number) => json!(number),
            Value::Duration(length) => json!(in_words(*length)),
            Value::Flag(flag) => json!(flag),
            Value::Text(text) => json!(text),
            Value::Texts(texts) => json!(texts),
            Value::Addresses(all) => all.iter().map(ToString::to_string).collect(),
            Value::Networks(all) => all.iter().map(ToString::to_string).collect(),
            Value::Secret(source) => source.json(),
            Value::Secrets(named) => {
                let sources = |sources: &[SecretSource]| sources.iter().map(SecretSource::json).collect();
                let pairs = named.iter().map(|(name, all)| (name.clone(), sources(all)));
                serde_json::Value::Object(pairs.collect())
            }
            Value::Durations(named) => {
                let pairs = named.iter().map(|(name, life)| (name.clone(), json!(in_words(*life))));
                serde_json::Value::Object(pairs.collect())
            }
            Value::Contracts(all) => all.iter().map(UsedContract::json).collect(),
        }
    }
}

/// A text in the quotes of TOML.
pub(super) fn quoted(text: &str) -> String {
    // The escapes of JSON are escapes of TOML too.
    json!(text).to_string()
}

/// A path below which something is mounted, as it is written: empty is `/`.
pub(super) fn slash(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

fn table<'a>(pairs: impl Iterator<Item = (&'a String, String)>) -> String {
    let bare = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let pairs = pairs.map(|(name, value)| {
        let name = if bare(name) { name.clone() } else { quoted(name) };
        format!("{name} = {value}")
    });
    let pairs: Vec<String> = pairs.collect();
    if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
}

const UNITS: [(u64, char); 4] = [(24 * 60 * 60, 'd'), (60 * 60, 'h'), (60, 'm'), (1, 's')];

/// A duration as the file writes it, in the largest unit that fits.
#[must_use]
pub(super) fn in_words(length: Duration) -> String {
    let seconds = length.as_secs();
    let fits = UNITS.iter().find(|(factor, _)| seconds.is_multiple_of(*factor));
    fits.map_or_else(|| format!("{seconds}s"), |(factor, unit)| format!("{}{unit}", seconds / factor))
}

/// A duration such as `15m`: whole seconds, minutes, hours or days, and not none.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let unit = text.chars().next_back()?;
    let (factor, _) = UNITS.iter().find(|(_, known)| *known == unit)?;
    let digits = text.strip_suffix(unit).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let seconds = digits.parse::<u64>().ok()?.checked_mul(*factor).filter(|seconds| *seconds > 0)?;
    Some(Duration::from_secs(seconds))
}
