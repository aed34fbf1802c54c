//! `tokens`: their formats, lives and recipes.

use super::members::Reader;
use super::opaque;
use crate::backwards::pattern::{self, Pattern};
use crate::diagnostic::{Diagnostic, codes};
use crate::expression::Kind;
use crate::expression::Type;
use crate::plan::{AccountPlan, Recipe, TokenPlan};
use crate::root_names::RootNames;
use crate::scope::Root;
use crate::source::{Entry, Node, NodeValue, Span};
use crate::template::{CompiledTemplate, Key, Member, PathAst, Setting, Template, TemplateKind};
use doorward_core::authenticate::{ACCESS, REFRESH};
use doorward_core::code::Stage;
use doorward_core::identifier::IdentifierKind;
use doorward_core::key::Algorithm;
use doorward_core::opaque::OpaqueForm;
use doorward_core::policy::{ClaimsOfAccount, NameOfAccount, TokenFormat, TokenPolicy, TokenUse};
use serde_json::json;
use std::time::Duration;

pub(super) const MEMBERS: [&str; 7] =
    ["jwt", "opaque", "lifetime", "after_refresh", "longest", "session", "purpose"];
pub(super) const JWT: [&str; 3] = ["algorithm", "header", "claims"];
/// The purpose of a token that is shown beside a cookie.
const CSRF: &str = "csrf";
pub(super) const ALGORITHMS: [&str; 6] = ["HS256", "HS384", "HS512", "EdDSA", "ES256", "RS256"];

pub(super) fn read(reader: &mut Reader, node: &Node, account: &AccountPlan) -> Vec<TokenPlan> {
    if !reader.map(node, "`tokens`") {
        return Vec::new();
    }
    let stays = |entry: &&Entry| [ACCESS, REFRESH].contains(&entry.key.as_str()) || purpose_of(entry) == CSRF;
    let names = node.entries().iter().filter(stays).map(|entry| entry.key.clone()).collect::<Vec<_>>();
    let around = Around { account, names: &names };
    let mut tokens: Vec<TokenPlan> = Vec::new();
    for entry in node.entries() {
        let Some(token) = read_token(reader, entry, &around) else {
            tokens.extend(stand_in(entry));
            continue;
        };
        let stage = token.policy.stage();
        let same = |known: &&TokenPlan| stage.is_some() && known.policy.stage() == stage;
        if let (Some(known), Some(stage)) = (tokens.iter().find(same), stage) {
            let message = format!("`{}` is the token for {} already", known.policy.name, stage.name());
            let help = "each stage has one token: leave one out";
            reader.refuse(codes::TOKEN_RECIPE, &entry.value, message, help);
            continue;
        }
        tokens.push(token);
    }
    tokens
}

/// What takes the place of a token that cannot be read, so that what names it is not wrong as well.
fn stand_in(entry: &Entry) -> Option<TokenPlan> {
    let used = match purpose_of(entry) {
        _ if [ACCESS, REFRESH].contains(&entry.key.as_str()) => TokenUse::Session,
        CSRF => TokenUse::Csrf,
        purpose => TokenUse::Stage(Stage::from_name(purpose)?),
    };
    let policy = TokenPolicy {
        name: entry.key.clone(),
        format: TokenFormat::Opaque(OpaqueForm::default()),
        lifetime: Duration::ZERO,
        longest: None,
        after_refresh: None,
        by_digest: false,
        used,
        claims: ClaimsOfAccount::default(),
    };
    Some(TokenPlan { policy, recipe: None })
}

/// What a token is for: its `purpose`, or else its name.
fn purpose_of(entry: &Entry) -> &str {
    entry.value.get("purpose").and_then(Node::as_text).unwrap_or(&entry.key)
}

/// The stage that a token other than `access` and `refresh` is for.
fn read_stage(reader: &mut Reader, entry: &Entry) -> Option<Stage> {
    let purpose = entry.value.get("purpose");
    if let Some(node) = purpose {
        reader.text(node, "`purpose`")?;
    }
    let word = purpose_of(entry);
    if let Some(stage) = Stage::from_name(word) {
        return Some(stage);
    }
    let (code, message) = match word {
        "login_by_mfa" => {
            (codes::UNSUPPORTED_VERSION, format!("tokens for `{word}` are not available in this version"))
        }
        _ if purpose.is_some() => {
            (codes::TOKEN_RECIPE, format!("no action goes on with a token for `{word}`"))
        }
        _ => (codes::TOKEN_RECIPE, format!("the token `{word}` does not say what it is for")),
    };
    let known = || Stage::ALL.map(Stage::name).into_iter().chain([CSRF]);
    let error = Diagnostic::error(code, purpose.map_or(entry.key_span, |node| node.span), message);
    let help = "`access` and `refresh` are a session's; any other token is for the action that its `purpose`, or else its name, says";
    let list: Vec<&str> = known().collect();
    reader.report(error.suggest(word, known()).help(help).help(format!("purposes: {}", list.join(" "))));
    None
}

/// What recipes read beside their own token.
struct Around<'a> {
    account: &'a AccountPlan,
    names: &'a [String],
}

fn read_token(reader: &mut Reader, entry: &Entry, around: &Around<'_>) -> Option<TokenPlan> {
    let node = &entry.value;
    if !reader.members(node, "a token", &MEMBERS) {
        return None;
    }
    if purpose_of(entry) == CSRF {
        return read_csrf(reader, entry);
    }
    let of_session = [ACCESS, REFRESH].contains(&entry.key.as_str());
    let stage = if of_session { None } else { Some(read_stage(reader, entry)?) };
    let foreign = if of_session { "purpose" } else { "longest" };
    if let Some(foreign) = node.get(foreign) {
        let message = format!("the token `{}` has no such member", entry.key);
        let help = "`purpose` is what a stage token is for, `longest` how long a session's tokens may live";
        reader.refuse(codes::TOKEN_RECIPE, foreign, message, help);
    }
    let lifetime = read_lifetime(reader, node)?;
    let longest = node.get("longest").and_then(|longest| reader.duration(longest, "`longest`"));
    if let Some(given) = node.get("longest")
        && longest.is_some_and(|longest| longest < lifetime)
    {
        let message = "`longest` is shorter than `lifetime`";
        reader.refuse(codes::TOKEN_RECIPE, given, message, "it counts from the sign-in on");
    }
    let after_refresh = match node.get("after_refresh") {
        Some(given) => read_after_refresh(reader, entry, given),
        None => None,
    };
    let by_digest = by_digest(reader, entry);
    let (format, recipe) = match (node.get("jwt"), node.get("opaque")) {
        (Some(jwt), None) => {
            let (algorithm, recipe) = read_jwt(reader, jwt, (around, by_digest, stage))?;
            (TokenFormat::Jwt(algorithm), Some(recipe))
        }
        (None, Some(opaque)) => {
            let room = opaque::Room { token: &entry.key, bare: by_digest, staged: stage.is_some() };
            (TokenFormat::Opaque(opaque::read(reader, opaque, &room)?), None)
        }
        _ => {
            let help = "`jwt: {algorithm: HS256}` or `opaque: {}`";
            reader.refuse(codes::TOKEN_RECIPE, node, "a token is either a JWT or opaque", help);
            return None;
        }
    };
    let (name, used) = (entry.key.clone(), stage.map_or(TokenUse::Session, TokenUse::Stage));
    let claims = recipe.as_ref().filter(|_| name == ACCESS).map(claims_of_account).unwrap_or_default();
    let policy = TokenPolicy { name, format, lifetime, longest, after_refresh, by_digest, used, claims };
    Some(TokenPlan { policy, recipe })
}

/// What the claims of a recipe say of the account, read backwards.
fn claims_of_account(recipe: &Recipe) -> ClaimsOfAccount {
    let mut claims = ClaimsOfAccount::default();
    let Pattern::Object(members) = recipe.claims.pattern() else { return claims };
    for pattern::Member { name, pattern, .. } in members {
        let by = match pattern {
            Pattern::Constant(value) => {
                claims.constants.push((name, value));
                continue;
            }
            Pattern::Hole(hole) if Root::of(hole.path.slot) == Some(Root::Account) => {
                let [member] = hole.path.rest.as_slice() else { continue };
                match IdentifierKind::from_name(member) {
                    Some(kind) => NameOfAccount::Identifier(kind),
                    None if member == "id" => NameOfAccount::Id,
                    None => continue,
                }
            }
            _ => continue,
        };
        claims.names.push((name, by));
    }
    // An id stays what it is; an identifier can change hands.
    claims.names.sort_by_key(|(_, by)| *by != NameOfAccount::Id);
    claims
}

/// A token that is shown beside a cookie: opaque, and as old as its session.
fn read_csrf(reader: &mut Reader, entry: &Entry) -> Option<TokenPlan> {
    let (node, name) = (&entry.value, entry.key.as_str());
    if let Some(own) = node.entries().iter().find(|own| !["opaque", "purpose"].contains(&own.key.as_str())) {
        let message = format!("a token of the purpose `{CSRF}` has no `{}`", own.key);
        let error = Diagnostic::error(codes::TOKEN_RECIPE, own.key_span, message);
        reader.report(error.help("it is opaque, and lives as long as its session: `csrf: {opaque: {}}`"));
        return None;
    }
    if [ACCESS, REFRESH].contains(&name) {
        let message = format!("`{name}` has its own purpose");
        reader.refuse(codes::TOKEN_RECIPE, node, message, "give this token another name");
        return None;
    }
    let form = match node.get("opaque") {
        Some(opaque) => {
            opaque::read(reader, opaque, &opaque::Room { token: name, bare: true, staged: false })?
        }
        None => OpaqueForm::default(),
    };
    let policy = TokenPolicy {
        name: name.to_owned(),
        format: TokenFormat::Opaque(form),
        lifetime: Duration::ZERO,
        longest: None,
        after_refresh: None,
        by_digest: false,
        used: TokenUse::Csrf,
        claims: ClaimsOfAccount::default(),
    };
    Some(TokenPlan { policy, recipe: None })
}

fn read_after_refresh(reader: &mut Reader, entry: &Entry, given: &Node) -> Option<Duration> {
    if entry.key != ACCESS {
        let help = "it is how long an access token lives that a refresh issued";
        reader.refuse(codes::TOKEN_RECIPE, given, "only `access` has `after_refresh`", help);
        return None;
    }
    let length = reader.duration(given, "`after_refresh`")?;
    if length.is_zero() {
        reader.refuse(codes::TOKEN_RECIPE, given, "the token lives no time at all", "for example `30m`");
    }
    Some(length)
}

/// Whether its session is found by a digest of it, and nothing of ours stands in it.
fn by_digest(reader: &mut Reader, entry: &Entry) -> bool {
    let Some(given) = entry.value.get("session") else { return false };
    if reader.word(given, "`session`", &["digest"]).is_none() {
        return false;
    }
    if entry.key != ACCESS {
        let help = "a refresh token names its session itself: leave it out";
        reader.refuse(codes::TOKEN_RECIPE, given, "only `access` is found by its digest", help);
    }
    entry.key == ACCESS
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

fn read_jwt(
    reader: &mut Reader,
    node: &Node,
    (around, by_digest, stage): (&Around<'_>, bool, Option<Stage>),
) -> Option<(Algorithm, Recipe)> {
    if !reader.members(node, "`jwt`", &JWT) {
        return None;
    }
    let Some(algorithm) = node.get("algorithm") else {
        let help = "for example `algorithm: HS256`";
        reader.refuse(codes::TOKEN_RECIPE, node, "the JWT does not say how it is signed", help);
        return None;
    };
    let algorithm = Algorithm::from_name(reader.word(algorithm, "`algorithm`", &ALGORITHMS)?)?;
    let has_account = stage != Some(Stage::CompleteRegister);
    let mut names = RootNames::new().request();
    if has_account {
        names = names.account(around.account);
    }
    if stage.is_none() {
        names = names.session().fields_of_tokens(around.names);
    }
    let names = names
        .with("token_id", Type::text(), Root::TokenId.slot())
        .with("issued_at", Type::new(Kind::Time), Root::IssuedAt.slot())
        .with("expires_at", Type::new(Kind::Time), Root::ExpiresAt.slot());
    let claims = read_claims(reader, node, &names, (by_digest, has_account));
    let names = names.with("key_id", Type::text(), Root::KeyId.slot());
    let header = read_header(reader, node, algorithm, &names);
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

fn read_claims(
    reader: &mut Reader,
    jwt: &Node,
    names: &RootNames<'_>,
    (by_digest, has_account): (bool, bool),
) -> Option<CompiledTemplate> {
    let template = match jwt.get("claims") {
        Some(node) => {
            claims_fit(reader, node, by_digest)?;
            reader.parsed(node)?
        }
        None => default_claims(jwt.span, has_account),
    };
    reader.compiled(&template, names, &Setting::claims())
}

/// `exp` is there and says when the token ends; `jti` is not, it is added unless the claims are exact.
fn claims_fit(reader: &mut Reader, node: &Node, by_digest: bool) -> Option<()> {
    if !reader.map(node, "`claims`") {
        return None;
    }
    if let Some(entry) = node.entry("jti").filter(|_| !by_digest) {
        let error = Diagnostic::error(
            codes::TOKEN_RECIPE,
            entry.key_span,
            "`jti` is added to every JWT as its last claim",
        );
        reader.report(
            error.help("leave it out: by it a token finds its session (or declare `session: digest`)"),
        );
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

/// `sub iat exp`; before there is an account `iat exp`.
fn default_claims(span: Span, has_account: bool) -> Template {
    let path = |names: &[&str]| Template {
        span,
        kind: TemplateKind::Path(PathAst {
            span,
            segments: names.iter().map(|name| (*name).to_owned()).collect(),
        }),
    };
    let member = |name: &str, value| Member::Pair(Key { span, name: name.to_owned() }, value);
    let mut members = vec![member("iat", path(&["issued_at"])), member("exp", path(&["expires_at"]))];
    if has_account {
        members.insert(0, member("sub", path(&["account", "id"])));
    }
    Template { span, kind: TemplateKind::Object(members) }
}
