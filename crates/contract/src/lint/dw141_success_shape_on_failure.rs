//! DW141: clients tell success from failure by the shape of the body.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;

pub(super) static LINT: Lint = Lint { code: codes::SUCCESS_SHAPE_ON_FAILURE, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for answered in subject.replies().iter().filter(|answered| !answered.outcome.own()) {
        if answered.reply.trace.shape.as_deref() == Some("success") {
            let message =
                format!("`{}`, a failure, is answered in the shape `success`", answered.outcome.name());
            found.at(answered.reply.trace.span, message);
        }
    }
}
