//! DW102: an operation that says who has an account says it to everybody.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;
use doorward_core::outcome::Outcome;

pub(super) static LINT: Lint = Lint { code: codes::AVAILABILITY_ORACLE, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for bound in subject.bindings().filter(|bound| bound.origin(Outcome::InUse).is_some()) {
        if !subject.for_signed_in(bound.binding) {
            found.at(bound.trace.span, "anybody may ask whether an identifier is taken");
        }
    }
}
