//! What a request to an operation brings: its parameters, its body, and their types.

use super::reading::Findings;
use super::references::resolved;
use crate::diagnostic::{Diagnostic, codes};
use crate::expression::Type;
use crate::media::{READABLE, is_readable};
use crate::names::{BodyType, Members, RequestTypes};
use crate::plan::{BodyPlan, Parameter, ParameterPlace};
use crate::schema::{Inferred, Schemas};
use crate::source::{Node, Span};

/// The places of parameters by their words in OpenAPI.
const PLACES: [(&str, ParameterPlace); 4] = [
    ("path", ParameterPlace::Path),
    ("query", ParameterPlace::Query),
    ("header", ParameterPlace::Header),
    ("cookie", ParameterPlace::Cookie),
];

/// Reads requests of one contract.
pub(super) struct Requests<'d> {
    pub(super) contract: &'d Node,
    pub(super) schemas: Schemas<'d>,
    /// `request.types`.
    pub(super) types: Vec<String>,
    /// Titles of request members.
    pub(super) titles: Vec<(String, String)>,
}

impl<'d> Requests<'d> {
    /// The parameters of an operation: those of its path, then its own; an own one replaces one of the path.
    pub(super) fn parameters(
        &mut self,
        item: &'d Node,
        operation: &'d Node,
        found: &mut Findings,
    ) -> Vec<(Parameter, Span)> {
        let mut parameters: Vec<(Parameter, Span)> = Vec::new();
        for list in [item.get("parameters"), operation.get("parameters")].into_iter().flatten() {
            let Some(nodes) = list.as_list() else {
                found.wrong_kind(list, "`parameters`", "a list");
                continue;
            };
            for node in nodes {
                let Some(parameter) = self.parameter(node, found) else { continue };
                parameters.retain(|(known, _)| {
                    (known.place, known.name.as_str()) != (parameter.place, parameter.name.as_str())
                });
                parameters.push((parameter, node.span));
            }
        }
        parameters
    }

    fn parameter(&mut self, node: &'d Node, found: &mut Findings) -> Option<Parameter> {
        let node = resolved(self.contract, node, found)?;
        let name = node.get("name").and_then(Node::as_text);
        let place = node.get("in").and_then(Node::as_text);
        let place = place.and_then(|place| PLACES.iter().find(|(word, _)| *word == place));
        let (Some(name), Some((_, place))) = (name, place) else {
            let help = "write `{name: id, in: path, required: true, schema: {type: string}}`";
            found.error(codes::INVALID_DOCUMENT, node.span, "a parameter wants `name` and `in`", help);
            return None;
        };
        let schema = node.get("schema").and_then(|schema| found.kept(self.schemas.compile(schema)));
        let name = if *place == ParameterPlace::Header { name.to_lowercase() } else { name.to_owned() };
        let required = flag(node, found) || *place == ParameterPlace::Path;
        Some(Parameter { place: *place, name, required, schema })
    }

    /// Every parameter of the route must be declared, and every declared one be in the route.
    pub(super) fn check_path(
        names: &[(String, Span)],
        parameters: &[(Parameter, Span)],
        found: &mut Findings,
    ) {
        let declared = || parameters.iter().filter(|(parameter, _)| parameter.place == ParameterPlace::Path);
        for (name, span) in names {
            if declared().any(|(parameter, _)| parameter.name == *name) {
                continue;
            }
            let message = format!("path parameter `{name}` is not declared");
            let error = Diagnostic::error(codes::UNDECLARED_PARAMETER, *span, message);
            let error = error.suggest(name, declared().map(|(parameter, _)| parameter.name.as_str()));
            found.push(error.help(format!(
                "OpenAPI insists: `parameters: [{{name: {name}, in: path, required: true, schema: {{type: string}}}}]`"
            )));
        }
        for (parameter, span) in declared() {
            if !names.iter().any(|(name, _)| *name == parameter.name) {
                let message = format!("there is no `{{{}}}` in the path", parameter.name);
                let error = Diagnostic::error(codes::UNDECLARED_PARAMETER, *span, message);
                found.push(error.suggest(&parameter.name, names.iter().map(|(name, _)| name.as_str())));
            }
        }
    }

    /// The body as declared; `None` when the operation declares none.
    pub(super) fn body(&mut self, operation: &'d Node, found: &mut Findings) -> Option<BodyPlan> {
        let node = resolved(self.contract, operation.get("requestBody")?, found)?;
        let required = flag(node, found);
        let content = node.get("content");
        let Some(content) = content.filter(|content| !content.entries().is_empty()) else {
            let help = "write `requestBody: {content: {application/json: {schema: …}}}`";
            let at = content.unwrap_or(node).span;
            found.error(codes::INVALID_DOCUMENT, at, "a request body wants `content`, by media type", help);
            return None;
        };
        let mut types = Vec::new();
        for entry in content.entries() {
            if !is_readable(entry.key.split(';').next().unwrap_or_default()) {
                let message = format!("no body of `{}` can be read", entry.key);
                found.error(codes::WRONG_KIND, entry.key_span, message, READABLE);
                continue;
            }
            if !entry.value.is_map() {
                found.wrong_kind(&entry.value, &format!("`{}`", entry.key), "a map such as `{schema: …}`");
            }
            let schema = entry.value.get("schema");
            let schema = schema.and_then(|schema| found.kept(self.schemas.compile(schema)));
            self.titles.extend(schema.iter().flat_map(|schema| schema.titles()));
            types.push((entry.key.to_ascii_lowercase(), schema));
        }
        Some(BodyPlan { taken: true, required, types })
    }

    /// The body as it follows from the inputs.
    pub(super) fn inferred(&mut self, members: &[Inferred]) -> BodyPlan {
        if members.is_empty() {
            return BodyPlan { taken: false, required: false, types: Vec::new() };
        }
        let schema = self.schemas.infer(members);
        let types = self.types.iter().map(|media| (media.clone(), Some(schema.clone()))).collect();
        BodyPlan { taken: true, required: true, types }
    }
}

/// Whether a body or a parameter is `required`.
fn flag(node: &Node, found: &mut Findings) -> bool {
    let Some(required) = node.get("required") else { return false };
    if required.as_bool().is_none() {
        found.wrong_kind(required, "`required`", "true or false");
    }
    required.as_bool() == Some(true)
}

/// The types of what a request brings.
pub(super) fn types_of(body: &BodyPlan, parameters: &[(Parameter, Span)]) -> RequestTypes {
    let schemas: Option<Vec<_>> = body.types.iter().map(|(_, schema)| schema.clone()).collect();
    let schemas = schemas.filter(|schemas| !schemas.is_empty());
    let body = match schemas {
        Some(schemas) => BodyType::Schemas { schemas, optional: !body.required },
        None => BodyType::Known(Type::any()),
    };
    let place = |place: ParameterPlace| -> Vec<(String, Type)> {
        let here = parameters.iter().map(|(parameter, _)| parameter).filter(|known| known.place == place);
        here.map(|parameter| (parameter.name.clone(), type_of(parameter))).collect()
    };
    let query = place(ParameterPlace::Query);
    let other = if query.is_empty() { Some(Type::any()) } else { None };
    RequestTypes {
        body,
        path: Members { declared: place(ParameterPlace::Path), other: None },
        query: Members { declared: query, other },
        header: Members { declared: place(ParameterPlace::Header), other: Some(Type::any()) },
        cookie: Members { declared: place(ParameterPlace::Cookie), other: Some(Type::any()) },
    }
}

fn type_of(parameter: &Parameter) -> Type {
    let declared = parameter.schema.as_ref().and_then(|schema| schema.type_of(&[]));
    let mut ty = declared.unwrap_or_else(Type::text);
    ty.nullable |= !parameter.required;
    ty
}
