//! DW118: who writes an id in the path means that account; what reads no path acts on whoever calls.

use super::subject::{Subject, changes, decides};
use super::{Findings, Lint};
use crate::diagnostic::codes;

pub(super) static LINT: Lint = Lint { code: codes::UNREAD_PATH, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for (operation, trace) in subject.operations().filter(|(operation, _)| changes(operation)) {
        for name in operation.path_parameters.iter().filter(|name| !decides(trace, "path", name)) {
            let changing = operation.bindings.iter().map(|binding| binding.action.spec());
            let Some(spec) = changing.into_iter().find(|spec| !spec.reads_only) else { continue };
            let message = format!("`{}` is done whatever `path.{name}` says", spec.name);
            let help = format!("where it is the caller's own id: `input: {{account_id: $path.{name}}}`");
            found.with_help(trace.span, message, help);
        }
    }
}
