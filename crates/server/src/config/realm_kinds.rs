//! Where a realm is mounted and what it serves: hosts, paths, origins, contracts.

use super::given::{Given, Named, Raw};
use super::kind::{Kind, text_of, texts};
use super::mistake::Mistake;
use super::value::{UsedContract, Value};
use crate::contracts::is_realm_name;
use doorward_contract::diagnostic::did_you_mean;

const OF_A_CONTRACT: [&str; 4] = ["use", "name", "path", "hosts"];

pub(super) fn hosts(key: &str, given: &Given) -> Result<Vec<String>, Mistake> {
    let all = texts(given).ok_or_else(|| Kind::Hosts.expected(key, given))?;
    all.into_iter().map(|text| host(key, text, given)).collect()
}

fn host(key: &str, text: &str, given: &Given) -> Result<String, Mistake> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let bracketed = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let v6 = bracketed.is_some_and(|text| text.parse::<std::net::Ipv6Addr>().is_ok());
    if v6 || (!text.is_empty() && text.chars().all(fits) && !text.starts_with('.')) {
        return Ok(text.trim_end_matches('.').to_ascii_lowercase());
    }
    let mistake = Mistake::new(&given.at, format!("`{key}`: \"{text}\" is no host name"));
    Err(mistake.help(if text.contains("://") {
        "write the name alone, without scheme and path"
    } else if text.contains(':') {
        "write the name without its port: every port of a host is meant"
    } else if text.contains('*') {
        "name each host: there are no wildcards"
    } else {
        "letters, digits, - and . are expected; others in their xn-- form"
    }))
}

/// A path without its last slash: `/` is empty.
pub(super) fn prefix(key: &str, given: &Given) -> Result<String, Mistake> {
    let text = text_of(given).ok_or_else(|| Kind::Prefix.expected(key, given))?;
    let path = text.strip_suffix('/').unwrap_or(text);
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | '/');
    if !(path.is_empty() && text == "/"
        || path.starts_with('/') && path.chars().all(fits) && !path.contains("//"))
    {
        return Err(Kind::Prefix.expected(key, given));
    }
    if path == "/_doorward" || path.starts_with("/_doorward/") {
        return Err(Mistake::new(&given.at, format!("`{key}`: /_doorward/ is for operators' paths")));
    }
    Ok(path.to_owned())
}

pub(super) fn origins(key: &str, given: &Given) -> Result<Value, Mistake> {
    let all = texts(given).ok_or_else(|| Kind::Origins.expected(key, given))?;
    for text in &all {
        let mistake = || Mistake::new(&given.at, format!("`{key}`: \"{text}\" is no origin"));
        if text.contains('*') {
            return Err(mistake()
                .help("name each origin: one that every page may use is a line of the contract's `cors`"));
        }
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let good = rest.is_some_and(|rest| {
            !rest.is_empty()
                && !rest.contains(['/', '?', '#', '@', ' '])
                && *text == text.to_ascii_lowercase()
        });
        if !good {
            return Err(mistake().help("as browsers send it: scheme, host in lower case, a port where it is not the usual one, and no slash at the end"));
        }
    }
    Ok(Value::Texts(all.into_iter().map(str::to_owned).collect()))
}

pub(super) fn contracts(key: &str, given: &Given) -> Result<Value, Mistake> {
    let used = |uses: &str, at: &super::Place| UsedContract {
        uses: uses.to_owned(),
        name: None,
        path: None,
        hosts: None,
        at: at.clone(),
    };
    let found = match &given.raw {
        Raw::Text(_) | Raw::Loose(_) => {
            texts(given).unwrap_or_default().into_iter().map(|uses| Ok(used(uses, &given.at))).collect()
        }
        Raw::List(items) => items
            .iter()
            .map(|item| match &item.raw {
                Raw::Text(uses) => Ok(used(uses, &item.at)),
                Raw::Table(members) => contract(key, item, members),
                _ => Err(Kind::Contracts.expected(key, item)),
            })
            .collect(),
        _ => Err(Kind::Contracts.expected(key, given)),
    };
    let found: Vec<UsedContract> = found?;
    if found.is_empty() {
        return Err(Mistake::new(&given.at, format!("`{key}`: a realm has a contract at least")));
    }
    Ok(Value::Contracts(found))
}

fn contract(key: &str, item: &Given, members: &[Named]) -> Result<UsedContract, Mistake> {
    let mut used =
        UsedContract { uses: String::new(), name: None, path: None, hosts: None, at: item.at.clone() };
    for Named { name, at, value } in members {
        let key = format!("{key}.{name}");
        let text = || text_of(value).map(str::to_owned).ok_or_else(|| Kind::Text.expected(&key, value));
        match name.as_str() {
            "use" => used.uses = text()?,
            "name" => used.name = Some(text()?),
            "path" => used.path = Some(prefix(&key, value)?),
            "hosts" => used.hosts = Some(hosts(&key, value)?),
            unknown => {
                let mistake = Mistake::new(at, format!("a contract has no member `{unknown}`"));
                let alike = did_you_mean(unknown, OF_A_CONTRACT);
                let help = alike.map(|alike| format!("did you mean `{alike}`?"));
                return Err(mistake.help(help.unwrap_or_else(|| "members: use name path hosts".to_owned())));
            }
        }
    }
    if used.uses.is_empty() {
        return Err(Mistake::new(&item.at, format!("`{key}`: a contract without `use`"))
            .help("write { use = \"NAME or FILE\", path = \"/v2\" }"));
    }
    if used.name.as_deref().is_some_and(|name| !is_realm_name(name)) {
        return Err(Mistake::new(&item.at, format!("`{key}.name`: letters, digits, - and _ are expected")));
    }
    Ok(used)
}
