//! `requires`: what the requests of one binding must bring, where several share one URL and one schema.

use super::binding::BindingSource;
use super::reading::Findings;
use super::rule::CheckSource;
use crate::diagnostic::codes;
use crate::expression::{Ast, AstKind, Operator};
use crate::source::Node;
use serde_json::{Map, Value, json};

/// Where requests bring something.
const PLACES: [&str; 5] = ["body", "query", "path", "header", "cookie"];

/// Reads `requires`: the rule `required` for each, in written order.
pub(super) fn read(node: &Node, found: &mut Findings) -> Vec<CheckSource> {
    let Some(items) = node.as_list() else {
        found.wrong_kind(node, "`requires`", "a list such as `[body.email, body.password]`");
        return Vec::new();
    };
    items.iter().filter_map(|item| required(item, found)).collect()
}

fn required(item: &Node, found: &mut Findings) -> Option<CheckSource> {
    let ast = found.expression(item, "what a binding requires")?;
    match &ast.kind {
        AstKind::Path(path) if path.len() > 1 && PLACES.contains(&path[0].as_str()) => {
            let at = path.clone();
            let that = Ast { span: ast.span, kind: AstKind::Has(Box::new(ast)) };
            Some(CheckSource::required(that, at))
        }
        _ => {
            let written = item.as_text().unwrap_or_default();
            let message = format!("`{written}` is no member of a request");
            let help = match &ast.kind {
                AstKind::Path(path) => format!("write where it is: `body.{}`", path.join(".")),
                _ => "name members, as in `body.email`; rules of other kinds are `checks`".to_owned(),
            };
            found.error(codes::WRONG_KIND, item.span, message, &help);
            None
        }
    }
}

impl BindingSource {
    /// Whether it wants members of the body by itself.
    pub(super) fn requires(&self) -> bool {
        self.checks.iter().any(|check| check.required_path().is_some())
    }

    /// The bodies that it takes, as a schema beside that of all: what its guard compares, and what it requires.
    pub(super) fn own_bodies(&self) -> Value {
        let mut schema = Map::new();
        for required in self.checks.iter().filter_map(CheckSource::required_path) {
            require(&mut schema, required, None);
        }
        let mut constants = Vec::new();
        self.when.iter().for_each(|when| compared(when, &mut constants));
        for (path, value) in constants {
            require(&mut schema, path, Some(value));
        }
        Value::Object(schema)
    }
}

/// What a guard says a member of the body is: `body.type == 'a' && …`.
fn compared<'a>(when: &'a Ast, found: &mut Vec<(&'a [String], &'a Value)>) {
    let AstKind::Binary(operator, left, right) = &when.kind else { return };
    match (operator, &left.kind, &right.kind) {
        (Operator::And, ..) => {
            compared(left, found);
            compared(right, found);
        }
        (Operator::Equal, AstKind::Path(path), AstKind::Literal(value))
        | (Operator::Equal, AstKind::Literal(value), AstKind::Path(path)) => {
            if let [place, rest @ ..] = path.as_slice()
                && place == "body"
                && !value.is_null()
            {
                found.push((rest, value));
            }
        }
        _ => {}
    }
}

/// Puts a member that must be there into a schema, with its one value if it has one.
fn require(schema: &mut Map<String, Value>, path: &[String], value: Option<&Value>) {
    let Some((name, rest)) = path.split_first() else { return };
    let required = schema.entry("required").or_insert_with(|| json!([]));
    if let Some(names) = required.as_array_mut().filter(|names| !names.contains(&json!(name))) {
        names.push(json!(name));
    }
    if rest.is_empty() && value.is_none() {
        return;
    }
    let members = schema.entry("properties").or_insert_with(|| json!({}));
    let member =
        members.as_object_mut().map(|members| members.entry(name.clone()).or_insert_with(|| json!({})));
    let Some(member) = member.and_then(Value::as_object_mut) else { return };
    match value {
        Some(value) if rest.is_empty() => drop(member.insert("const".to_owned(), value.clone())),
        _ => require(member, rest, value),
    }
}
