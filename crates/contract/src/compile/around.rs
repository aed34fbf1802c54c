//! What the sign-in of a contract asks for, and the operations that would sign in without it.

use super::reading::Findings;
use super::trace::OperationTrace;
use crate::diagnostic::{Diagnostic, codes};
use crate::plan::{Binding, InputTarget, Operation};
use crate::source::Span;

/// A compiled binding and where it stands.
type Placed<'o> = (&'o Binding, Span);

/// Whether every sign-in with a password refuses whoever has not proved an address.
pub(super) fn refuses_unverified(operations: &[Operation]) -> bool {
    every_login(operations, "unverified", "refuse")
}

fn every_login(operations: &[Operation], option: &str, word: &str) -> bool {
    let bindings = operations.iter().flat_map(|operation| &operation.bindings);
    let mut logins = bindings.filter(|binding| binding.action.spec().name == "login").peekable();
    logins.peek().is_some() && logins.all(|login| login.options.word(option) == word)
}

/// Refuses what a contract with a second step says against it.
pub(super) fn check(operations: &[Operation], traces: &[OperationTrace], found: &mut Findings) {
    let pairs = operations.iter().zip(traces);
    let all: Vec<Placed<'_>> = pairs
        .flat_map(|(operation, trace)| {
            operation.bindings.iter().zip(trace.bindings.iter().map(|one| one.span))
        })
        .collect();
    let of =
        |action: &'static str| all.iter().filter(move |(binding, _)| binding.action.spec().name == action);
    let steps = of("login").filter(|(login, _)| login.options.word("second_step") == "code");
    let Some((_, first)) = steps.clone().next() else { return };
    if every_login(operations, "second_step", "code") {
        let again = |binding: &Binding| binding.options.word("on_taken_with_password") == "sign_in";
        for (_, span) in of("register").filter(|(binding, _)| again(binding)) {
            let help = "take `on_taken_with_password: sign_in` away: they sign in like everybody";
            around(
                (*span, *first),
                "whoever registers again would be signed in by the password alone",
                help,
                found,
            );
        }
        let by_password = |binding: &Binding| {
            binding.inputs.iter().any(|input| input.target == InputTarget::Named("password"))
        };
        for (_, span) in of("set_initial_password").filter(|(binding, _)| by_password(binding)) {
            let help = "bind the `stage_token` of `password_change_required` instead of `password`";
            around(
                (*span, *first),
                "a first password would be set, and a session begun, by the password alone",
                help,
                found,
            );
        }
    }
    let second = |binding: &Binding| binding.options.word("purpose") == "second_step";
    let ends: Vec<&Placed<'_>> = of("login_by_code").filter(|(binding, _)| second(binding)).collect();
    let strict = steps.clone().find(|(login, _)| login.options.word("must_change") == "refuse");
    let lax = ends.iter().find(|(binding, _)| binding.options.word("must_change") != "refuse");
    if let Some(((_, asked), (_, end))) = strict.zip(lax) {
        let message = "`must_change: refuse` is asked after the second step, and this does not say so";
        let error = Diagnostic::error(codes::NO_EFFECT, *end, message);
        let error = error.secondary(*asked, "said here, where the code is still to come");
        found.push(error.help("write `must_change: refuse` here too, and answer `password_change_required`"));
    }
}

fn around((at, login): (Span, Span), message: &str, help: &str, found: &mut Findings) {
    let error = Diagnostic::error(codes::AROUND_SECOND_STEP, at, message);
    found.push(error.secondary(login, "a sign-in asks for a code after the password").help(help));
}
