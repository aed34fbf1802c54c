//! One reply to one outcome: status, reason, headers, cookies and body, from the reply and its shape.

use super::place::Place;
use super::reading::Findings;
use super::statuses::{Possible, possible};
use super::written::{Argument, ReplySource, ShapeSource, UsedShape, parameter_list};
use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::expression::{Kind, Names};
use crate::names::{ReplyKey, ReplyNames, ShapeNames, StatusKnown};
use crate::plan::{BodyReply, Reply, StatusPlan};
use crate::template::{CompiledTemplate, Escape, Setting, Template, compile};
use doorward_core::outcome::Outcome;
use std::sync::Arc;

const COMPUTED: &str = "choose between statuses that stand here: `${… ? 401 : 403}`, or `$map`";

/// A reply while it is put together.
pub(super) struct Filling<'r, 'p, 'd> {
    pub(super) place: &'r Place<'p, 'd>,
    pub(super) source: &'r ReplySource,
    pub(super) shape: Option<&'p ShapeSource>,
    pub(super) names: &'r ReplyNames<'p>,
    pub(super) answered: (ReplyKey, Outcome),
    pub(super) arguments: Vec<(String, Arc<CompiledTemplate>)>,
    pub(super) found: &'r mut Findings,
}

/// Whether a template stands in the reply or in its shape: they see different names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum In {
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
        self.none_beside_the_presented(&issues)?;
        Some(Reply {
            trace: self.traced(),
            status: status?,
            reason: reason?,
            headers: headers?,
            set_cookies: set_cookies?,
            clear_cookies: clear_cookies?,
            issues,
            body: body.filter(|_| complete)?,
        })
    }

    /// A session has one token that is found by its digest: issuing another ends the one that the caller shows.
    fn none_beside_the_presented(&mut self, issues: &[String]) -> Option<()> {
        let asks_for_session = self.place.action.is_some_and(|doing| doing.spec.caller.signed_in());
        let tokens = &self.place.shared.facts.document.tokens;
        let one = tokens.iter().find(|token| token.policy.by_digest && issues.contains(&token.policy.name));
        let Some(token) = one.filter(|_| asks_for_session) else { return Some(()) };
        let message = format!("`tokens.{}` here would end the one that the caller shows", token.policy.name);
        let help =
            "with `session: digest` a session has one: issue it where a session starts or is refreshed";
        self.found.error(codes::NO_TOKEN_HERE, self.source.span, message, help);
        None
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
                self.computed_status(template).then_some(StatusPlan::Computed(compiled))
            }
            None => {
                let message = format!("a status is a whole number, this is {}", compiled.ty());
                self.found.error(codes::TYPE_CLASH, template.span, message, "");
                None
            }
        }
    }

    /// Whether every value that a computed status may have is in the file, and is a status with a body.
    fn computed_status(&mut self, template: &Template) -> bool {
        let mut pending = possible(template);
        let mut good = true;
        while let Some(one) = pending.pop() {
            let (code, span, message, help) = match one {
                Possible::Argument(name) => {
                    let argument = self.argument(&name).map(|argument| &argument.value);
                    let Some(argument) = argument else {
                        let message = format!("`{name}` may be no status");
                        self.found.error(codes::MAY_FAIL, template.span, message, COMPUTED);
                        good = false;
                        continue;
                    };
                    // What an argument names is a value, no further argument.
                    pending.extend(possible(argument).into_iter().map(|one| match one {
                        Possible::Argument(_) => Possible::Unknown(argument.span),
                        one => one,
                    }));
                    continue;
                }
                Possible::Value(value, span) => match value.as_u64() {
                    Some(204 | 304) => {
                        let message = format!("the status may be {value}, which has no body");
                        (codes::BODY_ON_EMPTY_STATUS, span, message, "write a list of replies with `when`")
                    }
                    Some(200..=999) => continue,
                    _ => (codes::WRONG_KIND, span, format!("{value} is no status: 200 to 999"), ""),
                },
                Possible::Unknown(span) => {
                    (codes::MAY_FAIL, span, "this may be no status".to_owned(), COMPUTED)
                }
            };
            self.found.error(code, span, message, help);
            good = false;
        }
        good
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
        let wanted = if self.answered.1.own() { "success" } else { "failure" };
        if !matches!(self.source.shape, UsedShape::None) && self.misspelt_shape(wanted) {
            return false;
        }
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

    /// One misspelt name of a shape breaks every reply that fills it: that is said once, where it stands.
    fn misspelt_shape(&mut self, wanted: &str) -> bool {
        let Some(near) = did_you_mean(wanted, self.place.shape_names()) else { return false };
        let Some(shape) =
            self.place.shape(near).filter(|shape| !matches!(shape.name.as_str(), "success" | "failure"))
        else {
            return false;
        };
        let message = format!("replies fill a shape `{wanted}`, and there is only `{near}`");
        let error = Diagnostic::error(codes::UNKNOWN_NAME, shape.span, message);
        self.found.push(error.help(format!("did you mean `{wanted}`?")));
        true
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

    pub(super) fn setting(&self) -> Setting {
        Setting::reply(self.place.shared.facts.document.times.clone())
    }

    pub(super) fn compiled(
        &mut self,
        template: &Template,
        side: In,
        setting: &Setting,
    ) -> Option<CompiledTemplate> {
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
            error.message = format!("`{}` comes with no token", self.answered.0.name()).into();
            error.help = vec![self.no_session_help()];
        }
        super::request_error(error)
    }

    pub(super) fn no_session_help(&self) -> String {
        let signs_in = self.place.action.is_some_and(|doing| {
            doing.spec.options.iter().any(|option| option.name == "sign_in") && self.answered.1.own()
        });
        if self.place.action.is_some_and(|doing| doing.options.word("approval") == "required") {
            return "with `approval: required` nobody is signed in before somebody approves".to_owned();
        }
        if signs_in {
            return "it starts a session with `options: {sign_in: true}`".to_owned();
        }
        let consumes = self.place.action.is_some_and(|doing| {
            doing.spec.options.iter().any(|option| option.name == "consume") && !doing.options.flag("consume")
        });
        if consumes {
            return "a code is exchanged for a stage token with `options: {consume: true}`".to_owned();
        }
        "tokens are issued by answers that start or show a session, such as `signed_in`".to_owned()
    }
}

/// How values are escaped in bodies of this media type.
pub(super) fn escape_of(content_type: &str) -> Escape {
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let is_xml = essence.ends_with("xml") || essence == "text/html";
    if is_xml { Escape::Xml } else { Escape::None }
}
