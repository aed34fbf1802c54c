//! What a contract gives away: allowed, and named at start-up. One file per lint, each with one anatomy: a sentence
//! about why, its `LINT` and its `check`. What a code means at length is its page under `rules/`.

mod dw101_unknown_told_apart;
mod dw102_availability_oracle;
mod dw103_forgot_tells_truth;
mod dw104_taken_told;
mod dw105_request_echoed;
mod dw110_secret_in_url;
mod dw111_lifetime_without_longest;
mod dw112_caller_sets_role;
mod dw113_changing_get;
mod dw114_password_without_old;
mod dw115_token_without_expiry;
mod dw116_token_in_redirect;
mod dw117_caller_return_url;
mod dw118_unread_path;
mod dw120_weak_cookie;
mod dw121_wide_cookie;
mod dw122_token_in_cookie_and_body;
mod dw123_useless_constant;
mod dw130_weak_password_rule;
mod dw131_weak_code;
mod dw132_shared_key;
mod dw133_misspelt_claim;
mod dw140_fault_status;
mod dw141_success_shape_on_failure;
mod dw142_equal_replies;
mod dw150_unused;
mod dw151_unbound_member;
mod dw152_uncovered_name;
mod mailed;
mod same_bytes;
mod subject;

use crate::compile::Trace;
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::Plan;
use crate::source::{Node, Span};
use subject::Subject;

/// One lint.
struct Lint {
    /// Its code.
    code: Code,
    /// Notes where a contract does it.
    check: fn(&Subject<'_>, &mut Findings),
}

/// What one lint found.
struct Findings {
    code: Code,
    all: Vec<Diagnostic>,
}

impl Findings {
    /// Notes a place.
    fn at(&mut self, span: Span, message: impl Into<String>) {
        self.all.push(Diagnostic::lint(self.code, span, message));
    }

    /// Notes a place, and what to do about it.
    fn with_help(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.all.push(Diagnostic::lint(self.code, span, message).help(help));
    }
}

static LINTS: [&Lint; 28] = [
    &dw101_unknown_told_apart::LINT,
    &dw102_availability_oracle::LINT,
    &dw103_forgot_tells_truth::LINT,
    &dw104_taken_told::LINT,
    &dw105_request_echoed::LINT,
    &dw110_secret_in_url::LINT,
    &dw111_lifetime_without_longest::LINT,
    &dw112_caller_sets_role::LINT,
    &dw113_changing_get::LINT,
    &dw114_password_without_old::LINT,
    &dw115_token_without_expiry::LINT,
    &dw116_token_in_redirect::LINT,
    &dw117_caller_return_url::LINT,
    &dw118_unread_path::LINT,
    &dw120_weak_cookie::LINT,
    &dw121_wide_cookie::LINT,
    &dw122_token_in_cookie_and_body::LINT,
    &dw123_useless_constant::LINT,
    &dw130_weak_password_rule::LINT,
    &dw131_weak_code::LINT,
    &dw132_shared_key::LINT,
    &dw133_misspelt_claim::LINT,
    &dw140_fault_status::LINT,
    &dw141_success_shape_on_failure::LINT,
    &dw142_equal_replies::LINT,
    &dw150_unused::LINT,
    &dw151_unbound_member::LINT,
    &dw152_uncovered_name::LINT,
];

/// The lints of a contract without errors.
pub(crate) fn lints(contract: &Node, plan: &Plan, trace: &Trace) -> Vec<Diagnostic> {
    let subject = Subject { contract, plan, trace };
    let mut all = Vec::new();
    for lint in LINTS {
        let mut found = Findings { code: lint.code, all: Vec::new() };
        (lint.check)(&subject, &mut found);
        all.append(&mut found.all);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::LINTS;
    use crate::diagnostic::codes::{TABLE, UNBUILDABLE_REQUEST, UNSURE_SUCCESS};

    #[test]
    fn every_lint_of_the_table_is_here_in_order() {
        let here: Vec<_> = LINTS.iter().map(|lint| lint.code).collect();
        // These two are of running backwards, which is asked for by itself.
        let backwards = [UNBUILDABLE_REQUEST, UNSURE_SUCCESS];
        let lints = TABLE.iter().map(|(code, ..)| *code).filter(|code| code.is_lint());
        let table: Vec<_> = lints.filter(|code| !backwards.contains(code)).collect();
        assert_eq!(here, table);
    }
}
