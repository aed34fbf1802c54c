//! DW112: who may give himself a role has every role.

use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;
use crate::plan::InputTarget;
use doorward_core::profile::{Field, SetBy};

pub(super) static LINT: Lint = Lint { code: codes::CALLER_SETS_ROLE, check };

const ROLES: [&str; 10] = [
    "role",
    "roles",
    "admin",
    "isadmin",
    "permission",
    "permissions",
    "privilege",
    "privileges",
    "authority",
    "authorities",
];
const HELP: &str = "`set_by: operator` in `account.profile` keeps it out of callers' reach";

fn check(subject: &Subject<'_>, found: &mut Findings) {
    let fields = &subject.plan.account.profile.fields;
    for field in fields.iter().filter(|field| field.set_by == SetBy::Caller && is_role(field)) {
        let sets = |target: &InputTarget| matches!(target, InputTarget::Profile(name) if *name == field.name);
        let bound =
            subject.bindings().any(|bound| bound.trace.inputs.iter().any(|input| sets(&input.target)));
        if bound {
            let message = format!("callers set their own `{}`, which looks like a role", field.name);
            found.with_help(subject.at(&["account", "profile", &field.name]), message, HELP);
        }
    }
}

/// By its name, or by a value that is one.
fn is_role(field: &Field) -> bool {
    let plain: String = field.name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let admin = |value: &serde_json::Value| {
        value.as_str().is_some_and(|word| {
            word.eq_ignore_ascii_case("admin") || word.eq_ignore_ascii_case("administrator")
        })
    };
    ROLES.contains(&plain.as_str()) || field.allowed.iter().any(admin)
}
