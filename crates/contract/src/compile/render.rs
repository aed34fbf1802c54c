//! One reply to one outcome: status, reason, headers, cookies and body, from the reply and its shape.

use super::place::Place;
use super::reading::Findings;
use super::written::{
    Argument, Header, ReplySource, ShapeSource, UsedShape, is_header_text, parameter_list, parameters_in,
};
use crate::diagnostic::{Diagnostic, codes};
use crate::expression::{Kind, Names};
use crate::json_bytes::json_bytes;
use crate::names::{ReplyKey, ReplyNames, ShapeNames, StatusKnown};
use crate::plan::{BodyReply, Reply, StatusPlan};
use crate::source::Span;
use crate::template::{CompiledTemplate, Escape, Setting, Template, compile};
use doorward_core::outcome::Outcome;
use serde_json::Value;
use std::sync::Arc;

/// A reply while it is put together.
struct Filling<'r, 'p, 'd> {
    place: &'r Place<'p, 'd>,
    source: &'r ReplySource,
    shape: Option<&'p ShapeSource>,
    names: &'r ReplyNames<'p>,
    answered: (ReplyKey, Outcome),
    arguments: Vec<(String, Arc<CompiledTemplate>)>,
    found: &'r mut Findings,
}

/// Whether a template stands in the reply or in its shape: they see different names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum In {
    Reply,
    Shape,
}

impl<'p, 'd> Place<'p, 'd> {
    /// Compiles a reply; `None` when something in it is wrong.
    pub(super) fn render(
        &self,
        source: &ReplySource,
        answered: (ReplyKey, Outcome),
        names: &ReplyNames<'p>,
        found: &mut Findings,
    ) -> Option<Reply> {
        let shape = self.used_shape(source, answered.1, found)?;
        if source.broken || shape.is_some_and(|shape| shape.broken) {
            return None;
        }
        let mut filling =
            Filling { place: self, source, shape, names, answered, arguments: Vec::new(), found };
        filling.reply()
    }

    fn used_shape(
        &self,
        source: &ReplySource,
        outcome: Outcome,
        found: &mut Findings,
    ) -> Option<Option<&'p ShapeSource>> {
        let shape = match &source.shape {
            UsedShape::None => None,
            UsedShape::Usual => self.shape(if outcome.own() { "success" } else { "failure" }),
            UsedShape::Named(name, span) => {
                let Some(shape) = self.shape(name) else {
                    let error =
                        Diagnostic::error(codes::UNKNOWN_NAME, *span, format!("unknown shape `{name}`"));
                    found.push(error.suggest(name, self.shape_names()));
                    return None;
                };
                Some(shape)
            }
        };
        if let Some(shape) = shape {
            shape.used.set(true);
        }
        Some(shape)
    }
}

impl<'p> Filling<'_, 'p, '_> {
    fn reply(&mut self) -> Option<Reply> {
        let default = self.answered.0.status(self.answered.1);
        let written = self.source.parts.status.as_ref();
        let mut status = match written {
            Some(template) => Some(self.status(template, In::Reply)?),
            None => None,
        };
        let shapes = self.shape.and_then(|shape| shape.parts.status.as_ref());
        let computed_by_shape = written.is_none()
            && shapes
                .is_some_and(|template| !matches!(template.kind, crate::template::TemplateKind::Constant(_)));
        if status.is_none() && !computed_by_shape {
            status = Some(match shapes {
                Some(template) => self.status(template, In::Shape)?,
                None => StatusPlan::Fixed(default),
            });
        }
        let known = match &status {
            Some(StatusPlan::Fixed(status)) => StatusKnown::Fixed(*status),
            _ => StatusKnown::Computed,
        };
        let bodiless = matches!(known, StatusKnown::Fixed(204 | 304));
        if bodiless {
            self.nothing_for_a_body()?;
            self.shape = None;
        }
        self.names.status.set(known);
        let complete = bodiless || self.fill();
        if let Some(template) = shapes.filter(|_| computed_by_shape && complete) {
            status = self.status(template, In::Shape);
        }
        let reason = self.reason();
        let headers = self.headers();
        let (set_cookies, mut issues) = self.set_cookies();
        let clear_cookies = self.cookies(&self.source.clear_cookies);
        let body = if bodiless { Some(BodyReply::None) } else { self.body(complete) };
        issues.extend(self.names.seen.borrow().tokens.iter().cloned());
        issues.sort();
        issues.dedup();
        Some(Reply {
            status: status?,
            reason: reason?,
            headers: headers?,
            set_cookies: set_cookies?,
            clear_cookies: clear_cookies?,
            issues,
            body: body.filter(|_| complete)?,
        })
    }

    fn status(&mut self, template: &Template, side: In) -> Option<StatusPlan> {
        let compiled = self.compiled(template, side, &self.setting())?;
        match compiled.constant() {
            Some(value) => {
                let status = value.as_u64().and_then(|status| u16::try_from(status).ok());
                match status.filter(|status| (200..=999).contains(status)) {
                    Some(status) => Some(StatusPlan::Fixed(status)),
                    None => {
                        let message = "a status is a whole number from 200 to 999";
                        self.found.error(codes::WRONG_KIND, template.span, message, "");
                        None
                    }
                }
            }
            None if matches!(compiled.ty().kind, Kind::Integer | Kind::Any) => {
                Some(StatusPlan::Computed(compiled))
            }
            None => {
                let message = format!("a status is a whole number, this is {}", compiled.ty());
                self.found.error(codes::TYPE_CLASH, template.span, message, "");
                None
            }
        }
    }

    /// 204 and 304 carry nothing.
    fn nothing_for_a_body(&mut self) -> Option<()> {
        let body = self.source.parts.body.as_ref().map(|body| body.span);
        let span = body.or(self.source.arguments.first().map(|argument| argument.span));
        let Some(span) = span else { return Some(()) };
        let message = "a reply with status 204 or 304 has no body";
        self.found.error(
            codes::BODY_ON_EMPTY_STATUS,
            span,
            message,
            "HTTP forbids it: use another status, or none of this",
        );
        None
    }

    /// Compiles the arguments; whether all that the shape's body needs are there.
    fn fill(&mut self) -> bool {
        let own_body = self.source.parts.body.as_ref();
        if let (Some(body), Some(argument)) = (own_body, self.source.arguments.first()) {
            let message = format!("a whole body leaves `{}` without a place", argument.name);
            let error = Diagnostic::error(codes::BODY_AND_ARGUMENTS, argument.span, message);
            let error = error.secondary(body.span, "the body");
            self.found.push(error.help("write the body in full, or only fill the shape"));
            return false;
        }
        let Some(shape) = self.shape else { return self.no_shape() };
        let unknown = self.source.arguments.iter().filter(|given| !shape.parameters.contains(&given.name));
        let mut complete = true;
        for argument in unknown {
            self.unknown_argument(argument, shape);
            complete = false;
        }
        let setting = self.argument_setting(shape);
        for parameter in &shape.parameters {
            let given = self.source.arguments.iter().find(|given| given.name == *parameter);
            let own = shape.with.iter().find(|default| default.name == *parameter);
            let Some(argument) = given.or_else(|| self.place.default(parameter)).or(own) else {
                let misspelt = !complete;
                complete &= own_body.is_some();
                if own_body.is_none() && !misspelt {
                    self.missing_argument(parameter, shape);
                }
                continue;
            };
            match self.compiled(&argument.value, In::Reply, &setting) {
                Some(value) => self.arguments.push((parameter.clone(), Arc::new(value))),
                None => complete = false,
            }
        }
        complete
    }

    fn no_shape(&mut self) -> bool {
        let Some(argument) = self.source.arguments.first() else { return true };
        let name = match (&self.source.shape, self.answered.1.own()) {
            (UsedShape::None, _) => "`use: none` has no shape",
            (_, true) => "there is no shape `success`",
            (_, false) => "there is no shape `failure`",
        };
        let message = format!("`{}` fills nothing: {name}", argument.name);
        let members = ["status", "reason", "headers", "set_cookies", "clear_cookies", "type", "body", "use"];
        let error = Diagnostic::error(codes::SHAPE_PARAMETER, argument.span, message);
        self.found.push(error.suggest(&argument.name, members).help("write `body:`, or declare the shape"));
        false
    }

    fn unknown_argument(&mut self, argument: &Argument, shape: &ShapeSource) {
        let message = format!("shape `{}` has no parameter `{}`", shape.name, argument.name);
        let error = Diagnostic::error(codes::SHAPE_PARAMETER, argument.span, message);
        let known = shape.parameters.iter().map(String::as_str);
        let members =
            ["status", "reason", "headers", "set_cookies", "clear_cookies", "type", "body", "use", "when"];
        let error = error.suggest(&argument.name, known.chain(members));
        self.found.push(error.secondary(shape.span, "the shape").help(parameter_list(&shape.parameters)));
    }

    fn missing_argument(&mut self, parameter: &str, shape: &ShapeSource) {
        let message = format!("shape `{}` needs `{parameter}`", shape.name);
        let error = Diagnostic::error(codes::SHAPE_PARAMETER, self.source.span, message);
        let error = error.secondary(shape.span, "the shape");
        self.found
            .push(error.help(format!("write `{parameter}: …` here, or a default under the shape's `with`")));
    }

    /// An argument that is the whole of a text body is escaped as one; elsewhere the hole it fills does it.
    fn argument_setting(&self, shape: &ShapeSource) -> Setting {
        let mut setting = self.setting();
        let is_path = |body: &Template| super::walk::sole_path(body).is_some();
        if shape.parts.body.as_ref().is_some_and(is_path) {
            setting.escape = escape_of(self.content_type());
        }
        setting
    }

    fn setting(&self) -> Setting {
        Setting::reply(self.place.shared.facts.document.times.clone())
    }

    fn compiled(&mut self, template: &Template, side: In, setting: &Setting) -> Option<CompiledTemplate> {
        let compiled = match side {
            In::Reply => compile(template, self.names, setting),
            In::Shape => {
                let names = ShapeNames { reply: self.names, arguments: &self.arguments };
                compile(template, &names as &dyn Names, setting)
            }
        };
        let compiled =
            compiled.map_err(|found| found.into_iter().map(|error| self.explained(error)).collect());
        self.found.kept(compiled)
    }

    /// An unknown `tokens.x` where no session begins is its own error; a member of the request that no schema
    /// has, too.
    fn explained(&self, mut error: Diagnostic) -> Diagnostic {
        if error.code != codes::UNKNOWN_NAME {
            return error;
        }
        let name = error.message.strip_prefix("unknown name `").unwrap_or("");
        if name.starts_with("tokens") && !self.names.offers_tokens() {
            error.code = codes::NO_TOKEN_HERE;
            error.message = format!("`{}` comes with no token", self.answered.0.name());
            error.help = vec![self.no_session_help()];
        }
        super::request_error(error)
    }

    fn no_session_help(&self) -> String {
        let signs_in = self.place.action.is_some_and(|(spec, _)| {
            spec.options.iter().any(|option| option.name == "sign_in") && self.answered.1.own()
        });
        if signs_in {
            return "it starts a session with `options: {sign_in: true}`".to_owned();
        }
        "tokens are issued by answers that start or show a session, such as `signed_in`".to_owned()
    }

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

    fn reason(&mut self) -> Option<Option<CompiledTemplate>> {
        let shapes = self.shape.and_then(|shape| shape.parts.reason.as_ref());
        let Some((template, side)) = self.part(self.source.parts.reason.as_ref(), shapes) else {
            return Some(None);
        };
        let compiled = self.compiled(&template, side, &self.setting())?;
        self.line(&compiled, template.span, "a reason phrase").then_some(Some(compiled))
    }

    /// Whether a value may stand in a header or the status line.
    fn line(&mut self, compiled: &CompiledTemplate, span: Span, what: &str) -> bool {
        let ty = compiled.ty();
        let constant = compiled.constant().and_then(Value::as_str);
        let fits = ty.is_text() || ty.is_number() || matches!(ty.kind, Kind::Boolean | Kind::Any);
        let (code, message, help) = if constant.is_some_and(|text| !is_header_text(text)) {
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

    fn headers(&mut self) -> Option<Vec<(String, CompiledTemplate)>> {
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
            match compiled.filter(|compiled| self.line(compiled, header.span, "the value of a header")) {
                Some(compiled) => headers.push((header.name.clone(), compiled)),
                None => complete = false,
            }
        }
        complete.then_some(headers)
    }

    fn set_cookies(&mut self) -> (Option<Vec<usize>>, Vec<String>) {
        let indexes = self.cookies(&self.source.set_cookies);
        let cookies = &self.place.shared.facts.document.cookies;
        let mut issues = Vec::new();
        for index in indexes.iter().flatten() {
            let token = cookies.get(*index).and_then(|cookie| cookie.token.clone());
            issues.extend(token);
        }
        let span = self.source.set_cookies.first().map(|(_, span)| *span);
        if let Some(span) = span.filter(|_| !issues.is_empty() && !self.names.offers_tokens()) {
            let message = format!("`{}` comes with no token for this cookie", self.answered.0.name());
            self.found.error(codes::NO_TOKEN_HERE, span, message, &self.no_session_help());
            return (None, Vec::new());
        }
        (indexes, issues)
    }

    fn cookies(&mut self, names: &[(String, Span)]) -> Option<Vec<usize>> {
        let cookies = &self.place.shared.facts.document.cookies;
        let mut indexes = Vec::new();
        let mut complete = true;
        for (name, span) in names {
            match cookies.iter().position(|cookie| cookie.name == *name) {
                Some(index) => indexes.push(index),
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

    fn content_type(&self) -> &str {
        let own = self.source.parts.content_type.as_deref();
        let shapes = self.shape.and_then(|shape| shape.parts.content_type.as_deref());
        own.or(shapes).unwrap_or(&self.place.shared.facts.document.response.content_type)
    }

    fn body(&mut self, complete: bool) -> Option<BodyReply> {
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

/// Whether bodies of this media type are JSON.
pub(super) fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json") || essence == "text/json"
}

fn escape_of(content_type: &str) -> Escape {
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let is_xml = essence.ends_with("xml") || essence == "text/html";
    if is_xml { Escape::Xml } else { Escape::None }
}
