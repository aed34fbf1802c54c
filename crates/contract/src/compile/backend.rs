//! `{action: backend, why: …}`: an operation that the team's own backend answers. It is documented, and not routed.

use super::reading::Findings;
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Node;

/// The word in place of an action.
pub(super) const BACKEND: &str = "backend";

/// Whether an operation is left to the backend.
pub(super) fn is_left(extension: &Node) -> bool {
    extension.get("action").and_then(Node::as_text) == Some(BACKEND)
}

/// Looks over such an operation: it says why, and nothing else.
pub(super) fn look_over(extension: &Node, found: &mut Findings) {
    let Some(action) = extension.get("action") else { return };
    if extension.get("why").and_then(Node::as_text).is_none_or(|why| why.trim().is_empty()) {
        let help = "say what your backend does there: `why: …`";
        found.error(codes::REASON_MISSING, action.span, "`backend` without `why`", help);
    }
    for entry in extension.entries().iter().filter(|entry| !["action", "why"].contains(&entry.key.as_str())) {
        let message = format!("`{}` says nothing where the backend answers", entry.key);
        let error = Diagnostic::error(codes::UNKNOWN_MEMBER, entry.key_span, message);
        found.push(error.help("members: action why"));
    }
}
