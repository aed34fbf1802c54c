//! DW105: what comes from a stranger and goes back as it came is what injections are made of.

use super::subject::Subject;
use super::subject::is_of_request;
use super::{Findings, Lint};
use crate::diagnostic::codes;

pub(super) static LINT: Lint = Lint { code: codes::REQUEST_ECHOED, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for answered in subject.replies() {
        let echoed = answered.reply.trace.shows.iter().find(|path| is_of_request(path));
        if let Some(path) = echoed {
            let message = format!("`{}` of the request is echoed in this reply", path.join("."));
            found.at(answered.reply.trace.span, message);
        }
    }
}
