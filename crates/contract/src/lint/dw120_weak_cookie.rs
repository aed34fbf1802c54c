//! DW120: scripts read what is not HttpOnly, the network what is not Secure, other sites use what has no SameSite.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;
use crate::plan::CookieAttribute;

pub(super) static LINT: Lint = Lint { code: codes::WEAK_COOKIE, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for cookie in &subject.plan.cookies {
        let has = |name: &str| cookie.attributes.iter().any(|attribute| is(attribute, name));
        let missing: Vec<&str> =
            ["HttpOnly", "Secure", "SameSite"].into_iter().filter(|name| !has(name)).collect();
        if !missing.is_empty() {
            let message = format!("cookie `{}` is sent without {}", cookie.wire, missing.join(", "));
            found.at(subject.at(&["cookies", &cookie.name]), message);
        }
    }
}

fn is(attribute: &CookieAttribute, name: &str) -> bool {
    match attribute {
        CookieAttribute::Fixed(text) => {
            text.split('=').next().is_some_and(|word| word.trim().eq_ignore_ascii_case(name))
        }
        CookieAttribute::SecureOverHttps(_) => name == "Secure",
        CookieAttribute::MaxAge(_) | CookieAttribute::Expires(_) => false,
    }
}
