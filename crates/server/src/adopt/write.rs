//! Values as YAML: maps in block style, small ones in braces, comments where a key begins with `#`.

use serde_json::Value;

/// Longest line of a map in braces.
const WIDTH: usize = 90;

/// A map in block style at this indentation, without a line end after it.
pub(super) fn block(value: &Value, indent: usize) -> String {
    let spaces = " ".repeat(indent);
    let Value::Object(members) = value else { return format!("{spaces}{}", flow(value)) };
    let lines = members.iter().map(|(key, value)| {
        if key.starts_with('#') {
            return format!("{spaces}{key}");
        }
        let key = scalar(key);
        let small = flow(value);
        match value {
            Value::Object(members)
                if !members.is_empty()
                    && (commented(value) || small.len() + indent > WIDTH || deep(value, 2)) =>
            {
                format!("{spaces}{key}:\n{}", block(value, indent + 2))
            }
            _ => format!("{spaces}{key}: {small}"),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn deep(value: &Value, levels: usize) -> bool {
    match value {
        Value::Object(members) => levels == 0 || members.values().any(|value| deep(value, levels - 1)),
        _ => false,
    }
}

fn commented(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(key, value)| key.starts_with('#') || commented(value)),
        _ => false,
    }
}

/// A value on one line, without its comments. JSON readers can read it when `json` names are quoted anyway.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().filter(|(key, _)| !key.starts_with('#'));
            let members: Vec<String> =
                members.map(|(key, value)| format!("{}: {}", scalar(key), flow(value))).collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// The same value as JSON, without its comments.
pub(super) fn json(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(key, _)| !key.starts_with('#'));
            kept.map(|(key, value)| (key.clone(), json(value))).collect()
        }
        Value::Array(items) => items.iter().map(json).collect(),
        other => other.clone(),
    }
}

/// A text, in quotes where it would read as something else.
fn scalar(text: &str) -> String {
    let first = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '$' || c == '_');
    let rest = text.chars().all(|c| c.is_ascii_alphanumeric() || "$_./- ".contains(c));
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let plain = first && rest && !text.ends_with(' ') && !words.contains(&text.to_lowercase().as_str());
    if plain { text.to_owned() } else { Value::String(text.to_owned()).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn small_maps_in_braces_comments_on_their_own_line() {
        let value = json!({"account": {"identifiers": ["email"]}, "# TODO: how long?": null,
            "tokens": {"access": {"opaque": {}, "lifetime": "1d"}}, "yes": "on", "n": "a: b"});
        let text = "  account: {identifiers: [email]}\n  # TODO: how long?\n  tokens:\n    access: {opaque: {}, lifetime: \"1d\"}\n  \"yes\": \"on\"\n  \"n\": \"a: b\"";
        assert_eq!(block(&value, 2), text);
    }
}
