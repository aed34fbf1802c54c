//! DW103: asking for a code or a link is open to everybody, and so is what it tells.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;

pub(super) static LINT: Lint = Lint { code: codes::FORGOT_TELLS_TRUTH, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for bound in subject.bindings().filter(|bound| bound.binding.options.word("tell") == "truth") {
        let message = "asking for a code tells whether the account exists";
        found.with_help(bound.trace.span, message, "`options: {tell: always_sent}` answers everybody alike");
    }
}
