//! The development mailbox: the mails and text messages of this process, in memory.

use doorward_core::mail::Mail;
use doorward_core::time::Timestamp;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many mails are kept; the oldest go first.
const KEPT: usize = 1000;

/// A mailbox. Clones share their mails.
#[derive(Clone, Default)]
pub struct Mailbox {
    mails: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    mails: VecDeque<Received>,
    /// How many ever came.
    came: u64,
}

/// A mail and when it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// Which it is of all that ever came, from 1.
    pub number: u64,
    /// The mail.
    pub mail: Mail,
    /// When it was delivered.
    pub at: Timestamp,
}

impl Received {
    /// The mail for programs: `{to, subject, text, at}`, the time in RFC 3339 form with milliseconds, in UTC. A text
    /// message has no subject: `{to, text, at}`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let Mail { to, subject, text, .. } = &self.mail;
        match subject {
            Some(subject) => json!({"to": to, "subject": subject, "text": text, "at": self.at_text()}),
            None => json!({"to": to, "text": text, "at": self.at_text()}),
        }
    }

    /// When it came, in RFC 3339 form with milliseconds, in UTC.
    #[must_use]
    pub fn at_text(&self) -> String {
        let at = jiff::Timestamp::from_millisecond(self.at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
    }
}

impl Mailbox {
    /// An empty mailbox.
    #[must_use]
    pub fn new() -> Mailbox {
        Mailbox::default()
    }

    /// Takes a mail in.
    pub fn put(&self, mail: Mail, at: Timestamp) {
        let mut kept = self.lock();
        if kept.mails.len() == KEPT {
            kept.mails.pop_front();
        }
        kept.came += 1;
        let number = kept.came;
        kept.mails.push_back(Received { number, mail, at });
    }

    /// The mails, oldest first; with an address only those to it, in whatever letter case.
    #[must_use]
    pub fn mails(&self, to: Option<&str>) -> Vec<Received> {
        let wanted = to.map(str::to_lowercase);
        let fits = |received: &&Received| {
            wanted.as_ref().is_none_or(|wanted| received.mail.to.to_lowercase() == *wanted)
        };
        self.lock().mails.iter().filter(fits).cloned().collect()
    }

    /// The mail of this number, if it is still kept.
    #[must_use]
    pub fn mail(&self, number: u64) -> Option<Received> {
        self.lock().mails.iter().find(|received| received.number == number).cloned()
    }

    /// The same as a JSON array.
    #[must_use]
    pub fn to_json(&self, to: Option<&str>) -> Value {
        self.mails(to).iter().map(Received::to_json).collect()
    }

    // A panic while holding it cannot leave a mail half put: going on is right.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(to: &str, subject: &str) -> Mail {
        Mail::email(to, subject, "text".to_owned())
    }

    #[test]
    fn oldest_first_and_by_address() {
        let mailbox = Mailbox::new();
        mailbox.put(mail("a@example.org", "1"), Timestamp(1));
        mailbox.put(mail("b@example.org", "2"), Timestamp(2));
        mailbox.put(mail("A@Example.org", "3"), Timestamp(3));
        let subjects = |to: Option<&str>| -> Vec<String> {
            mailbox.mails(to).into_iter().filter_map(|received| received.mail.subject).collect()
        };
        assert_eq!(subjects(None), ["1", "2", "3"]);
        assert_eq!(subjects(Some("a@example.ORG")), ["1", "3"]);
        assert!(subjects(Some("c@example.org")).is_empty());
        assert_eq!(
            mailbox.to_json(Some("b@example.org")).to_string(),
            r#"[{"to":"b@example.org","subject":"2","text":"text","at":"1970-01-01T00:00:00.002Z"}]"#
        );
    }

    #[test]
    fn a_text_message_is_kept_by_its_number_and_has_no_subject() {
        let mailbox = Mailbox::new();
        mailbox.put(Mail::sms("+14165550100", "123456".to_owned()), Timestamp(1));
        mailbox.put(mail("a@example.org", "2"), Timestamp(2));
        assert_eq!(
            mailbox.to_json(Some("+14165550100")).to_string(),
            r#"[{"to":"+14165550100","text":"123456","at":"1970-01-01T00:00:00.001Z"}]"#
        );
    }

    #[test]
    fn the_oldest_go_first() {
        let mailbox = Mailbox::new();
        for n in 0..=KEPT {
            mailbox.put(mail("a@example.org", &n.to_string()), Timestamp(0));
        }
        let mails = mailbox.mails(None);
        assert_eq!(mails.len(), KEPT);
        assert_eq!(mails[0].mail.subject.as_deref(), Some("1"));
        assert_eq!(mails[0].number, 2, "numbers stay");
        assert!(mailbox.mail(1).is_none() && mailbox.mail(2).is_some_and(|second| second == mails[0]));
    }
}
