//! DW142: two outcomes with one reply are one outcome to a client; written apart it looks like a slip.

use super::same_bytes::same_bytes;
use super::subject::Bound;
use super::subject::Subject;
use super::{Findings, Lint};
use crate::compile::Origin;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes;
use crate::plan::Reply;
use doorward_core::outcome::{Group, Outcome};

pub(super) static LINT: Lint = Lint { code: codes::EQUAL_REPLIES, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for bound in subject.bindings() {
        let spec = bound.binding.action.spec();
        let of_action = |outcome: Outcome| outcome.own() || spec.failures.contains(&outcome);
        let origins: Vec<&Origin> =
            bound.trace.origins.iter().filter(|origin| of_action(origin.outcome)).collect();
        for (at, second) in origins.iter().enumerate() {
            let first = origins.iter().take(at).find(|first| alike(&bound, first, second));
            if let Some(first) = first {
                let (one, other) = (first.outcome.name(), second.outcome.name());
                let message = format!("`{one}` and `{other}` are answered alike, and written apart");
                let lint = Diagnostic::lint(LINT.code, second.span, message);
                let help = format!("write them as one: `{one}, {other}: …`");
                found.all.push(lint.secondary(first.span, "the other one").help(help));
            }
        }
    }
}

/// Whether two outcomes have the same bytes, from two places and outside one group.
fn alike(bound: &Bound<'_>, first: &Origin, second: &Origin) -> bool {
    let group = first.outcome.group();
    let grouped = group.is_some() && group == second.outcome.group();
    // That a locked or unknown account looks like something else is kept secret on purpose.
    let secret = |outcome: Outcome| matches!(outcome.group(), Some(Group::BadCredentials | Group::Barred));
    let kept = secret(first.outcome) || secret(second.outcome);
    if grouped || kept || first.span == second.span {
        return false;
    }
    let only = |outcome: Outcome| -> Option<&Reply> {
        match bound.binding.replies.of(outcome) {
            [only] => Some(&only.reply),
            _ => None,
        }
    };
    let pair = only(first.outcome).zip(only(second.outcome));
    // Of one key with commas that a contract extends, there is a copy for each outcome.
    let copies =
        |left: &Reply, right: &Reply| std::ptr::eq(left, right) || left.trace.span == right.trace.span;
    pair.is_some_and(|(left, right)| !copies(left, right) && same_bytes(left, right))
}
