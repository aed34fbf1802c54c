//! DW115: a token that outlives its year is never looked after again.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;

pub(super) static LINT: Lint = Lint { code: codes::TOKEN_WITHOUT_EXPIRY, check };

/// A year and a day.
const LONGEST_SECONDS: u64 = 366 * 86_400;

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for token in &subject.plan.tokens {
        let seconds = token.policy.lifetime.as_secs();
        if seconds > LONGEST_SECONDS {
            let name = &token.policy.name;
            let message = format!("`{name}` lives {} days: as good as for ever", seconds / 86_400);
            let help = "a shorter life with `renew` or a `refresh` operation keeps people signed in as well";
            found.with_help(subject.at(&["tokens", name, "lifetime"]), message, help);
        }
    }
}
