//! `tokens`: their formats, lives and recipes.

use super::members::Reader;
use crate::diagnostic::{Diagnostic, codes};
use crate::expression::Kind;
use crate::expression::Type;
use crate::plan::{AccountPlan, Recipe, TokenPlan};
use crate::root_names::RootNames;
use crate::scope::Root;
use crate::source::{Entry, Node, NodeValue, Span};
use crate::template::{CompiledTemplate, Key, Member, PathAst, Setting, Template, TemplateKind};
use doorward_core::authenticate::{ACCESS, REFRESH};
use doorward_core::key::Algorithm;
use doorward_core::policy::{TokenFormat, TokenPolicy};
use serde_json::json;
use std::time::Duration;

const MEMBERS: [&str; 6] = ["jwt", "opaque", "lifetime", "longest", "session", "purpose"];
const ALGORITHMS: [&str; 6] = ["HS256", "HS384", "HS512", "EdDSA", "ES256", "RS256"];

pub(super) fn read(reader: &mut Reader, node: &Node, account: &AccountPlan) -> Vec<TokenPlan> {
    if !reader.map(node, "`tokens`") {
        return Vec::new();
    }
    node.entries().iter().filter_map(|entry| read_token(reader, entry, account)).collect()
}

fn read_token(reader: &mut Reader, entry: &Entry, account: &AccountPlan) -> Option<TokenPlan> {
    let node = &entry.value;
    if !reader.members(node, "a token", &MEMBERS) {
        return None;
    }
    reader.not_yet(node, "session");
    reader.not_yet(node, "purpose");
    if ![ACCESS, REFRESH].contains(&entry.key.as_str()) {
        let message = format!("a token `{}` is not done by this version", entry.key);
        let error = Diagnostic::error(codes::UNSUPPORTED_VERSION, entry.key_span, message);
        reader.report(error.help("only `access` and `refresh` are issued; others would read as null"));
        return None;
    }
    let lifetime = read_lifetime(reader, node)?;
    let longest = node.get("longest").and_then(|longest| reader.duration(longest, "`longest`"));
    if let Some(given) = node.get("longest")
        && longest.is_some_and(|longest| longest < lifetime)
    {
        let message = "`longest` is shorter than `lifetime`";
        reader.refuse(codes::TOKEN_RECIPE, given, message, "it counts from the sign-in on");
    }
    let (format, recipe) = match (node.get("jwt"), node.get("opaque")) {
        (Some(jwt), None) => {
            let (algorithm, recipe) = read_jwt(reader, jwt, account)?;
            (TokenFormat::Jwt(algorithm), Some(recipe))
        }
        (None, Some(opaque)) => (read_opaque(reader, opaque)?, None),
        _ => {
            let help = "`jwt: {algorithm: HS256}` or `opaque: {}`";
            reader.refuse(codes::TOKEN_RECIPE, node, "a token is either a JWT or opaque", help);
            return None;
        }
    };
    let policy = TokenPolicy { name: entry.key.clone(), format, lifetime, longest };
    Some(TokenPlan { policy, recipe })
}

fn read_lifetime(reader: &mut Reader, node: &Node) -> Option<Duration> {
    let Some(given) = node.get("lifetime") else {
        let help = "for example `lifetime: 30m`";
        reader.refuse(codes::TOKEN_RECIPE, node, "the token does not say how long it lives", help);
        return None;
    };
    let lifetime = reader.duration(given, "`lifetime`")?;
    if lifetime.is_zero() {
        reader.refuse(codes::TOKEN_RECIPE, given, "the token lives no time at all", "for example `30m`");
        return None;
    }
    Some(lifetime)
}

fn read_opaque(reader: &mut Reader, node: &Node) -> Option<TokenFormat> {
    if !reader.members(node, "`opaque`", &["prefix", "bytes", "alphabet"]) {
        return None;
    }
    reader.not_yet(node, "bytes");
    reader.not_yet(node, "alphabet");
    let prefix = node.get("prefix").and_then(|prefix| reader.line(prefix, "`prefix`")).unwrap_or_default();
    Some(TokenFormat::Opaque { prefix: prefix.to_owned() })
}

fn read_jwt(reader: &mut Reader, node: &Node, account: &AccountPlan) -> Option<(Algorithm, Recipe)> {
    if !reader.members(node, "`jwt`", &["algorithm", "header", "claims"]) {
        return None;
    }
    let Some(algorithm) = node.get("algorithm") else {
        let help = "for example `algorithm: HS256`";
        reader.refuse(codes::TOKEN_RECIPE, node, "the JWT does not say how it is signed", help);
        return None;
    };
    let algorithm = Algorithm::from_name(reader.word(algorithm, "`algorithm`", &ALGORITHMS)?)?;
    let names = RootNames::new()
        .account(account)
        .session()
        .request()
        .with("token_id", Type::text(), Root::TokenId.slot())
        .with("issued_at", Type::new(Kind::Time), Root::IssuedAt.slot())
        .with("expires_at", Type::new(Kind::Time), Root::ExpiresAt.slot());
    let header = read_header(reader, node, algorithm, &names);
    let claims = read_claims(reader, node, &names);
    Some((algorithm, Recipe { header: header?, claims: claims? }))
}

fn read_header(
    reader: &mut Reader,
    jwt: &Node,
    algorithm: Algorithm,
    names: &RootNames<'_>,
) -> Option<CompiledTemplate> {
    let Some(node) = jwt.get("header") else {
        return Some(CompiledTemplate::of_constant(json!({"typ": "JWT", "alg": algorithm.name()})));
    };
    if !reader.map(node, "`header`") {
        return None;
    }
    let says = node.get("alg").and_then(Node::as_text);
    if says != Some(algorithm.name()) {
        let at = node.get("alg").unwrap_or(node);
        let message = format!("the header must say `alg: {}`", algorithm.name());
        reader.refuse(
            codes::TOKEN_RECIPE,
            at,
            message,
            "verifiers believe the signature only with its algorithm",
        );
        return None;
    }
    if let Some(entry) = node.entry("crit") {
        let error = Diagnostic::error(
            codes::TOKEN_RECIPE,
            entry.key_span,
            "a header with `crit` is refused by every verifier",
        );
        reader.report(error.help("leave it out"));
        return None;
    }
    let template = reader.parsed(node)?;
    reader.compiled(&template, names, &Setting::claims())
}

fn read_claims(reader: &mut Reader, jwt: &Node, names: &RootNames<'_>) -> Option<CompiledTemplate> {
    let template = match jwt.get("claims") {
        Some(node) => {
            claims_fit(reader, node)?;
            reader.parsed(node)?
        }
        None => default_claims(jwt.span),
    };
    reader.compiled(&template, names, &Setting::claims())
}

/// `exp` is there and says when the token ends; `jti` is not, it is added.
fn claims_fit(reader: &mut Reader, node: &Node) -> Option<()> {
    if !reader.map(node, "`claims`") {
        return None;
    }
    if let Some(entry) = node.entry("jti") {
        let error = Diagnostic::error(
            codes::TOKEN_RECIPE,
            entry.key_span,
            "`jti` is added to every JWT as its last claim",
        );
        reader.report(error.help("leave it out: by it a token finds its session"));
        return None;
    }
    let Some(exp) = node.get("exp") else {
        let help = "add `exp: $expires_at`";
        reader.refuse(codes::TOKEN_RECIPE, node, "the claims do not say when the token ends", help);
        return None;
    };
    let is_expiry =
        matches!(&exp.value, NodeValue::Text(text) if text == "$expires_at" || text == "${expires_at}");
    if !is_expiry {
        let help = "write `exp: $expires_at`; `lifetime` says how long that is";
        reader.refuse(codes::TOKEN_RECIPE, exp, "`exp` must be when the token ends", help);
        return None;
    }
    Some(())
}

/// `sub iat exp`.
fn default_claims(span: Span) -> Template {
    let path = |names: &[&str]| Template {
        span,
        kind: TemplateKind::Path(PathAst {
            span,
            segments: names.iter().map(|name| (*name).to_owned()).collect(),
        }),
    };
    let member = |name: &str, value| Member::Pair(Key { span, name: name.to_owned() }, value);
    let members = vec![
        member("sub", path(&["account", "id"])),
        member("iat", path(&["issued_at"])),
        member("exp", path(&["expires_at"])),
    ];
    Template { span, kind: TemplateKind::Object(members) }
}
