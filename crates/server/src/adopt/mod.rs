//! A contract out of an OpenAPI document that describes an API as it is: what is recognised is bound, everything
//! else is left to the team's backend or marked with a to-do. The document stays as it is written, comments too.

mod account;
mod bind;
mod document;
mod edit;
mod failure;
mod recognise;
mod reply;
mod upgrade;
mod words;
mod write;

use crate::start_error::StartError;
use account::Account;
use bind::Bound;
use document::{Operation, operations};
use doorward_contract::diagnostic::{render, to_json};
use doorward_contract::source::parse;
use doorward_contract::{Diagnostic, Loaded, Node, Severity, Sources, load};
use edit::Edit;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Where the program says what it does not know: no such name exists, so the checker names every place.
pub(crate) const TODO: &str = "$todo";

/// A contract, and what is left to do in it.
pub struct Adopted {
    /// The contract's text.
    pub text: String,
    /// Each operation as `METHOD /path`, and the action it is bound to, or why it is left to the backend.
    pub operations: Vec<(String, Result<&'static str, String>)>,
    /// What its author has to decide, one sentence each.
    pub todos: Vec<String>,
}

/// Makes a contract of an OpenAPI document. `file` is what diagnostics call it.
///
/// # Errors
/// It is no OpenAPI 3 document, or is a contract already.
pub fn adopt(file: &str, text: &str) -> Result<Adopted, StartError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = in_lines(text);
    let text = lines.as_deref().unwrap_or(text);
    let mut sources = Sources::new();
    let root = parse(&mut sources, file, text).map_err(|errors| {
        let found = errors.iter().map(|error| to_json(error, &sources)).collect();
        StartError::new(format!("{file} cannot be read"))
            .with_diagnostics(render(&errors, &sources, false), found)
    })?;
    usable(file, &root)?;
    let found = operations(&root);
    let account = Account::of(&root, &found);
    let mut kept_back: BTreeMap<usize, String> = BTreeMap::new();
    // What the checker refuses in a binding is no binding yet: it is left to the backend, with the reason.
    loop {
        let written = write_down(text, &root, (&found, &account), &kept_back);
        let refused = refused(file, &written, found.len());
        let before = kept_back.len();
        for (operation, why) in refused {
            kept_back.entry(operation).or_insert(why);
        }
        if kept_back.len() == before {
            return Ok(finished(file, written));
        }
    }
}

/// JSON on a single line, as programs write it, on lines that people can find their way in.
fn in_lines(text: &str) -> Option<String> {
    if !text.starts_with('{') || text.trim_end().contains('\n') {
        return None;
    }
    let value: Value = serde_json::from_str(text).ok()?;
    Some(format!("{value:#}\n"))
}

fn usable(file: &str, root: &Node) -> Result<(), StartError> {
    let version = root.get("openapi").and_then(Node::as_text).unwrap_or_default();
    if !(version.starts_with("3.0") || version.starts_with("3.1")) {
        let said = if root.get("swagger").is_some() {
            "it is Swagger 2: convert it to OpenAPI 3 first"
        } else {
            "`openapi: 3.0.x` or `3.1.x` is expected"
        };
        return Err(StartError::new(format!("{file} is no OpenAPI 3 document: {said}")));
    }
    if root.get("x-doorward").is_some() {
        return Err(StartError::new(format!("{file} is a contract already: it has `x-doorward`")));
    }
    Ok(())
}

/// A contract that may not be good yet.
struct Written {
    text: String,
    operations: Vec<(String, Result<&'static str, String>)>,
    todos: Vec<String>,
}

fn write_down(
    text: &str,
    root: &Node,
    (found, account): (&[Operation<'_>], &Account),
    kept_back: &BTreeMap<usize, String>,
) -> Written {
    let mut edits = upgrade::edits(text, root);
    let mut operations = Vec::new();
    let mut todos = Vec::new();
    for (number, operation) in found.iter().enumerate() {
        let bound = match kept_back.get(&number) {
            Some(why) => Err(why.clone()),
            None => bind::bind(operation, account),
        };
        let extension = match bound {
            Ok(Bound { action, extension, todos: left }) => {
                operations.push((operation.title(), Ok(action)));
                todos.extend(left.into_iter().map(|todo| format!("{}: {todo}", operation.title())));
                extension
            }
            Err(why) => {
                todos.push(format!("{}: left to your backend: {why}", operation.title()));
                operations.push((operation.title(), Err(why.clone())));
                left_to_the_backend(&why)
            }
        };
        edits.extend(edit::insert(text, operation.node, &extension));
    }
    let top = account.top();
    todos.extend(top.todos);
    edits.extend(edit::insert(text, root, &json!({"x-doorward": top.extension})));
    edits.extend(account.schemes(text, root));
    Written { text: Edit::all(text, edits), operations, todos }
}

fn left_to_the_backend(why: &str) -> Value {
    let mut extension = Map::new();
    extension.insert("action".to_owned(), json!("backend"));
    extension.insert("why".to_owned(), json!(format!("TODO: {why}")));
    json!({"x-doorward": extension})
}

/// The operations whose bindings the checker refuses for something else than a to-do, with the reason.
fn refused(file: &str, written: &Written, operations: usize) -> Vec<(usize, String)> {
    let Loaded { sources, diagnostics, contract, .. } = checked(file, &written.text);
    let Some(contract) = contract else { return Vec::new() };
    let found = document::operations(&contract);
    let mut refused = Vec::new();
    for error in diagnostics.iter().filter(|one| is_mistake(one, &sources)) {
        let inside = |operation: &&Operation<'_>| {
            operation
                .node
                .get("x-doorward")
                .is_some_and(|own| own.span.start <= error.primary.start && error.primary.end <= own.span.end)
        };
        let at = found.iter().position(|operation| inside(&operation)).filter(|at| *at < operations);
        if let Some((at, Ok(action))) = at.map(|at| (at, written.operations[at].1.clone())) {
            refused.push((at, format!("it looks like `{action}`, but {}", error.message)));
        }
    }
    refused
}

fn checked(file: &str, text: &str) -> Loaded {
    load("adopted", file, text, &|_| Err("nothing is extended".to_owned()))
}

fn is_mistake(found: &Diagnostic, sources: &Sources) -> bool {
    found.severity == Severity::Error && !sources.slice(found.primary).contains(TODO)
}

fn finished(file: &str, written: Written) -> Adopted {
    let Written { text, operations, mut todos } = written;
    let Loaded { sources, diagnostics, .. } = checked(file, &text);
    // The places that are marked have been told.
    for error in diagnostics.iter().filter(|found| is_mistake(found, &sources)) {
        let (line, _) = sources.position(error.primary);
        todos.push(format!("line {line}: {}: {}", error.code, error.message));
    }
    Adopted { text, operations, todos }
}

#[cfg(test)]
mod tests;
