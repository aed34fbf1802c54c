//! A contract as lints see it: the file, the plan, and where the plan's parts were written.

use crate::compile::{BindingTrace, OperationTrace, Origin, ReplyPart, Trace};
use crate::plan::{Binding, Operation, Plan, Proves, Reply, ReplyTable};
use crate::source::{Node, Span};
use doorward_core::outcome::Outcome;

/// What is looked at.
pub(super) struct Subject<'s> {
    pub(super) contract: &'s Node,
    pub(super) plan: &'s Plan,
    pub(super) trace: &'s Trace,
}

/// A binding with its operation.
pub(super) struct Bound<'s> {
    pub(super) operation: &'s Operation,
    pub(super) binding: &'s Binding,
    pub(super) trace: &'s BindingTrace,
}

/// A reply and the first outcome that it answers.
pub(super) struct Answered<'s> {
    pub(super) outcome: Outcome,
    pub(super) reply: &'s Reply,
}

impl<'s> Subject<'s> {
    /// Where a member of the top `x-doorward` stands; its head when it is not written.
    pub(super) fn at(&self, path: &[&str]) -> Span {
        let top = self.contract.entry("x-doorward");
        let mut span = top.map_or(self.contract.span, |entry| entry.key_span);
        let mut node = top.map(|entry| &entry.value);
        for name in path {
            let Some(entry) = node.and_then(|node| node.entry(name)) else { break };
            span = entry.key_span;
            node = Some(&entry.value);
        }
        span
    }

    /// Where a security scheme is declared.
    pub(super) fn scheme(&self, name: &str) -> Span {
        let all = self.contract.get("components").and_then(|components| components.get("securitySchemes"));
        let entry = all.and_then(|all| all.entry(name));
        entry.map_or(self.contract.span, |entry| entry.key_span)
    }

    /// A member of the top `x-doorward`.
    pub(super) fn section(&self, path: &[&str]) -> Option<&'s Node> {
        path.iter().try_fold(self.contract.get("x-doorward")?, |node, name| node.get(name))
    }

    pub(super) fn operations(&self) -> impl Iterator<Item = (&'s Operation, &'s OperationTrace)> + use<'s> {
        self.plan.operations.iter().zip(&self.trace.operations)
    }

    /// Whether only who is signed in is served.
    pub(super) fn for_signed_in(&self, binding: &Binding) -> bool {
        let session = |scheme: &usize| {
            self.plan.schemes.get(*scheme).is_some_and(|scheme| matches!(scheme.proves, Proves::Session))
        };
        let security = binding.security.as_ref();
        security.is_some_and(|security| security.alternatives.iter().all(|all| all.iter().any(session)))
    }

    /// Every binding.
    pub(super) fn bindings(&self) -> impl Iterator<Item = Bound<'s>> + use<'s> {
        self.operations().flat_map(|(operation, traces)| {
            let pairs = operation.bindings.iter().zip(&traces.bindings);
            pairs.map(move |(binding, trace)| Bound { operation, binding, trace })
        })
    }

    /// Every reply once, wherever it is sent.
    pub(super) fn replies(&self) -> Vec<Answered<'s>> {
        let mut all: Vec<Answered<'s>> = Vec::new();
        let operations = &self.plan.operations;
        let of_bindings = operations.iter().flat_map(|operation| &operation.bindings);
        let tables = of_bindings.map(|binding| &binding.replies);
        let others = operations.iter().map(|operation| &operation.replies).chain([&self.plan.replies]);
        let mut seen = std::collections::HashSet::new();
        for table in tables.chain(others) {
            for answered in answers(table) {
                if seen.insert(std::ptr::from_ref(answered.reply)) {
                    all.push(answered);
                }
            }
        }
        all
    }
}

/// Whether one of an operation's actions changes something.
pub(super) fn changes(operation: &Operation) -> bool {
    operation.bindings.iter().any(|binding| !binding.action.spec().reads_only)
}

/// Whether a guard, a check or an input of an operation reads this member of the request.
pub(super) fn decides(trace: &OperationTrace, place: &str, name: &str) -> bool {
    trace.bindings.iter().any(|binding| {
        let inputs = binding.inputs.iter().flat_map(|input| &input.reads);
        binding.guards.iter().chain(inputs).any(|path| reads(path, place, name))
    })
}

/// Whether a path reads this member of the request, or its whole place.
pub(super) fn reads(path: &[String], place: &str, name: &str) -> bool {
    match path {
        [first] => first == place,
        [first, second, ..] => first == place && second == name,
        [] => false,
    }
}

fn answers(table: &ReplyTable) -> impl Iterator<Item = Answered<'_>> {
    Outcome::ALL.iter().flat_map(|outcome| {
        table.of(*outcome).iter().map(|guarded| Answered { outcome: *outcome, reply: &guarded.reply })
    })
}

impl Bound<'_> {
    /// Where the reply to an outcome was written; nothing where the binding never answers it.
    pub(super) fn origin(&self, outcome: Outcome) -> Option<&Origin> {
        self.trace.origins.iter().find(|origin| origin.outcome == outcome)
    }

    /// Where the reply to an outcome was written, or else the binding.
    pub(super) fn span_of(&self, outcome: Outcome) -> Span {
        self.origin(outcome).map_or(self.trace.span, |origin| origin.span)
    }

    /// The name of its action.
    pub(super) fn action(&self) -> &'static str {
        self.binding.action.spec().name
    }

    /// Whether this input of the action is bound.
    pub(super) fn takes(&self, name: &str) -> bool {
        self.binding.inputs.iter().any(|input| crate::compile::target_name(&input.target) == name)
    }
}

impl Answered<'_> {
    /// What a header reads.
    pub(super) fn header_reads(&self, name: &str) -> impl Iterator<Item = &Vec<String>> {
        let reads = self.reply.trace.reads.iter();
        reads
            .filter(move |(part, _)| matches!(part, ReplyPart::Header(own) if own == name))
            .map(|(_, path)| path)
    }
}

/// Whether a name is of the request as it was sent.
pub(super) fn is_of_request(path: &[String]) -> bool {
    let first = path.first().map_or("", String::as_str);
    ["body", "query", "path", "header", "cookie", "basic"].contains(&first)
}
