//! The binding of one recognised operation: inputs, options and replies.

use super::account::Account;
use super::document::{Field, Operation};
use super::recognise::recognise;
use super::{reply, words};
use serde_json::{Map, Value, json};

/// A binding as it is written.
pub(super) struct Bound {
    pub(super) action: &'static str,
    /// `x-doorward`, as a map with this one member.
    pub(super) extension: Value,
    pub(super) todos: Vec<String>,
}

/// Binds an operation.
///
/// # Errors
/// Why it is left to the backend.
pub(super) fn bind(operation: &Operation<'_>, account: &Account) -> Result<Bound, String> {
    let action = recognise(operation)?;
    let mut todos = Vec::new();
    let mut extension = Map::from_iter([("action".to_owned(), json!(action))]);
    let input = inputs(action, operation, account);
    if !input.is_empty() {
        extension.insert("input".to_owned(), Value::Object(input));
    }
    let checks = checks(operation);
    if !checks.is_empty() {
        extension.insert("checks".to_owned(), json!(checks));
    }
    let (replies, told) = reply::replies(action, operation, account);
    todos.extend(told);
    if action == "register" {
        extension.insert("options".to_owned(), json!({"sign_in": reply::issues(&replies)}));
    }
    for field in operation.fields.iter().filter(|_| action == "login") {
        let meant =
            account.identifier(field, action).filter(|kind| words::identifier(&field.name) != Some(kind));
        if let Some(kind) = meant {
            todos.push(format!(
                "`{}` is taken for the {kind}: nobody registers with another name",
                field.name
            ));
        }
    }
    if action == "close_account" && !input_has_password(&extension) {
        extension.insert("options".to_owned(), json!({"needs": "session"}));
    }
    for field in
        operation.fields.iter().filter(|field| field.place == "body" && !is_read(field, action, account))
    {
        let todo = format!("`{}` of the body is read by nothing", field.name);
        extension.insert(format!("# TODO: {todo}"), Value::Null);
        todos.push(todo);
    }
    extension.insert("replies".to_owned(), Value::Object(replies));
    Ok(Bound { action, extension: json!({"x-doorward": extension}), todos })
}

fn input_has_password(extension: &Map<String, Value>) -> bool {
    extension.get("input").is_some_and(|input| input.get("password").is_some())
}

type Fits = fn(&str) -> bool;

/// The inputs of an action besides identifiers and profile, by the names that fields for them have.
fn wanted(action: &str) -> &'static [(&'static str, Fits)] {
    match action {
        "login" | "register" => &[("password", words::is_password)],
        "refresh" | "logout" => &[("refresh_token", words::is_refresh_token)],
        "reset_password" => &[
            ("code", words::is_code),
            ("new_password", words::is_new_password),
            ("new_password", words::is_password),
        ],
        "close_account" => &[("password", words::is_password)],
        "change_password" => &[
            ("password", words::is_old_password),
            ("new_password", words::is_new_password),
            ("password", words::is_password),
        ],
        _ => &[],
    }
}

fn named(action: &str) -> bool {
    ["login", "register", "check_available", "forgot_password", "reset_password", "close_account"]
        .contains(&action)
}

fn inputs(action: &str, operation: &Operation<'_>, account: &Account) -> Map<String, Value> {
    let mut input = Map::new();
    for field in operation.fields.iter().filter(|_| named(action)) {
        if let Some(kind) = account.identifier(field, action) {
            input.entry(kind.to_owned()).or_insert_with(|| json!(field.source()));
        }
    }
    for (name, fits) in wanted(action) {
        if let Some(field) = operation.fields.iter().find(|field| fits(&field.name)) {
            input.entry((*name).to_owned()).or_insert_with(|| json!(field.source()));
        }
    }
    if action == "register" && !account.profile.is_empty() {
        input.insert("profile".to_owned(), json!("$body"));
    }
    input
}

fn is_read(field: &Field, action: &str, account: &Account) -> bool {
    named(action) && account.identifier(field, action).is_some()
        || wanted(action).iter().any(|(_, fits)| fits(&field.name))
        || action == "register" && account.profile.contains_key(&field.name)
        || words::is_repeated_password(&field.name)
}

/// A password that is said twice must be the same.
fn checks(operation: &Operation<'_>) -> Vec<String> {
    let body = |fits: Fits| operation.fields.iter().find(|field| field.place == "body" && fits(&field.name));
    let Some(repeated) = body(words::is_repeated_password) else { return Vec::new() };
    let Some(first) = body(words::is_new_password).or_else(|| body(words::is_password)) else {
        return Vec::new();
    };
    vec![format!("body.{} == body.{}", repeated.name, first.name)]
}
