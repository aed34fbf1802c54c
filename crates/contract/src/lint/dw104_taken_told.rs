//! DW104: a registration says who has an account; hardly any can do without, so it is only named.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;
use crate::plan::{InputPlan, InputTarget};
use doorward_core::outcome::Outcome;
use doorward_core::spec::Caller;

pub(super) static LINT: Lint = Lint { code: codes::TAKEN_TOLD, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    let identifies =
        |input: &InputPlan| matches!(input.target, InputTarget::Identifier(_) | InputTarget::AnyIdentifier);
    for bound in subject.bindings().filter(|bound| bound.origin(Outcome::Taken).is_some()) {
        let sends = bound.binding.options.word("tell");
        let change = bound.binding.action.spec().caller == Caller::Session;
        let untold = if change { sends == "always_sent" } else { !sends.is_empty() };
        if untold || !bound.binding.inputs.iter().any(identifies) {
            continue;
        }
        let message = match bound.binding.action.spec().caller {
            Caller::Anybody => "a registration tells that an identifier is taken",
            // They may list all accounts anyway.
            Caller::Administrator => continue,
            Caller::Session => "a change of identifiers tells that one is taken",
        };
        found.at(bound.span_of(Outcome::Taken), message);
    }
}
