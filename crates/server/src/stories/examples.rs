//! The examples of an OpenAPI document as stories: a request example and the response example of the same name.

use super::story::{Body, BodyWanted, CookiesWanted, Exchange, Expect, Step, StepKind, Stories, Story};
use super::text::{Hole, Piece, Text};
use super::wanted::Wanted;
use doorward_contract::Node;
use serde_json::Value;

/// The stories that a document's examples tell, below this base path. They begin with the setup `examples`, if the
/// file of stories has one. Operations with path parameters or `security` are left to written stories.
#[must_use]
pub fn examples(document: &Node, base: &str, stories: &Stories) -> Vec<Story> {
    let mut told = Vec::new();
    for path in document.get("paths").map_or(&[][..], Node::entries) {
        for method in path.value.entries().iter().filter(|_| !path.key.contains('{')) {
            let security = method.value.get("security").or_else(|| document.get("security"));
            let own =
                method.value.get("x-doorward").and_then(|own| own.get("action")).and_then(Node::as_text);
            let asks = security.and_then(Node::as_list).is_some_and(|list| !list.is_empty());
            if asks || own == Some("backend") {
                continue;
            }
            let line = (method.key.to_uppercase(), format!("{base}{}", path.key));
            told.extend(of_operation(&method.value, line, stories));
        }
    }
    told
}

fn of_operation(operation: &Node, (method, target): (String, String), stories: &Stories) -> Vec<Story> {
    let content = |node: &Node| node.get("content").and_then(|content| content.entries().first().cloned());
    let Some(request) = operation.get("requestBody").and_then(content) else { return Vec::new() };
    let mut told = Vec::new();
    for (name, sent) in named(&request.value) {
        let Some(body) = body(&request.key, &sent.to_json()) else { continue };
        let mut replies: Vec<(u16, String, Node)> = Vec::new();
        for response in operation.get("responses").map_or(&[][..], Node::entries) {
            let (Ok(status), Some(media)) = (response.key.parse(), content(&response.value)) else {
                continue;
            };
            let same = named(&media.value).into_iter().find(|(known, _)| *known == name);
            replies.extend(same.map(|(_, value)| (status, media.key.clone(), value)));
        }
        // An example without a name goes with the success.
        replies.retain(|(status, ..)| !name.is_empty() || (200..300).contains(status));
        let Some((status, media, reply)) = replies.into_iter().next() else { continue };
        let expect = Expect {
            status,
            status_at: reply.span,
            reason: None,
            outcome: None,
            headers: Vec::new(),
            cookies: CookiesWanted::Any,
            body: wanted(&media, &reply.to_json()).map(|wanted| (wanted, reply.span)),
        };
        let exchange = Exchange {
            method: method.clone(),
            target: Text::plain(&target),
            headers: Vec::new(),
            body,
            expect,
            keep: Vec::new(),
            jwt: Vec::new(),
        };
        let mut steps = stories.examples.clone();
        steps.push(Step { at: sent.span, kind: StepKind::Send(Box::new(exchange)) });
        let title = format!("The example {name} of {method} {target}").replace("  ", " ");
        told.push(Story { name: title, at: sent.span, names: stories.names.clone(), limited: false, steps });
    }
    told
}

/// The examples of a media type by name; `example` has none.
fn named(media: &Node) -> Vec<(String, Node)> {
    let alone = media.get("example").map(|value| (String::new(), value.clone()));
    let all = media.get("examples").map_or(&[][..], Node::entries);
    let all = all.iter().filter_map(|entry| Some((entry.key.clone(), entry.value.get("value")?.clone())));
    alone.into_iter().chain(all).collect()
}

fn body(media: &str, value: &Value) -> Option<Body> {
    let fields = || -> Option<Vec<(String, Text)>> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some(
            value
                .as_object()?
                .iter()
                .map(|(name, value)| (name.clone(), Text::plain(&text(value))))
                .collect(),
        )
    };
    match media {
        "application/x-www-form-urlencoded" => fields().map(Body::Form),
        "multipart/form-data" => fields().map(Body::Multipart),
        media if media.contains("json") => Some(Body::Json(Wanted::Constant(value.clone()))),
        _ => None,
    }
}

fn wanted(media: &str, value: &Value) -> Option<BodyWanted> {
    match value {
        Value::String(text) if media.starts_with("text/") => Some(BodyWanted::Text(Text::plain(text))),
        value if media.contains("json") => Some(BodyWanted::Json(alike(value))),
        _ => None,
    }
}

/// The same members in the same order, with values of the same kinds: an example shows what may be computed.
fn alike(value: &Value) -> Wanted {
    let hole = match value {
        Value::Object(members) => {
            return Wanted::Map(members.iter().map(|(name, value)| (name.clone(), alike(value))).collect());
        }
        Value::Array(_) => Hole::List,
        Value::Number(_) => Hole::Number,
        Value::Bool(_) => Hole::Boolean,
        Value::String(text) if !text.is_empty() => Hole::Text,
        Value::String(_) | Value::Null => Hole::Any,
    };
    Wanted::Text(Text { pieces: vec![Piece::Hole(hole)] })
}
