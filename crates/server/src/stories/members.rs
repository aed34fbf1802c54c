//! Two JSON values that should be equal, told member by member: what is missing, what is too much, in which order.

use super::text::Hole;
use serde_json::{Map, Value};

/// More lines than these help nobody.
const MOST: usize = 12;
/// More of a value is not shown.
const LONGEST: usize = 60;

/// What differs, each in a line: `data.name is "Ann", not "Bob"`. Nothing where both values are equal.
pub(super) fn members(expected: &Value, actual: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    walk("", expected, actual, &mut lines);
    let more = lines.len().saturating_sub(MOST);
    if more > 0 {
        lines.truncate(MOST);
        lines.push(format!("and {more} more"));
    }
    lines
}

fn walk(path: &str, expected: &Value, actual: &Value, lines: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => objects(path, expected, actual, lines),
        (Value::Array(expected), Value::Array(actual)) => {
            if expected.len() != actual.len() {
                let (here, are) = (named(path), actual.len());
                lines.push(format!("{here} has {are} items, not {}", expected.len()));
            }
            for (at, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                walk(&below(path, &at.to_string()), expected, actual, lines);
            }
        }
        _ if expected != actual => {
            lines.push(format!("{} is {}, not {}", named(path), shown(actual), shown(expected)));
        }
        _ => {}
    }
}

fn objects(path: &str, expected: &Map<String, Value>, actual: &Map<String, Value>, lines: &mut Vec<String>) {
    for (name, value) in expected {
        match actual.get(name) {
            Some(there) => walk(&below(path, name), value, there, lines),
            None => lines.push(format!("{} is missing", below(path, name))),
        }
    }
    for (name, value) in actual.iter().filter(|(name, _)| !expected.contains_key(*name)) {
        lines.push(format!("{} should not be there: {}", below(path, name), shown(value)));
    }
    let order = |one: &Map<String, Value>, other: &Map<String, Value>| -> Vec<String> {
        one.keys().filter(|name| other.contains_key(*name)).cloned().collect()
    };
    let (wanted, came) = (order(expected, actual), order(actual, expected));
    if wanted != came {
        let (here, came, wanted) = (named(path), came.join(", "), wanted.join(", "));
        lines.push(format!("{here} has its members in another order: {came}; not {wanted}"));
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn named(path: &str) -> &str {
    if path.is_empty() { "it" } else { path }
}

/// A value on one line; a placeholder as it is written.
fn shown(value: &Value) -> String {
    let hole = value.as_str().and_then(|text| Some((text, Hole::from_name(text.strip_prefix('$')?)?)));
    if let Some((text, _)) = hole {
        return text.to_owned();
    }
    let text = value.to_string();
    let cut: String = text.chars().take(LONGEST).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_differs_is_told_member_by_member() {
        let expected =
            json!({"id": 1, "email": "a", "at": "$time", "list": [1, {"x": 1}], "gone": null, "same": [1]});
        let actual = json!({"id": 1, "at": "5.1.2026", "email": "a", "list": [1, {"x": 2}, 3], "same": [1], "new": {}});
        assert_eq!(
            members(&expected, &actual),
            [
                "at is \"5.1.2026\", not $time",
                "list has 3 items, not 2",
                "list.1.x is 2, not 1",
                "gone is missing",
                "new should not be there: {}",
                "it has its members in another order: id, at, email, list, same; not id, email, at, list, same",
            ]
        );
        assert!(members(&actual, &actual).is_empty());
        assert_eq!(members(&json!("a"), &json!([])), ["it is [], not \"a\""]);
    }

    #[test]
    fn much_is_cut() {
        let many: Value =
            (0..40).map(|at| (at.to_string(), json!("x".repeat(100)))).collect::<Map<_, _>>().into();
        let lines = members(&json!({}), &many);
        assert_eq!((lines.len(), lines[12].as_str()), (13, "and 28 more"));
        assert!(lines[0].ends_with("x…") && lines[0].chars().count() < 100, "{}", lines[0]);
    }
}
