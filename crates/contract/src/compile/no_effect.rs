//! What is written in a binding and has no effect beside the rest of it.

use super::binding::BindingSource;
use super::reading::Findings;
use crate::diagnostic::{Diagnostic, codes};
use crate::document::Document;
use crate::plan::InputTarget;
use crate::source::Span;
use doorward_core::outcome::Outcome;
use doorward_core::spec::{OnlyWith, STAGE_TOKEN};

/// An option, with words that mean something only where another option has one of some words.
struct Beside {
    action: &'static str,
    /// The option, and its word that does nothing.
    says: (&'static str, &'static str),
    /// The other option, and the words of it beside which it does nothing.
    other: (&'static str, &'static [&'static str]),
    help: &'static str,
}

const OPTIONS: [Beside; 5] = [
    Beside {
        action: "login",
        says: ("sessions", "single"),
        other: ("second_step", &["code"]),
        help: "the session begins with the code: after a second step sessions are many",
    },
    Beside {
        action: "login",
        says: ("sessions", "keep"),
        other: ("second_step", &["code"]),
        help: "the session begins with the code: after a second step sessions are many",
    },
    Beside {
        action: "register",
        says: ("sign_in", "true"),
        other: ("approval", &["required"]),
        help: "who waits for approval is not signed in: take one of them away",
    },
    Beside {
        action: "login_by_code",
        says: ("create", "true"),
        other: ("purpose", &["second_step"]),
        help: "a second step is of an account that there is",
    },
    Beside {
        action: "change_identifier",
        says: ("tell", "always_sent"),
        other: ("takes_effect", &["at_once"]),
        help: "only what is mailed can be told alike: `takes_effect: on_confirmation`",
    },
];

/// An input that is not looked at where an option has one of some words.
struct Unread {
    action: Option<&'static str>,
    input: &'static str,
    option: (&'static str, &'static [&'static str]),
    help: &'static str,
}

const INPUTS: [Unread; 6] = [
    Unread {
        action: None,
        input: "password",
        option: ("needs", &["session"]),
        help: "write `needs: password` under `options`, or take the input away",
    },
    Unread {
        action: Some("login"),
        input: "lifetime",
        option: ("second_step", &["code"]),
        help: "the session begins with the code, and lives as long as its tokens say",
    },
    Unread {
        action: Some("login"),
        input: "remember",
        option: ("second_step", &["code"]),
        help: "the session begins with the code: bind it under `login_by_code`",
    },
    Unread {
        action: Some("login"),
        input: "device",
        option: ("second_step", &["code"]),
        help: "the session begins with the code: bind it under `login_by_code`",
    },
    Unread {
        action: Some("change_identifier"),
        input: "code",
        option: ("takes_effect", &["at_once"]),
        help: "write `takes_effect: on_confirmation` under `options`",
    },
    Unread {
        action: Some("login_by_code"),
        input: "profile",
        option: ("create", &["false"]),
        help: "a profile is given to an account that is made: `create: true`",
    },
];

/// Refuses what does nothing in this binding.
pub(super) fn check(binding: &BindingSource, secured: bool, document: &Document, found: &mut Findings) {
    let name = binding.action.spec().name;
    for rule in OPTIONS.iter().filter(|rule| rule.action == name) {
        let (option, word) = rule.says;
        let (other, words) = rule.other;
        let beside = binding.options.word(other);
        if binding.options.word(option) == word && words.contains(&beside) {
            let message = format!("`{option}: {word}` has no effect with `{other}: {beside}`");
            report(binding.option_span(option), message, rule.help, found);
        }
    }
    for rule in INPUTS.iter().filter(|rule| rule.action.is_none_or(|action| action == name)) {
        let (option, words) = rule.option;
        let has = binding.action.spec().options.iter().any(|known| known.name == option);
        let word = binding.options.word(option);
        if let Some(span) = bound(binding, rule.input).filter(|_| has && words.contains(&word)) {
            let message = format!("`{}` is not looked at with `{option}: {word}`", rule.input);
            report(span, message, rule.help, found);
        }
    }
    never_asked(binding, secured, found);
    unreachable_addresses(binding, document, found);
}

fn report(span: Span, message: String, help: &str, found: &mut Findings) {
    found.push(Diagnostic::error(codes::NO_EFFECT, span, message).help(help));
}

/// Where an input of this name is bound, or a field of the profile.
fn bound(binding: &BindingSource, name: &str) -> Option<Span> {
    let is = |target: &InputTarget| match target {
        InputTarget::Named(bound) => *bound == name,
        InputTarget::Profile(_) => name == "profile",
        _ => false,
    };
    binding.inputs.iter().find(|input| is(&input.target)).map(|input| input.span)
}

/// What is asked only beside something that is not bound.
fn never_asked(binding: &BindingSource, secured: bool, found: &mut Findings) {
    let option = |name: &str, word: &str| binding.options.word(name) == word;
    match binding.action.spec().name {
        "register" => {
            if option("on_taken_with_password", "sign_in") && !binding.binds("password") {
                let message = "whoever registers again is signed in by a password, and none is bound";
                let help = "bind `password` under `input`, or take `on_taken_with_password` away";
                report(binding.option_span("on_taken_with_password"), message.to_owned(), help, found);
            }
            if option("while_signed_in", "refuse") && !secured && !binding.presents() {
                let message = "nobody is signed in here: the operation asks for no credential";
                let help = "write `security: [{…: []}, {}]` beside `x-doorward`";
                report(binding.option_span("while_signed_in"), message.to_owned(), help, found);
            }
        }
        "update_account" => {
            let opens = binding.identifies() || binding.binds("new_password") || binding.binds("remove");
            if let Some(span) = bound(binding, "password").filter(|_| !opens) {
                let message =
                    "the password is asked for before an identifier or the password changes, and neither can";
                report(span, message.to_owned(), "take `password` away, or bind what it is for", found);
            }
        }
        "close_account" => {
            let nobody = !binding.identifies() && !secured && !binding.presents();
            if option("needs", "password") && nobody {
                let message = "no account is ever closed: neither the request nor a session says which";
                let help =
                    "bind an identifier under `input`, or write `security: [{…: []}]` beside `x-doorward`";
                report(binding.span, message.to_owned(), help, found);
            }
        }
        "login_by_code" | "reset_password" => by_stage(binding, found),
        "set_initial_password" => {
            if let Some(span) = bound(binding, "password").filter(|_| !binding.identifies()) {
                let message = "a password proves an account, and nothing says which";
                report(span, message.to_owned(), "bind an identifier under `input`", found);
            }
        }
        _ => {}
    }
}

/// Who is named beside a token that says it.
fn by_stage(binding: &BindingSource, found: &mut Findings) {
    // A code of `reset_password` counts where no token comes; of `login_by_code` it is asked for beside the token.
    let sole = binding.action.spec().name == "login_by_code" || !binding.binds("code");
    if !binding.binds(STAGE_TOKEN.name) || !sole {
        return;
    }
    let names = |target: &InputTarget| {
        matches!(
            target,
            InputTarget::Identifier(_) | InputTarget::AnyIdentifier | InputTarget::Named("account_id")
        )
    };
    for input in binding.inputs.iter().filter(|input| names(&input.target)) {
        let message = "nobody looks at this: the stage token says whose account it is";
        report(input.span, message.to_owned(), "take it away", found);
    }
}

/// What is mailed needs an address.
fn unreachable_addresses(binding: &BindingSource, document: &Document, found: &mut Findings) {
    let spec = binding.action.spec();
    let mails = |rule: &&OnlyWith| rule.failures.contains(&Outcome::DeliveryFailed) && rule.option != "tell";
    let mails = spec.failures.contains(&Outcome::DeliveryFailed)
        && spec
            .only_with
            .iter()
            .filter(mails)
            .all(|rule| rule.words.contains(&binding.options.word(rule.option)));
    if mails
        && !document
            .account
            .identifiers
            .iter()
            .any(|rule| doorward_core::channel::Channel::of(rule.kind).is_some())
    {
        let message = format!("`{}` mails something, and no account has an address", spec.name);
        let help = "give the accounts one: `account: {identifiers: [username, email]}`";
        report(binding.span, message, help, found);
    }
}
