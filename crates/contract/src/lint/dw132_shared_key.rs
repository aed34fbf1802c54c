//! DW132: whoever checks an HS token by himself holds the key that makes them.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;
use doorward_core::authenticate::ACCESS;
use doorward_core::policy::TokenFormat;

pub(super) static LINT: Lint = Lint { code: codes::SHARED_KEY, check };

fn check(subject: &Subject<'_>, found: &mut Findings) {
    let access = subject.plan.tokens.iter().find(|token| token.policy.name == ACCESS);
    if let Some(TokenFormat::Jwt(algorithm)) = access.map(|token| &token.policy.format)
        && algorithm.name().starts_with("HS")
    {
        let name = algorithm.name();
        let message =
            format!("access tokens are signed with {name}: who verifies one by itself can make one");
        let help = "let backends ask `/verify`; or sign with EdDSA, ES256 or RS256";
        found.with_help(subject.at(&["tokens", ACCESS, "jwt"]), message, help);
    }
}
