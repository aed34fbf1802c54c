//! What an OpenAPI document says about one operation: its fields, and what it answers.

use doorward_contract::{Node, NodeValue};
use serde_json::Value;

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "patch", "head", "options"];

/// One operation.
pub(super) struct Operation<'n> {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) node: &'n Node,
    pub(super) fields: Vec<Field>,
    pub(super) secured: bool,
    pub(super) replies: Vec<Reply<'n>>,
}

/// Something that a request says.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// `body`, `query`, `path`, `header` or `cookie`.
    pub(super) place: String,
    pub(super) name: String,
    pub(super) required: bool,
    /// The JSON type, if one is said.
    pub(super) kind: Option<String>,
}

impl Field {
    /// Where it is read from.
    pub(super) fn source(&self) -> String {
        format!("${}.{}", self.place, self.name)
    }
}

/// A documented reply.
pub(super) struct Reply<'n> {
    pub(super) status: u16,
    pub(super) media: Option<String>,
    pub(super) example: Option<Value>,
    pub(super) schema: Option<&'n Node>,
    pub(super) root: &'n Node,
}

impl Operation<'_> {
    pub(super) fn title(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// The documented success: the lowest 2xx.
    pub(super) fn success(&self) -> Option<&Reply<'_>> {
        let good = self.replies.iter().filter(|reply| (200..300).contains(&reply.status));
        good.min_by_key(|reply| reply.status)
    }
}

impl Reply<'_> {
    /// Whether its body is plain text.
    pub(super) fn is_text(&self) -> bool {
        self.media.as_deref().is_some_and(|media| media.starts_with("text/"))
    }

    /// Its members' names and types, as its schema declares them.
    pub(super) fn kinds(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        if let Some(schema) = self.schema {
            kinds(schema, self.root, &mut found, 0);
        }
        found
    }

    /// Its example, or one that its schema makes: every value null but for what is constant.
    pub(super) fn sample(&self) -> Option<Value> {
        self.example.clone().or_else(|| sample(self.schema?, self.root, 0))
    }
}

/// The node that a `$ref` means.
pub(super) fn resolved<'n>(node: &'n Node, root: &'n Node) -> &'n Node {
    let target = node.get("$ref").and_then(Node::as_text).and_then(|path| path.strip_prefix("#/"));
    let found = target.and_then(|path| path.split('/').try_fold(root, |node, key| node.get(key)));
    found.unwrap_or(node)
}

/// Every operation, in written order.
pub(super) fn operations(root: &Node) -> Vec<Operation<'_>> {
    let mut found = Vec::new();
    for path in root.get("paths").map_or(&[][..], Node::entries) {
        let shared = path.value.get("parameters").and_then(Node::as_list).unwrap_or_default();
        for method in path.value.entries().iter().filter(|entry| METHODS.contains(&entry.key.as_str())) {
            found.push(operation(root, (&path.key, &method.key), &method.value, shared));
        }
    }
    found
}

fn operation<'n>(
    root: &'n Node,
    (path, method): (&str, &str),
    node: &'n Node,
    shared: &'n [Node],
) -> Operation<'n> {
    let own = node.get("parameters").and_then(Node::as_list).unwrap_or_default();
    let mut fields: Vec<Field> =
        own.iter().chain(shared).filter_map(|one| parameter(resolved(one, root), root)).collect();
    fields.extend(body(node, root));
    let security = node.get("security").or_else(|| root.get("security"));
    let secured =
        security.and_then(Node::as_list).is_some_and(|list| list.iter().any(|one| !one.entries().is_empty()));
    let replies = node.get("responses").map_or(&[][..], Node::entries);
    let replies =
        replies.iter().filter_map(|entry| reply(&entry.key, resolved(&entry.value, root), root)).collect();
    Operation { method: method.to_owned(), path: path.to_owned(), node, fields, secured, replies }
}

fn parameter(node: &Node, root: &Node) -> Option<Field> {
    let kind = node.get("schema").and_then(|schema| kind(resolved(schema, root)));
    Some(Field {
        place: node.get("in")?.as_text()?.to_owned(),
        name: node.get("name")?.as_text()?.to_owned(),
        required: node.get("required").and_then(Node::as_bool).unwrap_or_default(),
        kind,
    })
}

fn body(node: &Node, root: &Node) -> Vec<Field> {
    let content =
        node.get("requestBody").map(|body| resolved(body, root)).and_then(|body| body.get("content"));
    let first = content.and_then(|content| content.entries().first());
    let Some(schema) = first.and_then(|media| media.value.get("schema")) else { return Vec::new() };
    let mut fields = Vec::new();
    members(resolved(schema, root), root, &mut fields, 0);
    fields
}

fn members(schema: &Node, root: &Node, fields: &mut Vec<Field>, depth: usize) {
    if depth > 8 {
        return;
    }
    for part in schema.get("allOf").and_then(Node::as_list).unwrap_or_default() {
        members(resolved(part, root), root, fields, depth + 1);
    }
    let required = schema.get("required").and_then(Node::as_list).unwrap_or_default();
    for entry in schema.get("properties").map_or(&[][..], Node::entries) {
        fields.push(Field {
            place: "body".to_owned(),
            name: entry.key.clone(),
            required: required.iter().any(|name| name.as_text() == Some(entry.key.as_str())),
            kind: kind(resolved(&entry.value, root)),
        });
    }
}

fn kind(schema: &Node) -> Option<String> {
    let Some(kind) = schema.get("type") else {
        // A type that may be null is written so too.
        let parts = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Node::as_list)?;
        return parts.iter().filter_map(kind).find(|kind| kind != "null");
    };
    let first = kind.as_list().and_then(|list| list.iter().find(|one| one.as_text() != Some("null")));
    first.unwrap_or(kind).as_text().map(str::to_owned)
}

fn reply<'n>(status: &str, node: &'n Node, root: &'n Node) -> Option<Reply<'n>> {
    let media = node.get("content").and_then(|content| content.entries().first());
    let example = media.and_then(|media| {
        let named = media.value.get("examples").and_then(|all| all.entries().first()?.value.get("value"));
        media.value.get("example").or(named).map(Node::to_json)
    });
    let schema = media.and_then(|media| media.value.get("schema")).map(|schema| resolved(schema, root));
    let name = media.map(|media| media.key.clone());
    Some(Reply { media: name, status: status.parse().ok()?, example, schema, root })
}

fn kinds(schema: &Node, root: &Node, found: &mut Vec<(String, String)>, depth: usize) {
    if depth > 8 {
        return;
    }
    let parts = schema.get("allOf").and_then(Node::as_list).unwrap_or_default();
    parts.iter().for_each(|part| kinds(resolved(part, root), root, found, depth + 1));
    for entry in schema.get("properties").map_or(&[][..], Node::entries) {
        let member = resolved(&entry.value, root);
        found.extend(kind(member).map(|kind| (entry.key.clone(), kind)));
        kinds(member, root, found, depth + 1);
    }
}

fn sample(schema: &Node, root: &Node, depth: usize) -> Option<Value> {
    if depth > 8 {
        return None;
    }
    let only = schema.get("enum").and_then(Node::as_list).and_then(|list| match list {
        [only] => Some(only),
        _ => None,
    });
    let said =
        schema.get("example").or_else(|| schema.get("const")).or(only).or_else(|| schema.get("default"));
    if let Some(said) = said {
        return Some(said.to_json());
    }
    let properties = schema.get("properties").map_or(&[][..], Node::entries);
    if properties.is_empty() {
        return match &schema.get("type")?.value {
            NodeValue::Text(kind) if kind == "array" => Some(Value::Array(Vec::new())),
            _ => Some(Value::Null),
        };
    }
    let member = |entry: &doorward_contract::Entry| {
        let value = sample(resolved(&entry.value, root), root, depth + 1).unwrap_or_default();
        (entry.key.clone(), value)
    };
    Some(Value::Object(properties.iter().map(member).collect()))
}
