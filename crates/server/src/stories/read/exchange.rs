//! A request of a story and the reply it must get.

use super::reader::Reader;
use crate::stories::story::{
    Body, BodyWanted, CookiesWanted, Exchange, Expect, JwtWanted, Keep, KeepFrom, StepKind,
};
use crate::stories::text::Text;
use doorward_contract::diagnostic::{Diagnostic, codes};
use doorward_contract::{Entry, Node, NodeValue};
use doorward_core::outcome::Outcome;

const MEMBERS: [&str; 9] = ["send", "headers", "json", "form", "multipart", "text", "expect", "keep", "jwt"];
const BODIES: [&str; 4] = ["json", "form", "multipart", "text"];

pub(super) fn exchange(reader: &mut Reader, node: &Node) -> Option<StepKind> {
    reader.members(node, "a request", &MEMBERS);
    let (method, target) = node.get("send").and_then(|line| request_line(reader, line))?;
    let headers = node.get("headers").map(|node| reader.sent_texts(node, "`headers`")).unwrap_or_default();
    let body = body(reader, node);
    let Some(wanted) = node.get("expect") else {
        let help = "write `expect: 204`, or `expect: {status: 200, json: …}`";
        reader.refuse(codes::INVALID_DOCUMENT, node, "what must come back?", help);
        return None;
    };
    let expect = expect(reader, wanted);
    let keep = node.get("keep").map(|node| keeps(reader, node)).unwrap_or_default();
    let jwt = node.get("jwt").map(|node| tokens(reader, node, &keep)).unwrap_or_default();
    Some(StepKind::Send(Box::new(Exchange { method, target, headers, body, expect: expect?, keep, jwt })))
}

fn request_line(reader: &mut Reader, node: &Node) -> Option<(String, Text)> {
    let line = reader.text(node, "`send`")?;
    let parts = line.split_once(' ').filter(|(method, target)| {
        !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase()) && target.starts_with('/')
    });
    let Some((method, target)) = parts else {
        let help =
            "such as `send: POST /auth/token` or `send: GET /me?full=1`: the path as the client sends it";
        reader.refuse(codes::INVALID_DOCUMENT, node, "a method and a path are expected", help);
        return None;
    };
    if target.contains([' ', '#']) || !target.is_ascii() {
        let help = "a client sends a space as `%20`; letters outside ASCII are percent-encoded UTF-8";
        reader.refuse(codes::INVALID_DOCUMENT, node, "this path cannot be sent as it stands", help);
        return None;
    }
    let mut rest = Node::new(node.span, NodeValue::Text(target.to_owned()));
    rest.text_at = node.text_at.map(|begin| begin + method.len() + 1);
    Some((method.to_owned(), reader.sent_text(&rest, "`send`")?))
}

fn body(reader: &mut Reader, node: &Node) -> Body {
    let mut written = node.entries().iter().filter(|entry| BODIES.contains(&entry.key.as_str()));
    let Some(first) = written.next() else { return Body::None };
    if let Some(second) = written.next() {
        let message = format!("a request has one body: `{}` or `{}`", first.key, second.key);
        reader.found.push(Diagnostic::error(codes::INVALID_DOCUMENT, second.key_span, message));
    }
    let body = match first.key.as_str() {
        "json" => reader.sent(&first.value).map(Body::Json),
        "form" => Some(Body::Form(reader.sent_texts(&first.value, "`form`"))),
        "multipart" => Some(Body::Multipart(reader.sent_texts(&first.value, "`multipart`"))),
        _ => reader.sent_text(&first.value, "`text`").map(Body::Text),
    };
    body.unwrap_or(Body::None)
}

fn expect(reader: &mut Reader, node: &Node) -> Option<Expect> {
    let mut expect = Expect {
        status: 0,
        status_at: node.span,
        reason: None,
        outcome: None,
        headers: Vec::new(),
        cookies: CookiesWanted::Lines(Vec::new()),
        body: None,
    };
    if let NodeValue::Integer(_) = node.value {
        expect.status = status(reader, node)?;
        return Some(expect);
    }
    let members = ["status", "reason", "outcome", "headers", "cookies", "json", "text", "empty"];
    if !reader.members(node, "`expect`", &members) {
        return None;
    }
    let Some(written) = node.get("status") else {
        reader.refuse(codes::INVALID_DOCUMENT, node, "which status must come back?", "write `status: 200`");
        return None;
    };
    expect.status = status(reader, written).unwrap_or_default();
    expect.status_at = written.span;
    expect.reason =
        node.get("reason").and_then(|node| reader.pattern(node, "`reason`").map(|text| (text, node.span)));
    expect.outcome = node.get("outcome").and_then(|node| outcome(reader, node));
    expect.headers = node.get("headers").map(|node| headers(reader, node)).unwrap_or_default();
    if let Some(written) = node.get("cookies") {
        expect.cookies = cookies(reader, written);
    }
    expect.body = wanted_body(reader, node);
    Some(expect)
}

fn status(reader: &mut Reader, node: &Node) -> Option<u16> {
    let status = node.as_integer().and_then(|number| u16::try_from(number).ok());
    let status = status.filter(|status| (100..=999).contains(status));
    if status.is_none() {
        reader.refuse(
            codes::WRONG_KIND,
            node,
            "a status is a number from 100 to 999",
            "such as `status: 200`",
        );
    }
    status
}

fn outcome(reader: &mut Reader, node: &Node) -> Option<(String, doorward_contract::Span)> {
    let word = reader.text(node, "`outcome`")?;
    let mut names = Outcome::ALL.iter().map(|outcome| outcome.name());
    if !names.any(|name| name == word) {
        let error =
            Diagnostic::error(codes::UNKNOWN_OUTCOME, node.span, format!("there is no outcome `{word}`"));
        let error = error.suggest(word, Outcome::ALL.iter().map(|outcome| outcome.name()));
        reader.found.push(error.help("`doorward contract explain` lists the outcomes of each operation"));
    }
    Some((word.to_owned(), node.span))
}

fn headers(reader: &mut Reader, node: &Node) -> Vec<(String, Option<Text>, doorward_contract::Span)> {
    let mut headers = Vec::new();
    if !reader.map(node, "`headers`") {
        return headers;
    }
    for Entry { key, value, key_span, .. } in node.entries() {
        if key.eq_ignore_ascii_case("set-cookie") {
            let help = "list the whole lines under `cookies:`";
            let error =
                Diagnostic::error(codes::INVALID_DOCUMENT, *key_span, "cookies have a place of their own");
            reader.found.push(error.help(help));
        }
        let text = if value.is_null() { None } else { reader.pattern(value, &format!("`{key}`")) };
        if text.is_some() || value.is_null() {
            headers.push((key.clone(), text, value.span));
        }
    }
    headers
}

fn cookies(reader: &mut Reader, node: &Node) -> CookiesWanted {
    if node.as_text() == Some("$any") {
        return CookiesWanted::Any;
    }
    let mut lines = Vec::new();
    for line in reader.one_or_more(node, "`cookies`") {
        if let Some(text) = reader.pattern(line, "a cookie") {
            lines.push((text, line.span));
        }
    }
    CookiesWanted::Lines(lines)
}

fn wanted_body(reader: &mut Reader, node: &Node) -> Option<(BodyWanted, doorward_contract::Span)> {
    let written: Vec<&Entry> = node
        .entries()
        .iter()
        .filter(|entry| ["json", "text", "empty"].contains(&entry.key.as_str()))
        .collect();
    if let [first, second, ..] = written.as_slice() {
        let message = format!("a reply has one body: `{}` or `{}`", first.key, second.key);
        reader.found.push(Diagnostic::error(codes::INVALID_DOCUMENT, second.key_span, message));
    }
    let first = written.first()?;
    let body = match first.key.as_str() {
        "json" => BodyWanted::Json(reader.wanted(&first.value)?),
        "text" => BodyWanted::Text(reader.pattern(&first.value, "`text`")?),
        _ => {
            if !reader.flag(&first.value, "`empty`") {
                let help = "leave it out; without a body here the body is not looked at";
                reader.refuse(codes::WRONG_KIND, &first.value, "`empty` can only be true", help);
            }
            BodyWanted::Empty
        }
    };
    Some((body, first.value.span))
}

fn keeps(reader: &mut Reader, node: &Node) -> Vec<Keep> {
    if !reader.map(node, "`keep`") {
        return Vec::new();
    }
    node.entries().iter().filter_map(|entry| keep(reader, entry)).collect()
}

fn keep(reader: &mut Reader, entry: &Entry) -> Option<Keep> {
    reader.name(entry);
    let (from, matching) = if entry.value.is_map() {
        reader.members(&entry.value, "what is kept", &["from", "matching"]);
        let matching = entry.value.get("matching").and_then(|node| reader.regex(node, "`matching`"));
        (entry.value.get("from"), matching)
    } else {
        (Some(&entry.value), None)
    };
    let Some(node) = from else {
        reader.refuse(codes::INVALID_DOCUMENT, &entry.value, "from where?", "write `from: $body.token`");
        return None;
    };
    let path = reader.text(node, "what is kept")?;
    let mut segments = path.split('.').map(str::to_owned);
    let from = match (segments.next().as_deref(), segments.collect::<Vec<_>>()) {
        (Some("$body"), segments) if segments.iter().all(|segment| !segment.is_empty()) => {
            KeepFrom::Body(segments)
        }
        (Some("$header"), segments) if !segments.is_empty() => KeepFrom::Header(segments.join(".")),
        (Some("$cookie"), segments) if !segments.is_empty() => KeepFrom::Cookie(segments.join(".")),
        _ => {
            let message = format!("`{path}` is no place in a reply");
            let help =
                "such as `$body.data.token`, `$body.0.id`, `$header.Authorization` or `$cookie.session`";
            reader.refuse(codes::UNKNOWN_NAME, node, message, help);
            return None;
        }
    };
    Some(Keep { name: entry.key.clone(), at: entry.key_span, from, matching })
}

fn tokens(reader: &mut Reader, node: &Node, keep: &[Keep]) -> Vec<JwtWanted> {
    if !reader.map(node, "`jwt`") {
        return Vec::new();
    }
    let before: Vec<String> = keep.iter().map(|keep| keep.name.clone()).collect();
    reader.known.extend(before);
    let mut tokens = Vec::new();
    for entry in node.entries() {
        if !reader.known.contains(&entry.key) {
            let message = format!("no value called `{}` was kept", entry.key);
            let error = Diagnostic::error(codes::UNKNOWN_NAME, entry.key_span, message);
            let error = error.suggest(&entry.key, reader.known.iter().map(String::as_str));
            reader.found.push(error.help("keep the token first: `keep: {token: $body.token}`"));
        }
        if reader.members(&entry.value, "a JWT", &["header", "claims"]) {
            let header = entry.value.get("header").and_then(|node| reader.wanted(node));
            let claims = entry.value.get("claims").and_then(|node| reader.wanted(node));
            tokens.push(JwtWanted { name: entry.key.clone(), at: entry.key_span, header, claims });
        }
    }
    tokens
}
