//! DW113: browsers, crawlers and mail scanners follow GETs by themselves.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;

pub(super) static LINT: Lint = Lint { code: codes::CHANGING_GET, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for (operation, trace) in subject.operations().filter(|(operation, _)| operation.method == "GET") {
        if let Some(binding) = operation.bindings.iter().find(|binding| !binding.action.spec().reads_only) {
            let message = format!("a GET performs `{}`, which changes something", binding.action.spec().name);
            found.at(trace.span, message);
        }
    }
}
