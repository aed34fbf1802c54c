//! DW151: a member that a request may bring and nothing reads is forgotten, or lies in the documentation.

use super::subject::{Subject, changes, decides, reads};
use super::{Findings, Lint};
use crate::compile::OperationTrace;
use crate::diagnostic::codes;
use crate::plan::{Operation, ParameterPlace};
use crate::source::{Node, Span};

pub(super) static LINT: Lint = Lint { code: codes::UNBOUND_MEMBER, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for (operation, trace) in subject.operations().filter(|(operation, _)| !says_the_same(operation)) {
        let mut wanted: Vec<(&str, String)> = Vec::new();
        // An inferred body has only what is read.
        for (_, schema) in operation.body.types.iter().filter(|_| !trace.inferred) {
            let members = schema.iter().flat_map(|schema| schema.members());
            wanted.extend(members.map(|member| ("body", member.to_owned())));
        }
        for parameter in &operation.parameters {
            let place = match parameter.place {
                // DW118 says it where something changes.
                ParameterPlace::Path if changes(operation) => continue,
                ParameterPlace::Path => "path",
                ParameterPlace::Query => "query",
                ParameterPlace::Header | ParameterPlace::Cookie => continue,
            };
            wanted.push((place, parameter.name.clone()));
        }
        wanted.dedup();
        for (place, name) in wanted.iter().filter(|(place, name)| !is_read(operation, trace, place, name)) {
            let message =
                format!("nothing reads `{place}.{name}` of {} {}", operation.method, operation.path);
            found.at(written(subject.contract, trace, name), message);
        }
    }
}

/// Whether an operation refuses on purpose, or answers the same whatever comes: then it need read nothing.
fn says_the_same(operation: &Operation) -> bool {
    operation.bindings.iter().all(|binding| matches!(binding.action.spec().name, "answer" | "refused"))
}

fn is_read(operation: &Operation, trace: &OperationTrace, place: &str, name: &str) -> bool {
    let tables = operation.bindings.iter().map(|binding| &binding.replies).chain([&operation.replies]);
    let mut replies = tables.flat_map(|table| table.entries.iter().flat_map(|answers| answers.iter()));
    decides(trace, place, name)
        || replies.any(|guarded| {
            let trace = &guarded.reply.trace;
            let mut all = trace.guard.iter().chain(trace.reads.iter().map(|(_, path)| path));
            all.any(|path| reads(path, place, name))
        })
}

/// Where a member of the body is declared; else the operation.
fn written(contract: &Node, trace: &OperationTrace, name: &str) -> Span {
    let operation =
        ["paths", &trace.path, &trace.method].into_iter().try_fold(contract, |node, name| node.get(name));
    let content = operation.and_then(|node| node.get("requestBody")).and_then(|body| body.get("content"));
    let schema =
        content.and_then(|content| content.entries().first()).and_then(|entry| entry.value.get("schema"));
    let referred = |schema: &&Node| schema.get("$ref").and_then(Node::as_text).map(str::to_owned);
    let schema = match schema.as_ref().and_then(referred) {
        Some(pointer) => {
            pointer.trim_start_matches("#/").split('/').try_fold(contract, |node, name| node.get(name))
        }
        None => schema,
    };
    let entry =
        schema.and_then(|schema| schema.get("properties")).and_then(|properties| properties.entry(name));
    entry.map_or(trace.span, |entry| entry.key_span)
}
