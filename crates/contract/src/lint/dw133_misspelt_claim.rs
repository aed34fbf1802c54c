//! DW133: a verifier looks past a claim that it does not know.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;
use crate::diagnostic::did_you_mean;
use crate::source::Entry;

pub(super) static LINT: Lint = Lint { code: codes::MISSPELT_CLAIM, check };

/// Claims of RFC 7519 that verifiers act on.
const REGISTERED: [&str; 6] = ["iss", "sub", "aud", "exp", "nbf", "iat"];
/// Other known claims that look like one of those.
const OTHERS: [&str; 10] = ["sid", "azp", "acr", "amr", "act", "cnf", "typ", "uid", "aid", "jti"];

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for token in &subject.plan.tokens {
        let claims = subject.section(&["tokens", &token.policy.name, "jwt", "claims"]);
        let claims = claims.map_or(&[][..], |claims| claims.entries());
        for claim in claims {
            if let Some(meant) = meant(&claim.key, claims) {
                let message = format!("the claim `{}` looks like a misspelt `{meant}`", claim.key);
                found.with_help(claim.key_span, message, format!("did you mean `{meant}`?"));
            }
        }
    }
}

/// A word of three letters that is nearly a registered one, which is not there itself.
fn meant(claim: &str, all: &[Entry]) -> Option<&'static str> {
    if claim.len() != 3 || REGISTERED.contains(&claim) || OTHERS.contains(&claim) {
        return None;
    }
    did_you_mean(claim, REGISTERED).filter(|meant| !all.iter().any(|other| other.key == *meant))
}
