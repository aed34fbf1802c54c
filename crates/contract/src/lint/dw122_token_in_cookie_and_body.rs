//! DW122: HttpOnly hides a token from scripts; a body gives it to them.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::compile::ReplyPart;
use crate::diagnostic::codes;

pub(super) static LINT: Lint = Lint { code: codes::TOKEN_IN_COOKIE_AND_BODY, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for answered in subject.replies() {
        let cookies = answered.reply.set_cookies.iter().filter_map(|index| subject.plan.cookies.get(*index));
        for token in cookies.filter_map(|cookie| cookie.token.as_ref()) {
            let in_body = answered.reply.trace.reads.iter().any(|(part, path)| {
                *part == ReplyPart::Body && path.len() == 2 && path[0] == "tokens" && path[1] == *token
            });
            if in_body {
                let message = format!("`{token}` goes out in a cookie and in the body of one reply");
                found.with_help(answered.reply.trace.span, message, "one of them is enough");
            }
        }
    }
}
