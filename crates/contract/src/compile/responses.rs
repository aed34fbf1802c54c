//! The declared `responses` of an operation: whatever it answers fits what is declared for the status.

use super::reading::Findings;
use super::references::resolved;
use super::request::Requests;
use crate::diagnostic::{Diagnostic, codes};
use crate::plan::{BodyReply, Operation, Reply, StatusPlan};
use crate::schema::Schema;
use crate::source::{Node, Span};
use std::collections::HashSet;
use std::sync::Arc;

/// What is declared for the bodies of one status.
struct Declared {
    /// `200`, `4XX` or `default`.
    status: String,
    /// By media type, in lower case and without parameters.
    content: Vec<(String, Arc<Schema>, Span)>,
}

/// Refuses replies that do not fit. What is not declared is not looked at: the completed document adds it.
pub(super) fn check<'d>(
    node: &'d Node,
    operation: &Operation,
    requests: &mut Requests<'d>,
    found: &mut Findings,
) {
    let Some(responses) = node.get("responses").filter(|responses| responses.is_map()) else { return };
    let declared: Vec<Declared> = responses
        .entries()
        .iter()
        .filter_map(|entry| read((&entry.key, &entry.value), requests, found))
        .collect();
    if declared.iter().all(|response| response.content.is_empty()) {
        return;
    }
    let tables = operation.bindings.iter().map(|binding| &binding.replies).chain([&operation.replies]);
    let mut seen = HashSet::new();
    for guarded in tables.flat_map(|table| table.entries.iter().flat_map(|answers| answers.iter())) {
        let reply = guarded.reply.as_ref();
        if seen.insert(std::ptr::from_ref(reply)) {
            check_reply(reply, &declared, found);
        }
    }
}

fn read<'d>(
    (status, node): (&str, &'d Node),
    requests: &mut Requests<'d>,
    found: &mut Findings,
) -> Option<Declared> {
    let node = resolved(requests.contract, node, found)?;
    let mut content = Vec::new();
    for entry in node.get("content").map_or(&[][..], Node::entries) {
        let Some(schema) = entry.value.get("schema") else { continue };
        if let Some(compiled) = found.kept(requests.schemas.compile(schema)) {
            content.push((essence(&entry.key), compiled, schema.span));
        }
    }
    Some(Declared { status: status.to_ascii_uppercase(), content })
}

fn essence(media: &str) -> String {
    media.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

fn check_reply(reply: &Reply, declared: &[Declared], found: &mut Findings) {
    let (StatusPlan::Fixed(status), BodyReply::Json { content_type, template, .. }) =
        (&reply.status, &reply.body)
    else {
        return;
    };
    let names = [status.to_string(), format!("{}XX", status / 100), "DEFAULT".to_owned()];
    let response = names.iter().find_map(|name| declared.iter().find(|response| response.status == *name));
    let media = essence(content_type);
    let Some((_, schema, span)) =
        response.and_then(|response| response.content.iter().find(|(known, ..)| *known == media))
    else {
        return;
    };
    if let Some(misfit) = schema.misfit(template.ty(), template.constant()) {
        let message = format!("the reply does not fit the declared response: {}", misfit.message);
        let error = Diagnostic::error(codes::REPLY_DOES_NOT_FIT, reply.trace.span, message);
        let error = error.secondary(*span, format!("declared for {status}"));
        found.push(match misfit.meant {
            Some(meant) => error.help(format!("did you mean `{meant}`?")),
            None => error.help("change the reply, or what is declared"),
        });
    }
}
