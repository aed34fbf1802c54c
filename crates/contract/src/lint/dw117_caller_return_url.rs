//! DW117: who chooses where people are sent after signing in sends them to a copy of the page.

use super::subject::Subject;
use super::subject::is_of_request;
use super::{Findings, Lint};
use crate::diagnostic::codes;

pub(super) static LINT: Lint = Lint { code: codes::CALLER_RETURN_URL, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for answered in subject.replies() {
        if answered.header_reads("location").any(|path| is_of_request(path)) {
            let message = "the caller chooses where this redirect goes";
            found.with_help(answered.reply.trace.span, message, "redirect to a constant URL");
        }
    }
    for bound in subject.bindings().filter(|bound| bound.takes("return_url")) {
        let allowed = subject.section(&["links", "allowed"]).is_some();
        let message = "the caller chooses where people are sent";
        let help =
            if allowed { "`links.allowed` says where to" } else { "say where to under `links.allowed`" };
        found.with_help(bound.trace.span, message, help);
    }
}
