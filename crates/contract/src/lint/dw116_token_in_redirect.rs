//! DW116: the URL that a browser is sent to is in its history, in logs, and in the next `Referer`.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;

pub(super) static LINT: Lint = Lint { code: codes::TOKEN_IN_REDIRECT, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for answered in subject.replies() {
        let token =
            answered.header_reads("location").find(|path| path.first().is_some_and(|name| name == "tokens"));
        if let Some(path) = token {
            let message = format!("`{}` goes into the URL of a redirect", path.join("."));
            found.with_help(answered.reply.trace.span, message, "set a cookie, and redirect without it");
        }
    }
}
