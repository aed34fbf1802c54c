//! `components.securitySchemes`: where credentials arrive.

use super::Signing;
use super::members::Reader;
use crate::diagnostic::{Diagnostic, codes};
use crate::plan::{Scheme, SchemePlace};
use crate::source::{Entry, Node};

pub(super) const OWN: [&str; 5] = ["token", "prefix", "expired", "must_equal", "client_key"];

pub(super) fn read(reader: &mut Reader, node: &Node, signing: &Signing<'_>) -> Vec<Scheme> {
    if !reader.map(node, "`securitySchemes`") {
        return Vec::new();
    }
    node.entries().iter().filter_map(|entry| read_scheme(reader, entry, signing)).collect()
}

fn read_scheme(reader: &mut Reader, entry: &Entry, signing: &Signing<'_>) -> Option<Scheme> {
    let node = &entry.value;
    if !reader.map(node, "a security scheme") {
        return None;
    }
    let own = node.get("x-doorward");
    if let Some(own) = own
        && reader.members(own, "`x-doorward` of a scheme", &OWN)
    {
        reader.not_yet(own, "must_equal");
        reader.not_yet(own, "client_key");
    }
    let token = match own.and_then(|own| own.get("token")) {
        Some(token) => signing.known(reader, token)?,
        None if signing.has(&entry.key) => entry.key.clone(),
        None if signing.has("access") => "access".to_owned(),
        None => {
            let message = format!("the scheme `{}` carries no token of this contract", entry.key);
            let error = Diagnostic::error(codes::UNKNOWN_SCHEME, entry.key_span, message);
            reader.report(
                error.help("declare `tokens: {access: …}`, or say `x-doorward: {token: NAME}` in it"),
            );
            return None;
        }
    };
    let prefix = own.and_then(|own| own.get("prefix"));
    let written = prefix.and_then(|prefix| reader.line(prefix, "`prefix`")).unwrap_or_default();
    let place = place(reader, node, written)?;
    if let Some(prefix) = prefix
        && !matches!(place, SchemePlace::Header { .. })
    {
        reader.refuse(
            codes::WRONG_KIND,
            prefix,
            "only a header has a word before its token",
            "leave `prefix` out",
        );
    }
    let accept_expired = own
        .and_then(|own| own.get("expired"))
        .is_some_and(|expired| reader.word(expired, "`expired`", &["accepted"]).is_some());
    let stage = signing.tokens.iter().find(|known| known.policy.name == token);
    let stage = stage.and_then(|token| token.policy.stage());
    if let Some(expired) = own.and_then(|own| own.get("expired")).filter(|_| stage.is_some()) {
        let help = "leave `expired` out: an expired access token names its session, a stage has none";
        reader.refuse(codes::WRONG_KIND, expired, "a stage token is good until it expires", help);
    }
    Some(Scheme { name: entry.key.clone(), token, stage, place, accept_expired })
}

fn place(reader: &mut Reader, node: &Node, prefix: &str) -> Option<SchemePlace> {
    let help = "`{type: http, scheme: bearer}` or `{type: apiKey, in: header, name: X-Token}`; in: header cookie query";
    let kind = node.get("type").and_then(Node::as_text);
    let scheme = node.get("scheme").and_then(Node::as_text);
    match (kind, scheme) {
        (Some("http"), Some(scheme)) if scheme.eq_ignore_ascii_case("bearer") => Some(SchemePlace::Bearer),
        (Some("apiKey"), _) => {
            let Some(name_node) = node.get("name") else {
                reader.refuse(codes::INVALID_DOCUMENT, node, "the scheme does not say its `name`", help);
                return None;
            };
            let name = reader.text(name_node, "`name`")?;
            let Some(within) = node.get("in") else {
                reader.refuse(codes::INVALID_DOCUMENT, node, "the scheme does not say where it is", help);
                return None;
            };
            match reader.word(within, "`in`", &["header", "cookie", "query"])? {
                "query" => Some(SchemePlace::Query(name.to_owned())),
                word => {
                    reader.wire_name(name, name_node.span, word).then_some(())?;
                    Some(if word == "cookie" {
                        SchemePlace::Cookie(name.to_owned())
                    } else {
                        SchemePlace::Header { name: name.to_lowercase(), prefix: prefix.to_owned() }
                    })
                }
            }
        }
        _ => {
            reader.refuse(codes::UNKNOWN_SCHEME, node, "no token of ours comes this way", help);
            None
        }
    }
}
