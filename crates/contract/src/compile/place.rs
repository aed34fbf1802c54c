//! A place where replies are needed: a binding, an operation, the document. Which reply answers what.

use super::reading::Findings;
use super::written::{Argument, RepliesSource, ReplySource, ShapeSource};
use crate::diagnostic::codes;
use crate::expression::{Type, check_condition, non_null_when};
use crate::names::{Facts, ReplyKey, ReplyNames, RequestTypes};
use crate::plan::{GuardedReply, ReplyTable};
use crate::source::Span;
use doorward_core::action::Options;
use doorward_core::code::Purpose;
use doorward_core::outcome::{Group, Outcome};
use doorward_core::spec::{ActionSpec, Field, Kind};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Replies that were compiled, by the id of the first reply of the list, what it answers, and, where they read the
/// caller, whether that may be null.
pub(super) type Cache = RefCell<HashMap<(usize, ReplyKey, Option<bool>), Arc<[GuardedReply]>>>;

/// What all places of a contract share.
pub(super) struct Shared<'d> {
    pub(super) facts: Facts<'d>,
    pub(super) replies: RepliesSource,
    pub(super) shapes: Vec<ShapeSource>,
    pub(super) next_id: Cell<usize>,
    pub(super) unchecked: RequestTypes,
    /// Replies of the document that read nothing of an operation.
    pub(super) cache: Cache,
    /// Keys of the document that answered somewhere.
    pub(super) used: RefCell<HashSet<ReplyKey>>,
    /// Views that some reply uses, with what they are there.
    pub(super) views: RefCell<BTreeMap<String, Type>>,
}

/// Whose reply answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One of several bindings.
    Binding,
    /// The operation.
    Operation,
    /// The top of the contract.
    Document,
}

/// Where the reply to an outcome was written.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The outcome.
    pub outcome: Outcome,
    /// The key that answers it.
    pub key: &'static str,
    /// Whose key it is.
    pub scope: Scope,
    /// Where the key stands.
    pub span: Span,
    /// Where the guards of its replies stand, in order; the last reply has none.
    pub guards: Vec<Span>,
}

/// The replies of one scope, and what they may change of shapes.
pub(super) struct Level<'p> {
    pub(super) scope: Scope,
    pub(super) replies: &'p RepliesSource,
    pub(super) shapes: &'p [ShapeSource],
    pub(super) with: &'p [Argument],
}

/// Where replies are needed.
pub(super) struct Place<'p, 'd> {
    pub(super) shared: &'p Shared<'d>,
    /// Nearest first; the document last.
    pub(super) levels: Vec<Level<'p>>,
    /// The request once it is validated.
    pub(super) request: &'p RequestTypes,
    pub(super) action: Option<Doing<'p>>,
    pub(super) cache: &'p Cache,
    /// What is named when an outcome has no reply.
    pub(super) span: Span,
}

/// The outcomes that may come before the request is validated.
pub(super) fn before_validation(outcome: Outcome) -> bool {
    outcome == Outcome::InvalidInput
        || matches!(outcome.group(), Some(Group::RequestError | Group::Fault | Group::Unauthenticated))
}

/// What a binding does.
#[derive(Clone, Copy)]
pub(super) struct Doing<'p> {
    pub(super) spec: &'static ActionSpec,
    pub(super) options: &'p Options,
    /// The options that the request decides.
    pub(super) by_request: &'p [&'static str],
    /// `caller`, where its answers offer it.
    pub(super) caller: Option<Field>,
}

impl Doing<'_> {
    /// What an own answer offers: without signing in there is no session, nor where somebody must approve first; without
    /// a grace nothing ends later; and only the stage that a code for its purpose opens.
    fn data(&self, outcome: Outcome) -> Vec<Field> {
        let answer = self.spec.answers.iter().find(|answer| answer.outcome == outcome);
        let data = answer.map_or(&[][..], |answer| answer.data).iter().copied();
        data.filter_map(|field| self.offered(field, outcome)).collect()
    }

    fn offered(&self, field: Field, outcome: Outcome) -> Option<Field> {
        let may = |name: &str| self.spec.options.iter().any(|option| option.name == name);
        let approved = self.options.word("approval") != "required";
        let off = |name: &str| may(name) && !self.options.flag(name);
        match field.kind {
            // Who is signed in has a session, whatever becomes of those who register.
            Kind::Session | Kind::Tokens if outcome == Outcome::SignedIn => Some(field),
            Kind::Time if may("grace") && self.options.word("grace").is_empty() => None,
            Kind::Session | Kind::Tokens if off("sign_in") || !approved => None,
            Kind::StageToken(_) if off("consume") => None,
            Kind::StageToken(_) if self.by_request.contains(&"purpose") => {
                Some(Field { nullable: true, ..field })
            }
            Kind::StageToken(stage) if may("purpose") => {
                let purpose = Purpose::from_name(self.options.word("purpose"));
                (purpose.and_then(Purpose::stage) == Some(stage)).then_some(field)
            }
            _ => Some(field),
        }
    }
}

/// The reply that answers an outcome.
struct Found<'p> {
    level: usize,
    key: ReplyKey,
    span: Span,
    list: &'p [ReplySource],
}

impl<'p> Place<'p, '_> {
    /// The replies to all these outcomes, and where each was written.
    pub(super) fn table(&self, outcomes: &[Outcome], found: &mut Findings) -> (ReplyTable, Vec<Origin>) {
        let mut table = ReplyTable::default();
        table.entries.resize_with(Outcome::ALL.len(), Arc::default);
        let mut origins = Vec::new();
        for outcome in outcomes.iter().copied() {
            let Some(answer) = self.resolve(outcome) else {
                self.unanswered(outcome, found);
                continue;
            };
            let scope = self.levels.get(answer.level).map_or(Scope::Document, |level| level.scope);
            if scope == Scope::Document {
                self.shared.used.borrow_mut().insert(answer.key);
            }
            let guards =
                answer.list.iter().filter_map(|reply| reply.when.as_ref()).map(|when| when.span).collect();
            origins.push(Origin { outcome, key: answer.key.name(), scope, span: answer.span, guards });
            if let Some(entry) = table.entries.get_mut(outcome as usize) {
                *entry = self.answer(&answer, outcome, scope, found);
            }
        }
        (table, origins)
    }

    /// Compiles the reply under a key for its errors only.
    pub(super) fn look_over(&self, key: ReplyKey, outcome: Outcome, found: &mut Findings) {
        let answer = self.levels.first().and_then(|level| Self::at(0, level, key));
        if let Some(answer) = answer {
            self.answer(&answer, outcome, Scope::Operation, found);
        }
    }

    /// The nearest scope that names it or its group; `failure` only where none does.
    fn resolve(&self, outcome: Outcome) -> Option<Found<'p>> {
        let group = outcome.group().map(ReplyKey::Group);
        let names = [Some(ReplyKey::Outcome(outcome)), group];
        let named =
            self.levels.iter().enumerate().find_map(|(level, scope)| {
                names.iter().flatten().find_map(|key| Self::at(level, scope, *key))
            });
        named.or_else(|| {
            let failure = ReplyKey::Group(Group::Failure);
            let mut levels = self.levels.iter().enumerate().filter(|_| !outcome.own());
            levels.find_map(|(level, scope)| Self::at(level, scope, failure))
        })
    }

    fn at(level: usize, scope: &Level<'p>, key: ReplyKey) -> Option<Found<'p>> {
        let (span, list) = scope.replies.get(key)?;
        Some(Found { level, key, span, list })
    }

    /// An own answer has no default. Anything else is answered by the document's `failure`, whose absence is
    /// told once.
    fn unanswered(&self, outcome: Outcome, found: &mut Findings) {
        let Some(Doing { spec, .. }) = self.action.filter(|_| outcome.own()) else { return };
        let name = outcome.name();
        let message = format!("`{}` may answer `{name}`, and no reply is written for it", spec.name);
        found.error(codes::NO_REPLY, self.span, message, &format!("write `{name}: {{…}}` under `replies`"));
    }

    /// The compiled replies, from a cache where the same ones were compiled before.
    fn answer(
        &self,
        answer: &Found<'p>,
        outcome: Outcome,
        scope: Scope,
        found: &mut Findings,
    ) -> Arc<[GuardedReply]> {
        let Some(first) = answer.list.first() else { return Arc::default() };
        let variant = if answer.key.sealed() { answer.key } else { ReplyKey::Outcome(outcome) };
        let caller = self.action.and_then(|doing| doing.caller).map(|caller| caller.nullable);
        let cached = |cache: &Cache| {
            let cache = cache.borrow();
            let whoever = cache.get(&(first.id, variant, None));
            whoever.or_else(|| cache.get(&(first.id, variant, Some(caller?)))).map(Arc::clone)
        };
        let shapes_replaced = self.levels.iter().any(|level| {
            level.scope != Scope::Document && !(level.shapes.is_empty() && level.with.is_empty())
        });
        let sharable = scope == Scope::Document && !shapes_replaced && !outcome.own();
        let known = if sharable { cached(&self.shared.cache) } else { None };
        if let Some(known) = known.or_else(|| cached(self.cache).filter(|_| !outcome.own())) {
            return known;
        }
        let (mut reads_request, mut reads_caller) = (false, false);
        let mut proven: Vec<Vec<String>> = Vec::new();
        let mut replies = Vec::new();
        for source in answer.list {
            let names = self.names(answer.key, outcome);
            let when = source.when.as_ref().map(|ast| (ast, check_condition(ast, &names)));
            let here = source.when.iter().flat_map(|ast| non_null_when(ast, true));
            let names = names.proving(proven.iter().cloned().chain(here).collect());
            let reply = self.render(source, (answer.key, outcome), &names, found);
            let seen = names.seen.take();
            reads_request |= seen.request;
            reads_caller |= seen.caller;
            for (view, ty) in seen.views {
                self.shared.views.borrow_mut().entry(view).or_insert(ty);
            }
            found.all.extend(seen.found);
            let when = match when {
                None => None,
                Some((ast, checked)) => {
                    proven.extend(non_null_when(ast, false));
                    let Some(checked) = found.kept(checked) else { continue };
                    Some(Arc::new(checked))
                }
            };
            if let Some(reply) = reply {
                replies.push(GuardedReply { when, reply: Arc::new(reply) });
            }
        }
        let cache = if sharable && !reads_request { &self.shared.cache } else { self.cache };
        let replies: Arc<[GuardedReply]> = replies.into();
        cache.borrow_mut().insert((first.id, variant, caller.filter(|_| reads_caller)), Arc::clone(&replies));
        replies
    }

    fn names(&self, key: ReplyKey, outcome: Outcome) -> ReplyNames<'p> {
        let mut data = match (key, self.action) {
            (ReplyKey::Outcome(own), Some(doing)) if own.own() => doing.data(own),
            _ => key.data(),
        };
        // Under a group's key its members must not be told apart, not even by who asks.
        if matches!(key, ReplyKey::Outcome(own) if !before_validation(own)) {
            data.extend(self.action.and_then(|doing| doing.caller));
        }
        let request = if before_validation(outcome) { &self.shared.unchecked } else { self.request };
        let by_phrase = matches!(outcome.group(), Some(Group::RequestError | Group::Fault));
        let catalogue = (key.status(outcome), by_phrase);
        ReplyNames::new(&self.shared.facts, request, data, key.outcome_name(outcome), catalogue)
    }

    /// The shape with this name, nearest first.
    pub(super) fn shape(&self, name: &str) -> Option<&'p ShapeSource> {
        self.levels.iter().flat_map(|level| level.shapes).find(|shape| shape.name == name)
    }

    /// The names of all shapes.
    pub(super) fn shape_names(&self) -> Vec<&'p str> {
        self.levels.iter().flat_map(|level| level.shapes).map(|shape| shape.name.as_str()).collect()
    }

    /// The default that an operation gives a parameter.
    pub(super) fn default(&self, parameter: &str) -> Option<&'p Argument> {
        self.levels.iter().flat_map(|level| level.with).find(|default| default.name == parameter)
    }
}
