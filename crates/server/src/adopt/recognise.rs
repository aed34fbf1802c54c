//! Which action an operation performs, told by its path, its names and what it is sent.

use super::document::Operation;
use super::words;
use doorward_contract::Node;

/// The action that an operation looks like.
///
/// # Errors
/// Why it looks like none, in a sentence.
pub(super) fn recognise(operation: &Operation<'_>) -> Result<&'static str, String> {
    let Some(action) = by_name(operation) else {
        return Err("nothing in its path, its name or its fields says that it is about signing in".to_owned());
    };
    let has = |fits: fn(&str) -> bool| operation.fields.iter().any(|field| fits(&field.name));
    let identified = operation.fields.iter().any(|field| words::identifier(&field.name).is_some());
    let missing = match action {
        "login" | "register" if !identified => Some("no email, username or phone among its fields"),
        "login" if !has(words::is_password) => Some("no password among its fields"),
        "refresh" if !has(words::is_refresh_token) && !operation.secured => {
            Some("no refresh token among its fields and no `security`")
        }
        "logout" | "show_account" | "change_password" if !operation.secured => {
            Some("no `security` that says where the token arrives")
        }
        "check_available" | "forgot_password" if !identified => {
            Some("no email, username or phone among its fields")
        }
        "close_account" if !operation.secured && !has(words::is_password) => {
            Some("no password among its fields and no `security`")
        }
        "reset_password" if !has(words::is_code) => Some("no code or token among its fields"),
        _ => None,
    };
    match missing {
        Some(missing) => Err(format!("it looks like `{action}`, but there is {missing}")),
        None => Ok(action),
    }
}

fn by_name(operation: &Operation<'_>) -> Option<&'static str> {
    let said = |key: &str| operation.node.get(key).and_then(Node::as_text).unwrap_or_default();
    let names = format!("{} {}", words::plain(&operation.path), words::plain(said("operationId")));
    let summary = words::plain(said("summary"));
    let any = |list: &[&str]| list.iter().any(|word| names.contains(word));
    let has = |fits: fn(&str) -> bool| operation.fields.iter().any(|field| fits(&field.name));
    let last =
        operation.path.rsplit('/').find(|part| !part.starts_with('{')).map(words::plain).unwrap_or_default();
    let (get, post) = (operation.method == "get", operation.method == "post");
    if any(&["password", "passwd"]) {
        return password(&names, operation);
    }
    if any(&["forgot"]) {
        return Some("forgot_password");
    }
    if any(&["logout", "signout", "logoff"]) {
        return Some("logout");
    }
    let me = ["me", "whoami", "profile", "mypage", "self"].contains(&last.as_str());
    if any(&["withdraw", "closeaccount", "deleteaccount"])
        || operation.method == "delete" && (me || last == "account")
    {
        return Some("close_account");
    }
    if any(&["refresh", "renewtoken", "reissue"]) {
        return Some("refresh");
    }
    if get
        && any(&["exist", "available", "duplicate", "checkemail", "checkauthid", "checkusername", "checkid"])
    {
        return Some("check_available");
    }
    if any(&["verif", "confirm", "social", "oauth", "google", "facebook", "mfa", "otp", "admin"]) {
        return None;
    }
    if !get && (any(&["register", "signup", "registration"]) || last == "join") {
        return Some("register");
    }
    if !get
        && (any(&["login", "signin", "authenticate"])
            || has(words::is_password) && ["token", "session", "sessions", "auth"].contains(&last.as_str()))
    {
        return Some("login");
    }
    if post && ["users", "user", "accounts", "account"].contains(&last.as_str()) && has(words::is_password) {
        return Some("register");
    }
    if get && (me || summary.contains("whoissignedin") || summary.contains("currentuser")) {
        return Some("show_account");
    }
    None
}

/// Operations about passwords.
fn password(names: &str, operation: &Operation<'_>) -> Option<&'static str> {
    let has = |fits: fn(&str) -> bool| operation.fields.iter().any(|field| fits(&field.name));
    let sets = has(words::is_new_password) || has(words::is_password);
    if names.contains("forgot") || names.contains("lost") || !sets && names.contains("reset") {
        return Some("forgot_password");
    }
    if has(words::is_code) && sets {
        return Some("reset_password");
    }
    (operation.secured && has(words::is_new_password)).then_some("change_password")
}
