//! A status that is computed: every value that it may have stands in the file, and each is a status.

use crate::expression::{Ast, AstKind};
use crate::source::Span;
use crate::template::{Template, TemplateKind};
use serde_json::Value;

/// Something that a status may come to.
pub(super) enum Possible {
    /// This value.
    Value(Value, Span),
    /// What another template says: an argument of the shape.
    Argument(String),
    /// Whatever it reads.
    Unknown(Span),
}

/// Everything that a template of a status may come to.
pub(super) fn possible(template: &Template) -> Vec<Possible> {
    match &template.kind {
        TemplateKind::Constant(value) => vec![Possible::Value(value.clone(), template.span)],
        TemplateKind::Path(path) => vec![of_path(&path.segments, template.span)],
        TemplateKind::Expression(ast) => of_expression(ast),
        TemplateKind::Map(map) => {
            map.cases.iter().map(|(_, result)| result).chain(&map.otherwise).flat_map(possible).collect()
        }
        TemplateKind::First(choices) => choices.iter().flat_map(possible).collect(),
        _ => vec![Possible::Unknown(template.span)],
    }
}

fn of_expression(ast: &Ast) -> Vec<Possible> {
    match &ast.kind {
        AstKind::Literal(value) => vec![Possible::Value(value.clone(), ast.span)],
        AstKind::Conditional(parts) => {
            let [_, then, otherwise] = parts.as_ref();
            of_expression(then).into_iter().chain(of_expression(otherwise)).collect()
        }
        AstKind::Path(path) => vec![of_path(path, ast.span)],
        _ => vec![Possible::Unknown(ast.span)],
    }
}

fn of_path(path: &[String], span: Span) -> Possible {
    match path {
        [outcome, status] if outcome == "outcome" && status == "status" => {
            Possible::Value(Value::from(200), span)
        }
        [name] => Possible::Argument(name.clone()),
        _ => Possible::Unknown(span),
    }
}
