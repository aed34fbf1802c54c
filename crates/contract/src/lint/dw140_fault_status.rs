//! DW140: monitors and clients know a failing server by 429 and 5xx.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;
use crate::plan::StatusPlan;
use doorward_core::outcome::Outcome;

pub(super) static LINT: Lint = Lint { code: codes::FAULT_STATUS, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for answered in subject.replies() {
        let StatusPlan::Fixed(status) = answered.reply.status else { continue };
        let hidden = match answered.outcome {
            Outcome::Overloaded | Outcome::Broken => status < 500,
            Outcome::Throttled => status < 400,
            _ => false,
        };
        if hidden {
            let name = answered.outcome.name();
            let message = format!("`{name}` is answered with {status}: monitors will not see it");
            found.at(answered.reply.trace.span, message);
        }
    }
}
