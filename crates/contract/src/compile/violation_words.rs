//! The keys under `violations`: rules that there are, and members that some request has.

use super::reading::Findings;
use crate::diagnostic::{Diagnostic, codes};
use crate::document::Document;
use crate::plan::Operation;
use crate::source::{Entry, Node};
use crate::wording;

/// Refuses words for a rule that nothing breaks, or for a member that no request has.
pub(super) fn check(contract: &Node, document: &Document, operations: &[Operation], found: &mut Findings) {
    let Some(violations) = contract.get("x-doorward").and_then(|top| top.get("violations")) else { return };
    // What does not compile has no members to compare with, and members of a contract that is extended may be of
    // operations that were taken away.
    let whole = found.all.is_empty();
    let entries = |name: &str| violations.get(name).map_or(&[][..], Node::entries);
    let mut rules = own_rules(contract);
    for rule in wording::rules() {
        rules.push(rule);
    }
    for entry in entries("codes").iter().filter(|entry| !rules.contains(&entry.key.as_str())) {
        let message = format!("no rule is called `{}`", entry.key);
        report(entry, message, &rules, found);
    }
    let fields = fields(document, operations);
    for entry in entries("texts").iter().filter(|entry| !rules.contains(&entry.key.as_str())) {
        let (field, rule) = match entry.key.rsplit_once('.') {
            Some((field, rule)) if rules.contains(&rule) => (field, Some(rule)),
            _ => (entry.key.as_str(), None),
        };
        let first = field.split('.').next().unwrap_or(field);
        let known = fields.iter().any(|known| known == field || known == first);
        if known || !whole || entry.key_span.source != contract.span.source {
            continue;
        }
        let words: Vec<&str> = fields.iter().map(String::as_str).chain(rules.iter().copied()).collect();
        let message = match rule {
            Some(_) => format!("no request has a member `{field}`"),
            None => format!("`{}` is neither a rule nor a member of a request", entry.key),
        };
        match rule {
            Some(_) => {
                let words: Vec<&str> = fields.iter().map(String::as_str).collect();
                report_word((entry, field), message, &words, found);
            }
            None => report(entry, message, &words, found),
        }
    }
}

fn report(entry: &Entry, message: String, words: &[&str], found: &mut Findings) {
    report_word((entry, &entry.key), message, words, found);
}

fn report_word((entry, word): (&Entry, &str), message: String, words: &[&str], found: &mut Findings) {
    let error = Diagnostic::error(codes::UNKNOWN_RULE, entry.key_span, message);
    let error = error.suggest(word, words.iter().copied());
    let lost = error.suggestion.is_none();
    let help = "rules are JSON Schema's keywords, `json confirm check cookie alphabet upper lower digit other min_age`, \
                and the `rule` of a check";
    found.push(if lost { error.help(help) } else { error });
}

/// The names that checks give their rules.
fn own_rules(contract: &Node) -> Vec<&str> {
    let paths = contract.get("paths").map_or(&[][..], Node::entries).iter();
    let operations =
        paths.flat_map(|path| path.value.entries()).filter_map(|method| method.value.get("x-doorward"));
    let mut rules = Vec::new();
    for operation in operations {
        let choices = operation.get("choose").and_then(Node::as_list).unwrap_or_default();
        let checks = [operation].into_iter().chain(choices).filter_map(|binding| binding.get("checks"));
        let checks = checks.flat_map(|checks| checks.as_list().unwrap_or_default());
        rules.extend(checks.filter_map(|check| check.get("rule").and_then(Node::as_text)));
    }
    rules
}

/// What violations may be of: members of bodies, parameters, inputs, and what accounts have.
fn fields(document: &Document, operations: &[Operation]) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for operation in operations {
        let schemas = operation.body.types.iter().filter_map(|(_, schema)| schema.as_ref());
        fields.extend(schemas.flat_map(|schema| schema.members()).map(str::to_owned));
        fields.extend(operation.parameters.iter().map(|parameter| parameter.name.clone()));
        for binding in &operation.bindings {
            fields.extend(binding.inputs.iter().map(|input| input.wire.clone()));
            fields.extend(binding.inputs.iter().filter_map(|input| input.within.first().cloned()));
            fields.extend(binding.checks.iter().map(|check| check.field.clone()));
            fields.extend(binding.action.spec().inputs.iter().map(|input| input.name.to_owned()));
        }
    }
    fields.extend(document.account.identifiers.iter().map(|rule| rule.kind.name().to_owned()));
    fields.extend(document.account.profile.fields.iter().map(|field| field.name.clone()));
    fields.push("identifier".to_owned());
    fields.sort();
    fields.dedup();
    fields
}
