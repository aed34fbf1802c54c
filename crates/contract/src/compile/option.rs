//! Options of a binding: constants of the contract's author.

use super::reading::Findings;
use crate::account_plan::AccountPlan;
use crate::diagnostic::{Diagnostic, codes};
use crate::document::duration_text;
use crate::source::{Entry, NodeValue};
use doorward_core::action::Options;
use doorward_core::identifier::IdentifierKind;
use doorward_core::spec::{ActionSpec, OptionSpec, OptionValues};

/// The options among these members, defaults filled in.
pub(super) fn read(
    members: &[&Entry],
    spec: &'static ActionSpec,
    account: &AccountPlan,
    found: &mut Findings,
) -> Options {
    for entry in members {
        if found.comma_trap(entry) || spec.options.iter().any(|option| option.name == entry.key) {
            continue;
        }
        let known: Vec<&str> = spec.options.iter().map(|option| option.name).collect();
        let message = format!("`{}` has no option `{}`", spec.name, entry.key);
        let error = Diagnostic::error(codes::BAD_OPTION, entry.key_span, message);
        let list = if known.is_empty() {
            "it has none".to_owned()
        } else {
            format!("its options: {}", known.join(" "))
        };
        found.push(error.suggest(&entry.key, known.iter().copied()).help(list));
    }
    let value = |option: &'static OptionSpec, found: &mut Findings| {
        let written = members.iter().find(|entry| entry.key == option.name);
        written.and_then(|entry| word(option, (entry, account), found)).unwrap_or_else(|| default(option))
    };
    Options(spec.options.iter().map(|option| (option.name, value(option, found))).collect())
}

fn default(option: &OptionSpec) -> String {
    match option.values {
        OptionValues::Words(words) => words.first().copied().unwrap_or("").to_owned(),
        OptionValues::Flag(value) => value.to_string(),
        OptionValues::Duration => String::new(),
    }
}

/// The words of an option that mean something here: accounts have no other identifiers than their own.
pub(super) fn words_of(words: &[&'static str], account: &AccountPlan) -> Vec<&'static str> {
    let has = |kind| account.identifiers.iter().any(|rule| rule.kind == kind);
    words.iter().copied().filter(|word| IdentifierKind::from_name(word).is_none_or(has)).collect()
}

fn word(
    option: &OptionSpec,
    (entry, account): (&Entry, &AccountPlan),
    found: &mut Findings,
) -> Option<String> {
    let own = |words| words_of(words, account);
    let (written, allowed) = match (&entry.value.value, option.values) {
        (NodeValue::Bool(value), OptionValues::Flag(_)) => return Some(value.to_string()),
        (NodeValue::Text(text), OptionValues::Words(words)) if own(words).contains(&text.as_str()) => {
            return Some(text.clone());
        }
        (NodeValue::Text(text), OptionValues::Words(words)) => (format!("`{text}`"), own(words)),
        (_, OptionValues::Words(words)) => (entry.value.describe().to_owned(), own(words)),
        (_, OptionValues::Duration) => return length(option, entry, found),
        (_, OptionValues::Flag(_)) => (entry.value.describe().to_owned(), vec!["true", "false"]),
    };
    let message = format!("option `{}` is not {written}", option.name);
    let error = Diagnostic::error(codes::BAD_OPTION, entry.value.span, message);
    let error = error.suggest(entry.value.as_text().unwrap_or(""), allowed.iter().copied());
    found.push(error.help(format!("its values: {}", allowed.join(" "))));
    None
}

/// A length of time in seconds, as the action reads it.
fn length(option: &OptionSpec, entry: &Entry, found: &mut Findings) -> Option<String> {
    let value = &entry.value;
    let seconds = match value.as_text() {
        Some(text) => duration_text(text),
        None => value.as_integer().and_then(|seconds| u64::try_from(seconds).ok()),
    };
    if let Some(seconds) = seconds.filter(|seconds| *seconds > 0) {
        return Some(seconds.to_string());
    }
    let message = format!("option `{}` is a length of time, more than none", option.name);
    let help = "seconds, or text like `90s`, `30m`, `12h`, `7d`, `2w`; leave the option out for none";
    found.error(codes::BAD_OPTION, value.span, message, help);
    None
}
