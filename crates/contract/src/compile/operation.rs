//! One operation: its request, its credentials, its bindings and its replies.

use super::binding::{self, BindingSource, Here, Words};
use super::input;
use super::place::{Place, Scope, Shared};
use super::possible::{never_answered, outcomes_of};
use super::reading::Findings;
use super::request::{Requests, types_of};
use super::trace::OperationTrace;
use super::{backend, document_level, responses, security};
use crate::account_plan::AccountPlan;
use crate::diagnostic::{Diagnostic, codes};
use crate::plan::{Operation, Parameter};
use crate::schema::Inferred;
use crate::source::{Entry, Node, Span};
use doorward_core::outcome::{Group, Outcome};
use doorward_core::spec::UNAUTHENTICATED;
use serde_json::json;
use std::cell::RefCell;

/// A method of a path.
pub(super) struct Method<'d, 'n> {
    pub(super) path: &'d Entry,
    /// The parameters in the path, with where they stand.
    pub(super) names: &'n [(String, Span)],
    /// The method and its operation.
    pub(super) method: &'d Entry,
    /// The document's `security`.
    pub(super) default_security: Option<&'d Node>,
}

/// Members of an operation's `x-doorward`.
pub(super) const MEMBERS: [&str; 9] =
    ["action", "why", "input", "options", "checks", "replies", "shapes", "with", "choose"];

/// Compiles an operation.
pub(super) fn compiled<'d>(
    method: &Method<'d, '_>,
    (shared, requests): (&Shared<'d>, &mut Requests<'d>),
    found: &mut Findings,
) -> Option<(Operation, OperationTrace)> {
    let node = &method.method.value;
    let Some(extension) = node.entry("x-doorward").filter(|entry| entry.value.is_map()) else {
        let message = "an operation without `x-doorward`";
        let help = "bind it to an action, or to `action: refused` or `action: backend` with `why:`";
        found.error(codes::NO_BINDING, method.method.key_span, message, help);
        return None;
    };
    if backend::is_left(&extension.value) {
        backend::look_over(&extension.value, found);
        return None;
    }
    found.unknown_members(&extension.value, &MEMBERS, "an operation");
    let words = Words::read(&extension.value, shared, found);
    let security =
        security::read(node.get("security").or(method.default_security), shared.facts.document, found);
    let sources = binding::read(extension, (shared, security.as_ref()), found);
    let parameters = requests.parameters(&method.path.value, node, found);
    Requests::check_path(method.names, &parameters, found);
    let declared = requests.body(node, found);
    let inferred = declared.is_none();
    let body = declared.unwrap_or_else(|| requests.inferred(&members(&sources, shared)));
    let request = types_of(&body, &parameters);
    let cache = RefCell::default();
    let here = Here { shared, words: &words, request: &request, cache: &cache };
    let (bindings, traces): (Vec<_>, Vec<_>) =
        sources.iter().map(|source| source.compiled(&here, found)).unzip();
    reachable(&words, (&sources, &shared.facts.document.account), found);
    known_defaults(&words, &sources, shared, found);
    let place = Place {
        shared,
        levels: vec![words.level(Scope::Operation), document_level(shared)],
        request: &request,
        action: None,
        cache: &cache,
        span: extension.key_span,
    };
    let (replies, origins) = place.table(&before_a_binding(security.is_some()), found);
    let reads_only = bindings.iter().all(|binding| binding.action.spec().reads_only);
    let operation = Operation {
        method: method.method.key.to_ascii_uppercase(),
        path: format!("{}{}", shared.facts.document.base, method.path.key),
        path_parameters: method.names.iter().map(|(name, _)| name.clone()).collect(),
        answers_head: method.method.key == "get" && reads_only && !bindings.is_empty(),
        security,
        body,
        parameters: parameters.into_iter().map(|(parameter, _): (Parameter, Span)| parameter).collect(),
        bindings,
        replies,
    };
    responses::check(node, &operation, requests, found);
    let trace = OperationTrace {
        path: method.path.key.clone(),
        method: method.method.key.clone(),
        span: method.method.key_span,
        bindings: traces,
        replies: origins,
        inferred: inferred && operation.body.taken,
    };
    Some((operation, trace))
}

/// The outcomes that a request may have before a binding was chosen.
pub(super) fn before_a_binding(secured: bool) -> Vec<Outcome> {
    let mut outcomes = vec![Outcome::InvalidInput];
    outcomes.extend(Group::RequestError.members());
    outcomes.extend(Group::Fault.members());
    if secured {
        outcomes.extend(UNAUTHENTICATED);
    }
    outcomes
}

/// Replies of the operation that none of its bindings can have.
fn reachable(words: &Words, (sources, account): (&[BindingSource], &AccountPlan), found: &mut Findings) {
    if sources.is_empty() {
        return;
    }
    let possible: Vec<Outcome> =
        sources.iter().flat_map(|source| outcomes_of(source, account, source.security.is_some())).collect();
    let bindings: Vec<&BindingSource> = sources.iter().collect();
    never_answered(&words.replies, &possible, (&bindings, account), found);
}

/// Defaults under `with` are of a parameter that some shape in sight has.
fn known_defaults(words: &Words, sources: &[BindingSource], shared: &Shared<'_>, found: &mut Findings) {
    let own = sources.iter().filter_map(|source| source.words.as_ref());
    let all: Vec<&Words> = own.chain([words]).collect();
    let shapes = all.iter().flat_map(|words| &words.shapes).chain(&shared.shapes);
    let known: Vec<&str> = shapes.flat_map(|shape| &shape.parameters).map(String::as_str).collect();
    for default in all.iter().flat_map(|words| &words.with) {
        if !known.contains(&default.name.as_str()) {
            let message = format!("no shape has a parameter `{}`", default.name);
            let error = Diagnostic::error(codes::SHAPE_PARAMETER, default.span, message);
            found.push(error.suggest(&default.name, known.iter().copied()));
        }
    }
}

/// The members of a body that follow from what the bindings read of it. One is required if every binding
/// requires it.
fn members(sources: &[BindingSource], shared: &Shared<'_>) -> Vec<Inferred> {
    let account = &shared.facts.document.account;
    let mut members: Vec<Inferred> = Vec::new();
    let mut read_by: Vec<usize> = Vec::new();
    for source in sources {
        let mut mine: Vec<Inferred> = Vec::new();
        let spec = source.action.spec();
        let inputs = source.inputs.iter().flat_map(|input| input::inferred(input, account, spec));
        let guards = source.checks.iter().map(|check| &check.that).chain(&source.when);
        let paths =
            guards.flat_map(|ast| ast.paths().into_iter().map(<[String]>::to_vec).collect::<Vec<_>>());
        let below = paths.filter(|path| path.len() > 1 && path[0] == "body");
        let guards =
            below.map(|path| Inferred { path: path[1..].to_vec(), schema: json!({}), required: false });
        for member in inputs.chain(guards) {
            match mine.iter_mut().find(|known| known.path == member.path) {
                Some(known) => {
                    if known.schema == json!({}) {
                        known.schema = member.schema;
                    }
                    known.required |= member.required;
                }
                None => mine.push(member),
            }
        }
        for member in mine {
            match members.iter().position(|known| known.path == member.path) {
                Some(at) => {
                    members[at].required &= member.required;
                    read_by[at] += 1;
                }
                None => {
                    members.push(member);
                    read_by.push(1);
                }
            }
        }
    }
    for (member, readers) in members.iter_mut().zip(read_by) {
        member.required &= readers == sources.len();
    }
    members
}
