//! Schemas as rows: each member by its path, with its type and its rules, in words.

use serde_json::Value;

/// Deeper members are not shown; the document has them.
const DEEPEST: usize = 6;

/// One member, or one parameter.
pub(super) struct Field {
    /// Its name; of a member within others, the path to it.
    pub(super) name: String,
    /// Where it is: of a parameter.
    pub(super) place: String,
    /// Its type.
    pub(super) kind: String,
    /// Whether it must be there.
    pub(super) required: bool,
    /// Its rules and its description.
    pub(super) rules: Vec<String>,
}

/// One of the forms that a value may have.
pub(super) struct Form {
    /// Its members.
    pub(super) fields: Vec<Field>,
}

/// What a `$ref` refers to, or the value itself.
pub(super) fn resolved<'d>(value: &'d Value, document: &'d Value) -> &'d Value {
    let mut value = value;
    // A chain of references that ends in itself ends here.
    for _ in 0..DEEPEST {
        let Some(to) = value.get("$ref").and_then(Value::as_str) else { return value };
        let Some(found) = to.strip_prefix('#').and_then(|pointer| document.pointer(pointer)) else {
            return value;
        };
        value = found;
    }
    value
}

/// A parameter as a row.
pub(super) fn parameter(parameter: &Value, document: &Value) -> Field {
    let text = |member: &str| parameter.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let schema = resolved(parameter.get("schema").unwrap_or(&Value::Null), document);
    let mut rules = rules(schema);
    rules.extend(Some(text("description")).filter(|text| !text.is_empty()));
    Field {
        name: text("name"),
        place: text("in"),
        kind: kind(schema, document),
        required: parameter.get("required") == Some(&Value::Bool(true)),
        rules,
    }
}

/// The forms of a value, each with its members.
pub(super) fn forms(schema: &Value, document: &Value) -> Vec<Form> {
    let schema = resolved(schema, document);
    let alternatives = ["anyOf", "oneOf"].iter().find_map(|word| schema.get(word).and_then(Value::as_array));
    let schemas: Vec<&Value> = match alternatives {
        Some(all) if schema.get("properties").is_none() => all.iter().collect(),
        _ => vec![schema],
    };
    let form = |schema: &Value| {
        let mut found = Vec::new();
        members(schema, &mut Walk { document, prefix: String::new(), depth: 0 }, &mut found);
        Form { fields: found }
    };
    schemas.into_iter().map(form).filter(|form| !form.fields.is_empty()).collect()
}

struct Walk<'d> {
    document: &'d Value,
    prefix: String,
    depth: usize,
}

fn members(schema: &Value, walk: &mut Walk<'_>, found: &mut Vec<Field>) {
    let schema = resolved(schema, walk.document);
    if walk.depth > DEEPEST {
        return;
    }
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        members(part, walk, found);
    }
    let required = schema.get("required").and_then(Value::as_array);
    for (name, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let member = resolved(member, walk.document);
        // A member of an answer that is always left out.
        if member.get("type").is_some_and(|kind| kind == "null") {
            continue;
        }
        let name = format!("{}{name}", walk.prefix);
        found.push(Field {
            kind: kind(member, walk.document),
            required: required
                .is_some_and(|names| names.iter().any(|one| one.as_str() == name.rsplit('.').next())),
            rules: rules(member),
            place: String::new(),
            name: name.clone(),
        });
        let (within, mark) = match member.get("items") {
            Some(items) => (items, "[]."),
            None => (member, "."),
        };
        let mut below =
            Walk { document: walk.document, prefix: format!("{name}{mark}"), depth: walk.depth + 1 };
        members(within, &mut below, found);
    }
    let mut bare =
        walk.depth == 0 && found.is_empty() && schema.as_object().is_some_and(|schema| !schema.is_empty());
    bare &= schema.get("type").is_none_or(|kind| kind != "object");
    if bare {
        let (kind, rules) = (kind(schema, walk.document), rules(schema));
        found.push(Field {
            name: "the whole body".to_owned(),
            place: String::new(),
            kind,
            required: true,
            rules,
        });
    }
}

/// The type in words.
fn kind(schema: &Value, document: &Value) -> String {
    let schema = resolved(schema, document);
    let one = |name: &str| match (name, schema.get("items"), schema.get("format").and_then(Value::as_str)) {
        ("array", Some(items), _) => {
            let items = resolved(items, document).get("type").and_then(Value::as_str).unwrap_or("value");
            format!("list of {items}")
        }
        ("string", _, Some(format)) => format!("string ({format})"),
        (name, ..) => name.to_owned(),
    };
    match schema.get("type") {
        Some(Value::String(name)) => one(name),
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).map(one).collect::<Vec<_>>().join(" or ")
        }
        _ => {
            let alternatives = ["anyOf", "oneOf"].iter().find_map(|word| schema.get(word)?.as_array());
            let mut names: Vec<String> = Vec::new();
            for name in alternatives.into_iter().flatten().map(|schema| kind(schema, document)) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            if names.is_empty() { "any".to_owned() } else { names.join(" or ") }
        }
    }
}

/// The rules in words, and the description.
fn rules(schema: &Value) -> Vec<String> {
    const WORDS: [(&str, &str); 12] = [
        ("minLength", "at least this many characters:"),
        ("maxLength", "at most this many characters:"),
        ("minimum", "at least"),
        ("maximum", "at most"),
        ("exclusiveMinimum", "more than"),
        ("exclusiveMaximum", "less than"),
        ("minItems", "at least this many:"),
        ("maxItems", "at most this many:"),
        ("pattern", "matches"),
        ("const", "is"),
        ("enum", "one of"),
        ("default", "if left out:"),
    ];
    let plain = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items =
                items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned));
            items.collect::<Vec<_>>().join(", ")
        }
        value => value.to_string(),
    };
    let said = WORDS.iter().filter_map(|(word, words)| Some(format!("{words} {}", plain(schema.get(word)?))));
    let description = schema.get("description").and_then(Value::as_str).map(str::to_owned);
    description.into_iter().chain(said).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(schema: &Value, document: &Value) -> Vec<Vec<String>> {
        let form = |form: Form| {
            let row = |field: Field| {
                let mark = if field.required { "!" } else { "" };
                format!("{}{mark}: {} {}", field.name, field.kind, field.rules.join("; "))
                    .trim_end()
                    .to_owned()
            };
            form.fields.into_iter().map(row).collect()
        };
        forms(schema, document).into_iter().map(form).collect()
    }

    #[test]
    fn members_by_their_paths() {
        let document = json!({"components": {"schemas": {"User": {"type": "object", "required": ["email"],
            "properties": {"email": {"type": "string", "format": "email", "maxLength": 9},
                           "tags": {"type": "array", "items": {"type": "object", "properties": {"n": {"enum": [1, "a"]}}}}}}}}});
        let schema =
            json!({"required": ["user"], "properties": {"user": {"$ref": "#/components/schemas/User"}}});
        assert_eq!(
            said(&schema, &document),
            [[
                "user!: object",
                "user.email!: string (email) at most this many characters: 9",
                "user.tags: list of object",
                "user.tags[].n: any one of 1, a"
            ]]
        );
    }

    #[test]
    fn forms_lists_and_what_refers_to_itself() {
        let document = json!({"loop": {"$ref": "#/loop"}, "tree": {"type": "object", "properties": {"next": {"$ref": "#/tree"}}}});
        let either = json!({"anyOf": [{"type": "object", "properties": {"a": {"type": ["string", "null"]}, "b": {"type": "null"}}}, {"type": "string"}]});
        assert_eq!(said(&either, &document), [["a: string or null"], ["the whole body!: string"]]);
        assert_eq!(said(&json!({"$ref": "#/tree"}), &document)[0].len(), DEEPEST + 1);
        assert!(said(&json!({"type": "object"}), &document).is_empty());
        assert_eq!(resolved(&json!({"$ref": "#/loop"}), &document), &json!({"$ref": "#/loop"}));
    }
}
