//! The tree of values read from a source: every node knows where it stands.

use super::Span;
use serde_json::Value;

/// One value and where it was written. An aliased node keeps the span of its definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub value: NodeValue,
    /// For a text written exactly as it reads (no escapes, one line): the byte where it begins. Lets a
    /// diagnostic point inside the text.
    pub text_at: Option<usize>,
}

/// What a node is, by the YAML 1.2 core schema.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeValue {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map in written order, without duplicate keys.
    Map(Vec<Entry>),
}

/// One member of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key as text.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: Node,
    /// Written in braces without a value. `{message: Hello, world}` makes such a `world`: the checker says
    /// that the text wants quotes.
    pub bare: bool,
}

impl Entry {
    /// The words of a key with commas, each with its place.
    pub(crate) fn words(&self) -> impl Iterator<Item = (&str, Span)> {
        // A key that is written otherwise than it reads, but for its quotes, has no places in it.
        let around = self.key_span.end.saturating_sub(self.key_span.start).checked_sub(self.key.len());
        let plain = matches!(around, Some(0 | 2));
        let mut at = around.map_or(0, |around| around / 2);
        self.key.split(',').map(move |piece| {
            let start = self.key_span.start + at + (piece.len() - piece.trim_start().len());
            at += piece.len() + 1;
            let word = piece.trim();
            let span = Span { start, end: start + word.len(), ..self.key_span };
            (word, if plain { span } else { self.key_span })
        })
    }
}

impl Node {
    /// A node that does not say how its text was written.
    #[must_use]
    pub fn new(span: Span, value: NodeValue) -> Self {
        Self { span, value, text_at: None }
    }

    /// The member of a map; `None` for a missing member or another kind of node.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Like [`Node::get`], with the key's span.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The members of a map; empty for another kind of node.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            NodeValue::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; `None` for another kind of node.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.value {
            NodeValue::List(items) => Some(items),
            _ => None,
        }
    }

    /// The text; `None` for another kind of node.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            NodeValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean; `None` for another kind of node.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            NodeValue::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The whole number; `None` for another kind of node.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match self.value {
            NodeValue::Integer(value) => Some(value),
            _ => None,
        }
    }

    /// Whether this is a map.
    #[must_use]
    pub fn is_map(&self) -> bool {
        matches!(self.value, NodeValue::Map(_))
    }

    /// Whether this is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.value, NodeValue::Null)
    }

    /// What it is, with an article, for messages: "a list", "text".
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match self.value {
            NodeValue::Null => "null",
            NodeValue::Bool(_) => "a boolean",
            NodeValue::Integer(_) => "a whole number",
            NodeValue::Float(_) => "a number",
            NodeValue::Text(_) => "text",
            NodeValue::List(_) => "a list",
            NodeValue::Map(_) => "a map",
        }
    }

    /// The same value as JSON, member order kept.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match &self.value {
            NodeValue::Null => Value::Null,
            NodeValue::Bool(value) => Value::Bool(*value),
            NodeValue::Integer(value) => Value::from(*value),
            NodeValue::Float(value) => Value::from(*value),
            NodeValue::Text(text) => Value::String(text.clone()),
            NodeValue::List(items) => Value::Array(items.iter().map(Node::to_json).collect()),
            NodeValue::Map(entries) => Value::Object(
                entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect(),
            ),
        }
    }
}
