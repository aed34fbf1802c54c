//! DW130: short passwords are guessed, whatever else is done.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;

pub(super) static LINT: Lint = Lint { code: codes::WEAK_PASSWORD_RULE, check };

/// What NIST SP 800-63B calls the least.
const LEAST: usize = 8;

fn check(subject: &Subject<'_>, found: &mut Findings) {
    let sets = subject.bindings().any(|bound| bound.action() == "register" || bound.takes("new_password"));
    let least = subject.plan.password.min;
    if sets && least < LEAST {
        let message = format!("passwords of {least} characters are accepted; eight is the least advisable");
        found.at(subject.at(&["password"]), message);
    }
}
