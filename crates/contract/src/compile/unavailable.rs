//! Actions that the catalogue names and this version does not perform.

use crate::diagnostic::{Diagnostic, codes};
use crate::source::Node;

const MFA: &str = "second factors and passkeys";
const PROVIDERS: &str = "signing in by another provider";
const AVATARS: &str = "avatars";
const CAPTCHAS: &str = "captchas";

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

/// The error for such an action; nothing for any other word.
pub(super) fn unavailable(word: &Node) -> Option<Diagnostic> {
    let name = word.as_text()?;
    let (_, what) = UNAVAILABLE.iter().find(|(known, _)| *known == name)?;
    let message = format!("`{name}` is not available in this version: {what} are not done yet");
    let message = if *what == PROVIDERS { message.replace(" are ", " is ") } else { message };
    let error = Diagnostic::error(codes::UNSUPPORTED_VERSION, word.span, message);
    Some(error.help("leave it to your own backend: `{action: backend, why: …}`; or refuse it: `{action: refused, why: …}`"))
}

#[cfg(test)]
mod tests {
    use super::UNAVAILABLE;

    #[test]
    fn what_is_there_is_not_called_unavailable() {
        for (name, _) in UNAVAILABLE {
            assert!(doorward_core::action::find(name).is_none(), "{name} is available by now");
        }
    }
}
