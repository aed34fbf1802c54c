//! A mail as it goes over the wire: headers and MIME parts.

use super::Sender;
use crate::transport::{Letter, NotDelivered, Why};
use doorward_core::time::Timestamp;
use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use std::time::{Duration, SystemTime};

/// A mail with its envelope.
pub(super) struct Composed {
    /// Whom it is from.
    pub(super) from: Address,
    /// The one recipient.
    pub(super) to: Address,
    /// Headers and body.
    pub(super) bytes: Vec<u8>,
}

impl Composed {
    /// Whether an address needs a server that knows more than ASCII.
    pub(super) fn needs_utf8(&self) -> bool {
        ![&self.from, &self.to].into_iter().all(is_ascii)
    }
}

/// Puts a mail together. The same letter gives the same bytes, except for the date.
pub(super) fn compose(
    letter: &Letter<'_>,
    sender: &Sender,
    now: Timestamp,
) -> Result<Composed, NotDelivered> {
    let refused = |what: String| NotDelivered::new(Why::Refused, what);
    let to =
        address(&letter.mail.to).ok_or_else(|| refused("the recipient is no e-mail address".to_owned()))?;
    let from = &sender.from;
    let id = letter.id.simple().to_string();
    let mut message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(letter.mail.subject.clone().unwrap_or_default())
        .date(SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now.0).unwrap_or(0)))
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        // RFC 3834: nobody's holiday notice is to answer this.
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    if let Some(reply_to) = &sender.reply_to {
        message = message.reply_to(reply_to.clone());
    }
    let text = SinglePart::plain(letter.mail.text.clone());
    let built = match &letter.mail.html {
        None => message.singlepart(text),
        Some(html) => message.multipart(
            MultiPart::alternative()
                .boundary(format!("part-{id}"))
                .singlepart(text)
                .singlepart(SinglePart::html(html.clone())),
        ),
    };
    let built = built.map_err(|error| refused(format!("the mail cannot be put together: {error}")))?;
    Ok(Composed { from: from.email.clone(), to, bytes: built.formatted() })
}

fn is_ascii(address: &Address) -> bool {
    address.user().is_ascii() && address.domain().is_ascii()
}

/// An address whose domain is written in ASCII, so that only a local part outside of it asks more of a server.
pub(super) fn address(text: &str) -> Option<Address> {
    let (local, domain) = text.rsplit_once('@')?;
    let domain = idna::domain_to_ascii(domain).ok()?;
    Address::new(local, domain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_core::mail::Mail;
    use doorward_testkit::samples::id;

    fn sender() -> Sender {
        Sender::parse("Bücher & Co <no-reply@bücher.example>", Some("help@shop.example")).unwrap()
    }

    fn composed(mail: &Mail) -> Result<String, NotDelivered> {
        let letter = Letter { id: id(7), realm: "r", mail };
        let composed = compose(&letter, &sender(), Timestamp::from_seconds(1_700_000_000))?;
        Ok(String::from_utf8(composed.bytes).unwrap())
    }

    #[test]
    fn headers_are_whole_and_the_same_each_time() {
        let text = composed(&Mail::email("kim@example.org", "Ihr Code für später: 🔑", "1234\n".to_owned()))
            .unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        for line in [
            "To: kim@example.org",
            "Date: Tue, 14 Nov 2023 22:13:20 +0000",
            "Auto-Submitted: auto-generated",
            "Reply-To: help@shop.example",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            &format!("Message-ID: <{}@xn--bcher-kva.example>", id(7).simple()),
        ] {
            assert!(head.lines().any(|known| known == line), "{line} in {head}");
        }
        assert!(head.is_ascii() && head.contains("Subject: Ihr Code =?utf-8?b?"), "{head}");
        assert!(head.contains("<no-reply@xn--bcher-kva.example>"), "{head}");
        assert_eq!(body.trim_end(), "1234");
        let again = composed(&Mail::email("kim@example.org", "Ihr Code für später: 🔑", "1234\n".to_owned()));
        assert_eq!(again.unwrap(), text);
    }

    #[test]
    fn text_and_html_are_alternatives_the_better_one_last() {
        let mail =
            Mail { html: Some("<p>ü</p>".to_owned()), ..Mail::email("a@b.example", "s", "ü".to_owned()) };
        let text = composed(&mail).unwrap();
        assert!(text.contains("Content-Type: multipart/alternative;"), "{text}");
        let plain = text.find("Content-Type: text/plain").unwrap();
        assert!(text.find("Content-Type: text/html").unwrap() > plain);
        assert!(text.is_ascii(), "{text}");
    }

    #[test]
    fn only_one_recipient_and_no_header_of_its_making() {
        for to in [
            "a@b.example, c@d.example",
            "a@b.example\r\nBcc: c@d.example",
            "a@b.example> RCPT TO:<c@d.example",
            "no address",
            "@b.example",
            "",
        ] {
            let failed = composed(&Mail::email(to, "s", "t".to_owned())).err().unwrap();
            assert_eq!(failed.why, Why::Refused, "{to:?}");
            assert!(!failed.sentence.contains("c@d"), "{failed:?}");
        }
        let text = composed(&Mail::email("a@b.example", "s\r\nBcc: c@d.example", "t".to_owned())).unwrap();
        assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
    }

    #[test]
    fn a_local_part_beyond_ascii_stays_and_a_domain_does_not() {
        let there = address("käthe@bücher.example").unwrap();
        assert_eq!((there.user(), there.domain()), ("käthe", "xn--bcher-kva.example"));
        assert!(!is_ascii(&there) && is_ascii(&address("kathe@bücher.example").unwrap()));
    }
}
