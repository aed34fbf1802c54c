//! What a schema says about members and types, taken together once: for conversion, typing and order.

use serde_json::{Map, Value};

/// A set of JSON types; empty when nothing was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    pub(super) const NULL: Types = Types(1);
    pub(super) const BOOLEAN: Types = Types(2);
    pub(super) const INTEGER: Types = Types(4);
    pub(super) const NUMBER: Types = Types(8);
    pub(super) const STRING: Types = Types(16);
    pub(super) const ARRAY: Types = Types(32);
    pub(super) const OBJECT: Types = Types(64);

    fn named(name: &str) -> Types {
        match name {
            "null" => Types::NULL,
            "boolean" => Types::BOOLEAN,
            "integer" => Types::INTEGER,
            "number" => Types::NUMBER,
            "string" => Types::STRING,
            "array" => Types::ARRAY,
            "object" => Types::OBJECT,
            _ => Types::default(),
        }
    }

    fn of_value(value: &Value) -> Types {
        match value {
            Value::Null => Types::NULL,
            Value::Bool(_) => Types::BOOLEAN,
            Value::Number(number) if number.is_f64() => Types::NUMBER,
            Value::Number(_) => Types::INTEGER,
            Value::String(_) => Types::STRING,
            Value::Array(_) => Types::ARRAY,
            Value::Object(_) => Types::OBJECT,
        }
    }

    pub(super) fn has(self, other: Types) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn said(self) -> bool {
        self.0 != 0
    }

    pub(super) fn without_null(self) -> Types {
        Types(self.0 & !Types::NULL.0)
    }

    pub(super) fn or(self, other: Types) -> Types {
        Types(self.0 | other.0)
    }
}

/// A schema, `allOf` and the alternatives merged in.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    pub(super) types: Types,
    /// The texts of an `enum` or `const` of texts.
    pub(super) words: Option<Vec<String>>,
    pub(super) properties: Vec<Property>,
    /// Required members in the schema's order.
    pub(super) required: Vec<String>,
    /// `additionalProperties: false` (or `unevaluatedProperties: false`).
    pub(super) closed: bool,
    pub(super) item: Option<Box<Shape>>,
    title: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Property {
    pub(super) name: String,
    pub(super) shape: Shape,
}

impl Shape {
    pub(super) fn of(schema: &Value) -> Shape {
        match schema {
            Value::Object(schema) => Shape::of_object(schema),
            _ => Shape::default(),
        }
    }

    fn of_object(schema: &Map<String, Value>) -> Shape {
        let mut shape = Shape { types: types(schema), words: words(schema), ..Shape::default() };
        shape.title = schema.get("title").and_then(Value::as_str).map(str::to_owned);
        shape.item = schema.get("items").map(|items| Box::new(Shape::of(items)));
        let closes = |keyword: &str| schema.get(keyword) == Some(&Value::Bool(false));
        shape.closed = closes("additionalProperties") || closes("unevaluatedProperties");
        if let Some(Value::Array(required)) = schema.get("required") {
            shape.required = required.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        if let Some(Value::Object(properties)) = schema.get("properties") {
            let property =
                |(name, schema): (&String, &Value)| Property { name: name.clone(), shape: Shape::of(schema) };
            shape.properties = properties.iter().map(property).collect();
        }
        for part in branches(schema, "allOf") {
            shape.narrow(Shape::of(part));
        }
        for keyword in ["anyOf", "oneOf"] {
            let alternatives: Vec<Shape> = branches(schema, keyword).iter().map(Shape::of).collect();
            shape.choose(alternatives);
        }
        shape
    }

    /// Both must hold.
    fn narrow(&mut self, other: Shape) {
        if !self.types.said() {
            self.types = other.types;
        }
        self.words = self.words.take().or(other.words);
        self.item = self.item.take().or(other.item);
        self.title = self.title.take().or(other.title);
        self.closed |= other.closed;
        for name in other.required {
            if !self.required.contains(&name) {
                self.required.push(name);
            }
        }
        for property in other.properties {
            match self.properties.iter_mut().find(|known| known.name == property.name) {
                Some(known) => known.shape.narrow(property.shape),
                None => self.properties.push(property),
            }
        }
    }

    /// One of them holds: nothing of theirs is required, and types add up.
    fn choose(&mut self, alternatives: Vec<Shape>) {
        let all_typed = alternatives.iter().all(|shape| shape.types.said());
        let union = alternatives.iter().fold(Types::default(), |types, shape| types.or(shape.types));
        if !self.types.said() && all_typed {
            self.types = union;
        }
        for shape in alternatives {
            for property in shape.properties {
                match self.properties.iter_mut().find(|known| known.name == property.name) {
                    Some(known) => known.shape.types = known.shape.types.or(property.shape.types),
                    None => self.properties.push(property),
                }
            }
        }
    }

    pub(super) fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// Where a member comes in the schema's order; unlisted ones last.
    pub(super) fn position(&self, name: &str) -> usize {
        let at = self.properties.iter().position(|property| property.name == name);
        at.unwrap_or(self.properties.len())
    }

    pub(super) fn titles(&self) -> Vec<(String, String)> {
        let mut titles = Vec::new();
        self.collect_titles("", &mut titles);
        titles
    }

    fn collect_titles(&self, prefix: &str, titles: &mut Vec<(String, String)>) {
        for property in &self.properties {
            let path =
                if prefix.is_empty() { property.name.clone() } else { format!("{prefix}.{}", property.name) };
            if let Some(title) = &property.shape.title {
                titles.push((path.clone(), title.clone()));
            }
            property.shape.collect_titles(&path, titles);
        }
    }
}

fn branches<'s>(schema: &'s Map<String, Value>, keyword: &str) -> &'s [Value] {
    schema.get(keyword).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn types(schema: &Map<String, Value>) -> Types {
    match (schema.get("type"), schema.get("enum"), schema.get("const")) {
        (Some(Value::String(name)), ..) => Types::named(name),
        (Some(Value::Array(names)), ..) => {
            let names = names.iter().filter_map(Value::as_str);
            names.fold(Types::default(), |types, name| types.or(Types::named(name)))
        }
        (_, Some(Value::Array(values)), _) => {
            values.iter().fold(Types::default(), |types, value| types.or(Types::of_value(value)))
        }
        (_, _, Some(value)) => Types::of_value(value),
        _ => Types::default(),
    }
}

fn words(schema: &Map<String, Value>) -> Option<Vec<String>> {
    if let Some(word) = schema.get("const").and_then(Value::as_str) {
        return Some(vec![word.to_owned()]);
    }
    let values = schema.get("enum")?.as_array()?;
    let words = values.iter().filter(|value| !value.is_null());
    words.map(|value| value.as_str().map(str::to_owned)).collect()
}
