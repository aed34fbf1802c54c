//! What the catalogue names and this version does not do: actions, inputs and outcomes.

use crate::diagnostic::{Diagnostic, codes};
use crate::source::{Node, Span};

const MFA: &str = "second factors and passkeys";
const PROVIDERS: &str = "signing in by another provider";
const AVATARS: &str = "avatars";
const CAPTCHAS: &str = "captchas";
const INVITATIONS: &str = "invitations";

/// Each with what it belongs to.
const UNAVAILABLE: [(&str, &str); 15] = [
    ("login_by_provider", PROVIDERS),
    ("start_provider", PROVIDERS),
    ("finish_provider", PROVIDERS),
    ("login_by_mfa", MFA),
    ("send_mfa", MFA),
    ("enroll_mfa", MFA),
    ("confirm_mfa", MFA),
    ("list_mfa", MFA),
    ("disable_mfa", MFA),
    ("renew_recovery", MFA),
    ("enroll_passkey", MFA),
    ("confirm_passkey", MFA),
    ("set_avatar", AVATARS),
    ("delete_avatar", AVATARS),
    ("new_captcha", CAPTCHAS),
];

/// Inputs, each with its action.
const INPUTS: [(&str, &str, &str); 3] =
    [("login", "mfa_code", MFA), ("login", "captcha", CAPTCHAS), ("register", "invite", INVITATIONS)];

/// Outcomes of what is not there.
const OUTCOMES: [(&str, &str); 13] = [
    ("mfa_required", MFA),
    ("mfa_enrolment_required", MFA),
    ("unknown_factor", MFA),
    ("already_enrolled", MFA),
    ("enrolment_started", MFA),
    ("enrolled", MFA),
    ("removed", MFA),
    ("recovery_renewed", MFA),
    ("provider_refused", PROVIDERS),
    ("sign_up_needed", PROVIDERS),
    ("redirected", PROVIDERS),
    ("drawn", CAPTCHAS),
    ("wrong_answer", CAPTCHAS),
];

/// The error for such an action; nothing for any other word.
pub(super) fn unavailable(word: &Node) -> Option<Diagnostic> {
    let name = word.as_text()?;
    if name == CHOOSE {
        return Some(never_chosen(word.span));
    }
    let (_, what) = UNAVAILABLE.iter().find(|(known, _)| *known == name)?;
    let help = "leave it to your own backend: `{action: backend, why: …}`; or refuse it: `{action: refused, why: …}`";
    Some(not_yet(name, what, word.span).help(help))
}

/// The error for such an input of an action.
pub(super) fn unavailable_input(action: &str, name: &str, span: Span) -> Option<Diagnostic> {
    let (.., what) = INPUTS.iter().find(|(of, known, _)| *of == action && *known == name)?;
    Some(not_yet(name, what, span).help("take it away, or leave the operation to your own backend"))
}

/// The error for such an outcome, which no action answers.
pub(super) fn unavailable_outcome(name: &str, span: Span) -> Option<Diagnostic> {
    if name == CHOOSE {
        return Some(never_chosen(span));
    }
    let (_, what) = OUTCOMES.iter().find(|(known, _)| *known == name)?;
    Some(not_yet(name, what, span).help("take the reply away: nothing answers so"))
}

fn not_yet(name: &str, what: &str, span: Span) -> Diagnostic {
    let message = format!("`{name}` is not available in this version: {what} are not done yet");
    let message = if what == PROVIDERS { message.replace(" are ", " is ") } else { message };
    Diagnostic::error(codes::UNSUPPORTED_VERSION, span, message)
}

const CHOOSE: &str = "choose_account";

fn never_chosen(span: Span) -> Diagnostic {
    let message = format!(
        "`{CHOOSE}` cannot happen: an identifier belongs to one account, so a sign-in never has a choice"
    );
    let error = Diagnostic::error(codes::UNSUPPORTED_VERSION, span, message);
    error.help("take it away; where one person has several accounts, each has an identifier of its own")
}

#[cfg(test)]
mod tests {
    use super::{CHOOSE, INPUTS, OUTCOMES, UNAVAILABLE};
    use doorward_core::outcome::Outcome;

    #[test]
    fn what_is_there_is_not_called_unavailable() {
        for (name, _) in UNAVAILABLE {
            assert!(doorward_core::action::find(name).is_none(), "{name} is available by now");
        }
        for (action, name, _) in INPUTS {
            let action = doorward_core::action::find(action).expect("an action");
            assert!(
                action.spec().inputs.iter().all(|input| input.name != name),
                "{name} is available by now"
            );
        }
        for name in OUTCOMES.iter().map(|(name, _)| *name).chain([CHOOSE]) {
            assert!(Outcome::from_name(name).is_none(), "{name} is available by now");
        }
    }
}
