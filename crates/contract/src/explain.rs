//! What a contract does, as text: operation, binding, action, outcome, reply, and where each was written.

use crate::compile::{OperationTrace, Origin, Scope};
use crate::load::Loaded;
use crate::plan::{BodyReply, Operation, Plan, Reply, ReplyTable, StatusPlan};
use crate::source::{Sources, Span};
use std::fmt::Write;

/// Explains every operation, or those whose path holds `only`; empty for a contract with errors.
#[must_use]
pub fn explain(loaded: &Loaded, only: Option<&str>) -> String {
    let mut text = String::new();
    let Some(plan) = &loaded.plan else { return text };
    let explainer = Explainer { plan, sources: &loaded.sources };
    for (operation, trace) in plan.operations.iter().zip(&loaded.trace.operations) {
        if only.is_none_or(|only| operation.path.contains(only)) {
            explainer.operation(operation, trace, &mut text);
        }
    }
    if only.is_none() {
        text.push_str("elsewhere\n");
        explainer.replies(&plan.replies, &loaded.trace.document, &mut text);
    }
    text
}

struct Explainer<'l> {
    plan: &'l Plan,
    sources: &'l Sources,
}

impl Explainer<'_> {
    fn operation(&self, operation: &Operation, trace: &OperationTrace, text: &mut String) {
        self.line(
            text,
            format_args!("{} {}  ({})", operation.method, operation.path, self.place(trace.span)),
        );
        if let Some(security) = &operation.security {
            let alternatives: Vec<String> = security
                .alternatives
                .iter()
                .map(|schemes| match schemes.as_slice() {
                    [] => "nothing".to_owned(),
                    schemes => {
                        schemes.iter().map(|index| self.scheme(*index)).collect::<Vec<_>>().join(" and ")
                    }
                })
                .collect();
            self.line(text, format_args!("  asks for {}", alternatives.join(", or ")));
        }
        if operation.body.taken {
            let types: Vec<&str> = operation.body.types.iter().map(|(media, _)| media.as_str()).collect();
            let from = if trace.inferred { " (schema from its inputs)" } else { "" };
            self.line(text, format_args!("  body {}{from}", types.join(", ")));
        }
        for (binding, origins) in operation.bindings.iter().zip(&trace.bindings) {
            let spec = binding.action.spec();
            let guard = if binding.when.is_some() { " when its guard holds" } else { "" };
            self.line(
                text,
                format_args!("  {}{guard}: {}  ({})", spec.name, spec.sentence, self.place(origins.span)),
            );
            for input in &binding.inputs {
                let name = crate::compile::target_name(&input.target);
                self.line(text, format_args!("    {name} from `{}`", input.wire));
            }
            for (name, word) in &binding.options.0 {
                self.line(text, format_args!("    option {name}: {word}"));
            }
            self.replies(&binding.replies, &origins.origins, text);
        }
    }

    fn scheme(&self, index: usize) -> String {
        self.plan.schemes.get(index).map_or_else(String::new, |scheme| scheme.name.clone())
    }

    fn replies(&self, table: &ReplyTable, origins: &[Origin], text: &mut String) {
        let width = origins.iter().map(|origin| origin.outcome.name().len()).max().unwrap_or(0);
        for origin in origins {
            for guarded in table.of(origin.outcome) {
                let guard = if guarded.when.is_some() { " (guarded)" } else { "" };
                self.line(
                    text,
                    format_args!(
                        "    {:width$}  {}{guard}  {}",
                        origin.outcome.name(),
                        summary(&guarded.reply),
                        self.origin(origin)
                    ),
                );
            }
        }
    }

    fn origin(&self, origin: &Origin) -> String {
        let scope = match origin.scope {
            Scope::Binding => "binding",
            Scope::Operation => "operation",
            Scope::Document => "document",
        };
        format!("{scope} `{}` {}", origin.key, self.place(origin.span))
    }

    fn place(&self, span: Span) -> String {
        let (line, _) = self.sources.position(span);
        format!("{}:{line}", self.sources.name(span.source))
    }

    fn line(&self, text: &mut String, line: std::fmt::Arguments<'_>) {
        // Writing into memory does not fail.
        let _ = text.write_fmt(line);
        text.push('\n');
    }
}

/// A reply in a few words: status, what varies, what it issues.
fn summary(reply: &Reply) -> String {
    let mut words = match &reply.status {
        StatusPlan::Fixed(status) => status.to_string(),
        StatusPlan::Computed(_) => "computed status".to_owned(),
    };
    match &reply.body {
        BodyReply::None => words.push_str(" no body"),
        BodyReply::Json { constant: Some(bytes), .. } => {
            let _ = write!(words, " {}", String::from_utf8_lossy(bytes));
        }
        BodyReply::Json { .. } => words.push_str(" JSON"),
        BodyReply::Text { template, .. } => match template.constant() {
            Some(constant) => {
                let _ = write!(words, " text {constant}");
            }
            None => words.push_str(" text"),
        },
    }
    if !reply.issues.is_empty() {
        let _ = write!(words, " issues {}", reply.issues.join(" "));
    }
    words
}
