//! Accounts as an operator sees them: as JSON, and as text.

use doorward_contract::plan::Plan;
use doorward_core::account::Account;
use doorward_core::time::Timestamp;
use serde_json::{Map, Value, json};

/// One account for programs. It holds no password, not even a hash.
pub(super) fn account_json(account: &Account, plan: &Plan) -> Value {
    let mut shown = Map::new();
    shown.insert("id".to_owned(), json!(account.public_id(&plan.account.id)));
    shown.insert("uuid".to_owned(), json!(account.id.0.to_string()));
    for rule in &plan.account.identifiers {
        let identifier = account.identifier(rule.kind);
        shown.insert(rule.kind.name().to_owned(), json!(identifier.map(|known| &known.written)));
    }
    shown.insert("profile".to_owned(), Value::Object(account.profile.clone()));
    shown.insert("has_password".to_owned(), json!(account.password.is_some()));
    shown.insert("must_change_password".to_owned(), json!(account.must_change_password));
    let standing = &account.standing;
    shown.insert("status".to_owned(), json!(standing.status.name()));
    shown.insert("status_reason".to_owned(), json!(standing.reason));
    shown.insert("closes_at".to_owned(), json!(standing.status.closes_at().map(at)));
    shown.insert("locked".to_owned(), json!(standing.lock.is_some()));
    shown
        .insert("locked_until".to_owned(), json!(standing.lock.as_ref().and_then(|lock| lock.until).map(at)));
    shown.insert("expires_at".to_owned(), json!(standing.expires_at.map(at)));
    shown.insert("roles".to_owned(), json!(account.roles));
    shown.insert("created_at".to_owned(), json!(at(account.created_at)));
    let login = account.last_login.as_ref();
    let login = login.map(|login| json!({"at": at(login.at), "address": login.address}));
    shown.insert("last_login".to_owned(), json!(login));
    Value::Object(shown)
}

fn at(time: Timestamp) -> String {
    jiff::Timestamp::from_second(time.seconds()).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}

/// One account, one line per member.
#[must_use]
pub fn human(account: &Value) -> String {
    let Value::Object(members) = account else { return account.to_string() };
    let mut lines = String::new();
    for (name, value) in members {
        let text = match value {
            Value::Null => "-".to_owned(),
            Value::String(text) => text.clone(),
            Value::Object(inner) if inner.is_empty() => "-".to_owned(),
            // Beside a time, the rest is short enough to say in words.
            Value::Object(inner) if name == "last_login" => said(inner),
            other => other.to_string(),
        };
        lines.push_str(&format!("{name:<21} {}\n", printable(&text)));
    }
    lines
}

fn said(login: &Map<String, Value>) -> String {
    let part = |name: &str| login.get(name).and_then(Value::as_str).unwrap_or("-");
    format!("{} from {}", part("at"), part("address"))
}

/// Several accounts, one line each under a heading; the columns are those members that fit on a line.
#[must_use]
pub fn table(accounts: &[Value]) -> String {
    let columns: Vec<&str> = match accounts.first() {
        Some(Value::Object(members)) => members
            .keys()
            .map(String::as_str)
            .filter(|name| {
                !matches!(
                    *name,
                    "uuid"
                        | "profile"
                        | "last_login"
                        | "has_password"
                        | "status_reason"
                        | "closes_at"
                        | "locked_until"
                        | "expires_at"
                        | "roles"
                )
            })
            .collect(),
        _ => return "no accounts\n".to_owned(),
    };
    let cell = |account: &Value, column: &str| match account.get(column) {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => printable(text),
        Some(other) => other.to_string(),
    };
    let mut rows: Vec<Vec<String>> = vec![columns.iter().map(|column| (*column).to_owned()).collect()];
    rows.extend(accounts.iter().map(|account| columns.iter().map(|column| cell(account, column)).collect()));
    let widths: Vec<usize> = (0..columns.len())
        .map(|n| rows.iter().filter_map(|row| row.get(n)).map(|text| text.chars().count()).max().unwrap_or(0))
        .collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(text, width)| format!("{text:<width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// Control characters would let an account's owner write over the operator's terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_hold_no_control_characters() {
        let account = json!({"id": "1", "username": "ann\u{1b}[2J", "profile": {}, "last_login": null});
        assert!(!human(&account).contains('\u{1b}'));
        assert!(!table(std::slice::from_ref(&account)).contains('\u{1b}'));
    }

    #[test]
    fn the_last_sign_in_is_in_words() {
        let account = json!({"last_login": {"at": "2026-11-20T10:00:00Z", "address": "127.0.0.1"}});
        assert_eq!(human(&account), format!("{:<21} 2026-11-20T10:00:00Z from 127.0.0.1\n", "last_login"));
    }

    #[test]
    fn a_table_lines_up() {
        let accounts =
            [json!({"id": "1", "username": "ann", "profile": {}}), json!({"id": "12", "username": null})];
        assert_eq!(table(&accounts), "id  username\n1   ann\n12  -\n");
        assert_eq!(table(&[]), "no accounts\n");
    }
}
