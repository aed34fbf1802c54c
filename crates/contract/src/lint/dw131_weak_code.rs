//! DW131: a code is guessed when it is short, or lives long enough to try many.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;
use doorward_core::outcome::Outcome;

pub(super) static LINT: Lint = Lint { code: codes::WEAK_CODE, check };

/// A code is weak below this many possibilities, or when it lives longer than a quarter of an hour.
const POSSIBILITIES: u128 = 1_000_000;
const LIFE_SECONDS: u64 = 900;

fn check(subject: &Subject<'_>, found: &mut Findings) {
    let sends = |outcome: Outcome| subject.bindings().any(|bound| bound.origin(outcome).is_some());
    if !sends(Outcome::Sent) && !sends(Outcome::CodeSent) {
        return;
    }
    let weak = subject.plan.codes.values().any(|policy| {
        let length = u32::try_from(policy.length).unwrap_or(u32::MAX);
        let many = (policy.alphabet.len() as u128).saturating_pow(length);
        many < POSSIBILITIES || policy.lifetime.as_secs() > LIFE_SECONDS
    });
    if weak {
        let message = "codes are short or slow to expire: a million possibilities and a quarter of an hour are advisable";
        found.at(subject.at(&["codes"]), message);
    }
}
