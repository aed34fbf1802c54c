//! The development mailbox: a page for people, JSON for programs.

use super::{JSON, ProgramPages, html, page};
use askama::Template;
use doorward_http::{Page, PageRequest};
use doorward_mail::Received;
use http::header::ACCEPT;

const ROUTE: &str = "/_doorward/mailbox";

#[derive(Template)]
#[template(path = "mailbox.html")]
struct MailboxPage<'a> {
    mails: &'a [Received],
}

impl ProgramPages {
    pub(super) fn mails(&self, request: &PageRequest<'_>) -> Page {
        let to = parameter(request.query.unwrap_or(""), "to");
        if to.is_some() || wants_json(request) {
            return page(ROUTE, 200, JSON, self.mailbox.to_json(to.as_deref()).to_string());
        }
        let mut mails = self.mailbox.mails(None);
        mails.reverse();
        html(ROUTE, MailboxPage { mails: &mails }.render())
    }
}

fn wants_json(request: &PageRequest<'_>) -> bool {
    let accept = request.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    accept.to_ascii_lowercase().contains(JSON)
}

/// A query parameter, decoded.
fn parameter(query: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes())
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_core::mail::Mail;
    use doorward_core::time::Timestamp;
    use doorward_mail::Mailbox;
    use http::{HeaderMap, Method};

    fn get(accept: &str, query: Option<&str>) -> (String, String) {
        let mailbox = Mailbox::new();
        for to in ["a+b@example.org", "<script>@example.org"] {
            mailbox.put(Mail::email(to, "<b>", "1 & 2".to_owned()), Timestamp(0));
        }
        let pages = ProgramPages::new(Vec::new(), mailbox);
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, accept.parse().unwrap());
        let request = PageRequest { method: &Method::GET, path: ROUTE, query, headers: &headers };
        let page = pages.mails(&request);
        (page.content_type.into_owned(), String::from_utf8(page.body.to_vec()).unwrap())
    }

    #[test]
    fn programs_get_json() {
        let (kind, body) = get("*/*", Some("to=A%2Bb@example.org"));
        assert_eq!(kind, "application/json");
        assert_eq!(
            body,
            r#"[{"to":"a+b@example.org","subject":"<b>","text":"1 & 2","at":"1970-01-01T00:00:00.000Z"}]"#
        );
        assert_eq!(get("application/json", None).1.matches("\"to\"").count(), 2);
        assert_eq!(get("*/*", Some("to=nobody")).1, "[]");
    }

    #[test]
    fn people_see_a_text_message_by_its_number() {
        let mailbox = Mailbox::new();
        mailbox.put(Mail::sms("+14165550100", "123456".to_owned()), Timestamp(0));
        let pages = ProgramPages::new(Vec::new(), mailbox);
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, "text/html".parse().unwrap());
        let page =
            pages.mails(&PageRequest { method: &Method::GET, path: ROUTE, query: None, headers: &headers });
        let body = String::from_utf8(page.body.to_vec()).unwrap();
        assert!(body.contains("<h2>Text message</h2>") && body.contains("123456"), "{body}");
    }

    #[test]
    fn people_get_a_page_that_no_mail_can_break() {
        let (kind, body) = get("text/html", None);
        assert_eq!(kind, "text/html; charset=utf-8");
        assert!(!body.contains("<script>") && !body.contains("<b>"), "{body}");
        assert!(body.contains("1 &#38; 2") || body.contains("1 &amp; 2"), "{body}");
    }
}
