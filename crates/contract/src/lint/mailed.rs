//! What the bindings of a contract mail: codes and links, and for which purposes.

use super::subject::{Bound, Subject};
use doorward_core::code::Purpose;

/// How a purpose is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// What is typed.
    Code,
    /// What is opened.
    Link,
}

/// Whether an operation mails codes, or links, for this purpose.
pub(super) fn mails(subject: &Subject<'_>, purpose: Purpose, by: By) -> bool {
    subject.bindings().any(|bound| of_binding(&bound, purpose, by))
}

fn of_binding(bound: &Bound<'_>, purpose: Purpose, by: By) -> bool {
    let option = |name: &str, word: &str| bound.binding.options.word(name) == word;
    let how = if option("by", "link") || option("verify", "link") { By::Link } else { By::Code };
    how == by
        && match bound.action() {
            "forgot_password" => purpose == Purpose::ResetPassword,
            "send_login_code" => purpose == Purpose::Login,
            "register" => purpose == Purpose::Verify && !option("verify", "none"),
            "login" => purpose == Purpose::SecondStep && option("second_step", "code"),
            "change_identifier" => {
                purpose == Purpose::ChangeIdentifier && option("takes_effect", "on_confirmation")
            }
            "send_verification" => bound.takes("purpose") || option("purpose", purpose.name()),
            _ => false,
        }
}
