//! A reply beside what a story says it must be.

use super::difference::Difference;
use super::members::members;
use super::story::{BodyWanted, CookiesWanted, Exchange, JwtWanted, Keep, KeepFrom};
use super::text::Text;
use super::wanted::Wanted;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_client::Heard;
use doorward_contract::{Span, json_bytes};
use serde_json::Value;
use std::collections::BTreeMap;

/// The names that a story has, with their values.
pub(super) type Names = BTreeMap<String, Value>;

/// How replies are compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// How many spaces the contract indents JSON by.
    pub(super) indent: u8,
    /// Whether JSON must be written byte for byte as Doorward writes it.
    pub(super) to_the_byte: bool,
}

/// What a comparison found.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) differences: Vec<Difference>,
    /// Whether JSON that says the same was written differently.
    pub(super) spelt_differently: bool,
}

impl Compared {
    fn differ(&mut self, at: Span, what: &str, expected: Option<String>, actual: Option<String>) {
        if expected != actual {
            let what = what.to_owned();
            self.differences.push(Difference { at, what, expected, actual, members: Vec::new() });
        }
    }

    /// Two texts of JSON, and what they say.
    fn json(&mut self, at: Span, what: &str, texts: (String, String), values: (&Value, Option<&Value>)) {
        let before = self.differences.len();
        self.differ(at, what, Some(texts.0), Some(texts.1));
        if let (Some(new), Some(actual)) = (self.differences.get_mut(before), values.1) {
            new.members = members(values.0, actual);
        }
    }

    fn text(&mut self, (text, at): (&Text, Span), what: &str, actual: &str, names: &Names) {
        self.differ(at, what, Some(text.fill_from(actual, names)), Some(actual.to_owned()));
    }
}

/// Compares a reply.
pub(super) fn compare(exchange: &Exchange, heard: &Heard, names: &Names, manner: Manner) -> Compared {
    let mut found = Compared::default();
    let expect = &exchange.expect;
    let (wanted, came) = (expect.status.to_string(), heard.status.to_string());
    found.differ(expect.status_at, "the status", Some(wanted), Some(came));
    if let Some((reason, at)) = &expect.reason {
        found.text((reason, *at), "the reason phrase", &heard.reason, names);
    }
    for (name, text, at) in &expect.headers {
        let (what, actual) = (format!("the header {name}"), heard.header(name));
        match (text, actual) {
            (Some(text), Some(actual)) => found.text((text, *at), &what, &actual, names),
            (text, actual) => found.differ(*at, &what, text.as_ref().map(|text| text.fill(names)), actual),
        }
    }
    cookies(&mut found, (&expect.cookies, expect.status_at), heard, names);
    if let Some((body, at)) = &expect.body {
        compare_body(&mut found, (body, *at), &heard.body, (names, manner));
    }
    found
}

fn cookies(found: &mut Compared, (wanted, at): (&CookiesWanted, Span), heard: &Heard, names: &Names) {
    let CookiesWanted::Lines(lines) = wanted else { return };
    let actual = heard.cookies();
    for (number, (text, at)) in lines.iter().enumerate() {
        match actual.get(number) {
            Some(line) => found.text((text, *at), "the cookie", line, names),
            None => found.differ(*at, "the cookie", Some(text.fill(names)), None),
        }
    }
    for line in actual.into_iter().skip(lines.len()) {
        found.differ(at, "a cookie", None, Some(line.to_owned()));
    }
}

fn compare_body(
    found: &mut Compared,
    (wanted, at): (&BodyWanted, Span),
    body: &[u8],
    (names, manner): (&Names, Manner),
) {
    let actual = String::from_utf8_lossy(body).into_owned();
    match wanted {
        BodyWanted::Empty if body.is_empty() => {}
        BodyWanted::Empty => found.differ(at, "the body", None, Some(actual)),
        BodyWanted::Text(text) => found.text((text, at), "the body", &actual, names),
        BodyWanted::Json(wanted) => {
            let value: Option<Value> = serde_json::from_slice(body).ok();
            let filled = wanted.fill_from(value.as_ref(), names);
            let expected = written(&filled, manner.indent);
            let same = value.as_ref().map(|value| written(value, manner.indent));
            match same {
                // Members, their order and their values are the same; only spaces and escapes can differ.
                Some(same) if !manner.to_the_byte => {
                    found.spelt_differently = same == expected && actual != expected;
                    found.json(at, "the body", (expected, same), (&filled, value.as_ref()));
                }
                _ => found.json(at, "the body", (expected, actual), (&filled, value.as_ref())),
            }
        }
    }
}

fn written(value: &Value, indent: u8) -> String {
    String::from_utf8(json_bytes(value, indent)).unwrap_or_default()
}

/// The value that is to be kept of a reply.
pub(super) fn kept(keep: &Keep, heard: &Heard) -> Result<Value, Difference> {
    let (what, value) = match &keep.from {
        KeepFrom::Body(path) => {
            let body: Option<Value> = serde_json::from_slice(&heard.body).ok();
            // A body that is no JSON is kept as text, whole or by a pattern.
            let text = || String::from_utf8(heard.body.to_vec()).ok().filter(|text| !text.is_empty());
            let body = body.or_else(|| text().filter(|_| path.is_empty()).map(Value::String));
            let found = body.as_ref().and_then(|body| follow(body, path)).cloned();
            let what = if path.is_empty() {
                "the body".to_owned()
            } else {
                format!("the member {}", path.join("."))
            };
            (what, found)
        }
        KeepFrom::Header(name) => (format!("the header {name}"), heard.header(name).map(Value::String)),
        KeepFrom::Cookie(name) => (format!("the cookie {name}"), heard.cookie(name).map(Value::String)),
    };
    let missing = |what: String, expected: String, actual: Option<String>| Difference {
        at: keep.at,
        what,
        expected: Some(expected),
        actual,
        members: Vec::new(),
    };
    let Some(value) = value else {
        let body = String::from_utf8_lossy(&heard.body).into_owned();
        return Err(missing(
            what,
            format!("a value to keep as {}", keep.name),
            Some(body).filter(|b| !b.is_empty()),
        ));
    };
    let Some(pattern) = &keep.matching else { return Ok(value) };
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match found(pattern, &text) {
        Some(text) => Ok(Value::String(text)),
        None => Err(missing(what, format!("something that matches {pattern}"), Some(text))),
    }
}

/// What a pattern finds: its first group, else all that fits.
pub(super) fn found(pattern: &regex::Regex, text: &str) -> Option<String> {
    let groups = pattern.captures(text)?;
    groups.get(1).or_else(|| groups.get(0)).map(|group| group.as_str().to_owned())
}

fn follow<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, segment| match value {
        Value::Object(members) => members.get(segment),
        Value::Array(items) => items.get(segment.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Compares header and claims of a kept token.
pub(super) fn compare_jwt(wanted: &JwtWanted, names: &Names) -> Compared {
    let mut differences = Compared::default();
    let token = names.get(&wanted.name).and_then(Value::as_str).unwrap_or_default();
    let mut parts = token.split('.').map(decoded);
    let (header, claims) = (parts.next().flatten(), parts.next().flatten());
    let (Some(header), Some(claims)) = (header, claims) else {
        let expected = Some("a JWT".to_owned());
        differences.differ(wanted.at, &wanted.name, expected, Some(token.to_owned()));
        return differences;
    };
    let mut part = |what: &str, part: &Option<Wanted>, mut actual: Value| {
        let Some(part) = part else { return };
        if let (Wanted::Map(members), Value::Object(there)) = (part, &mut actual) {
            let says = members.iter().any(|(name, _)| name == "jti");
            let last = there.keys().next_back().is_some_and(|name| name == "jti");
            if !says && last {
                there.shift_remove("jti");
            }
        }
        let expected = part.fill_from(Some(&actual), names);
        let texts = (written(&expected, 0), written(&actual, 0));
        let what = format!("{what} of {}", wanted.name);
        differences.json(wanted.at, &what, texts, (&expected, Some(&actual)));
    };
    part("the header", &wanted.header, header);
    part("the claims", &wanted.claims, claims);
    differences
}

fn decoded(part: &str) -> Option<Value> {
    let bytes = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests;
