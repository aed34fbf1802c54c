//! The replies of a binding, from what the document says is answered.

use super::TODO;
use super::account::Account;
use super::document::{Operation, Reply};
use super::failure::escaped;
use super::words;
use serde_json::{Map, Value, json};

/// The replies, and what is left to do in them.
pub(super) fn replies(
    action: &str,
    operation: &Operation<'_>,
    account: &Account,
) -> (Map<String, Value>, Vec<String>) {
    let mut todos = Vec::new();
    let mut replies = Map::new();
    for outcome in own(action) {
        let (reply, open) = success(action, outcome, operation.success(), account);
        todos.extend(open.into_iter().map(|todo| format!("{outcome}: {todo}")));
        replies.insert((*outcome).to_owned(), reply);
    }
    for failed in operation.replies.iter().filter(|reply| reply.status >= 400) {
        match failure_outcome(action, failed.status, operation.secured) {
            Some(outcome) => {
                let reply = account.failures.reply(failed, &mut todos);
                replies.insert(outcome.to_owned(), reply);
            }
            None if [405, 406, 413, 415, 429, 500, 503].contains(&failed.status) => {}
            None => {
                let todo = format!("{} is documented; say which outcome answers it", failed.status);
                replies.insert(format!("# TODO: {todo}"), Value::Null);
                todos.push(todo);
            }
        }
    }
    (replies, todos)
}

/// The answers of an action that the document shows as success.
fn own(action: &str) -> &'static [&'static str] {
    match action {
        "register" => &["registered"],
        "login" => &["signed_in"],
        "logout" => &["signed_out"],
        "refresh" => &["refreshed"],
        "show_account" => &["shown"],
        "check_available" => &["available", "in_use"],
        "forgot_password" => &["sent"],
        "reset_password" => &["password_reset"],
        "close_account" => &["closed"],
        _ => &["password_changed"],
    }
}

/// Which outcome a documented failure is.
fn failure_outcome(action: &str, status: u16, secured: bool) -> Option<&'static str> {
    match (action, status) {
        (_, 400 | 422) => Some("invalid_input"),
        ("login", 401) => Some("bad_credentials"),
        ("login", 404) => Some("unknown_account"),
        ("login", 403) => Some("barred"),
        ("login", 423) => Some("locked"),
        ("register", 409) => Some("taken"),
        ("forgot_password" | "reset_password", 404) => Some("unknown_account"),
        ("refresh", 401) => Some("unauthenticated"),
        (_, 401) if secured => Some("unauthenticated"),
        _ => None,
    }
}

fn success(
    action: &str,
    outcome: &str,
    documented: Option<&Reply<'_>>,
    account: &Account,
) -> (Value, Vec<String>) {
    let mut reply = Map::new();
    let mut open = Vec::new();
    let status = documented.map_or(200, |documented| documented.status);
    reply.insert("status".to_owned(), json!(status));
    if account.cookie.is_some() {
        match action {
            "login" | "register" | "refresh" => {
                reply.insert("set_cookies".to_owned(), json!(["access"]));
            }
            "logout" => {
                reply.insert("clear_cookies".to_owned(), json!(["access"]));
            }
            _ => {}
        }
    }
    match documented.and_then(Reply::sample) {
        _ if status == 204 => {}
        Some(_) if outcome == "in_use" || outcome == "available" => {
            open.push("the document does not say which body that is".to_owned());
            reply.insert("body".to_owned(), json!(format!("{TODO}.{outcome}")));
        }
        Some(sample) => {
            let shown = documented.is_some_and(|documented| documented.example.is_some());
            let body = body(&sample, (account, shown), &mut open);
            reply.insert("body".to_owned(), body);
        }
        None => {
            reply.insert("use".to_owned(), json!("none"));
        }
    }
    (Value::Object(reply), open)
}

/// A documented body with values of ours in the places of known names.
fn body(sample: &Value, (account, shown): (&Account, bool), open: &mut Vec<String>) -> Value {
    match sample {
        Value::Object(members) => {
            let mut written = Map::new();
            for (name, value) in members {
                // A schema shows the envelope of both; an example shows what is written.
                if !shown && words::is_error(name) && members.len() > 1 {
                    open.push(format!("`{name}` is left out; does your backend write it where all is well?"));
                    continue;
                }
                written.insert(name.clone(), member((name, value), (account, shown), open));
            }
            Value::Object(written)
        }
        other => escaped(other),
    }
}

fn member(
    (name, value): (&str, &Value),
    (account, shown): (&Account, bool),
    open: &mut Vec<String>,
) -> Value {
    if value.is_object() {
        return body(value, (account, shown), open);
    }
    if let Some(path) = ours(name, account) {
        return json!(path);
    }
    if !shown && words::is_success(name) && value.is_null() {
        return json!(true);
    }
    // A null in an example is said; one that a schema gave is only unknown.
    let constant = words::is_wording(name) && (shown || !value.is_null()) && !value.is_array();
    if constant {
        return escaped(value);
    }
    open.push(format!("where does `{name}` come from?"));
    json!(format!("{TODO}.{}", words::plain(name)))
}

/// The value of ours that a name says.
fn ours(name: &str, account: &Account) -> Option<String> {
    if words::is_access_token(name) {
        return Some("$tokens.access".to_owned());
    }
    if words::is_refresh_token(name) && account.refreshes {
        return Some("$tokens.refresh".to_owned());
    }
    if let Some(kind) = words::identifier(name).filter(|kind| account.identifiers.contains(kind)) {
        return Some(format!("$account.{kind}"));
    }
    if words::is_id(name) {
        return Some("$account.id".to_owned());
    }
    if account.profile.contains_key(name) {
        return Some(format!("$account.{name}"));
    }
    match words::plain(name).as_str() {
        "expiresin" | "accesstokenexpiresin" => Some("$tokens.access.expires_in".to_owned()),
        "refreshtokenexpiresin" => Some("$tokens.refresh.expires_in".to_owned()),
        "createdat" => Some("$account.created_at".to_owned()),
        "updatedat" => Some("$account.updated_at".to_owned()),
        "roles" => Some("$account.roles".to_owned()),
        _ => None,
    }
}

/// Whether replies name a token or set a cookie, and so issue one.
pub(super) fn issues(replies: &Map<String, Value>) -> bool {
    let text = Value::Object(replies.clone()).to_string();
    text.contains("$tokens.") || text.contains("set_cookies")
}
