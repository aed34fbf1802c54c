//! One binding of an operation: its action, inputs, options, checks and replies, as written and as compiled.

use super::backend::BACKEND;
use super::guard::shadows;
use super::input::{self, InputReader, InputSource};
use super::linked::linked;
use super::no_effect;
use super::option;
use super::place::{Cache, Doing, Level, Place, Scope, Shared};
use super::possible::{never_answered, outcomes_of};
use super::reader::Reader;
use super::reading::Findings;
use super::requires;
use super::rule::{self, CheckSource};
use super::security;
use super::trace::BindingTrace;
use super::unavailable::unavailable;
use super::written::{Argument, RepliesSource, ShapeSource};
use crate::account_plan::AccountPlan;
use crate::caller_plan::caller_of;
use crate::diagnostic::{Diagnostic, codes};
use crate::document::Document;
use crate::expression::{Ast, check_condition};
use crate::names::{InputNames, RequestTypes};
use crate::plan::{Binding, InputTarget, Security};
use crate::source::{Entry, Node, Span};
use doorward_core::action::{ACTIONS, Entry as Action, Options, find};
use doorward_core::identifier::IdentifierKind;
use doorward_core::outcome::Outcome;
use doorward_core::spec::{Caller, Identifiers};

/// The replies of one scope, and what it changes of shapes.
pub(super) struct Words {
    pub(super) replies: RepliesSource,
    pub(super) shapes: Vec<ShapeSource>,
    pub(super) with: Vec<Argument>,
}

impl Words {
    /// Reads `replies`, `shapes` and `with` beside each other.
    pub(super) fn read(node: &Node, shared: &Shared<'_>, found: &mut Findings) -> Words {
        let mut reader = Reader { found, next_id: &shared.next_id };
        let replies = reader.replies(node.get("replies"));
        let shapes = reader.shapes(node.get("shapes"));
        let with = reader.with(node.get("with"));
        Words { replies, shapes, with }
    }

    /// Whether a reply from further out may read otherwise here.
    fn change_shapes(&self) -> bool {
        !(self.shapes.is_empty() && self.with.is_empty())
    }

    pub(super) fn level(&self, scope: Scope) -> Level<'_> {
        Level { scope, replies: &self.replies, shapes: &self.shapes, with: &self.with }
    }
}

/// A binding as it was written.
pub(super) struct BindingSource {
    pub(super) span: Span,
    pub(super) action: &'static dyn Action,
    pub(super) inputs: Vec<InputSource>,
    pub(super) options: Options,
    /// Where each option that is written stands.
    pub(super) option_spans: Vec<(String, Span)>,
    pub(super) checks: Vec<CheckSource>,
    pub(super) when: Option<Ast>,
    /// Which credentials it asks for: its own, or else the operation's.
    pub(super) security: Option<Security>,
    /// Its own replies; nothing in an operation without `choose`.
    pub(super) words: Option<Words>,
}

/// Members of one of several bindings.
pub(super) const CHOICE: [&str; 11] = [
    "when", "action", "security", "requires", "input", "options", "checks", "replies", "shapes", "with",
    "why",
];

/// Reads the bindings of an operation: one, or those of `choose`, each with the members beside it.
pub(super) fn read(
    operation: &Entry,
    here: (&Shared<'_>, Option<&Security>),
    found: &mut Findings,
) -> Vec<BindingSource> {
    let node = &operation.value;
    let Some(choose) = node.get("choose") else {
        return binding(node, None, (operation.key_span, here), found).into_iter().collect();
    };
    let Some(items) = choose.as_list().filter(|items| !items.is_empty()) else {
        found.wrong_kind(choose, "`choose`", "a list of bindings");
        return Vec::new();
    };
    let mut bindings: Vec<BindingSource> = Vec::new();
    for item in items {
        if !item.is_map() {
            found.wrong_kind(item, "a binding", "a map");
            continue;
        }
        found.unknown_members(item, &CHOICE, "a binding");
        bindings.extend(binding(node, Some(item), (item.span, here), found));
    }
    shadowed(&bindings, found);
    bindings
}

/// Bindings whose requests an earlier one takes.
fn shadowed(bindings: &[BindingSource], found: &mut Findings) {
    for (at, next) in bindings.iter().enumerate() {
        let takes = |earlier: &&BindingSource| match (&earlier.when, &next.when) {
            (None, _) => true,
            (Some(earlier), Some(own)) => shadows(earlier, own),
            (Some(_), None) => false,
        };
        let Some(earlier) = bindings.iter().take(at).find(takes) else { continue };
        let error = Diagnostic::error(codes::UNREACHABLE_BINDING, next.span, "this binding is never reached");
        let why = match &earlier.when {
            None => "this one has no `when` and takes every request",
            Some(_) => "this one takes every request that it would",
        };
        found.push(error.secondary(earlier.span, why));
    }
}

fn binding(
    beside: &Node,
    item: Option<&Node>,
    (span, (shared, security)): (Span, (&Shared<'_>, Option<&Security>)),
    found: &mut Findings,
) -> Option<BindingSource> {
    let own = |name: &str| item.and_then(|item| item.get(name));
    let Some(word) = own("action").or_else(|| beside.get("action")) else {
        found.error(
            codes::NO_BINDING,
            span,
            "an operation without `action`",
            "say what it does: `action: login`",
        );
        return None;
    };
    let action = action(word, found)?;
    let spec = action.spec();
    let why = own("why").or_else(|| beside.get("why")).and_then(Node::as_text);
    if spec.name == "refused" && why.is_none_or(|why| why.trim().is_empty()) {
        found.error(codes::REASON_MISSING, word.span, "`refused` without `why`", "say why: `why: …`");
    }
    let inputs = merged(beside.get("input"), own("input"), "`input`", found);
    let document = shared.facts.document;
    let security = match own("security") {
        Some(node) => security::read(Some(node), document, found),
        None => security.cloned(),
    };
    let staged = security::carries_stage(security.as_ref(), spec, document);
    let inputs =
        InputReader { document, spec, staged, secured: security.is_some(), found }.read(&inputs, span);
    let options = merged(beside.get("options"), own("options"), "`options`", found);
    let option_spans = options.iter().map(|entry| (entry.key.clone(), entry.key_span)).collect();
    let options = option::read(&options, spec, &document.account, found);
    input::proof_bound((spec, &options), &inputs, span, found);
    let checks = [beside.get("checks"), own("checks")].into_iter().flatten();
    let required: Vec<_> = own("requires").map(|node| requires::read(node, found)).unwrap_or_default();
    let checks = required.into_iter().chain(checks.flat_map(|node| rule::read(node, found))).collect();
    let when = own("when").and_then(|when| found.expression(when, "`when`"));
    let words = item.map(|item| Words::read(item, shared, found));
    Some(BindingSource { span, action, inputs, options, option_spans, checks, when, security, words })
}

fn action(word: &Node, found: &mut Findings) -> Option<&'static dyn Action> {
    let Some(name) = word.as_text() else {
        found.wrong_kind(word, "`action`", "the name of an action");
        return None;
    };
    let action = find(name);
    if action.is_none()
        && let Some(error) = unavailable(word)
    {
        found.push(error);
    } else if action.is_none() {
        let known: Vec<&str> = ACTIONS.iter().map(|action| action.spec().name).chain([BACKEND]).collect();
        let error = Diagnostic::error(codes::UNKNOWN_ACTION, word.span, format!("unknown action `{name}`"));
        let error = error.suggest(name, known.iter().copied());
        // The list is long: it is for whoever wrote nothing like an action.
        let lost = error.suggestion.is_none();
        found.push(if lost { error.help(format!("actions: {}", known.join(" "))) } else { error });
    }
    action
}

/// The members of both, those of the item before equal ones beside it.
fn merged<'n>(
    beside: Option<&'n Node>,
    own: Option<&'n Node>,
    what: &str,
    found: &mut Findings,
) -> Vec<&'n Entry> {
    for node in [beside, own].into_iter().flatten().filter(|node| !node.is_map()) {
        found.wrong_kind(node, what, "a map");
    }
    let own = own.map_or(&[][..], Node::entries);
    let beside = beside.map_or(&[][..], Node::entries).iter();
    let beside = beside.filter(|entry| !own.iter().any(|other| other.key == entry.key));
    beside.chain(own).collect()
}

/// Where bindings are compiled.
pub(super) struct Here<'p, 'd> {
    pub(super) shared: &'p Shared<'d>,
    pub(super) words: &'p Words,
    pub(super) request: &'p RequestTypes,
    pub(super) cache: &'p Cache,
}

impl BindingSource {
    /// Whether it binds an input of the action's own.
    pub(super) fn binds(&self, name: &str) -> bool {
        self.inputs.iter().any(|input| matches!(input.target, InputTarget::Named(bound) if bound == name))
    }

    /// Whether it binds an identifier.
    pub(super) fn identifies(&self) -> bool {
        let is =
            |target: &InputTarget| matches!(target, InputTarget::Identifier(_) | InputTarget::AnyIdentifier);
        self.inputs.iter().any(|input| is(&input.target))
    }

    /// Whether it binds a claim.
    pub(super) fn claims(&self) -> bool {
        self.inputs.iter().any(|input| matches!(input.target, InputTarget::Claim(_)))
    }

    /// Whether it binds an identifier of the kind with this name, or one of any kind.
    pub(super) fn names(&self, name: &str, account: &AccountPlan) -> bool {
        let has = |kind| account.identifiers.iter().any(|rule| rule.kind == kind);
        let Some(kind) = IdentifierKind::from_name(name).filter(|kind| has(*kind)) else { return false };
        self.inputs.iter().any(|input| match input.target {
            InputTarget::Identifier(bound) => bound == kind,
            InputTarget::AnyIdentifier => true,
            _ => false,
        })
    }

    /// Where an option is written; else where the binding is.
    pub(super) fn option_span(&self, name: &str) -> Span {
        self.option_spans.iter().find(|(option, _)| option == name).map_or(self.span, |(_, span)| *span)
    }

    /// Whether a token among its inputs says who is asking.
    pub(super) fn presents(&self) -> bool {
        self.inputs.iter().any(InputSource::presents)
    }

    /// Whether an input must be the id of whoever is asking.
    pub(super) fn names_its_caller(&self) -> bool {
        self.inputs.iter().any(|input| input.target == InputTarget::OwnId)
    }

    /// An id that must be the caller's own wants a caller: without one every request would be refused.
    fn knows_its_caller(&self, document: &Document, found: &mut Findings) {
        let spec = self.action.spec();
        let credentials = (self.security.as_ref(), self.presents());
        let own = self.inputs.iter().find(|input| input.target == InputTarget::OwnId);
        let Some(own) = own.filter(|_| !spec.caller.signed_in()) else { return };
        if caller_of(spec, credentials, &document.schemes).is_none() {
            let message = "`account_id` must be the caller's own id, and nothing here says who is asking";
            let help = "write `security: [{…: []}]` beside `x-doorward`, or bind the input `access_token`";
            found.error(codes::NO_SECURITY, own.span, message, help);
        }
    }

    /// What administrators do needs a contract that has some, and somebody whom it is about.
    fn has_administrators(&self, here: &Here<'_, '_>, found: &mut Findings) {
        let spec = self.action.spec();
        if spec.caller != Caller::Administrator {
            return;
        }
        if here.shared.facts.document.account.roles.administrator.is_none() {
            let message = format!("`{}` is for administrators, and this contract has none", spec.name);
            let help = "name their role in `account`: `roles: {administrator: …}`";
            found.error(codes::NO_SECURITY, self.span, message, help);
        }
        let names = |input: &InputSource| match &input.target {
            InputTarget::Named(name) => matches!(*name, "account_id" | "account"),
            InputTarget::Identifier(_) | InputTarget::AnyIdentifier => {
                spec.identifiers == Identifiers::Optional
            }
            _ => false,
        };
        let about_one = spec.inputs.iter().any(|input| input.name == "account_id");
        if about_one && !self.inputs.iter().any(names) {
            let message = format!("`{}` is about an account, and nothing says which", spec.name);
            let help = "bind `account_id` or an identifier under `input`";
            found.error(codes::UNBOUND_INPUT, self.span, message, help);
        }
    }

    /// Compiles it.
    pub(super) fn compiled(&self, here: &Here<'_, '_>, found: &mut Findings) -> (Binding, BindingTrace) {
        let spec = self.action.spec();
        self.has_administrators(here, found);
        if spec.caller.signed_in() && self.security.is_none() && !self.presents() {
            let message =
                format!("`{}` needs somebody signed in, and the operation asks for no credential", spec.name);
            found.error(
                codes::NO_SECURITY,
                self.span,
                message,
                "write `security: [{…: []}]` beside `x-doorward`, or bind the input `access_token`",
            );
        }
        self.knows_its_caller(here.shared.facts.document, found);
        linked(self, here.shared.facts.document, found);
        no_effect::check(self, self.security.is_some(), here.shared.facts.document, found);
        let asked = self.security.as_ref();
        security::fits(asked, (spec, self.span, self.presents()), here.shared.facts.document, found);
        let names = InputNames { request: here.request, text_keys: &here.shared.facts.text_keys };
        let inputs: Vec<_> =
            self.inputs.iter().filter_map(|source| input::compiled(source, &names, found)).collect();
        let account = &here.shared.facts.document.account;
        if spec.whole_profile() || outcomes_of(self, account, false).contains(&Outcome::Registered) {
            input::profile_bound(here.shared.facts.document, &inputs, self.span, found);
        }
        let checks = self.checks.iter().filter_map(|check| rule::compiled(check, &names, found)).collect();
        let when = self.when.as_ref().and_then(|ast| {
            let checked = check_condition(ast, &names);
            let checked = found
                .kept(checked.map_err(|errors| errors.into_iter().map(super::request_error).collect()))?;
            if let Some(value) = checked.constant() {
                let message = format!("this condition is always {value}");
                let help = "compare something of the request: `body.kind == 'text'`";
                found.error(codes::UNREACHABLE_BINDING, ast.span, message, help);
            }
            Some(checked)
        });
        let mut levels = Vec::new();
        levels.extend(self.words.as_ref().map(|words| words.level(Scope::Binding)));
        levels.push(here.words.level(Scope::Operation));
        levels.push(super::document_level(here.shared));
        let options = spec.options.iter().map(|option| option.name);
        let by_request: Vec<&'static str> = options.filter(|option| self.binds(option)).collect();
        let credentials = (self.security.as_ref(), self.presents());
        let caller = caller_of(spec, credentials, &here.shared.facts.document.schemes);
        // Replies that read shapes or defaults of its own are nobody else's.
        let own_cache = Cache::default();
        let reworded = self.words.as_ref().is_some_and(Words::change_shapes);
        let place = Place {
            shared: here.shared,
            levels,
            request: here.request,
            action: Some(Doing { spec, options: &self.options, by_request: &by_request, caller }),
            cache: if reworded { &own_cache } else { here.cache },
            span: self.span,
        };
        let outcomes = outcomes_of(self, account, self.security.is_some());
        if let Some(words) = &self.words {
            never_answered(&words.replies, &outcomes, (&[self], account), found);
        }
        let (replies, origins) = place.table(&outcomes, found);
        let (options, security) = (self.options.clone(), self.security.clone());
        let binding = Binding { when, action: self.action, security, inputs, options, checks, replies };
        let trace = BindingTrace {
            span: self.span,
            when: self.when.as_ref().map(|when| when.span),
            origins,
            inputs: self.input_traces(),
            guards: self.guard_reads(),
            requires: self.requires(),
            bodies: self.own_bodies(),
        };
        (binding, trace)
    }
}
