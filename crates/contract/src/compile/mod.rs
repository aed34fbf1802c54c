//! From a read document to the plan's operations and replies.

mod around;
mod backend;
mod binding;
mod caller;
mod filling;
mod guard;
mod input;
mod json_schema;
mod linked;
mod no_effect;
mod operation;
mod option;
mod place;
mod possible;
mod reader;
mod reading;
mod reads;
mod references;
mod render;
mod request;
mod requires;
mod responses;
mod route;
mod rule;
mod security;
mod set_by;
mod statuses;
mod trace;
mod unavailable;
mod violation_words;
mod walk;
mod wanted;
mod written;

pub(crate) use input::target_name;
pub(crate) use json_schema::{definitions, of_operation};
pub use place::{Origin, Scope};
pub(crate) use reader::answered_twice;
pub(crate) use reading::Findings;
pub(crate) use route::METHODS;
pub use trace::{BindingTrace, InputTrace, OperationTrace, ReplyPart, ReplyTrace, Trace};

use crate::diagnostic::{Diagnostic, codes};
use crate::document::Document;
use crate::names::{Facts, ReplyKey, RequestTypes, View};
use crate::plan::{Left, Operation, ReplyTable};
use crate::schema::Schemas;
use crate::source::{Node, Span};
use doorward_core::outcome::Group;
use doorward_core::spec::UNAUTHENTICATED;
use operation::Method;
use place::{Level, Place, Shared};
use reader::Reader;
use request::Requests;
use std::cell::{Cell, RefCell};
use written::RepliesSource;

/// What operations and replies compile to.
pub(crate) struct Compiled {
    pub(crate) left: Vec<Left>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) replies: ReplyTable,
    pub(crate) trace: Trace,
    /// Titles of request members, for labels.
    pub(crate) titles: Vec<(String, String)>,
    /// Whether an operation prolongs pairs in place.
    pub(crate) prolongs: bool,
    /// Whether every sign-in with a password refuses whoever has not proved an address.
    pub(crate) refuses_unverified: bool,
}

/// Compiles the operations of a contract and its replies.
pub(crate) fn compile(contract: &Node, document: &Document, found: &mut Findings) -> Compiled {
    let extension = contract.get("x-doorward");
    let section = |name: &str| extension.and_then(|extension| extension.get(name));
    let next_id = Cell::new(0);
    let facts = Facts::new(document, views(section("views"), found));
    let mut reader = Reader { found, next_id: &next_id };
    let replies = reader.replies(section("replies"));
    let shapes = reader.shapes(section("shapes"));
    answers_rest(contract, &replies, found);
    let shared = Shared {
        facts,
        replies,
        shapes,
        next_id,
        unchecked: RequestTypes::unchecked(),
        cache: RefCell::default(),
        used: RefCell::default(),
        views: RefCell::default(),
    };
    let mut requests = Requests {
        contract,
        schemas: Schemas::new(contract),
        types: document.request.types.clone(),
        titles: Vec::new(),
    };
    let (operations, traces) = operations(contract, (&shared, &mut requests), found);
    let (replies, origins) = of_document(&shared, contract.span, found);
    unused(&shared, found);
    reader::unfilled(&shared.shapes, found);
    found.all.extend(shared.facts.null_asked.borrow().in_vain());
    around::check(&operations, &traces, found);
    violation_words::check(contract, document, &operations, found);
    let prolongs = operations.iter().flat_map(|operation| &operation.bindings).any(|binding| {
        binding.action.spec().name == "refresh" && binding.options.word("rotation") == "prolong"
    });
    let refuses_unverified = around::refuses_unverified(&operations);
    let used = shared.views.borrow();
    let views = shared.facts.views.iter();
    let trace = Trace {
        operations: traces,
        document: origins,
        views: views.map(|view| (view.name.clone(), view.span, used.get(&view.name).cloned())).collect(),
        shapes: shared
            .shapes
            .iter()
            .map(|shape| (shape.name.clone(), shape.span, shape.used.get()))
            .collect(),
    };
    let left = left(contract, document);
    Compiled { left, operations, replies, trace, titles: requests.titles, prolongs, refuses_unverified }
}

/// The document's `failure` answers what nothing else does, so that no outcome is without a reply.
fn answers_rest(contract: &Node, replies: &RepliesSource, found: &mut Findings) {
    let failure = ReplyKey::Group(Group::Failure);
    let Some(extension) = contract.entry("x-doorward").filter(|_| replies.get(failure).is_none()) else {
        return;
    };
    let span = extension.value.entry("replies").map_or(extension.key_span, |replies| replies.key_span);
    let message = "no `failure` among the document's `replies`";
    let help = "write `failure: {…}` there: it answers what nothing else does";
    found.error(codes::NO_REPLY, span, message, help);
}

fn views(node: Option<&Node>, found: &mut Findings) -> Vec<View> {
    let Some(node) = node else { return Vec::new() };
    if !node.is_map() {
        found.wrong_kind(node, "`views`", "templates by name");
    }
    let mut views = Vec::new();
    for entry in node.entries() {
        if found.comma_trap(entry) {
            continue;
        }
        if let Some(template) = found.template(&entry.value) {
            views.push(View { name: entry.key.clone(), span: entry.key_span, template });
        }
    }
    views
}

fn operations<'d>(
    contract: &'d Node,
    (shared, requests): (&Shared<'d>, &mut Requests<'d>),
    found: &mut Findings,
) -> (Vec<Operation>, Vec<OperationTrace>) {
    let mut compiled = (Vec::new(), Vec::new());
    let Some(paths) = contract.get("paths").filter(|paths| paths.is_map()) else {
        let help = "write `paths: {/login: {post: {x-doorward: {action: login, …}}}}`";
        found.error(codes::INVALID_DOCUMENT, contract.span, "a contract without `paths`", help);
        return compiled;
    };
    let mut routes = route::Routes::default();
    let document = shared.facts.document;
    for path in paths.entries().iter().filter(|path| !path.key.starts_with("x-")) {
        let Some(names) = route::parameters(path, &document.base, found) else { continue };
        if !path.value.is_map() {
            found.wrong_kind(&path.value, &format!("the path `{}`", path.key), "a map of its methods");
            continue;
        }
        routes.add(path, document.request.any_case, found);
        for method in path.value.entries() {
            if !route::METHODS.contains(&method.key.as_str()) {
                unknown_method(method, found);
                continue;
            }
            let method = Method { path, names: &names, method, default_security: contract.get("security") };
            if let Some((operation, trace)) = operation::compiled(&method, (shared, requests), found) {
                compiled.0.push(operation);
                compiled.1.push(trace);
            }
        }
    }
    compiled
}

/// The operations that are left to the backend.
fn left(contract: &Node, document: &Document) -> Vec<Left> {
    let paths = contract.get("paths").map_or(&[][..], Node::entries).iter();
    let methods = paths.flat_map(|path| path.value.entries().iter().map(move |method| (path, method)));
    let left = methods.filter(|(_, method)| {
        let known = route::METHODS.contains(&method.key.as_str());
        known && method.value.get("x-doorward").is_some_and(backend::is_left)
    });
    left.map(|(path, method)| Left {
        method: method.key.to_ascii_uppercase(),
        path: format!("{}{}", document.base, path.key),
    })
    .collect()
}

fn unknown_method(entry: &crate::source::Entry, found: &mut Findings) {
    const OTHERS: [&str; 4] = ["summary", "description", "servers", "parameters"];
    if entry.key == "$ref" {
        let message = "the `$ref` of a path is not followed: nothing would answer there";
        found.error(codes::INVALID_DOCUMENT, entry.key_span, message, "write the operations here");
        return;
    }
    if OTHERS.contains(&entry.key.as_str()) || entry.key.starts_with("x-") {
        return;
    }
    let message = format!("`{}` is no method", entry.key);
    let error = Diagnostic::error(codes::INVALID_DOCUMENT, entry.key_span, message);
    found.push(error.suggest(&entry.key, route::METHODS));
}

/// The document's replies as the farthest scope.
fn document_level<'p>(shared: &'p Shared<'_>) -> Level<'p> {
    Level { scope: Scope::Document, replies: &shared.replies, shapes: &shared.shapes, with: &[] }
}

fn of_document(shared: &Shared<'_>, span: Span, found: &mut Findings) -> (ReplyTable, Vec<Origin>) {
    let cache = RefCell::default();
    let place = Place {
        shared,
        levels: vec![document_level(shared)],
        request: &shared.unchecked,
        action: None,
        cache: &cache,
        span,
    };
    let mut outcomes = operation::before_a_binding(true);
    outcomes.retain(|outcome| !UNAUTHENTICATED.contains(outcome));
    outcomes.extend(UNAUTHENTICATED);
    place.table(&outcomes, found)
}

/// Replies of the document that answer nowhere are looked over all the same.
fn unused(shared: &Shared<'_>, found: &mut Findings) {
    let request = RequestTypes::lenient();
    let cache = RefCell::default();
    let used = shared.used.borrow().clone();
    for (key, span, _) in &shared.replies.entries {
        let members = key.members();
        let Some(outcome) = members.first().copied().filter(|outcome| !outcome.own()) else { continue };
        if used.contains(key) || *key == ReplyKey::Group(Group::Failure) {
            continue;
        }
        let place = Place {
            shared,
            levels: vec![document_level(shared)],
            request: &request,
            action: None,
            cache: &cache,
            span: *span,
        };
        place.look_over(*key, outcome, found);
    }
}

/// An unknown name below `body query path` and so on: the declared request has no such member.
fn request_error(mut error: Diagnostic) -> Diagnostic {
    if error.code == codes::UNKNOWN_NAME {
        let name = error.message.strip_prefix("unknown name `").unwrap_or("");
        let place = name.split(['.', '`']).next().unwrap_or("");
        if name.contains('.') && ["body", "query", "path", "header", "cookie"].contains(&place) {
            error.code = codes::NOT_IN_SCHEMA;
            error.message = error.message.replace("unknown name", "the declared request has no").into();
        }
    }
    error
}
