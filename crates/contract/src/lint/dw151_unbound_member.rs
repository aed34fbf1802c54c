//! DW151: a member that a request may bring and nothing reads is forgotten, or lies in the documentation.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::compile::OperationTrace;
use crate::diagnostic::codes;
use crate::plan::{Operation, ParameterPlace};
use crate::source::{Node, Span};

pub(super) static LINT: Lint = Lint { code: codes::UNBOUND_MEMBER, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for (operation, trace) in subject.operations().filter(|(_, trace)| !trace.inferred) {
        let mut wanted: Vec<(&str, String)> = Vec::new();
        for (_, schema) in &operation.body.types {
            let members = schema.iter().flat_map(|schema| schema.members());
            wanted.extend(members.map(|member| ("body", member.to_owned())));
        }
        for parameter in &operation.parameters {
            let place = match parameter.place {
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

fn is_read(operation: &Operation, trace: &OperationTrace, place: &str, name: &str) -> bool {
    let reads = |path: &Vec<String>| match path.as_slice() {
        [first] => first == place,
        [first, second, ..] => first == place && second == name,
        [] => false,
    };
    let in_bindings = trace.bindings.iter().any(|binding| {
        binding.guards.iter().chain(binding.inputs.iter().flat_map(|input| &input.reads)).any(reads)
    });
    let tables = operation.bindings.iter().map(|binding| &binding.replies).chain([&operation.replies]);
    let mut replies = tables.flat_map(|table| table.entries.iter().flat_map(|answers| answers.iter()));
    // An operation that refuses on purpose, or answers the same whatever comes, reads nothing.
    let reads_anything = operation.bindings.iter().any(|binding| !binding.inputs.is_empty());
    !reads_anything
        || in_bindings
        || replies.any(|guarded| {
            let trace = &guarded.reply.trace;
            trace.guard.iter().chain(trace.reads.iter().map(|(_, path)| path)).any(reads)
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
