//! From text to plan: parse, extend, read the top, compile the operations, name what is given away.

use crate::compile::{Compiled, Findings, Trace, compile};
use crate::diagnostic::{Code, Diagnostic, Severity, codes};
use crate::document::{self, Document};
use crate::extend;
use crate::lint;
use crate::plan::Plan;
use crate::source::{Node, Sources, parse};
use std::collections::HashSet;
use std::sync::Arc;

/// What loading a contract gave: the plan, or why there is none. Either way the sources, to render
/// diagnostics with.
pub struct Loaded {
    /// The texts that diagnostics point into.
    pub sources: Sources,
    /// Errors and lints, in file order.
    pub diagnostics: Vec<Diagnostic>,
    /// The plan, when there are no errors.
    pub plan: Option<Plan>,
    /// The document as it was read, with what it extends; nothing when it is no YAML.
    pub contract: Option<Node>,
    /// What it extends, as it is written there.
    pub extends: Option<String>,
    /// Where the plan's parts were written.
    pub trace: Trace,
}

/// Reads, checks and compiles one contract. `name` is the contract's name, `file` what diagnostics call the
/// file, `open` reads another file that it extends.
#[must_use]
pub fn load(name: &str, file: &str, text: &str, open: &dyn Fn(&str) -> Result<String, String>) -> Loaded {
    let mut sources = Sources::new();
    let mut found = Findings::default();
    let mut extends = None;
    let contract = match parse(&mut sources, file, text) {
        Ok(node) => {
            extends = extend::base(&node).and_then(Node::as_text).map(str::to_owned);
            extend::extended(node, &mut sources, open, &mut found)
        }
        Err(errors) => {
            found.all.extend(errors);
            None
        }
    };
    let Some(contract) = contract else { return refused(sources, found, (None, extends)) };
    if !contract.is_map() {
        let message = if contract.is_null() {
            "nothing is written here: a contract is an OpenAPI document".to_owned()
        } else {
            format!("a contract is an OpenAPI document, this is {}", contract.describe())
        };
        found.error(codes::INVALID_DOCUMENT, contract.span, message, "it begins with `openapi: 3.1.0`");
        return refused(sources, found, (Some(contract), extends));
    }
    let (document, errors) = document::read(&contract);
    found.all.extend(errors);
    let compiled = compile(&contract, &document, &mut found);
    let Findings { all } = found;
    let mut loaded = Loaded {
        sources,
        diagnostics: in_order(all),
        plan: None,
        contract: Some(contract),
        extends,
        trace: Trace::default(),
    };
    let refused = loaded.diagnostics.iter().any(|finding| finding.severity == Severity::Error);
    if refused {
        loaded.trace = compiled.trace;
        return loaded;
    }
    let (mut plan, trace) = plan(name, document, compiled);
    if let Some(contract) = &loaded.contract {
        loaded.diagnostics.extend(lint::lints(contract, &plan, &trace));
    }
    loaded.diagnostics = in_order(std::mem::take(&mut loaded.diagnostics));
    plan.lints = loaded.diagnostics.iter().map(|finding| one_line(finding, &loaded.sources)).collect();
    loaded.plan = Some(plan);
    loaded.trace = trace;
    loaded
}

fn refused(sources: Sources, found: Findings, (contract, extends): (Option<Node>, Option<String>)) -> Loaded {
    let diagnostics = in_order(found.all);
    Loaded { sources, diagnostics, plan: None, contract, extends, trace: Trace::default() }
}

/// What is wrong with one text, or given away by one reply, in other words for each outcome that it is compiled for.
const ONCE_PER_PLACE: [Code; 6] = [
    codes::BAD_DIRECTIVE,
    codes::TYPE_CLASH,
    codes::MAY_FAIL,
    codes::NULL_IN_TEXT,
    codes::REQUEST_ECHOED,
    codes::EQUAL_REPLIES,
];

/// In file order, each once: a reply of the document is compiled for many operations.
fn in_order(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut seen = HashSet::new();
    let mut found: Vec<Diagnostic> = found
        .into_iter()
        .filter(|one| {
            let at = (one.primary.source, one.primary.start, one.primary.end);
            let message =
                if ONCE_PER_PLACE.contains(&one.code) { Box::default() } else { one.message.clone() };
            seen.insert((one.code, at, message))
        })
        .collect();
    found.sort_by_key(|one| (one.primary.source, one.primary.start, one.code));
    found
}

/// A finding as one line of a log.
fn one_line(finding: &Diagnostic, sources: &Sources) -> String {
    let (line, column) = sources.position(finding.primary);
    format!("{} {}:{line}:{column}: {}", finding.code, sources.name(finding.primary.source), finding.message)
}

fn plan(name: &str, mut document: Document, compiled: Compiled) -> (Plan, Trace) {
    document.wording.add_labels(compiled.titles);
    let plan = Plan {
        name: name.to_owned(),
        title: document.title,
        base: document.base,
        account: document.account,
        password: document.password,
        prolongs: compiled.prolongs,
        refuses_unverified: compiled.refuses_unverified,
        tokens: document.tokens,
        cookies: document.cookies,
        renew: document.renew,
        schemes: document.schemes,
        codes: document.codes,
        return_urls: document.return_urls,
        mails: Arc::new(document.mails),
        wording: Arc::new(document.wording),
        request: document.request,
        response: document.response,
        cors: document.cors,
        operations: compiled.operations,
        left: compiled.left,
        replies: compiled.replies,
        lints: Vec::new(),
    };
    (plan, compiled.trace)
}
