//! DW101: whoever may try names learns which of them exist.

use super::same_bytes::same_bytes;
use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;
use doorward_core::outcome::Outcome;
use doorward_core::spec::Caller;

pub(super) static LINT: Lint = Lint { code: codes::UNKNOWN_TOLD_APART, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for bound in subject.bindings() {
        let spec = bound.binding.action.spec();
        let pair = [Outcome::UnknownAccount, Outcome::WrongPassword];
        // Whoever is signed in is told nothing of anybody else.
        if spec.caller != Caller::Anybody || pair.iter().any(|outcome| bound.origin(*outcome).is_none()) {
            continue;
        }
        let [unknown, wrong] = pair.map(|outcome| bound.binding.replies.of(outcome).last());
        if !unknown.zip(wrong).is_some_and(|(unknown, wrong)| same_bytes(&unknown.reply, &wrong.reply)) {
            let message = format!("`{}` tells an unknown account from a wrong password", spec.name);
            found.with_help(bound.span_of(pair[0]), message, "answer both with one `bad_credentials`");
        }
    }
}
