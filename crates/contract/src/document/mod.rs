//! The top of a contract: the objects of LANGUAGE section 3 outside operations, read into the plan's parts.

mod account;
mod certain;
mod cookie_rules;
mod cookies;
mod json_schema;
mod mails;
mod members;
mod named_texts;
mod opaque;
mod profile;
mod schemes;
mod texts;
mod tokens;
mod web;

pub(crate) use cookies::overwritten;
pub(crate) use json_schema::{of_scheme, of_top};
pub(crate) use members::duration_text;

use crate::diagnostic::{Diagnostic, codes};
use crate::mails::Mails;
use crate::plan::{
    AccountPlan, CookiePlan, CorsPlan, RenewPlan, RequestPlan, ResponsePlan, Scheme, TokenPlan,
};
use crate::source::Node;
use crate::template::{Setting, TimeFormat};
use crate::wording::{Languages, Wording};
use doorward_core::code::{CodePolicy, Purpose};
use doorward_core::password::PasswordPolicy;
use doorward_core::return_url::ReturnUrl;
use members::Reader;
use std::collections::BTreeMap;
use std::sync::Arc;
use texts::Library;

/// What the top of a contract says. Where something in it is wrong the default stands, so that checking can go
/// on.
pub struct Document {
    /// `info.title`.
    pub title: String,
    /// The base path of every route, without a slash at its end.
    pub base: String,
    /// What accounts are.
    pub account: AccountPlan,
    /// What new passwords must be.
    pub password: PasswordPolicy,
    /// The tokens, in written order.
    pub tokens: Vec<TokenPlan>,
    /// The cookies, in written order.
    pub cookies: Vec<CookiePlan>,
    /// Sliding life or silent refresh.
    pub renew: Option<RenewPlan>,
    /// Where credentials arrive, in written order.
    pub schemes: Vec<Scheme>,
    /// How codes look and live, where the contract says so.
    pub codes: BTreeMap<Purpose, CodePolicy>,
    /// Where mailed links may lead that callers ask for.
    pub return_urls: Vec<ReturnUrl>,
    /// The texts of mails, and the links in them.
    pub mails: Mails,
    /// Languages, texts, words of violations.
    pub wording: Wording,
    /// How request bodies are read.
    pub request: RequestPlan,
    /// How replies are written.
    pub response: ResponsePlan,
    /// How replies write times (`response.time`).
    pub times: TimeFormat,
    /// The CORS face.
    pub cors: Option<CorsPlan>,
}

/// The members of the top `x-doorward`; `extends`, `views`, `shapes` and `replies` are not read here.
pub const SECTIONS: [&str; 18] = [
    "extends",
    "account",
    "password",
    "tokens",
    "cookies",
    "renew",
    "codes",
    "mails",
    "links",
    "languages",
    "texts",
    "violations",
    "views",
    "shapes",
    "replies",
    "request",
    "cors",
    "response",
];

/// What cookies, schemes and links are read against.
pub(crate) struct Signing<'a> {
    pub(crate) account: &'a AccountPlan,
    pub(crate) tokens: &'a [TokenPlan],
    pub(crate) times: &'a TimeFormat,
}

impl Signing<'_> {
    fn has(&self, name: &str) -> bool {
        self.tokens.iter().any(|token| token.policy.name == name)
    }

    /// Whether a token is for a stage, and so no session's.
    fn is_stage(&self, name: &str) -> bool {
        self.tokens.iter().any(|token| token.policy.name == name && token.policy.stage().is_some())
    }

    /// The name of a declared token.
    fn known(&self, reader: &mut Reader, node: &Node) -> Option<String> {
        let name = reader.text(node, "the name of a token")?;
        if self.has(name) {
            return Some(name.to_owned());
        }
        let names = self.tokens.iter().map(|token| token.policy.name.as_str());
        let error = Diagnostic::error(codes::UNKNOWN_SCHEME, node.span, format!("unknown token `{name}`"));
        let list: Vec<&str> = names.clone().collect();
        let list = if list.is_empty() {
            "`tokens` has none: declare it there".to_owned()
        } else {
            format!("tokens: {}", list.join(" "))
        };
        reader.report(error.suggest(name, names).help(list));
        None
    }
}

/// Reads the top of a contract: `openapi`, `info`, `servers`, `components.securitySchemes` and `x-doorward`
/// (without `extends`, `views`, `shapes`, `replies`). All that is wrong is told at once.
#[must_use]
pub fn read(contract: &Node) -> (Document, Vec<Diagnostic>) {
    let mut reader = Reader::default();
    head(&mut reader, contract);
    let title = title(&mut reader, contract);
    let base = base(&mut reader, contract);
    let section = |name: &str| contract.get("x-doorward").and_then(|top| top.get(name));
    let account =
        section("account").map(|node| account::read(&mut reader, node, contract)).unwrap_or_default();
    let password = section("password").map(|node| account::password(&mut reader, node)).unwrap_or_default();
    let tokens = section("tokens").map(|node| tokens::read(&mut reader, node, &account)).unwrap_or_default();
    let (response, times) = match section("response") {
        Some(node) => web::response(&mut reader, node),
        None => (web::default_response(), TimeFormat::default()),
    };
    let signing = Signing { account: &account, tokens: &tokens, times: &times };
    let cookies =
        section("cookies").map(|node| cookies::read(&mut reader, node, &signing)).unwrap_or_default();
    let renew = section("renew").and_then(|node| cookies::renew(&mut reader, node, &signing, &cookies));
    let schemes = contract.get("components").and_then(|components| components.get("securitySchemes"));
    let schemes = schemes.map(|node| schemes::read(&mut reader, node, &signing)).unwrap_or_default();
    let codes = section("codes").map(|node| mails::codes(&mut reader, node)).unwrap_or_default();
    let links = section("links").map(|node| mails::links(&mut reader, node, &signing)).unwrap_or_default();
    let request =
        section("request").map_or_else(web::default_request, |node| web::request(&mut reader, node));
    let cors = section("cors").and_then(|node| web::cors(&mut reader, node));
    let (wording, mut mails) = words(&mut reader, contract, &account, &times);
    mails.links = links.templates;
    let document = Document {
        title,
        base,
        account,
        password,
        tokens,
        cookies,
        renew,
        schemes,
        codes,
        return_urls: links.allowed,
        mails,
        wording,
        request,
        response,
        times,
        cors,
    };
    (document, reader.found)
}

/// Languages, texts, violations and mails, which share their texts.
fn words(
    reader: &mut Reader,
    contract: &Node,
    account: &AccountPlan,
    times: &TimeFormat,
) -> (Wording, Mails) {
    let section = |name: &str| contract.get("x-doorward").and_then(|top| top.get(name));
    let languages =
        section("languages").map_or_else(Languages::default, |node| texts::languages(reader, node));
    let mut library = Library { languages, written: Vec::new(), setting: Setting::reply(times.clone()) };
    texts::texts(reader, section("texts"), &mut library);
    let violations =
        section("violations").map(|node| texts::violations(reader, node, &library)).unwrap_or_default();
    let (mut mails, used) = match section("mails") {
        Some(node) => mails::mails(reader, node, account, &library),
        None => (Mails { account: account.clone(), ..Mails::default() }, Vec::new()),
    };
    let texts = Arc::new(library.compile(reader, &used));
    mails.texts = Arc::clone(&texts);
    let wording = Wording {
        languages: library.languages,
        texts,
        codes: violations.codes,
        violations: violations.texts,
        ..Wording::default()
    };
    (wording, mails)
}

const TOP: [&str; 9] = [
    "openapi",
    "info",
    "jsonSchemaDialect",
    "servers",
    "paths",
    "components",
    "security",
    "tags",
    "externalDocs",
];

/// Only OpenAPI 3.1 is read.
fn version(reader: &mut Reader, contract: &Node) {
    let help = "write `openapi: 3.1.0`";
    let Some(version) = contract.get("openapi") else {
        let (span, message, help) = match contract.entry("swagger") {
            Some(swagger) => (
                swagger.key_span,
                "Swagger is not read: a contract is an OpenAPI 3.1 document",
                "convert it first, and begin with `openapi: 3.1.0`",
            ),
            None => {
                let head = contract.entries().first().map_or(contract.span, |first| first.key_span);
                (head, "there is no `openapi`: a contract is an OpenAPI 3.1 document", help)
            }
        };
        reader.report(Diagnostic::error(codes::INVALID_DOCUMENT, span, message).help(help));
        return;
    };
    match version.as_text() {
        Some(text) if text.starts_with("3.1.") => {}
        Some(text) if text.starts_with("3.") => {
            let message = format!("OpenAPI {text} is not read: a contract is an OpenAPI 3.1 document");
            let error = Diagnostic::error(codes::INVALID_DOCUMENT, version.span, message).help(help);
            reader.report(error.help(
                "coming from 3.0: `nullable: true` is now `type: [string, 'null']`, and `exclusiveMinimum` a number",
            ));
        }
        _ => {
            let message = "this is no version of OpenAPI: a contract is an OpenAPI 3.1 document";
            reader.refuse(codes::INVALID_DOCUMENT, version, message, help);
        }
    }
}

/// The version, the members of the document and the sections of `x-doorward`.
fn head(reader: &mut Reader, contract: &Node) {
    if !contract.is_map() {
        let help = "a contract is an OpenAPI 3.1 document in YAML";
        reader.refuse(codes::INVALID_DOCUMENT, contract, "a contract must be a map", help);
        return;
    }
    version(reader, contract);
    let known =
        |key: &str| TOP.contains(&key) || key.starts_with("x-") || ["webhooks", "swagger"].contains(&key);
    for entry in contract.entries().iter().filter(|entry| !known(&entry.key)) {
        let message = format!("an OpenAPI document has no member `{}`", entry.key);
        let error = Diagnostic::error(codes::INVALID_DOCUMENT, entry.key_span, message);
        reader.report(error.suggest(&entry.key, TOP.into_iter().chain(["x-doorward"])));
    }
    let Some(top) = contract.get("x-doorward") else {
        let near = contract.entries().iter().find(|entry| entry.key.starts_with("x-"));
        let head = contract.entries().first().map_or(contract.span, |first| first.key_span);
        let mut error = Diagnostic::error(codes::INVALID_DOCUMENT, head, "there is no `x-doorward`");
        if let Some(near) = near {
            error = error.secondary(near.key_span, "is it this one?");
        }
        reader.report(error.help("`x-doorward` at the top says what the API is: account, tokens, replies"));
        return;
    };
    if reader.members(top, "`x-doorward`", &SECTIONS) && top.get("account").is_none() {
        let help = "for example `account: {identifiers: [email]}`";
        reader.refuse(codes::WRONG_KIND, top, "`x-doorward` does not say what accounts are", help);
    }
}

fn title(reader: &mut Reader, contract: &Node) -> String {
    let title = contract.get("info").and_then(|info| info.get("title"));
    if title.is_none() && contract.is_map() {
        let at = contract.get("info").unwrap_or(contract);
        reader.refuse(
            codes::INVALID_DOCUMENT,
            at,
            "the document has no title",
            "write `info: {title: …, version: \"1\"}`",
        );
    }
    title.and_then(|title| reader.line(title, "`title`")).unwrap_or_default().to_owned()
}

/// The path of the first server.
fn base(reader: &mut Reader, contract: &Node) -> String {
    let Some(servers) = contract.get("servers") else { return String::new() };
    let help = "for example `servers: [{url: /auth}]`";
    let Some(first) = reader.list(servers, "`servers`").and_then(<[Node]>::first) else {
        return String::new();
    };
    let Some(url) = first.get("url") else {
        reader.refuse(codes::INVALID_DOCUMENT, first, "a server wants `url`", help);
        return String::new();
    };
    let Some(text) = reader.line(url, "`url`") else {
        return String::new();
    };
    let path = match text.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => text,
    };
    let path = path.trim_end_matches('/');
    if (path.is_empty() || path.starts_with('/')) && !path.contains(['{', '}', '?', '#', ' ']) {
        return path.to_owned();
    }
    reader.refuse(codes::INVALID_DOCUMENT, url, "this is no base path", help);
    String::new()
}

#[cfg(test)]
mod tests;
