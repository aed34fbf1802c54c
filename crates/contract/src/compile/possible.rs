//! Which outcomes a binding may have, and what is said of replies to others.

use super::binding::BindingSource;
use super::input::InputSource;
use super::reading::Findings;
use super::set_by::nothing_to_fail;
use super::written::RepliesSource;
use crate::account_plan::AccountPlan;
use crate::diagnostic::{Diagnostic, codes};
use crate::names::ReplyKey;
use doorward_core::outcome::{Group, Outcome};
use doorward_core::spec::{CLAIMS, EVERY_ACTION, IDENTIFIER, InputSpec, SECURITY, UNAUTHENTICATED};

/// Every outcome that a binding may have, with its options and of such accounts; `secured` where the operation asks
/// for credentials, as a binding does that has a token among its inputs.
pub(super) fn outcomes_of(binding: &BindingSource, account: &AccountPlan, secured: bool) -> Vec<Outcome> {
    let spec = binding.action.spec();
    let answers = spec.answers.iter().filter(|answer| {
        answer.only_with.is_none_or(|(option, words)| words.contains(&binding.options.word(option)))
    });
    let bound = spec.inputs.iter().filter(|input| binding.binds(input.name));
    let of_inputs = bound.flat_map(|input| input.failures);
    let failures = spec.failures.iter().chain(of_inputs).copied();
    let failures = failures.filter(|failure| {
        may_fail(binding, *failure) && lacks(binding, (account, secured), *failure).is_none()
    });
    let asks = secured || binding.inputs.iter().any(InputSource::is_credential);
    let unauthenticated: &[Outcome] = if asks { UNAUTHENTICATED } else { &[] };
    let another: &[Outcome] = if binding.names_its_caller() { &[Outcome::Forbidden] } else { &[] };
    let others = EVERY_ACTION.iter().chain(unauthenticated).chain(another).copied();
    let mut all = Vec::new();
    for outcome in answers.map(|answer| answer.outcome).chain(failures).chain(others) {
        if !all.contains(&outcome) {
            all.push(outcome);
        }
    }
    all
}

/// Whether the options let a failure happen. An input of an option's name leaves it to the request.
fn may_fail(binding: &BindingSource, failure: Outcome) -> bool {
    let mut rules = binding.action.spec().only_with.iter().filter(|rule| rule.failures.contains(&failure));
    rules.all(|rule| binding.binds(rule.option) || rule.words.contains(&binding.options.word(rule.option)))
}

/// Replies to outcomes that none of these bindings has.
pub(super) fn never_answered(
    replies: &RepliesSource,
    possible: &[Outcome],
    (bindings, account): (&[&BindingSource], &AccountPlan),
    found: &mut Findings,
) {
    for (key, span, _) in &replies.entries {
        let covers = key.members().iter().any(|member| possible.contains(member));
        if covers || *key == ReplyKey::Group(Group::Failure) {
            continue;
        }
        let mut names: Vec<&str> = bindings.iter().map(|binding| binding.action.spec().name).collect();
        names.dedup();
        let message = format!("`{}` is never answered by `{}`", key.name(), names.join("`, `"));
        let error = Diagnostic::error(codes::NEVER_ANSWERED, *span, message);
        if let Some(help) = bindings.iter().find_map(|binding| with_option(binding, *key)) {
            found.push(error.label("not with these options").help(help));
            continue;
        }
        let lacking = |binding: &&BindingSource| {
            let spec = binding.action.spec();
            let members = key.members();
            let own = members.iter().copied().find(|member| spec.failures.contains(member))?;
            lacks(binding, (account, binding.security.is_some()), own)
        };
        if let Some(help) = bindings.iter().find_map(lacking) {
            found.push(error.label("not with these inputs").help(help));
            continue;
        }
        let mut own: Vec<&str> = Vec::new();
        for outcome in possible.iter().filter(|outcome| !EVERY_ACTION.contains(outcome)) {
            if !own.contains(&outcome.name()) {
                own.push(outcome.name());
            }
        }
        let error = error.suggest(key.name(), own.iter().copied());
        found.push(error.help(format!("it answers: {}", own.join(" "))));
    }
}

/// With which options a binding would answer it, where others stand against it.
fn with_option(binding: &BindingSource, key: ReplyKey) -> Option<String> {
    let (spec, members) = (binding.action.spec(), key.members());
    let answers = spec.answers.iter().filter(|answer| members.contains(&answer.outcome));
    let of_answers =
        answers.filter_map(|answer| answer.only_with).map(|(option, words)| (option, words.to_vec()));
    let rules = spec.only_with.iter();
    let rules = rules.filter(|rule| members.iter().any(|member| rule.failures.contains(member)));
    let of_rules = rules.map(|rule| (rule.option, rule.words.to_vec()));
    let needed: Vec<String> = of_answers
        .chain(of_rules)
        .filter(|(option, words)| !words.contains(&binding.options.word(option)))
        .map(|(option, words)| format!("`{option}: {}`", words.join("` or `")))
        .collect();
    if !needed.is_empty() {
        return Some(format!("it is answered only with {}", needed.join(" and ")));
    }
    let brings = |input: &&InputSpec| members.iter().any(|member| input.failures.contains(member));
    let input = spec.inputs.iter().find(brings)?;
    Some(format!("it is answered only where the input `{}` is bound", input.name))
}

/// What would have to be bound, or declared, for a failure; nothing where it can happen.
fn lacks(
    binding: &BindingSource,
    (account, secured): (&AccountPlan, bool),
    failure: Outcome,
) -> Option<String> {
    if nothing_to_fail(binding, account, failure) {
        return Some(sets_nothing(failure).to_owned());
    }
    let bound = |name: &&str| match *name {
        IDENTIFIER => binding.identifies(),
        CLAIMS => binding.claims(),
        SECURITY => secured || binding.presents(),
        name => binding.binds(name) || binding.names(name, account),
    };
    let rules = binding.action.spec().only_where.iter().filter(|rule| rule.failures.contains(&failure));
    let missing = rules.flat_map(|rule| rule.bound).find(|names| !names.iter().any(bound))?;
    let words: Vec<String> = missing.iter().map(|name| input_words(name)).collect();
    Some(format!("it is answered only where {} is bound", words.join(" or ")))
}

fn input_words(name: &str) -> String {
    match name {
        IDENTIFIER => "an identifier".to_owned(),
        CLAIMS => "a claim".to_owned(),
        SECURITY => "a credential".to_owned(),
        name => format!("`{name}`"),
    }
}

/// What a binding would have to set for a failure.
fn sets_nothing(failure: Outcome) -> &'static str {
    match failure {
        Outcome::Taken => "it is answered only where an identifier or a field with `unique` is bound",
        Outcome::WeakPassword => "it is answered only where a new password is bound",
        Outcome::WrongPassword => {
            "a password is asked for only where an identifier or a new password is bound"
        }
        Outcome::AlreadySet => "it is answered only where something with `set: once` is bound",
        _ => "it is answered only where something with `change_every` is bound",
    }
}
