//! DW121: a cookie for every subdomain goes to the weakest of them; a refresh token is of use to this API only.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;
use crate::plan::{CookieAttribute, CookiePlan};

pub(super) static LINT: Lint = Lint { code: codes::WIDE_COOKIE, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    let base = subject.plan.base.as_str();
    for cookie in &subject.plan.cookies {
        let span = subject.at(&["cookies", &cookie.name]);
        if let Some(domain) = value(cookie, "domain") {
            let message = format!("cookie `{}` goes to every host below {domain}", cookie.wire);
            found.with_help(span, message, "leave `Domain` out: only this host gets it then");
        }
        let path = value(cookie, "path").unwrap_or("/");
        // Browsers take a name with this prefix for `Path=/` only (RFC 6265bis, 4.1.3.2), and it is worth more.
        let for_host = cookie.wire.starts_with("__Host-");
        let wider = !for_host && !base.is_empty() && !path.starts_with(base);
        if wider && cookie.token.as_deref() == Some("refresh") {
            let message =
                format!("cookie `{}` holds the refresh token and goes to all of {path}", cookie.wire);
            found.with_help(span, message, format!("`Path={base}`: only this API has a use for it"));
        }
    }
}

fn value<'c>(cookie: &'c CookiePlan, name: &str) -> Option<&'c str> {
    cookie.attributes.iter().find_map(|attribute| match attribute {
        CookieAttribute::Fixed(text) => {
            let (own, value) = text.split_once('=')?;
            own.trim().eq_ignore_ascii_case(name).then_some(value.trim())
        }
        _ => None,
    })
}
