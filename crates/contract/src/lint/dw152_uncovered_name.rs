//! DW152: a misspelt wire name is only seen against something that says what the name is.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::compile::OperationTrace;
use crate::diagnostic::codes;
use crate::source::Node;

pub(super) static LINT: Lint = Lint { code: codes::UNCOVERED_NAME, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    let uncovered: Vec<&str> = subject
        .operations()
        .filter(|(_, trace)| trace.inferred && !has_example(subject.contract, trace))
        .map(|(operation, _)| operation.path.as_str())
        .collect();
    if let Some((first, others)) = uncovered.split_first() {
        let more = match others.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!("nothing but the bindings says what requests to {first}{more} look like");
        let help = "declare `requestBody`, and a misspelt member is an error";
        let paths = subject.contract.entry("paths").map_or(subject.contract.span, |paths| paths.key_span);
        found.with_help(paths, message, help);
    }
}

fn has_example(contract: &Node, trace: &OperationTrace) -> bool {
    let operation =
        ["paths", &trace.path, &trace.method].into_iter().try_fold(contract, |node, name| node.get(name));
    operation.and_then(|node| node.get("requestBody")).is_some()
}
