//! DW114: a stolen session becomes a stolen account.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;
use doorward_core::spec::Caller;

pub(super) static LINT: Lint = Lint { code: codes::PASSWORD_WITHOUT_OLD, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for bound in subject.bindings() {
        let signed_in = bound.binding.action.spec().caller == Caller::Session;
        if signed_in && bound.takes("new_password") && !bound.takes("password") {
            let message = format!("`{}` sets a password without asking for the old one", bound.action());
            found.with_help(bound.trace.span, message, "bind `password` too");
        }
    }
}
