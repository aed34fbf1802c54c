//! DW110: a password, code or token that comes in the path or the query ends up in logs.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::compile::target_name;
use crate::diagnostic::codes;
use crate::plan::{Proves, SchemePlace};

pub(super) static LINT: Lint = Lint { code: codes::SECRET_IN_URL, check };

const SECRETS: [&str; 8] = [
    "password",
    "new_password",
    "code",
    "refresh_token",
    "access_token",
    "stage_token",
    "mfa_code",
    "provider_token",
];

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for bound in subject.bindings() {
        for input in bound.trace.inputs.iter().filter(|input| SECRETS.contains(&target_name(&input.target))) {
            let in_url =
                |path: &Vec<String>| ["query", "path"].contains(&path.first().map_or("", String::as_str));
            if input.reads.iter().any(in_url) {
                let name = target_name(&input.target);
                let message = format!("`{name}` may come in the URL of {}", bound.operation.path);
                found.with_help(input.span, message, "take it from the body or a header");
            }
        }
    }
    for scheme in &subject.plan.schemes {
        // A companion is worth nothing alone.
        if let SchemePlace::Query(name) = &scheme.place
            && !matches!(scheme.proves, Proves::Companion { .. })
        {
            let message = format!("the token of `{}` comes in the URL, as `{name}`", scheme.name);
            let schemes = subject.contract.get("components").and_then(|node| node.get("securitySchemes"));
            let entry = schemes.and_then(|node| node.entry(&scheme.name));
            let span = entry.map_or(subject.contract.span, |entry| entry.key_span);
            found.with_help(span, message, "take it from a header or a cookie");
        }
    }
}
