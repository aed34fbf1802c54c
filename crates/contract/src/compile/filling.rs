//! The parts of a reply: reason, headers, cookies and body, each the reply's own or its shape's.

use super::render::{Filling, In, escape_of};
use super::written::{Header, is_header_text, parameters_in};
use crate::diagnostic::{Diagnostic, codes};
use crate::document::overwritten;
use crate::expression::Kind;
use crate::json_bytes::json_bytes;
use crate::plan::BodyReply;
use crate::source::Span;
use crate::template::{CompiledTemplate, Part, Setting, Template, TemplateKind};
use serde_json::Value;

impl<'p> Filling<'_, 'p, '_> {
    /// The side and template of a part: the reply's own before the shape's. A part of the shape is only taken
    /// when its parameters are filled.
    fn part(&self, own: Option<&'_ Template>, shapes: Option<&'p Template>) -> Option<(Template, In)> {
        if let Some(template) = own {
            return Some((template.clone(), In::Reply));
        }
        shapes.filter(|template| self.filled(template)).map(|template| (template.clone(), In::Shape))
    }

    fn filled(&self, template: &Template) -> bool {
        parameters_in(template).iter().all(|name| self.arguments.iter().any(|(known, _)| known == name))
    }

    pub(super) fn reason(&mut self) -> Option<Option<CompiledTemplate>> {
        let shapes = self.shape.and_then(|shape| shape.parts.reason.as_ref());
        let Some((template, side)) = self.part(self.source.parts.reason.as_ref(), shapes) else {
            return Some(None);
        };
        let compiled = self.compiled(&template, side, &self.setting())?;
        self.line((&template, &compiled), template.span, "a reason phrase").then_some(Some(compiled))
    }

    /// Whether a value may stand in a header or the status line.
    fn line(&mut self, (template, compiled): (&Template, &CompiledTemplate), span: Span, what: &str) -> bool {
        let ty = compiled.ty();
        let constants = constants_of(template, compiled);
        let fits = ty.is_text() || ty.is_number() || matches!(ty.kind, Kind::Boolean | Kind::Any);
        let (code, message, help) = if constants.iter().any(|text| !is_header_text(text)) {
            (codes::WRONG_KIND, format!("{what} is one line without control characters"), "")
        } else if !fits {
            (codes::TYPE_CLASH, format!("{what} is text, this is {ty}"), "")
        } else if ty.nullable {
            let help = "write `${optional(x)}` to leave it out, or say what null should read like";
            (codes::NULL_IN_TEXT, format!("{what} is text, this may be null"), help)
        } else {
            return true;
        };
        let error = Diagnostic::error(code, span, message);
        let error = error.secondary(self.source.span, "in this reply");
        self.found.push(if help.is_empty() { error } else { error.help(help) });
        false
    }

    pub(super) fn headers(&mut self) -> Option<Vec<(String, CompiledTemplate)>> {
        let own = &self.source.parts.headers;
        let overridden =
            |header: &&Header| own.iter().any(|other| other.name.eq_ignore_ascii_case(&header.name));
        let of_shape = self.shape.map_or(&[][..], |shape| shape.parts.headers.as_slice());
        let of_shape = of_shape.iter().filter(|header| !overridden(header)).map(|header| (header, In::Shape));
        let mut headers = Vec::new();
        let mut complete = true;
        for (header, side) in of_shape.chain(own.iter().map(|header| (header, In::Reply))) {
            let Some(template) = &header.value else {
                // Takes away one of `response.headers`: null is left out there too.
                if self
                    .place
                    .shared
                    .facts
                    .document
                    .response
                    .headers
                    .iter()
                    .any(|(name, _)| name.eq_ignore_ascii_case(&header.name))
                {
                    headers.push((header.name.clone(), CompiledTemplate::of_constant(Value::Null)));
                }
                continue;
            };
            if side == In::Shape && !self.filled(template) {
                continue;
            }
            let compiled = self.compiled(template, side, &self.setting());
            match compiled
                .filter(|compiled| self.line((template, compiled), header.span, "the value of a header"))
            {
                Some(compiled) => headers.push((header.name.clone(), compiled)),
                None => complete = false,
            }
        }
        complete.then_some(headers)
    }

    pub(super) fn set_cookies(&mut self) -> (Option<Vec<usize>>, Vec<String>) {
        let indexes = self.cookies(&self.source.set_cookies);
        let cookies = &self.place.shared.facts.document.cookies;
        let mut issues = Vec::new();
        for index in indexes.iter().flatten() {
            let token = cookies.get(*index).and_then(|cookie| cookie.token.clone());
            issues.extend(token);
        }
        let span = self.source.set_cookies.first().map(|(_, span)| *span);
        let all_offered = issues.iter().all(|token| self.names.offering(token).is_some());
        if let Some(span) = span.filter(|_| !all_offered) {
            let message = format!("`{}` comes with no token for this cookie", self.answered.0.name());
            self.found.error(codes::NO_TOKEN_HERE, span, message, &self.no_session_help());
            return (None, Vec::new());
        }
        (indexes, issues)
    }

    pub(super) fn cookies(&mut self, names: &[(String, Span)]) -> Option<Vec<usize>> {
        let cookies = &self.place.shared.facts.document.cookies;
        let mut indexes = Vec::new();
        let mut complete = true;
        for (name, span) in names {
            match cookies.iter().position(|cookie| cookie.name == *name) {
                Some(index) => {
                    if let Some(error) = overwritten(cookies, (&indexes, index), *span) {
                        self.found.push(error);
                    }
                    indexes.push(index);
                }
                None => {
                    let error =
                        Diagnostic::error(codes::UNKNOWN_COOKIE, *span, format!("unknown cookie `{name}`"));
                    let known = cookies.iter().map(|cookie| cookie.name.as_str());
                    self.found.push(error.suggest(name, known));
                    complete = false;
                }
            }
        }
        complete.then_some(indexes)
    }

    pub(super) fn content_type(&self) -> &str {
        let own = self.source.parts.content_type.as_deref();
        let shapes = self.shape.and_then(|shape| shape.parts.content_type.as_deref());
        own.or(shapes).unwrap_or(&self.place.shared.facts.document.response.content_type)
    }

    pub(super) fn body(&mut self, complete: bool) -> Option<BodyReply> {
        let shapes = self.shape.and_then(|shape| shape.parts.body.as_ref());
        let own = self.source.parts.body.as_ref();
        let (template, side) = match (own, shapes) {
            (Some(template), _) => (template, In::Reply),
            (None, Some(template)) => (template, In::Shape),
            (None, None) => return Some(BodyReply::None),
        };
        if !complete {
            return None;
        }
        let content_type = self.content_type().to_owned();
        let setting = Setting { escape: escape_of(&content_type), ..self.setting() };
        let compiled = self.compiled(template, side, &setting)?;
        if is_json(&content_type) {
            let indent = self.place.shared.facts.document.response.indent;
            let constant = compiled.constant().map(|value| json_bytes(value, indent));
            return Some(BodyReply::Json { content_type, template: compiled, constant });
        }
        self.line_or_text(&compiled, template.span, &content_type)?;
        Some(BodyReply::Text { content_type, template: compiled })
    }

    fn line_or_text(&mut self, compiled: &CompiledTemplate, span: Span, content_type: &str) -> Option<()> {
        let ty = compiled.ty();
        let fits = ty.is_text() || ty.is_number() || ty.kind == Kind::Boolean;
        if fits && !ty.nullable {
            return Some(());
        }
        let message = format!("a body of type {content_type} is one text, this is {ty}");
        let error = Diagnostic::error(codes::TYPE_CLASH, span, message);
        let error = error.secondary(self.source.span, "in this reply");
        self.found.push(error.help("write one text, or a JSON `type`"));
        None
    }
}

/// The texts that stand in a header whatever is read.
fn constants_of<'t>(template: &'t Template, compiled: &'t CompiledTemplate) -> Vec<&'t str> {
    let whole = compiled.constant().and_then(Value::as_str);
    let parts = match &template.kind {
        TemplateKind::Text(parts) => parts.as_slice(),
        _ => &[],
    };
    let pieces = parts.iter().filter_map(|part| match part {
        Part::Constant(text) => Some(text.as_str()),
        Part::Hole(_) => None,
    });
    whole.into_iter().chain(pieces).collect()
}

/// Whether bodies of this media type are JSON.
pub(super) fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json") || essence == "text/json"
}
