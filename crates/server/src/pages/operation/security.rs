//! Which credentials an operation asks for, in words.

use serde_json::Value;

/// Where a credential of this scheme goes.
pub(in super::super) fn place(scheme: &Value) -> String {
    let text = |member: &str| scheme.get(member).and_then(Value::as_str).unwrap_or_default();
    match (text("type"), text("scheme"), text("in")) {
        ("http", "bearer", _) => "Authorization: Bearer, and the token".to_owned(),
        ("http", "basic", _) => "Authorization: Basic, with name and password".to_owned(),
        ("apiKey", _, place) => format!("{place} {}", text("name")),
        (kind, ..) => kind.to_owned(),
    }
}

/// The alternatives: each in words, all schemes of one together.
pub(super) fn alternatives(operation: &Value, document: &Value) -> Vec<String> {
    let asked = operation.get("security").or_else(|| document.get("security")).and_then(Value::as_array);
    let schemes = document.pointer("/components/securitySchemes");
    let one = |requirement: &Value| {
        let names = requirement.as_object().into_iter().flatten().map(|(name, _)| {
            let scheme = schemes.and_then(|schemes| schemes.get(name));
            scheme.map_or_else(|| name.clone(), |scheme| format!("{name} ({})", place(scheme)))
        });
        let names: Vec<String> = names.collect();
        if names.is_empty() {
            "nothing: it may be called without".to_owned()
        } else {
            names.join(" together with ")
        }
    };
    asked.into_iter().flatten().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn in_words() {
        let document = json!({"security": [{"a": []}, {"b": [], "c": []}, {}], "components": {"securitySchemes": {
            "a": {"type": "http", "scheme": "bearer"}, "b": {"type": "apiKey", "in": "cookie", "name": "sid"},
            "c": {"type": "apiKey", "in": "header", "name": "X-Key"}}}});
        let said = alternatives(&json!({}), &document);
        assert_eq!(
            said,
            [
                "a (Authorization: Bearer, and the token)",
                "b (cookie sid) together with c (header X-Key)",
                "nothing: it may be called without"
            ]
        );
        assert!(alternatives(&json!({"security": []}), &document).is_empty());
    }
}
