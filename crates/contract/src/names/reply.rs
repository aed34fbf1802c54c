//! The names of a reply: those always in scope, and what its outcome offers.

use super::null_asked::NullAsked;
use super::phrase::phrase;
use super::request::{RequestTypes, members_of, of_request, request_names};
use crate::account_view::{account_type, session_type, tokens_member};
use crate::diagnostic::{Diagnostic, codes};
use crate::document::Document;
use crate::expression::{Kind, MAX_DEPTH, Names, Reference, Type};
use crate::scope::Root;
use crate::source::Span;
use crate::template::{CompiledTemplate, Setting, Template, compile_inside};
use doorward_core::policy::TokenUse;
use doorward_core::spec::{Field, Kind as CoreKind};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A token against cross-site requests comes with every answer: a session's own, and nobody's is drawn.
static OF_EVERYBODY: Field = Field::new("tokens", CoreKind::Tokens);

/// What the document says that replies read.
pub(crate) struct Facts<'d> {
    /// The top of the contract.
    pub(crate) document: &'d Document,
    /// `account`.
    pub(crate) account: Type,
    /// `session`.
    pub(crate) session: Type,
    /// An item of `violations`.
    pub(crate) violation: Type,
    /// The views.
    pub(crate) views: Vec<View>,
    /// The keys that `text(key)` knows.
    pub(crate) text_keys: Vec<String>,
    /// The comparisons with null in everything that is compiled for replies.
    pub(crate) null_asked: RefCell<NullAsked>,
}

/// A view as it was written.
pub(crate) struct View {
    /// Its name.
    pub(crate) name: String,
    /// Where its name stands.
    pub(crate) span: Span,
    /// What it says.
    pub(crate) template: Template,
}

impl<'d> Facts<'d> {
    /// The facts of a document with these views.
    pub(crate) fn new(document: &'d Document, views: Vec<View>) -> Self {
        Self {
            document,
            account: Type::new(Kind::Object(account_type(&document.account))),
            session: Type::new(Kind::Object(session_type())),
            violation: document.wording.violation_type(),
            views,
            text_keys: document.wording.text_keys(),
            null_asked: RefCell::default(),
        }
    }
}

/// What is known of the reply's status while its parts are compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatusKnown {
    /// Not yet: it is the status that is being compiled.
    No,
    /// It is always this.
    Fixed(u16),
    /// It is computed per request.
    Computed,
}

/// Most members of one view, with those of the views in it: views of views must not fill the memory.
const MAX_MEMBERS: usize = 5_000;

/// What was looked up while a reply was compiled.
#[derive(Default)]
pub(crate) struct Seen {
    /// The tokens named.
    pub(crate) tokens: Vec<String>,
    /// Whether something of the request was read.
    pub(crate) request: bool,
    /// Whether the caller was.
    pub(crate) caller: bool,
    /// The views used, with what they are.
    pub(crate) views: Vec<(String, Type)>,
    /// What went wrong inside views.
    pub(crate) found: Vec<Diagnostic>,
}

/// The names of one reply to one outcome.
pub(crate) struct ReplyNames<'d> {
    facts: &'d Facts<'d>,
    request: &'d RequestTypes,
    data: Vec<Field>,
    name: &'static str,
    /// The status of the outcome in the catalogue, and whether its title is that status' phrase.
    catalogue: (u16, bool),
    /// Paths that the reply's guard proves not to be null.
    proven: Vec<Vec<String>>,
    pub(crate) status: Cell<StatusKnown>,
    pub(crate) seen: RefCell<Seen>,
    views: RefCell<BTreeMap<String, Option<Arc<CompiledTemplate>>>>,
}

impl<'d> ReplyNames<'d> {
    /// `name` is what `outcome.name` reads; `catalogue` the status of the outcome and whether its title is a
    /// status phrase.
    pub(crate) fn new(
        facts: &'d Facts<'d>,
        request: &'d RequestTypes,
        data: Vec<Field>,
        name: &'static str,
        catalogue: (u16, bool),
    ) -> Self {
        let status = Cell::new(StatusKnown::No);
        Self {
            facts,
            request,
            data,
            name,
            catalogue,
            proven: Vec::new(),
            status,
            seen: RefCell::default(),
            views: RefCell::default(),
        }
    }

    /// The same where these paths are not null.
    pub(crate) fn proving(mut self, proven: Vec<Vec<String>>) -> Self {
        self.proven = proven;
        self
    }

    /// Whether the outcome comes with any token.
    pub(crate) fn offers_tokens(&self) -> bool {
        self.datum("tokens").is_some()
    }

    /// The datum that brings a token, if the outcome comes with it.
    pub(crate) fn offering(&self, token: &str) -> Option<&Field> {
        let token = self.facts.document.tokens.iter().find(|known| known.policy.name == token)?;
        if token.policy.used == TokenUse::Csrf {
            return Some(&OF_EVERYBODY);
        }
        let kind = token.policy.stage().map_or(CoreKind::Tokens, CoreKind::StageToken);
        self.data.iter().find(|field| field.name == "tokens" && field.kind == kind)
    }

    fn datum(&self, name: &str) -> Option<&Field> {
        self.data.iter().find(|field| field.name == name)
    }

    fn outcome(&self, rest: &[String]) -> Option<Reference> {
        let [member] = rest else { return None };
        let catalogue = self.catalogue.0;
        let value = match member.as_str() {
            "name" => Value::from(self.name),
            "title" if self.catalogue.1 => {
                // A failure that is answered with 200 is still no "OK".
                let status = match self.status.get() {
                    StatusKnown::Fixed(status) if status >= 400 => status,
                    _ => catalogue,
                };
                Value::from(phrase(status).or_else(|| phrase(catalogue)).unwrap_or("Error"))
            }
            "title" => Value::from(in_words(self.name)),
            "status" => Value::from(catalogue),
            _ => return None,
        };
        constant(value)
    }

    fn status(&self) -> Option<Reference> {
        match self.status.get() {
            StatusKnown::No => None,
            StatusKnown::Fixed(status) => constant(Value::from(status)),
            StatusKnown::Computed => Some(Reference::slot(Type::integer(), Root::Status.slot(), &[])),
        }
    }

    /// A view, which is compiled once for the reply, and anew inside each loop: the loop's variable holds in it.
    fn used(&self, rest: &[String], (names, loops): (&dyn Names, u32)) -> Option<Reference> {
        let (name, rest) = rest.split_first()?;
        let before = self.views.borrow().get(name).cloned();
        match &before {
            Some(None) => return None,
            Some(Some(known)) if loops == 0 => return Reference::template(Arc::clone(known), rest),
            _ => {}
        }
        let view = self.facts.views.iter().find(|view| view.name == *name)?;
        let under_way = self.views.borrow().values().filter(|known| known.is_none()).count();
        if under_way >= MAX_DEPTH {
            self.too_large(view.template.span, format!("more than {MAX_DEPTH} views inside each other"));
            return None;
        }
        // While it is compiled it is unknown to itself.
        self.views.borrow_mut().insert(name.clone(), None);
        let setting = Setting::reply(self.facts.document.times.clone());
        let compiled = match compile_inside(&view.template, names, &setting, loops) {
            Ok(compiled) => compiled,
            Err(found) => {
                let help =
                    format!("`view.{name}` is used in the reply to `{}`: its names hold there", self.name);
                let found = found.into_iter().map(|error| error.help(help.clone()));
                self.seen.borrow_mut().found.extend(found);
                CompiledTemplate::of_constant(Value::Null)
            }
        };
        let compiled = if compiled.ty().size() > MAX_MEMBERS {
            let message = format!("a view of more than {MAX_MEMBERS} members, with those of the views in it");
            self.too_large(view.template.span, message);
            CompiledTemplate::of_constant(Value::Null)
        } else {
            compiled
        };
        let compiled = Arc::new(compiled);
        self.seen.borrow_mut().views.push((name.clone(), compiled.ty().clone()));
        match before {
            None if loops > 0 => drop(self.views.borrow_mut().remove(name)),
            None => drop(self.views.borrow_mut().insert(name.clone(), Some(Arc::clone(&compiled)))),
            known => drop(known.and_then(|known| self.views.borrow_mut().insert(name.clone(), known))),
        }
        Reference::template(compiled, rest)
    }

    fn too_large(&self, span: Span, message: String) {
        let error = Diagnostic::error(codes::LIMIT, span, message);
        self.seen.borrow_mut().found.push(error.help("let fewer views use each other"));
    }

    fn token(&self, rest: &[String]) -> Option<Reference> {
        let name = rest.first()?;
        let offered = self.offering(name)?;
        let mut ty = tokens_member(&self.facts.document.tokens, rest)?;
        ty.nullable |= offered.nullable;
        let mut seen = self.seen.borrow_mut();
        if !seen.tokens.contains(name) {
            seen.tokens.push(name.clone());
        }
        Some(Reference::slot(ty, Root::Tokens.slot(), rest))
    }

    fn of_data(&self, path: &[String]) -> Option<Reference> {
        let (first, rest) = path.split_first()?;
        if first == "tokens" {
            return self.token(rest);
        }
        let field = self.datum(first)?;
        match (field.kind, rest) {
            (CoreKind::Violations, [member]) if member == "count" => {
                return Some(Reference::slot(Type::integer(), Root::ViolationCount.slot(), &[]));
            }
            (CoreKind::Violations, [member, below @ ..]) if member == "first" => {
                let ty = self.facts.violation.member(below)?;
                return Some(Reference::slot(ty, Root::FirstViolation.slot(), below));
            }
            _ => {}
        }
        let mut ty = type_of_field(field.kind, self.facts);
        ty.nullable |= field.nullable;
        let ty = ty.member(rest)?;
        Some(match field.kind {
            CoreKind::Account | CoreKind::Claimed => Reference::slot(ty, Root::Account.slot(), rest),
            CoreKind::Caller => {
                self.seen.borrow_mut().caller = true;
                Reference::slot(ty, Root::Caller.slot(), rest)
            }
            CoreKind::Session => Reference::slot(ty, Root::Session.slot(), rest),
            CoreKind::Violations => Reference::slot(ty, Root::Violations.slot(), rest),
            _ => Reference::slot(ty, Root::Datum.slot(), path),
        })
    }
}

impl ReplyNames<'_> {
    fn found(&self, path: &[String]) -> Option<Reference> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "outcome" => self.outcome(rest),
            "status" if rest.is_empty() => self.status(),
            "now" if rest.is_empty() => Some(Reference::slot(Type::new(Kind::Time), Root::Now.slot(), &[])),
            "request" => of_request(rest),
            "view" => self.used(rest, (self, 0)),
            "body" | "query" | "path" | "header" | "cookie" => {
                self.seen.borrow_mut().request = true;
                self.request.lookup(path)
            }
            _ => self.of_data(path),
        }
    }
}

impl Names for ReplyNames<'_> {
    fn lookup(&self, path: &[String]) -> Option<Reference> {
        let mut reference = self.found(path)?;
        if self.proven.iter().any(|proven| proven.starts_with(path)) {
            reference.ty.nullable = false;
        }
        Some(reference)
    }

    fn view(&self, rest: &[String], loops: (&dyn Names, u32)) -> Option<Reference> {
        self.used(rest, loops)
    }

    fn all(&self) -> Vec<String> {
        let mut all: Vec<String> =
            ["outcome.name", "outcome.title", "outcome.status", "status", "now"].map(str::to_owned).into();
        for field in &self.data {
            match field.kind {
                CoreKind::Tokens | CoreKind::StageToken(_) => {
                    let tokens = self.facts.document.tokens.iter().map(|token| token.policy.name.as_str());
                    let offered = tokens.filter(|name| {
                        self.offering(name).is_some_and(|offering| offering.kind == field.kind)
                    });
                    all.extend(offered.map(|name| format!("tokens.{name}")));
                }
                CoreKind::Violations => {
                    all.extend(["violations", "violations.first", "violations.count"].map(str::to_owned));
                }
                kind => all.extend(members_of(field.name, &type_of_field(kind, self.facts))),
            }
        }
        all.extend(self.facts.views.iter().map(|view| format!("view.{}", view.name)));
        all.extend(request_names());
        all.extend(self.request.all());
        all
    }

    fn text_keys(&self) -> Vec<String> {
        self.facts.text_keys.clone()
    }

    fn notes_null(&self, span: Span, never: Option<&Type>) -> bool {
        self.facts.null_asked.borrow_mut().note(span, never);
        true
    }
}

fn constant(value: Value) -> Option<Reference> {
    Reference::template(Arc::new(CompiledTemplate::of_constant(value)), &[])
}

fn type_of_field(kind: CoreKind, facts: &Facts<'_>) -> Type {
    match kind {
        CoreKind::Text => Type::text(),
        CoreKind::Integer => Type::integer(),
        CoreKind::Boolean => Type::boolean(),
        CoreKind::Time => Type::new(Kind::Time),
        CoreKind::Duration => Type::new(Kind::Duration),
        CoreKind::Object | CoreKind::Tokens | CoreKind::StageToken(_) => Type::new(Kind::AnyObject),
        CoreKind::Token => Type::new(Kind::Token),
        CoreKind::Any => Type::any(),
        CoreKind::Account | CoreKind::Caller => facts.account.clone(),
        CoreKind::Claimed => claimed(facts),
        CoreKind::Session => facts.session.clone(),
        CoreKind::Violations => Type::list(facts.violation.clone()),
        CoreKind::Accounts => Type::list(facts.account.clone()),
        CoreKind::Sessions => Type::list(facts.session.clone()),
    }
}

/// An account of which only what every account has from the start is sure, and the name where there is one kind.
fn claimed(facts: &Facts<'_>) -> Type {
    let Kind::Object(members) = &facts.account.kind else { return facts.account.clone() };
    let only = match facts.document.account.identifiers.as_slice() {
        [rule] => Some(rule.kind.name()),
        _ => None,
    };
    let sure = ["status", "roles", "created_at", "updated_at"];
    let flags = ["email_verified", "phone_verified", "must_change_password", "has_password"];
    let members = members.iter().map(|(name, ty)| {
        let is_sure =
            sure.contains(&name.as_str()) || flags.contains(&name.as_str()) || only == Some(name.as_str());
        (name.clone(), if is_sure { ty.clone() } else { ty.clone().or_null() })
    });
    Type::new(Kind::Object(members.collect()))
}

/// `bad_credentials` as a sentence begins: "Bad credentials".
pub(super) fn in_words(name: &str) -> String {
    let mut words = name.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}
