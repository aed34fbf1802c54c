//! The catalogue of actions and outcomes as a document: `docs/outcomes.md` is made from the specs and must be what
//! they say. `DOORWARD_BLESS=1 cargo test -p doorward-core` writes it anew.

use doorward_core::action::ACTIONS;
use doorward_core::outcome::{Group, Outcome};
use doorward_core::spec::{
    ActionSpec, AnswerSpec, Caller, EVERY_ACTION, Field, IDENTIFIER, Identifiers, InputSpec, Kind,
    OptionSpec, OptionValues, SECURITY, UNAUTHENTICATED,
};
use std::fmt::Write;
use std::path::Path;

const HEAD: &str = "# Actions and outcomes

What a contract can bind, and what each action answers. This page is made from the code (`crates/core/src/action/`)
and locked by a test; a contract's checker reads the same specs.

An input marked `?` may be left out. Of an option the first value is the default. Data is what a reply may name, besides
what is always in scope (`request`, `outcome`, `status`, `now`, and the request's own members). Where somebody is signed
in, `caller` is their account, in the reply to every outcome that is spelt out but those of a request that was never
taken (`invalid_input`, `request_error`, `unauthenticated`, `fault`).

There is no `choose_account`: an identifier belongs to one account of its realm, so nobody ever has to choose among several.
Second factors by app or key, passkeys, other providers, captchas and invitations are not done yet; a contract that names
what belongs to them is told so.
";

fn document() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n## Actions\n");
    for entry in ACTIONS {
        action(&mut page, entry.spec());
    }
    page.push_str("\n## Outcomes\n\nEvery action may also answer ");
    page.push_str(&names(EVERY_ACTION));
    page.push_str(", and an operation with `security` ");
    page.push_str(&names(UNAUTHENTICATED));
    page.push_str(".\n\n| outcome | status | group | data |\n|---|---|---|---|\n");
    for outcome in Outcome::ALL {
        let spec = outcome.spec();
        let group = match spec.group {
            Some(group) => format!("`{}`", group.name()),
            None if outcome.own() => "an action's own answer".to_owned(),
            None => format!("`{}`", Group::Failure.name()),
        };
        let data = if outcome.own() { "see the action".to_owned() } else { fields(spec.data) };
        let _ = writeln!(page, "| `{}` | {} | {group} | {data} |", spec.name, spec.status);
    }
    page
}

fn action(page: &mut String, spec: &ActionSpec) {
    let _ = write!(page, "\n### `{}`\n\n{}", spec.name, spec.sentence);
    if spec.caller == Caller::Administrator {
        page.push_str(" For administrators only: the operation declares `security` or binds `access_token`, and may answer what is `unauthenticated`.");
    }
    if spec.caller == Caller::Session {
        page.push_str(" Needs a live session: the operation declares `security` or binds `access_token`, and may answer what is `unauthenticated`.");
    }
    let inputs = inputs(spec);
    if !inputs.is_empty() {
        let _ = write!(page, "\n\nInputs: {}.", inputs.join(", "));
    }
    if !spec.options.is_empty() {
        let options: Vec<String> = spec.options.iter().map(option).collect();
        let _ = write!(page, "\n\nOptions: {}.", options.join("; "));
    }
    page.push_str("\n\n| answers | status | data |\n|---|---|---|\n");
    for AnswerSpec { outcome, data, only_with } in spec.answers {
        let when = only_with.map_or(String::new(), |(name, words)| {
            format!(" (only with `{name}: {}`)", words.join("` or `"))
        });
        let _ =
            writeln!(page, "| `{}`{when} | {} | {} |", outcome.name(), outcome.spec().status, fields(data));
    }
    let own = spec.failures.iter().map(|outcome| (*outcome, condition(spec, *outcome)));
    let of_inputs = spec.inputs.iter().flat_map(|input| {
        let rest = input.failures.iter().filter(|outcome| !spec.failures.contains(outcome));
        rest.map(|outcome| (*outcome, format!(" (only where `{}` is bound)", input.name)))
    });
    for (outcome, when) in own.chain(of_inputs) {
        let _ = writeln!(
            page,
            "| `{}`{when} | {} | {} |",
            outcome.name(),
            outcome.spec().status,
            fields(outcome.spec().data)
        );
    }
}

fn condition(spec: &ActionSpec, outcome: Outcome) -> String {
    let conditions: Vec<String> = spec
        .only_with
        .iter()
        .filter(|rule| rule.failures.contains(&outcome))
        .map(|rule| format!("`{}: {}`", rule.option, rule.words.join("` or `")))
        .collect();
    let mut conditions = conditions;
    let of_inputs = spec.only_where.iter().filter(|rule| rule.failures.contains(&outcome));
    conditions.extend(of_inputs.flat_map(|rule| rule.bound).map(|names| bound(names)));
    if conditions.is_empty() { String::new() } else { format!(" (only with {})", conditions.join(" and ")) }
}

fn bound(names: &[&str]) -> String {
    let word = |name: &&str| match *name {
        IDENTIFIER => "an identifier".to_owned(),
        SECURITY => "a credential".to_owned(),
        name => format!("`{name}`"),
    };
    names.iter().map(word).collect::<Vec<_>>().join(" or ")
}

fn inputs(spec: &ActionSpec) -> Vec<String> {
    let mut inputs = Vec::new();
    match spec.identifiers {
        Identifiers::None => {}
        Identifiers::Optional => inputs.push("an identifier?".to_owned()),
        Identifiers::One => inputs.push("an identifier".to_owned()),
        Identifiers::OneOrCaller => inputs.push("an identifier (or the caller's own)".to_owned()),
        _ => inputs.push("identifiers".to_owned()),
    }
    if spec.claims {
        inputs.push("`claims`?".to_owned());
    }
    if spec.profile {
        inputs.push("`profile`?".to_owned());
    }
    inputs.extend(spec.inputs.iter().map(|InputSpec { name, kind, required, where_bound, .. }| {
        let optional = if *required || *where_bound { "" } else { "?" };
        let bound = if *where_bound { ", where it is bound" } else { "" };
        format!("`{name}`{optional} ({}{bound})", kind_name(*kind))
    }));
    inputs
}

fn option(OptionSpec { name, values }: &OptionSpec) -> String {
    match values {
        OptionValues::Words(words) => format!("`{name}`: `{}`", words.join("`, `")),
        OptionValues::Flag(default) => format!("`{name}`: `{default}`, `{}`", !default),
        OptionValues::Duration => format!("`{name}`: a length of time, none"),
    }
}

fn names(outcomes: &[Outcome]) -> String {
    let names: Vec<String> = outcomes.iter().map(|outcome| format!("`{}`", outcome.name())).collect();
    names.join(", ")
}

fn fields(fields: &[Field]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|field| {
            let null = if field.nullable { " or null" } else { "" };
            format!("`{}` ({}{null})", field.name, kind_name(field.kind))
        })
        .collect();
    if fields.is_empty() { "–".to_owned() } else { fields.join(", ") }
}

fn kind_name(kind: Kind) -> String {
    if let Kind::StageToken(stage) = kind {
        return format!("the token for `{}`", stage.name());
    }
    format!("{kind:?}").to_lowercase()
}

#[test]
fn the_catalogue_is_written_down() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/outcomes.md");
    let made = document();
    if std::env::var_os("DOORWARD_BLESS").is_some() {
        std::fs::write(&path, &made).expect("room for a page");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, made, "docs/outcomes.md is behind the code: DOORWARD_BLESS=1 writes it anew");
}

/// Every outcome that an action may answer is one that its place in the catalogue allows.
#[test]
fn own_answers_and_failures_are_what_they_are_called() {
    for entry in ACTIONS {
        let spec = entry.spec();
        assert!(spec.answers.iter().all(|answer| answer.outcome.own()), "{}", spec.name);
        assert!(spec.failures.iter().all(|outcome| !outcome.own()), "{}", spec.name);
        let of_options = spec.only_with.iter().flat_map(|rule| rule.failures);
        let ruled: Vec<_> = of_options.chain(spec.only_where.iter().flat_map(|rule| rule.failures)).collect();
        assert!(ruled.iter().all(|outcome| spec.failures.contains(outcome)), "{}", spec.name);
    }
}
