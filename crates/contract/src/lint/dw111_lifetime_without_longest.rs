//! DW111: whoever steals a password once could take a token for life.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;

pub(super) static LINT: Lint = Lint { code: codes::LIFETIME_WITHOUT_LONGEST, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    let access = subject.plan.tokens.iter().find(|token| token.policy.name == "access");
    if access.is_none_or(|token| token.policy.longest.is_some()) {
        return;
    }
    for bound in subject.bindings().filter(|bound| bound.takes("lifetime")) {
        let message = "the caller chooses how long a session lives, and no `longest` bounds it";
        found.with_help(bound.trace.span, message, "write `longest: 60d` beside the token's `lifetime`");
    }
}
