//! `request`, `response`, `cors`: the HTTP side of a contract.

use super::members::Reader;
use crate::diagnostic::codes;
use crate::expression::{Kind, Type};
use crate::media::{READABLE, is_readable};
use crate::plan::{Allowed, CorsPlan, Preflight, RequestPlan, ResponsePlan};
use crate::root_names::RootNames;
use crate::scope::Root;
use crate::source::{Node, NodeValue};
use crate::template::{CompiledTemplate, Setting, TimeFormat};
use std::sync::Arc;

pub(super) const REQUEST: [&str; 5] = ["types", "read_as", "assume", "empty", "routes"];
pub(super) const ROUTES: [&str; 2] = ["case", "trailing_slash"];
pub(super) const RESPONSE: [&str; 5] = ["type", "indent", "time", "accept", "headers"];
pub(super) const PREFLIGHT: [&str; 3] = ["status", "body", "always"];
const JSON: &str = "application/json";

pub(super) fn default_request() -> RequestPlan {
    RequestPlan {
        types: vec![JSON.to_owned()],
        read_as: Vec::new(),
        assume: None,
        empty_is_absent: false,
        any_case: false,
        trailing_slash: false,
    }
}

fn readable<'n>(reader: &mut Reader, item: &'n Node) -> Option<&'n str> {
    let written = reader.media_type(item, "a media type")?;
    if is_readable(written.split(';').next().unwrap_or_default()) {
        return Some(written);
    }
    reader.refuse(codes::WRONG_KIND, item, format!("no body of `{written}` can be read"), READABLE);
    None
}

pub(super) fn request(reader: &mut Reader, node: &Node) -> RequestPlan {
    let mut plan = default_request();
    if !reader.members(node, "`request`", &REQUEST) {
        return plan;
    }
    if let Some(types) = node.get("types") {
        if types.as_list().is_some_and(<[Node]>::is_empty) {
            let help = "for example `types: [application/json]`";
            reader.refuse(codes::WRONG_KIND, types, "no body could be sent", help);
        }
        let items = reader.texts(types, "`types`");
        let types: Vec<String> =
            items.into_iter().filter_map(|item| readable(reader, item)).map(str::to_owned).collect();
        if !types.is_empty() {
            plan.types = types;
        }
    }
    if let Some(read_as) = node.get("read_as") {
        plan.read_as = other_names(reader, read_as);
    }
    if let Some(assume) = node.get("assume") {
        plan.assume = reader.media_type(assume, "`assume`").map(str::to_owned);
        if let Some(assumed) = &plan.assume
            && !plan.types.contains(assumed)
        {
            let message = format!("`{assumed}` is assumed, but not taken");
            reader.refuse(codes::WRONG_KIND, assume, message, &format!("types: {}", plan.types.join(", ")));
        }
    }
    if let Some(empty) = node.get("empty") {
        plan.empty_is_absent = reader.word(empty, "`empty`", &["absent"]).is_some();
    }
    if let Some(routes) = node.get("routes")
        && reader.members(routes, "`routes`", &ROUTES)
    {
        let mut habit = |member: &str| {
            let word = routes
                .get(member)
                .and_then(|node| reader.word(node, &format!("`{member}`"), &["exact", "any"]));
            word == Some("any")
        };
        plan.any_case = habit("case");
        plan.trailing_slash = habit("trailing_slash");
    }
    plan
}

/// Media types that clients send by another name than what they hold.
fn other_names(reader: &mut Reader, node: &Node) -> Vec<(String, String)> {
    if !reader.map(node, "`read_as`") {
        return Vec::new();
    }
    let mut names = Vec::new();
    for entry in node.entries() {
        let sent = Node::new(entry.key_span, NodeValue::Text(entry.key.clone()));
        if let (Some(sent), Some(held)) =
            (reader.media_type(&sent, "a media type"), readable(reader, &entry.value))
        {
            names.push((sent.to_ascii_lowercase(), held.to_ascii_lowercase()));
        }
    }
    names
}

pub(super) fn default_response() -> ResponsePlan {
    ResponsePlan { content_type: JSON.to_owned(), indent: 0, strict_accept: false, headers: Vec::new() }
}

pub(super) fn response(reader: &mut Reader, node: &Node) -> (ResponsePlan, TimeFormat) {
    let mut plan = default_response();
    let mut times = TimeFormat::default();
    if !reader.members(node, "`response`", &RESPONSE) {
        return (plan, times);
    }
    if let Some(kind) = node.get("type")
        && let Some(kind) = reader.media_type(kind, "`type`")
    {
        plan.content_type = kind.to_owned();
    }
    if let Some(indent) = node.get("indent") {
        let indent = reader.number(indent, "`indent`", (0, 8)).unwrap_or(0);
        plan.indent = u8::try_from(indent).unwrap_or(0);
    }
    if let Some(time) = node.get("time")
        && let Some(text) = reader.text(time, "`time`")
    {
        match TimeFormat::parse(text, None) {
            Ok(format) => times = format,
            Err(problem) => reader.refuse(codes::WRONG_KIND, time, problem, "for example `time: iso`"),
        }
    }
    if let Some(accept) = node.get("accept") {
        plan.strict_accept = reader.word(accept, "`accept`", &["ignore", "strict"]) == Some("strict");
    }
    if let Some(headers) = node.get("headers").filter(|headers| reader.map(headers, "`headers`")) {
        for entry in headers.entries() {
            let named = reader.header_name(&entry.key, entry.key_span);
            if let Some(value) = header_of_all(reader, &entry.value, &times)
                && named
            {
                plan.headers.push((entry.key.clone(), Arc::new(value)));
            }
        }
    }
    (plan, times)
}

fn header_of_all(reader: &mut Reader, node: &Node, times: &TimeFormat) -> Option<CompiledTemplate> {
    let what = "a header of every reply";
    reader.line(node, what)?;
    let template = reader.parsed_text(node, what)?;
    let names = RootNames::new().request().with("now", Type::new(Kind::Time), Root::Now.slot());
    let compiled = reader.compiled(&template, &names, &Setting::reply(times.clone()))?;
    reader.wants_text(&compiled, node.span, what).then_some(compiled)
}

pub(super) const CORS: [&str; 6] = ["preflight", "methods", "headers", "expose", "credentials", "origin"];
const METHODS: &str = "GET, HEAD, PUT, PATCH, POST, DELETE";

pub(super) fn cors(reader: &mut Reader, node: &Node) -> Option<CorsPlan> {
    if !reader.members(node, "`cors`", &CORS) {
        return None;
    }
    let origin = node.get("origin").and_then(|origin| reader.word(origin, "`origin`", &["echo", "any"]));
    let any_origin = origin == Some("any");
    let credentials =
        node.get("credentials").and_then(|flag| reader.flag(flag, "`credentials`")).unwrap_or(false);
    if any_origin && credentials {
        let at = node.get("credentials").unwrap_or(node);
        let help = "browsers refuse it; write `origin: echo`, the deployment says which origins are allowed";
        reader.refuse(codes::WRONG_KIND, at, "credentials never go with `origin: any`", help);
    }
    let methods = allowed(reader, node, "methods").unwrap_or_else(|| Allowed::Fixed(METHODS.to_owned()));
    let headers = allowed(reader, node, "headers").unwrap_or(Allowed::Requested);
    let expose = node.get("expose").and_then(|expose| reader.line(expose, "`expose`")).map(str::to_owned);
    let preflight = match node.get("preflight") {
        Some(preflight) => read_preflight(reader, preflight),
        None => Preflight { status: 204, body: None, always: false },
    };
    Some(CorsPlan { any_origin, credentials, methods, headers, expose, preflight })
}

fn allowed(reader: &mut Reader, node: &Node, member: &str) -> Option<Allowed> {
    let text = reader.line(node.get(member)?, &format!("`{member}`"))?;
    Some(if text == "requested" { Allowed::Requested } else { Allowed::Fixed(text.to_owned()) })
}

fn read_preflight(reader: &mut Reader, node: &Node) -> Preflight {
    let mut preflight = Preflight { status: 204, body: None, always: false };
    if !reader.members(node, "`preflight`", &PREFLIGHT) {
        return preflight;
    }
    if let Some(status) = node.get("status") {
        let status = reader.number(status, "`status`", (200, 299)).unwrap_or(204);
        preflight.status = u16::try_from(status).unwrap_or(204);
    }
    if let Some(body) = node.get("body") {
        preflight.body = Some(body.to_json().to_string());
        if preflight.status == 204 {
            let help = "give it another status, or leave the body out";
            reader.refuse(codes::BODY_ON_EMPTY_STATUS, body, "a 204 has no body", help);
        }
    }
    if let Some(always) = node.get("always") {
        preflight.always = reader.flag(always, "`always`").unwrap_or(false);
    }
    preflight
}
