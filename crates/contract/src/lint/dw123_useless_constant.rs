//! DW123: a constant proves that the request is not another site's only where another site cannot send it.

use super::subject::{Bound, Subject};
use super::{Findings, Lint};
use crate::diagnostic::codes;
use crate::plan::{Proves, Scheme, SchemePlace};

pub(super) static LINT: Lint = Lint { code: codes::USELESS_CONSTANT, check };

/// Headers that a form, or a script of another site, sends without being asked about them (the Fetch standard).
const SENT_BY_ANYBODY: [&str; 4] = ["accept", "accept-language", "content-language", "content-type"];

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for scheme in subject.plan.schemes.iter().filter(|scheme| scheme.is_constant()) {
        let Some(why) = written_by_others(scheme) else { continue };
        let span = subject.scheme(&scheme.name);
        let message = format!("`{}` keeps no other site away: {why}", scheme.name);
        found.with_help(
            span,
            message,
            "ask for it in a header of its own: `in: header, name: X-Requested-With`",
        );
    }
    for bound in subject.bindings() {
        if let Some((cookie, constant)) = done_without(subject, &bound) {
            let message =
                format!("`{cookie}` is taken without `{constant}`, which then keeps no other site away");
            let help = format!("ask for both wherever the cookie comes: `{{{cookie}: [], {constant}: []}}`");
            found.with_help(bound.trace.span, message, help);
        }
    }
}

fn written_by_others(scheme: &Scheme) -> Option<&'static str> {
    match &scheme.place {
        SchemePlace::Cookie(_) => Some("browsers send a cookie with whatever they are made to send"),
        SchemePlace::Query(_) => Some("anybody can write it into a link"),
        SchemePlace::Header { name, .. } if SENT_BY_ANYBODY.contains(&name.as_str()) => {
            Some("forms of other sites send this header")
        }
        _ => None,
    }
}

/// A cookie that one alternative takes with a constant, and another of the same action, which changes something,
/// without anything beside it.
fn done_without<'s>(subject: &Subject<'s>, bound: &Bound<'s>) -> Option<(&'s str, &'s str)> {
    if bound.binding.action.spec().reads_only {
        return None;
    }
    let alternatives = &bound.binding.security.as_ref()?.alternatives;
    let of = |all: &Vec<usize>| -> Vec<&'s Scheme> {
        all.iter().filter_map(|at| subject.plan.schemes.get(*at)).collect()
    };
    let in_cookie =
        |scheme: &&&Scheme| scheme.names_a_session() && matches!(scheme.place, SchemePlace::Cookie(_));
    let companion = |scheme: &&Scheme| matches!(scheme.proves, Proves::Companion { .. });
    for with in alternatives.iter().map(of) {
        let constant = with.iter().find(|scheme| scheme.is_constant());
        let Some((constant, cookie)) = constant.zip(with.iter().find(in_cookie)) else { continue };
        let alone = |all: &Vec<&Scheme>| {
            all.iter().any(|scheme| scheme.name == cookie.name) && !all.iter().any(companion)
        };
        if alternatives.iter().map(of).any(|all| alone(&all)) {
            return Some((&cookie.name, &constant.name));
        }
    }
    None
}
