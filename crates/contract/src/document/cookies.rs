//! `cookies`: each as its own `Set-Cookie` line. And `renew`.

use super::Signing;
use super::cookie_rules::CookieRules;
use super::members::Reader;
use crate::diagnostic::{Diagnostic, codes};
use crate::expression::Locator;
use crate::plan::{CookieAttribute, CookiePlan, RenewPlan};
use crate::root_names::RootNames;
use crate::source::{Entry, Node, Span};
use crate::template::{Part, Setting, Template, TemplateKind, parse_text};

/// Attributes that stand with a value, without one, or either way.
const ATTRIBUTES: [&str; 9] =
    ["Max-Age", "Expires", "Path", "Domain", "Secure", "Secure?", "HttpOnly", "SameSite", "Partitioned"];
const HELP: &str = "for example \"sid=${tokens.access}; Max-Age; Path=/; HttpOnly; SameSite=Lax; Secure?\"";

pub(super) fn read(reader: &mut Reader, node: &Node, signing: &Signing<'_>) -> Vec<CookiePlan> {
    if !reader.map(node, "`cookies`") {
        return Vec::new();
    }
    node.entries().iter().filter_map(|entry| read_cookie(reader, entry, signing)).collect()
}

/// One reply sets a cookie once: of two lines for one cookie a browser keeps the last.
pub(crate) fn overwritten(
    cookies: &[CookiePlan],
    (set, index): (&[usize], usize),
    span: Span,
) -> Option<Diagnostic> {
    let cookie = cookies.get(index)?;
    let known = set.iter().filter_map(|at| cookies.get(*at)).find(|known| known.replaces(cookie))?;
    let message = format!("`{}` and `{}` are one cookie to a browser", known.name, cookie.name);
    let error = Diagnostic::error(codes::DUPLICATE_WIRE_NAME, span, message);
    Some(error.help("name one of them here, or give one another name, Path or Domain"))
}

/// One `;`-separated piece of the line, with where it begins.
struct Piece<'t> {
    text: &'t str,
    at: usize,
}

fn read_cookie(reader: &mut Reader, entry: &Entry, signing: &Signing<'_>) -> Option<CookiePlan> {
    let node = &entry.value;
    let line = reader.line(node, "a cookie")?;
    let place = Locator::of(node);
    let mut pieces = pieces(line).into_iter();
    let first = pieces.next()?;
    let Some((wire, value)) = first.text.split_once('=') else {
        reader.refuse(codes::COOKIE_LINE, node, "a cookie line begins with `name=value`", HELP);
        return None;
    };
    let wire = wire.trim();
    if !super::members::is_token(wire) {
        let span = place.at(first.at, first.at + wire.len());
        let message = format!("`{wire}` is no name of a cookie");
        reader.report(Diagnostic::error(codes::COOKIE_LINE, span, message).help(HELP));
        return None;
    }
    let begins = first.at + first.text.len() - value.len();
    let template = parse_text(value, place.skip(begins)).map_err(|found| reader.found.extend(found)).ok()?;
    let token = named_token(&template);
    let names = RootNames::new().account(signing.account).session().tokens(signing.tokens);
    let compiled = reader.compiled(&template, &names, &Setting::reply(signing.times.clone()))?;
    reader.wants_text(&compiled, node.span, "the value of a cookie").then_some(())?;
    let mut attributes: Vec<(String, CookieAttribute)> = Vec::new();
    for piece in pieces {
        let span = place.at(piece.at, piece.at + piece.text.len());
        let attribute = read_attribute(reader, piece.text, span, token.is_some())?;
        if attributes.iter().any(|(name, _)| *name == attribute.0) {
            reader.report(Diagnostic::error(codes::COOKIE_LINE, span, "this attribute is there twice"));
            return None;
        }
        attributes.push(attribute);
    }
    let rules = CookieRules { node, wire, value: &template, attributes: &attributes };
    rules.check(reader).then_some(())?;
    Some(CookiePlan {
        name: entry.key.clone(),
        wire: wire.to_owned(),
        value: compiled,
        token,
        attributes: attributes.into_iter().map(|(_, attribute)| attribute).collect(),
    })
}

/// The pieces between semicolons; those inside `${…}` do not count.
fn pieces(line: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut from, mut depth) = (0, 0usize);
    let mut cut = |from: usize, to: usize| {
        let raw = &line[from..to];
        let text = raw.trim_start();
        let at = from + raw.len() - text.len();
        pieces.push(Piece { text: text.trim_end(), at });
    };
    for (at, c) in line.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => {
                cut(from, at);
                from = at + 1;
            }
            _ => {}
        }
    }
    cut(from, line.len());
    pieces
}

/// The first token that the value names.
pub(super) fn named_token(template: &Template) -> Option<String> {
    let of_path = |path: &[String]| match path {
        [first, name, ..] if first == "tokens" => Some(name.clone()),
        _ => None,
    };
    match &template.kind {
        TemplateKind::Path(path) => of_path(&path.segments),
        TemplateKind::Expression(ast) => ast.paths().into_iter().find_map(of_path),
        TemplateKind::Text(parts) => parts.iter().find_map(|part| match part {
            Part::Hole(ast) => ast.paths().into_iter().find_map(of_path),
            Part::Constant(_) => None,
        }),
        _ => None,
    }
}

/// An attribute under its name in lower case.
fn read_attribute(
    reader: &mut Reader,
    text: &str,
    span: Span,
    token: bool,
) -> Option<(String, CookieAttribute)> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name.trim(), Some(value.trim())),
        None => (text, None),
    };
    let lower = name.to_lowercase();
    let fixed = CookieAttribute::Fixed(text.to_owned());
    let attribute = match (lower.as_str(), value) {
        ("max-age", None) if token => Some(CookieAttribute::MaxAge(name.to_owned())),
        ("expires", None) if token => Some(CookieAttribute::Expires(name.to_owned())),
        ("max-age", Some(seconds)) if seconds.parse::<i64>().is_ok() => Some(fixed),
        ("path", Some(path)) if path.starts_with('/') => Some(fixed),
        ("expires" | "domain", Some(value)) if !value.is_empty() => Some(fixed),
        ("samesite", Some(value)) if ["strict", "lax", "none"].contains(&value.to_lowercase().as_str()) => {
            Some(fixed)
        }
        ("secure?", None) => Some(CookieAttribute::SecureOverHttps(name.trim_end_matches('?').to_owned())),
        ("secure" | "httponly" | "partitioned", None) => Some(fixed),
        _ => None,
    };
    if attribute.is_none() {
        reader.report(broken_attribute((name, value), span, token));
    }
    let key = if lower == "secure?" { "secure".to_owned() } else { lower };
    attribute.map(|attribute| (key, attribute))
}

fn broken_attribute((name, value): (&str, Option<&str>), span: Span, token: bool) -> Diagnostic {
    let known = ATTRIBUTES.iter().any(|known| known.eq_ignore_ascii_case(name));
    if !known {
        let message = format!("`{name}` is no attribute of a cookie");
        return Diagnostic::error(codes::COOKIE_LINE, span, message)
            .suggest(name, ATTRIBUTES)
            .help(format!("attributes: {}", ATTRIBUTES.join(" ")));
    }
    if value.is_none() && !token && !name.eq_ignore_ascii_case("path") {
        let message = format!("bare `{name}` is filled from a token, and the value names none");
        return Diagnostic::error(codes::COOKIE_LINE, span, message).help(HELP);
    }
    Diagnostic::error(codes::COOKIE_LINE, span, format!("`{name}` cannot have this value")).help(HELP)
}

pub(super) const RENEW: [&str; 5] = ["token", "from", "when_left", "set_cookies", "headers"];

pub(super) fn renew(
    reader: &mut Reader,
    node: &Node,
    signing: &Signing<'_>,
    cookies: &[CookiePlan],
) -> Option<RenewPlan> {
    if !reader.members(node, "`renew`", &RENEW) {
        return None;
    }
    let token = match node.get("token") {
        Some(token) => signing.known(reader, token)?,
        None if signing.has("access") => "access".to_owned(),
        None => {
            let help = "declare `tokens: {access: …}`";
            reader.refuse(codes::WRONG_KIND, node, "the contract has no access token to renew", help);
            return None;
        }
    };
    if token != "access" {
        let at = node.get("token").unwrap_or(node);
        reader.refuse(codes::WRONG_KIND, at, "only the access token is renewed", "write `token: access`");
    }
    if signing.tokens.iter().any(|token| token.policy.by_digest) {
        let help = "leave out `renew`, or `session: digest`";
        let message =
            "a token that is found by its digest is not renewed: the one before would be over at once";
        reader.refuse(codes::TOKEN_RECIPE, node, message, help);
    }
    let from = match node.get("from") {
        Some(from) => {
            let name = signing.known(reader, from)?;
            if signing.is_stage(&name) {
                let message = format!("`{name}` is no token of a session");
                reader.refuse(codes::WRONG_KIND, from, message, "write `from: refresh`");
            }
            Some(name)
        }
        None => None,
    };
    let when_left_percent = match node.get("when_left") {
        Some(left) => percent(reader, left)?,
        None => 50,
    };
    let mut set_cookies = Vec::new();
    for item in node.get("set_cookies").map(|list| reader.texts(list, "`set_cookies`")).unwrap_or_default() {
        let name = item.as_text().unwrap_or_default();
        match cookies.iter().position(|cookie| cookie.name == name) {
            Some(index) => {
                if let Some(error) = overwritten(cookies, (&set_cookies, index), item.span) {
                    reader.report(error);
                }
                let token = cookies.get(index).and_then(|cookie| cookie.token.as_deref());
                if token.is_some_and(|token| signing.is_stage(token)) {
                    let message = format!("the cookie `{name}` holds no token of a session");
                    reader.refuse(codes::NO_TOKEN_HERE, item, message, "only sessions are renewed");
                }
                set_cookies.push(index);
            }
            None => {
                let error =
                    Diagnostic::error(codes::UNKNOWN_COOKIE, item.span, format!("unknown cookie `{name}`"));
                reader.report(error.suggest(name, cookies.iter().map(|cookie| cookie.name.as_str())));
            }
        }
    }
    let headers = renew_headers(reader, node, signing);
    if set_cookies.is_empty() && headers.is_empty() {
        let help = "name the cookies in `set_cookies`, or a header in `headers`";
        reader.refuse(codes::WRONG_KIND, node, "the renewed token reaches nobody", help);
    }
    Some(RenewPlan { from, when_left_percent, set_cookies, headers })
}

fn renew_headers(
    reader: &mut Reader,
    node: &Node,
    signing: &Signing<'_>,
) -> Vec<(String, crate::template::CompiledTemplate)> {
    let Some(headers) = node.get("headers").filter(|headers| reader.map(headers, "`headers`")) else {
        return Vec::new();
    };
    let names = RootNames::new().account(signing.account).session().tokens(signing.tokens);
    let mut read = Vec::new();
    for entry in headers.entries() {
        let named = reader.header_name(&entry.key, entry.key_span);
        let template =
            reader.line(&entry.value, "a header").and_then(|_| reader.parsed_text(&entry.value, "a header"));
        let compiled = template
            .and_then(|template| reader.compiled(&template, &names, &Setting::reply(signing.times.clone())));
        if let Some(compiled) = compiled
            && named
            && reader.wants_text(&compiled, entry.value.span, "a header")
        {
            read.push((entry.key.clone(), compiled));
        }
    }
    read
}

fn percent(reader: &mut Reader, node: &Node) -> Option<u8> {
    let text = reader.text(node, "`when_left`")?;
    let share = text.strip_suffix('%').and_then(|number| number.parse::<u8>().ok());
    let share = share.filter(|share| (1..=100).contains(share));
    if share.is_none() {
        let help = "for example `when_left: 50%`; `100%` renews with every request";
        reader.refuse(codes::WRONG_KIND, node, "`when_left` is a share of the life, 1% to 100%", help);
    }
    share
}
