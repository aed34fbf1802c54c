//! A plausible value for a schema: guessed from names and types, and made to break no rule where that is easy.

use doorward_contract::schema::Schema;
use serde_json::{Map, Value, json};

/// Texts to try where the guess breaks a rule.
const OTHERS: [&str; 7] =
    ["900101", "1990-01-01", "+1 555 0100", "ann@example.org", "Ann-Example-1", "annexample", "1"];

/// A text for a member or parameter of this name.
pub(super) fn text(name: &str) -> String {
    let name = name.to_lowercase();
    let text = if name.contains("mail") {
        "ann@example.org"
    } else if name.contains("pass") {
        "correct horse"
    } else if name.contains("refresh") {
        "REFRESH_TOKEN"
    } else if name.contains("token") {
        "TOKEN"
    } else if name.contains("phone") || name.contains("contact") {
        "+1 555 0100"
    } else {
        "ann"
    };
    text.to_owned()
}

/// What a member is, for a guess: where accounts have no username, whoever is asked for one gives what there is.
fn meant<'n>(name: &'n str, identifiers: &[&'n str]) -> &'n str {
    let whose = ["username", "user", "login", "identifier", "identity", "account"];
    let names_account = whose.contains(&name.to_lowercase().as_str());
    match identifiers.first() {
        Some(first) if names_account && !identifiers.contains(&"username") => first,
        _ => name,
    }
}

/// A value for a parameter.
pub(super) fn parameter(name: &str, schema: Option<&Schema>) -> String {
    match schema.map(|schema| guess(name, schema.json())) {
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
        None => text(name),
    }
}

/// A value for a body of an API whose accounts have these identifiers.
pub(super) fn sample(schema: &Schema, identifiers: &[&str]) -> Value {
    let json = schema.json();
    let Some(Value::Object(properties)) = json.get("properties") else { return Value::Null };
    let required: Vec<&str> = match json.get("required") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => properties.keys().map(String::as_str).collect(),
    };
    let mut body = Map::new();
    for name in required {
        let guessed = properties
            .get(name)
            .map_or_else(|| json!(text(name)), |rule| guess(meant(name, identifiers), rule));
        body.insert(name.to_owned(), guessed);
    }
    let names: Vec<String> = body.keys().cloned().collect();
    for name in names {
        mend(&mut body, &name, schema);
    }
    Value::Object(body)
}

fn guess(name: &str, rule: &Value) -> Value {
    let first = |key: &str| rule.get(key).and_then(Value::as_array).and_then(|list| list.first()).cloned();
    let given = rule.get("const").or(rule.get("default")).or(rule.get("example")).cloned();
    if let Some(given) = given.or_else(|| first("examples")).or_else(|| first("enum")) {
        return given;
    }
    let kind = match rule.get("type") {
        Some(Value::String(kind)) => kind.as_str(),
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str).unwrap_or("string"),
        _ => "string",
    };
    match kind {
        "boolean" => json!(true),
        "integer" | "number" => json!(1),
        "array" => json!([]),
        "object" => json!({}),
        _ => match rule.get("format").and_then(Value::as_str) {
            Some("email") => json!(text("email")),
            Some("uuid") => json!("0193a1b2-0000-7000-8000-000000000001"),
            Some("date") => json!("1990-01-01"),
            Some("uri") => json!("https://example.org/"),
            _ => json!(text(name)),
        },
    }
}

/// The words of a pattern that is nothing but words: `^(password|refresh_token)$`.
fn words(pattern: &str) -> Vec<String> {
    let bare = pattern.trim_start_matches(['^', '(']).trim_end_matches(['$', '?', ')']);
    let plain = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let words: Vec<String> = bare.split('|').map(str::to_owned).collect();
    if words.iter().all(|word| plain(word)) { words } else { Vec::new() }
}

/// Tries other texts for a member that breaks a rule.
fn mend(body: &mut Map<String, Value>, name: &str, schema: &Schema) {
    let breaks = |body: &Map<String, Value>| {
        let violations = schema.violations(&Value::Object(body.clone()));
        violations.iter().any(|violation| violation.path.first().is_some_and(|first| first == name))
    };
    let Some(guessed) = body.get(name).filter(|value| value.is_string()).cloned() else { return };
    if !breaks(body) {
        return;
    }
    let pattern = schema.json().pointer("/properties").and_then(|all| all.get(name)?.get("pattern"));
    let of_pattern = pattern.and_then(Value::as_str).map(words).unwrap_or_default();
    for other in of_pattern.iter().map(String::as_str).chain(OTHERS) {
        body.insert(name.to_owned(), json!(other));
        if !breaks(body) {
            return;
        }
    }
    body.insert(name.to_owned(), guessed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_of_words_gives_them() {
        assert_eq!(words("^password$"), ["password"]);
        assert_eq!(words("^(password|refresh_token)?$"), ["password", "refresh_token"]);
        assert!(words(r"^\S+$").is_empty() && words("[0-9]{6}").is_empty());
    }

    #[test]
    fn who_has_no_username_gives_what_there_is() {
        assert_eq!(meant("username", &["email"]), "email");
        assert_eq!(meant("username", &["email", "username"]), "username");
        assert_eq!(meant("nickname", &["email"]), "nickname");
    }

    #[test]
    fn a_rule_says_more_than_a_name() {
        assert_eq!(guess("grant_type", &json!({"type": "string", "const": "password"})), json!("password"));
        assert_eq!(guess("owner", &json!({"type": "string", "format": "email"})), json!("ann@example.org"));
    }
}
