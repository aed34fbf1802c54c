//! A document as YAML: everything in block style, texts in quotes wherever they could read as something else.

use serde_json::Value;

/// The document.
pub(super) fn text(document: &Value) -> String {
    let mut out = String::new();
    below(document, 0, &mut out);
    // What has no members stands alone.
    out.trim_start_matches([' ', '\n']).to_owned()
}

/// A value after its key or its dash, with the line's end.
fn below(value: &Value, indent: usize, out: &mut String) {
    let spaces = " ".repeat(indent);
    match value {
        Value::Object(members) if !members.is_empty() => {
            out.push('\n');
            for (key, value) in members {
                out.push_str(&format!("{spaces}{}:", scalar(key)));
                below(value, indent + 2, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            for item in items {
                let mut one = String::new();
                below(item, indent + 2, &mut one);
                // A map begins on the line of its dash.
                out.push_str(&format!("{spaces}- {}", one.trim_start_matches([' ', '\n'])));
            }
        }
        Value::String(text) => out.push_str(&format!(" {}\n", scalar(text))),
        other => out.push_str(&format!(" {other}\n")),
    }
}

fn scalar(text: &str) -> String {
    let first = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '/');
    let rest = text.chars().all(|c| c.is_ascii_alphanumeric() || "_./-".contains(c));
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    if first && rest && !words.contains(&text.to_lowercase().as_str()) {
        return text.to_owned();
    }
    // A JSON string is a YAML string.
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_contract::Sources;
    use doorward_contract::source::parse;
    use serde_json::json;

    #[test]
    fn what_is_written_reads_as_it_was() {
        let value = json!({"openapi": "3.1.0", "yes": "no", "a b": [], "none": {}, "list": [1, [2, [3]], {"x": [{"y": null}],
            "z": "- a: b"}], "/p/{id}": {"text": "two\nlines # \"and\" more", "n": 1.5, "flag": true, "nothing": ""}});
        let read = parse(&mut Sources::new(), "document", &text(&value))
            .unwrap_or_else(|_| panic!("{}", text(&value)));
        assert_eq!(read.to_json(), value);
        assert!(text(&value).starts_with("openapi: \"3.1.0\"\n\"yes\": \"no\"\n"), "{}", text(&value));
    }

    #[test]
    fn every_built_in_document_can_be_written_so() {
        for contract in crate::contracts::Contract::all_builtin() {
            let document = crate::command::contract::openapi_document(&contract).unwrap();
            let read = parse(&mut Sources::new(), "document", &text(&document));
            assert!(read.is_ok_and(|read| read.to_json() == document), "{}", contract.name);
        }
    }
}
