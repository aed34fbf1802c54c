//! What administrators do through a contract: each action is a spec and the order it gives. Whom it is about comes
//! as an identifier or as `account_id`.

pub mod create_account;
pub mod delete_account;
pub mod edit_account;
pub mod end_account_sessions;
pub mod find_account;
pub mod list_account_sessions;
pub mod list_accounts;
pub mod lock_account;
pub mod set_password;
pub mod set_roles;
pub mod set_status;

use super::operator::{By, Command, Order, Whom};
use super::{Context, Inputs, Named, perform};
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::spec::{InputSpec, Kind};
use crate::time::Timestamp;
use crate::violation::Violation;
use serde_json::Value;

/// The input that names an account by its id.
const ACCOUNT_ID: InputSpec = InputSpec::optional("account_id", Kind::Any);

/// A reason is a short text.
const LONGEST_REASON: usize = 500;

/// Whom the inputs name: by id first.
fn whom(inputs: &Inputs, cx: &Context<'_>) -> Whom {
    if let Some(id) = inputs.loose_text("account_id") {
        return Whom::Id(id);
    }
    let name = inputs.identifiers.first().and_then(|pair| Named::one(pair, cx.setting.policy));
    name.map_or(Whom::Nobody, Whom::Named)
}

/// Gives an order in the caller's name.
async fn command(
    name: &'static str,
    whom: Whom,
    order: impl Order + 'static,
    cx: &Context<'_>,
) -> Result<Answer, Fault> {
    perform(&Command { whom, by: By::Administrator(name), order: Box::new(order) }, cx).await
}

fn invalid(broken: Vec<Violation>) -> Answer {
    Answer::bare(Name::InvalidInput).violating(broken)
}

/// The reason that a request gives, if it is not too long.
fn reason(inputs: &Inputs) -> Result<Option<String>, Vec<Violation>> {
    let reason = inputs.text("reason");
    match &reason {
        Some(text) if text.chars().count() > LONGEST_REASON => {
            let broken = Violation::new(&inputs.wire_name("reason"), "maxLength");
            Err(vec![broken.with_limit(LONGEST_REASON as u64)])
        }
        _ => Ok(reason),
    }
}

/// A time that a request gives.
fn time(inputs: &Inputs, name: &str) -> Option<Timestamp> {
    inputs.value(name).and_then(Value::as_i64).map(Timestamp)
}

/// How many roles an account has at most, and how long their names are.
const MOST_ROLES: usize = 50;
const LONGEST_ROLE: usize = 100;

/// The roles that a request gives, each once and in its order.
fn roles(inputs: &Inputs) -> Result<Option<Vec<String>>, Vec<Violation>> {
    let Some(value) = inputs.value("roles") else { return Ok(None) };
    let field = inputs.wire_name("roles");
    let Some(items) = value.as_array() else { return Err(vec![Violation::of_type(&field, "array")]) };
    let mut roles: Vec<String> = Vec::new();
    for item in items {
        let Some(role) = item.as_str() else { return Err(vec![Violation::of_type(&field, "string")]) };
        let length = role.chars().count();
        if length == 0 || length > LONGEST_ROLE || role.chars().any(char::is_control) {
            return Err(vec![Violation::new(&field, "pattern")]);
        }
        if !roles.iter().any(|known| known == role) {
            roles.push(role.to_owned());
        }
    }
    if roles.len() > MOST_ROLES {
        return Err(vec![Violation::new(&field, "maxItems").with_limit(MOST_ROLES as u64)]);
    }
    Ok(Some(roles))
}
