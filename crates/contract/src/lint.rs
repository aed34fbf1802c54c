//! What a contract gives away: allowed, and named at start-up.

use crate::compile::Trace;
use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::source::Node;

/// The lints of a contract without errors.
pub(crate) fn lints(contract: &Node, plan: &Plan, trace: &Trace) -> Vec<Diagnostic> {
    let _ = (contract, plan, trace);
    Vec::new()
}
