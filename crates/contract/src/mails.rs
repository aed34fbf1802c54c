//! The contract's mails and text messages: its own texts, or the built-in English ones.

use crate::account_plan::AccountPlan;
use crate::account_view::account_value;
use crate::expression::{Evaluated, Path, Scope, follow};
use crate::scope::Root;
use crate::template::CompiledTemplate;
use crate::wording::{Localized, Texts};
use doorward_core::channel::Channel;
use doorward_core::code::Purpose;
use doorward_core::mail::{CodeMail, Mail, MailTexts};
use doorward_core::return_url::ReturnUrl;
use doorward_core::time::Timestamp;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// The compiled mails of a contract, with the built-in English ones as defaults.
#[derive(Default)]
pub struct Mails {
    pub(crate) account: AccountPlan,
    pub(crate) texts: Arc<Texts>,
    /// The mail of any code.
    pub(crate) code: Option<MailPlan>,
    /// The mail of a code for one purpose.
    pub(crate) purposes: BTreeMap<Purpose, MailPlan>,
    /// The mail of any link.
    pub(crate) link: Option<MailPlan>,
    /// The mail of a link for one purpose.
    pub(crate) link_purposes: BTreeMap<Purpose, MailPlan>,
    /// The links: by purpose, over their token.
    pub(crate) links: BTreeMap<Purpose, CompiledTemplate>,
}

/// One kind of mail. The checker sees to it that there is a text for every channel that the accounts can be reached on.
pub(crate) struct MailPlan {
    pub(crate) subject: Option<Localized>,
    pub(crate) text: Option<Localized>,
    pub(crate) html: Option<Localized>,
    /// What is sent to telephones instead of the text.
    pub(crate) sms: Option<Localized>,
}

impl MailTexts for Mails {
    fn code(&self, mail: &CodeMail<'_>) -> Mail {
        let Some(plan) = self.purposes.get(&mail.purpose).or(self.code.as_ref()) else {
            return built_in(mail);
        };
        self.rendered(plan, &MailScope { mails: self, mail, link: None })
    }

    fn link(&self, mail: &CodeMail<'_>, return_url: Option<&ReturnUrl>) -> Mail {
        let link = match return_url {
            Some(url) => url.with_token(mail.code),
            None => self.own_link(mail),
        };
        match self.link_purposes.get(&mail.purpose).or(self.link.as_ref()) {
            Some(plan) => self.rendered(plan, &MailScope { mails: self, mail, link: Some(&link) }),
            None => built_in_link(mail, &link),
        }
    }
}

impl Mails {
    fn rendered(&self, plan: &MailPlan, scope: &MailScope<'_>) -> Mail {
        let render = |text: &Localized| text.render(scope.mail.language, &self.texts.default, scope);
        let (channel, to) = (scope.mail.channel, scope.mail.to);
        if channel == Channel::Sms {
            let text = plan.sms.as_ref().or(plan.text.as_ref());
            return Mail::sms(to, text.map(render).unwrap_or_default());
        }
        Mail {
            channel,
            subject: Some(
                plan.subject.as_ref().map(|subject| one_line(&render(subject))).unwrap_or_default(),
            ),
            text: plan.text.as_ref().map(render).unwrap_or_default(),
            html: plan.html.as_ref().map(render),
            ..Mail::sms(to, String::new())
        }
    }

    /// The contract's own link for a purpose. The checker sees to it that there is one.
    fn own_link(&self, mail: &CodeMail<'_>) -> String {
        let value =
            self.links.get(&mail.purpose).map(|link| link.eval(&MailScope { mails: self, mail, link: None }));
        match value {
            Some(Evaluated::Value(Value::String(link))) => link,
            _ => mail.code.to_owned(),
        }
    }
}

fn built_in_link(mail: &CodeMail<'_>, link: &str) -> Mail {
    let (subject, why) = match mail.purpose {
        Purpose::SignUp => ("Finish signing up", "to finish signing up"),
        Purpose::Verify => ("Confirm your address", "to confirm this address"),
        Purpose::ResetPassword => ("Set a new password", "to set a new password"),
        Purpose::ChangeIdentifier => ("Confirm the change", "to confirm the change"),
        Purpose::Login | Purpose::SecondStep => ("Sign in", "to sign in"),
        // No link is mailed for a stage: who has reached it holds its token.
        Purpose::Stage(_) => ("Your link", "to go on"),
    };
    let length = spoken(mail.expires_in);
    if mail.channel == Channel::Sms {
        return Mail::sms(mail.to, format!("Open {link} {why}. It is good for {length}."));
    }
    let text = format!(
        "Open this link {why}:\n\n{link}\n\nIt is good for {length}. If you did not ask for it, ignore this mail.\n",
    );
    Mail::email(mail.to, subject, text)
}

/// A subject is a header: whatever an account's name holds, it stays on one line.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || c == '\u{2028}' || c == '\u{2029}' { ' ' } else { c }).collect()
}

fn built_in(mail: &CodeMail<'_>) -> Mail {
    let (subject, why) = match mail.purpose {
        Purpose::SignUp => ("Your sign-up code", "to finish signing up"),
        Purpose::Verify => ("Your verification code", "to confirm this address"),
        Purpose::ResetPassword => ("Your password reset code", "to set a new password"),
        Purpose::ChangeIdentifier => ("Your confirmation code", "to confirm the change"),
        Purpose::Login | Purpose::SecondStep => ("Your sign-in code", "to sign in"),
        // No code is mailed for a stage: who has reached it holds its token.
        Purpose::Stage(_) => ("Your code", "to go on"),
    };
    let (code, length) = (mail.code, spoken(mail.expires_in));
    if mail.channel == Channel::Sms {
        return Mail::sms(mail.to, format!("Enter {code} {why}. It is good for {length}."));
    }
    let text = format!(
        "Enter this code {why}:\n\n{code}\n\nIt is good for {length}. If you did not ask for it, ignore this mail.\n",
    );
    Mail::email(mail.to, subject, text)
}

/// "10 minutes", "1 hour", "90 seconds": the largest unit that fits evenly.
fn spoken(length: Duration) -> String {
    let seconds = length.as_secs();
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let even = units.into_iter().find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit));
    let (count, unit) = even.map_or((seconds, "second"), |(unit, name)| (seconds / unit, name));
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// Mails go to accounts that may sign in: a lock that such a one has is over, whatever the time.
const AT_MAILS: Timestamp = Timestamp::MAX;

struct MailScope<'m> {
    mails: &'m Mails,
    mail: &'m CodeMail<'m>,
    link: Option<&'m str>,
}

impl Scope for MailScope<'_> {
    fn read(&self, path: &Path) -> Cow<'_, Value> {
        let value = match Root::of(path.slot) {
            Some(Root::Account) => {
                let Some((field, rest)) = path.rest.split_first() else {
                    return Cow::Owned(Value::Null);
                };
                let value = account_value(self.mail.account, (&self.mails.account, AT_MAILS), field);
                follow(&value, rest).cloned().unwrap_or(Value::Null)
            }
            // To a link its token is what the code is to a mail.
            Some(Root::Code | Root::Tokens) => Value::from(self.mail.code),
            Some(Root::Link) => self.link.map_or(Value::Null, Value::from),
            Some(Root::ExpiresIn) => Value::from(self.mail.expires_in.as_secs()),
            _ => Value::Null,
        };
        Cow::Owned(value)
    }

    fn text(&self, key: &str) -> Option<String> {
        self.mails.texts.get(key, self.mail.language, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_spoken() {
        for (seconds, spoken_as) in [
            (600, "10 minutes"),
            (3_600, "1 hour"),
            (90, "90 seconds"),
            (172_800, "2 days"),
            (0, "0 seconds"),
        ] {
            assert_eq!(spoken(Duration::from_secs(seconds)), spoken_as);
        }
    }

    #[test]
    fn a_subject_is_one_line() {
        assert_eq!(one_line("a\r\nBcc: x"), "a  Bcc: x");
    }
}
