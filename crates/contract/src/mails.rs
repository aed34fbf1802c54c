//! The contract's mails.

use doorward_core::mail::{CodeMail, Mail, MailTexts};

/// The compiled mails of a contract, with the built-in English ones as defaults.
#[derive(Default)]
pub struct Mails {}

impl MailTexts for Mails {
    fn code(&self, mail: &CodeMail<'_>) -> Mail {
        Mail { to: mail.to.to_owned(), subject: String::new(), text: String::new(), html: None }
    }
}
