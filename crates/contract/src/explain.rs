//! What a contract does, as text: operation, binding, action, outcome, reply, and where each was written.

use crate::compile::{BindingTrace, OperationTrace, Origin, Scope, target_name};
use crate::json_bytes::json_bytes;
use crate::load::Loaded;
use crate::openapi::sample::Sample;
use crate::plan::{
    Binding, BodyReply, GuardedReply, InputPlan, Operation, Plan, Reply, ReplyTable, Security, StatusPlan,
};
use crate::source::{SourceId, Sources, Span};
use crate::template::CompiledTemplate;
use serde_json::Value;
use std::fmt::Write;
use std::sync::Arc;

/// Longer bodies are cut.
const LONGEST: usize = 160;

/// Explains every operation, or those whose path holds `only`; empty for a contract with errors, or when no
/// path holds it. A reply that varies is shown with sample values.
#[must_use]
pub fn explain(loaded: &Loaded, only: Option<&str>) -> String {
    let mut text = String::new();
    let (Some(plan), Some(contract)) = (&loaded.plan, &loaded.contract) else { return text };
    let explainer = Explainer { plan, sources: &loaded.sources, main: contract.span.source };
    let operations = plan.operations.iter().zip(&loaded.trace.operations);
    let shown: Vec<_> =
        operations.filter(|(operation, _)| only.is_none_or(|only| operation.path.contains(only))).collect();
    if shown.is_empty() {
        return text;
    }
    let _ = writeln!(text, "{}: {} (`:7` is its line 7)", loaded.sources.name(explainer.main), plan.title);
    for (operation, trace) in shown {
        explainer.operation(operation, trace, &mut text);
    }
    text.push_str("\nEverywhere, unless an operation above says otherwise\n");
    let rows = explainer.rows(None, &plan.replies, &loaded.trace.document);
    Explainer::write(&rows, &mut text);
    text
}

struct Explainer<'l> {
    plan: &'l Plan,
    sources: &'l Sources,
    /// The contract's own file.
    main: SourceId,
}

/// Outcomes that are answered alike.
struct Row {
    outcomes: Vec<&'static str>,
    /// The keys that answer them.
    keys: Vec<&'static str>,
    scope: Scope,
    place: String,
    /// The reply, or guarded ones.
    replies: Vec<String>,
}

impl<'l> Explainer<'l> {
    fn operation(&self, operation: &'l Operation, trace: &OperationTrace, text: &mut String) {
        let _ = writeln!(text, "\n{} {}  {}", operation.method, operation.path, self.place(trace.span));
        if operation.security.is_some() {
            let _ = writeln!(text, "  credentials: {}", self.security(operation.security.as_ref()));
        }
        if operation.body.taken {
            let types: Vec<&str> = operation.body.types.iter().map(|(media, _)| media.as_str()).collect();
            let from = if trace.inferred { " (its schema follows from the inputs)" } else { "" };
            let _ = writeln!(text, "  body: {}{from}", types.join(", "));
        }
        for (binding, origins) in operation.bindings.iter().zip(&trace.bindings) {
            self.binding(binding, origins, text);
            if binding.security != operation.security {
                let _ = writeln!(text, "    credentials: {}", self.security(binding.security.as_ref()));
            }
            let rows = self.rows(Some(operation), &binding.replies, &origins.origins);
            Self::write(&rows, text);
        }
    }

    fn binding(&self, binding: &Binding, trace: &BindingTrace, text: &mut String) {
        let spec = binding.action.spec();
        let guard = trace.when.map(|when| format!(", when {}", self.written(when))).unwrap_or_default();
        let _ = writeln!(text, "  {}{guard}  {}", spec.name, self.place(trace.span));
        let _ = writeln!(text, "    {}", spec.sentence);
        let input = |input: &InputPlan| match target_name(&input.target) {
            name if name == input.wire => name.to_owned(),
            name => format!("{name} from `{}`", input.wire),
        };
        let inputs: Vec<String> = binding.inputs.iter().map(input).collect();
        if !inputs.is_empty() {
            let _ = writeln!(text, "    inputs: {}", inputs.join(", "));
        }
        let options: Vec<String> =
            binding.options.0.iter().map(|(name, word)| format!("{name}: {word}")).collect();
        if !options.is_empty() {
            let _ = writeln!(text, "    options: {}", options.join(", "));
        }
    }

    /// An expression as it stands in its file, on one line.
    fn written(&self, span: Span) -> String {
        let text = self.sources.text(span.source).get(span.start..span.end).unwrap_or("its guard holds");
        format!("`{}`", text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn security(&self, security: Option<&Security>) -> String {
        let alternatives = security.map_or(&[][..], |security| &security.alternatives);
        let all: Vec<String> = alternatives.iter().map(|schemes| self.schemes(schemes)).collect();
        if all.is_empty() { "none".to_owned() } else { all.join(", or ") }
    }

    fn schemes(&self, schemes: &[usize]) -> String {
        let names: Vec<&str> = schemes
            .iter()
            .filter_map(|index| self.plan.schemes.get(*index))
            .map(|scheme| scheme.name.as_str())
            .collect();
        if names.is_empty() { "none".to_owned() } else { names.join(" and ") }
    }

    /// The replies, those to several outcomes once. In an operation, without those that are answered alike
    /// everywhere.
    fn rows(&self, operation: Option<&'l Operation>, table: &'l ReplyTable, origins: &[Origin]) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for origin in origins {
            let replies = table.of(origin.outcome);
            let everywhere = self.plan.replies.of(origin.outcome);
            let alike = |(one, other): (&GuardedReply, &GuardedReply)| Arc::ptr_eq(&one.reply, &other.reply);
            let same = replies.len() == everywhere.len() && replies.iter().zip(everywhere).all(alike);
            if operation.is_some() && same {
                continue;
            }
            let (scope, place) = (origin.scope, self.place(origin.span));
            let replies = self.variants(operation, replies, origin);
            let known = rows.iter_mut().find(|row| (&row.replies, &row.place) == (&replies, &place));
            let Some(row) = known else {
                let (outcomes, keys) = (vec![origin.outcome.name()], vec![origin.key]);
                rows.push(Row { outcomes, keys, scope, place, replies });
                continue;
            };
            row.outcomes.push(origin.outcome.name());
            if !row.keys.contains(&origin.key) {
                row.keys.push(origin.key);
            }
        }
        rows
    }

    /// The replies to one outcome, each with its guard.
    fn variants(
        &self,
        operation: Option<&'l Operation>,
        replies: &[GuardedReply],
        origin: &Origin,
    ) -> Vec<String> {
        let one = |(at, guarded): (usize, &GuardedReply)| {
            let reply = self.summary(operation, &guarded.reply);
            match origin.guards.get(at) {
                Some(when) => format!("when {}: {reply}", self.written(*when)),
                None if at > 0 => format!("otherwise: {reply}"),
                None => reply,
            }
        };
        replies.iter().enumerate().map(one).collect()
    }

    fn write(rows: &[Row], text: &mut String) {
        for row in rows {
            let default = if row.scope == Scope::Document { "default " } else { "" };
            let keys = if row.keys == row.outcomes {
                String::new()
            } else {
                format!("`{}` ", row.keys.join("`, `"))
            };
            let _ = writeln!(text, "    {}  {default}{keys}{}", row.outcomes.join(", "), row.place);
            for reply in &row.replies {
                let _ = writeln!(text, "      {reply}");
            }
        }
    }

    /// The line, with the file's name where it is not the contract's own.
    fn place(&self, span: Span) -> String {
        let (line, _) = self.sources.position(span);
        let name = if span.source == self.main { "" } else { self.sources.name(span.source) };
        format!("{name}:{line}")
    }

    /// A reply in one line: status, reason, headers, cookies, body.
    fn summary(&self, operation: Option<&'l Operation>, reply: &Reply) -> String {
        let sample = Sample::new(self.plan, operation, reply);
        let value = |template: &CompiledTemplate| sample.of(template);
        let mut words = match &reply.status {
            StatusPlan::Fixed(status) => status.to_string(),
            StatusPlan::Computed(_) => "(computed status)".to_owned(),
        };
        if let Some(Value::String(reason)) = reply.reason.as_ref().map(value) {
            let _ = write!(words, " {reason}");
        }
        let cookie = |index: &usize| self.plan.cookies.get(*index).map(|cookie| cookie.wire.clone());
        for (what, list) in [("sets", &reply.set_cookies), ("clears", &reply.clear_cookies)] {
            let names: Vec<String> = list.iter().filter_map(cookie).collect();
            if !names.is_empty() {
                let _ = write!(words, " [{what} cookie {}]", names.join(", "));
            }
        }
        for (name, template) in &reply.headers {
            let _ = match value(template) {
                Value::Null => write!(words, " [without {name}]"),
                Value::String(text) => write!(words, " [{name}: {text}]"),
                other => write!(words, " [{name}: {other}]"),
            };
        }
        let body = match &reply.body {
            BodyReply::None => return words,
            // On one line, however the contract indents.
            BodyReply::Json { template, .. } => {
                String::from_utf8_lossy(&json_bytes(&value(template), 0)).into_owned()
            }
            BodyReply::Text { content_type, template } => match value(template) {
                Value::String(text) => format!("{content_type}: {text}"),
                other => format!("{content_type}: {other}"),
            },
        };
        let _ = write!(words, " {}", shortened(&body));
        words
    }
}

fn shortened(body: &str) -> String {
    let line = body.replace(['\n', '\r'], " ");
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{} …", line.get(..at).unwrap_or("")),
        None => line,
    }
}
