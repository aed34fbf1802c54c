//! `components.securitySchemes`: where credentials arrive.

use super::Signing;
use super::members::Reader;
use crate::diagnostic::{Diagnostic, codes};
use crate::expression::{Kind, Type};
use crate::plan::{Proves, Scheme, SchemePlace, TokenPlan};
use crate::root_names::RootNames;
use crate::scope::Root;
use crate::source::{Entry, Node};
use crate::template::{CompiledTemplate, PathAst, Setting, Template, TemplateKind};
use doorward_core::authenticate::ACCESS;
use doorward_core::policy::TokenUse;
use serde_json::Value;
use std::sync::Arc;

pub(super) const OWN: [&str; 6] = ["token", "prefix", "expired", "must_equal", "const", "client_key"];

pub(super) fn read(reader: &mut Reader, node: &Node, signing: &Signing<'_>) -> Vec<Scheme> {
    if !reader.map(node, "`securitySchemes`") {
        return Vec::new();
    }
    let read = |entry| read_scheme(reader, entry, signing).unwrap_or_else(|| stand_in(entry));
    node.entries().iter().map(read).collect()
}

/// What takes the place of a scheme that cannot be read, so that what names it is not wrong as well.
fn stand_in(entry: &Entry) -> Scheme {
    Scheme {
        name: entry.key.clone(),
        token: ACCESS.to_owned(),
        proves: Proves::Session,
        place: SchemePlace::Bearer,
        accept_expired: false,
    }
}

fn read_scheme(reader: &mut Reader, entry: &Entry, signing: &Signing<'_>) -> Option<Scheme> {
    let node = &entry.value;
    if !reader.map(node, "a security scheme") {
        return None;
    }
    let own = node.get("x-doorward");
    if let Some(own) = own {
        reader.members(own, "`x-doorward` of a scheme", &OWN);
    }
    let said = |member: &str| own.and_then(|own| own.get(member));
    let prefix = said("prefix");
    let written = prefix.and_then(|prefix| reader.line(prefix, "`prefix`")).unwrap_or_default();
    let place = place(reader, node, written)?;
    if let Some(prefix) = prefix
        && !matches!(place, SchemePlace::Header { .. })
    {
        let message = "only a header has a word before its token";
        reader.refuse(codes::WRONG_KIND, prefix, message, "leave `prefix` out");
    }
    let (token, proves) = proves(reader, entry, (&place, signing))?;
    if let Some(expired) = said("expired").filter(|_| matches!(proves, Proves::Stage(_))) {
        let help = "leave `expired` out: an expired access token names its session, a stage has none";
        reader.refuse(codes::WRONG_KIND, expired, "a stage token is good until it expires", help);
    }
    let tells = matches!(proves, Proves::Session | Proves::Stage(_));
    if let Some(expired) = said("expired").filter(|_| !tells) {
        let help = "leave `expired` out: it is for the scheme that carries the token";
        reader.refuse(codes::WRONG_KIND, expired, "nothing expires in this scheme", help);
    }
    let accept_expired =
        said("expired").is_some_and(|expired| reader.word(expired, "`expired`", &["accepted"]).is_some());
    Some(Scheme { name: entry.key.clone(), token, proves, place, accept_expired })
}

/// What a scheme proves, with the token it carries or else its own name. Of `token`, `must_equal`, `const`
/// and `client_key` one is said at most.
fn proves(
    reader: &mut Reader,
    entry: &Entry,
    (place, signing): (&SchemePlace, &Signing<'_>),
) -> Option<(String, Proves)> {
    let own = entry.value.get("x-doorward");
    let said = |member: &str| own.and_then(|own| own.entry(member));
    let ways: Vec<&Entry> =
        ["token", "must_equal", "const", "client_key"].into_iter().filter_map(said).collect();
    if let [first, second, ..] = ways.as_slice() {
        let message = format!("a scheme with `{}` has no `{}`", first.key, second.key);
        let error = Diagnostic::error(codes::WRONG_KIND, second.key_span, message);
        reader.report(error.help("declare two schemes, and name both in one alternative of `security`"));
        return None;
    }
    let name = entry.key.clone();
    if *place == SchemePlace::Basic {
        if let Some(way) = ways.first() {
            let message = format!("`http: basic` carries a name and a password, and has no `{}`", way.key);
            let error = Diagnostic::error(codes::WRONG_KIND, way.key_span, message);
            reader.report(error.help("bind them as inputs: `$basic.username`, `$basic.password`"));
        }
        return Some((name, Proves::Nothing));
    }
    if let Some(way) = said("must_equal") {
        let (template, alone) = companion(reader, &way.value, signing)?;
        return Some((name, Proves::Companion { equals: Arc::new(template), alone }));
    }
    if let Some(way) = said("const") {
        let value = reader.line(&way.value, "`const`")?;
        let template = CompiledTemplate::of_constant(Value::from(value));
        return Some((name, Proves::Companion { equals: Arc::new(template), alone: false }));
    }
    if let Some(way) = said("client_key")
        && reader.flag(&way.value, "`client_key`")?
    {
        return Some((name, Proves::ClientKey));
    }
    let token = carried(reader, entry, signing)?;
    let used = signing.tokens.iter().find(|known| known.policy.name == token).map(|known| known.policy.used);
    match used {
        Some(TokenUse::Csrf) => {}
        Some(TokenUse::Stage(stage)) => return Some((token, Proves::Stage(stage))),
        Some(TokenUse::Session) | None => return Some((token, Proves::Session)),
    }
    let path = PathAst { span: entry.key_span, segments: vec!["tokens".to_owned(), token.clone()] };
    let template = Template { span: entry.key_span, kind: TemplateKind::Path(path) };
    let names = RootNames::new().tokens(signing.tokens);
    let template = reader.compiled(&template, &names, &Setting::reply(signing.times.clone()))?;
    Some((token, Proves::Companion { equals: Arc::new(template), alone: false }))
}

fn is_csrf(token: &TokenPlan) -> bool {
    token.policy.used == TokenUse::Csrf
}

/// The token that a scheme carries: the one it says, the one of its name, or else the access token.
fn carried(reader: &mut Reader, entry: &Entry, signing: &Signing<'_>) -> Option<String> {
    let said = entry.value.get("x-doorward").and_then(|own| own.get("token"));
    if let Some(token) = said {
        return signing.known(reader, token);
    }
    if let Some(name) = [entry.key.as_str(), "access"].into_iter().find(|name| signing.has(name)) {
        return Some(name.to_owned());
    }
    let message = format!("the scheme `{}` carries no token of this contract", entry.key);
    let error = Diagnostic::error(codes::UNKNOWN_SCHEME, entry.key_span, message);
    reader.report(error.help("declare `tokens: {access: …}`, or say `x-doorward: {token: NAME}` in it"));
    None
}

/// What a companion must equal, and whether the request alone says it.
fn companion(reader: &mut Reader, node: &Node, signing: &Signing<'_>) -> Option<(CompiledTemplate, bool)> {
    let anything = || Type::new(Kind::AnyObject);
    let of_request = || {
        RootNames::new()
            .with("header", anything(), Root::Header.slot())
            .with("query", anything(), Root::Query.slot())
            .with("cookie", anything(), Root::Cookie.slot())
    };
    let names = of_request().account(signing.account).session().tokens(signing.tokens);
    let template = reader.parsed_text(node, "`must_equal`")?;
    let is_fresh =
        |name: &String| signing.tokens.iter().any(|token| token.policy.name == *name && !is_csrf(token));
    let fresh = super::cookies::named_token(&template).filter(is_fresh);
    if let Some(name) = fresh {
        let message = format!("`tokens.{name}` is a new one each time: nothing sent can equal it");
        let help = "declare a token for it: `tokens: {csrf: {opaque: {}}}`, and `must_equal: $tokens.csrf`";
        reader.refuse(codes::WRONG_KIND, node, message, help);
        return None;
    }
    if matches!(template.kind, TemplateKind::Constant(_)) {
        let message = "whoever reads the contract knows what this scheme must equal";
        let help = "compare with something of the request or the session: `must_equal: $account.email`; what only \
                    keeps other sites away is no secret: `const: XMLHttpRequest`";
        reader.refuse(codes::WRONG_KIND, node, message, help);
        return None;
    }
    let setting = Setting::reply(signing.times.clone());
    let alone = Reader::default().compiled(&template, &of_request(), &setting).is_some();
    Some((reader.compiled(&template, &names, &setting)?, alone))
}

fn place(reader: &mut Reader, node: &Node, prefix: &str) -> Option<SchemePlace> {
    let help = "`{type: http, scheme: bearer}` (or `basic`), or `{type: apiKey, in: header, name: X-Token}`; in: header cookie query";
    let kind = node.get("type").and_then(Node::as_text);
    let scheme = node.get("scheme").and_then(Node::as_text);
    match (kind, scheme) {
        (Some("http"), Some(scheme)) if scheme.eq_ignore_ascii_case("bearer") => Some(SchemePlace::Bearer),
        // Their flows are how a client gets a token; it arrives as any other (RFC 6750).
        (Some("oauth2" | "openIdConnect"), _) => Some(SchemePlace::Bearer),
        (Some("http"), Some(scheme)) if scheme.eq_ignore_ascii_case("basic") => Some(SchemePlace::Basic),
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
