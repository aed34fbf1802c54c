//! The development mailbox: pages for people, JSON for programs.

use super::query::{parameter, written};
use super::{HTML, JSON, ProgramPages, TEXT, html, page};
use askama::Template;
use doorward_http::{Author, Page, PageRequest};
use doorward_mail::Received;
use http::header::ACCEPT;

const ROUTE: &str = "/_doorward/mailbox";
/// More are not on one page.
const SHOWN: usize = 50;
/// How often the page is loaded again, where somebody wants that, in seconds.
const EVERY: u32 = 5;

#[derive(Template)]
#[template(path = "mailbox.html")]
struct MailboxPage<'a> {
    mails: &'a [Received],
    /// How many there are with those that are not shown.
    count: usize,
    address: &'a str,
    keeps_mail: bool,
    refreshes: bool,
    every: u32,
    /// The same page, with or without being loaded again.
    other: String,
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    received: &'a Received,
}

impl ProgramPages {
    pub(super) fn mails(&self, request: &PageRequest<'_>) -> Page {
        let query = request.query.unwrap_or("");
        let to = parameter(query, "to");
        if to.is_some() || wants_json(request) {
            return page(ROUTE, 200, JSON, self.mailbox.to_json(to.as_deref()).to_string());
        }
        match parameter(query, "message") {
            Some(number) => self.message(&number, parameter(query, "part").as_deref()),
            None => self.list(query),
        }
    }

    fn list(&self, query: &str) -> Page {
        let address = parameter(query, "address").map(|text| text.trim().to_owned()).unwrap_or_default();
        let mut mails = self.mailbox.mails(Some(address.as_str()).filter(|address| !address.is_empty()));
        let count = mails.len();
        mails.reverse();
        mails.truncate(SHOWN);
        let refreshes = parameter(query, "refresh").is_some();
        let mut other: Vec<(&str, &str)> = Vec::new();
        if !address.is_empty() {
            other.push(("address", &address));
        }
        if !refreshes {
            other.push(("refresh", "on"));
        }
        let other = format!("{ROUTE}?{}", written(&other));
        let keeps_mail = self.keeps_mail;
        let view = MailboxPage {
            mails: &mails,
            count,
            address: &address,
            keeps_mail,
            refreshes,
            every: EVERY,
            other,
        };
        html(ROUTE, view.render())
    }

    fn message(&self, number: &str, part: Option<&str>) -> Page {
        let found = number.parse().ok().and_then(|number| self.mailbox.mail(number));
        match (found, part) {
            (None, _) => page(ROUTE, 404, TEXT, "There is no such message, or not any more.\n".to_owned()),
            (Some(received), None) => html(ROUTE, MessagePage { received: &received }.render()),
            (Some(received), Some("html")) if received.mail.html.is_some() => {
                let body = received.mail.html.unwrap_or_default();
                Page { author: Author::Mail, ..page(ROUTE, 200, HTML, body) }
            }
            (Some(_), Some(_)) => page(ROUTE, 404, TEXT, "The message has no such part.\n".to_owned()),
        }
    }
}

/// A mail's text in pieces: words, and the addresses in it that a browser can open.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = [rest.find("https://"), rest.find("http://")].into_iter().flatten().min() {
        let (before, from) = rest.split_at(at);
        let length = from.find(|c: char| c.is_whitespace() || "<>\"'".contains(c)).unwrap_or(from.len());
        let length = from.get(..length).map_or(0, |link| link.trim_end_matches(['.', ',', ')', ';']).len());
        let (link, after) = from.split_at(length);
        pieces.extend([Piece { text: before, link: false }, Piece { text: link, link: true }]);
        rest = after;
    }
    pieces.push(Piece { text: rest, link: false });
    pieces
}

/// A piece of a text.
struct Piece<'t> {
    text: &'t str,
    link: bool,
}

fn wants_json(request: &PageRequest<'_>) -> bool {
    let accept = request.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    accept.to_ascii_lowercase().contains(JSON)
}

#[cfg(test)]
mod tests {
    use super::super::tests::bare;
    use super::*;
    use doorward_core::mail::Mail;
    use doorward_core::time::Timestamp;
    use doorward_mail::Mailbox;
    use http::{HeaderMap, Method};

    fn ask(mailbox: Mailbox, accept: &str, query: Option<&str>) -> Page {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, accept.parse().unwrap());
        bare(mailbox).mails(&PageRequest { method: &Method::GET, path: ROUTE, query, headers: &headers })
    }

    fn body(page: &Page) -> String {
        String::from_utf8(page.body.to_vec()).unwrap()
    }

    fn get(accept: &str, query: Option<&str>) -> (String, String) {
        let mailbox = Mailbox::new();
        for to in ["a+b@example.org", "<script>@example.org"] {
            mailbox.put(Mail::email(to, "<b>", "1 & 2".to_owned()), Timestamp(0));
        }
        let page = ask(mailbox, accept, query);
        (page.content_type.to_string(), body(&page))
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
        let body = body(&ask(mailbox, "text/html", None));
        assert!(body.contains(">Text message</a></h2>") && body.contains("123456"), "{body}");
    }

    #[test]
    fn people_get_a_page_that_no_mail_can_break() {
        let (kind, body) = get("text/html", None);
        assert_eq!(kind, "text/html; charset=utf-8");
        assert!(!body.contains("<script>") && !body.contains("<b>"), "{body}");
        assert!(body.contains("1 &#38; 2") || body.contains("1 &amp; 2"), "{body}");
        let (_, filtered) = get("text/html", Some("address=A%2Bb%40example.org"));
        assert!(filtered.contains("a+b@example.org") && !filtered.contains("script"), "{filtered}");
    }

    #[test]
    fn the_page_is_loaded_again_only_where_somebody_asks_for_it() {
        let again = "<meta http-equiv=\"refresh\" content=\"5\">";
        assert!(!get("text/html", None).1.contains(again));
        let (_, body) = get("text/html", Some("refresh=on&address=a%26b"));
        assert!(body.contains(again) && body.contains("href=\"/_doorward/mailbox?address=a%26b\""), "{body}");
    }

    #[test]
    fn the_html_of_a_mail_is_a_page_of_the_mails() {
        let mailbox = Mailbox::new();
        let html = Some("<p>Hi<script>1</script>".to_owned());
        mailbox.put(Mail { html, ..Mail::email("a@example.org", "Hi", "Hi".to_owned()) }, Timestamp(0));
        mailbox.put(Mail::email("a@example.org", "Hi", "Hi".to_owned()), Timestamp(0));
        let get = |query| ask(mailbox.clone(), "text/html", Some(query));
        let framed = get("message=1&part=html");
        assert_eq!((framed.author, body(&framed).as_str()), (Author::Mail, "<p>Hi<script>1</script>"));
        let around = get("message=1");
        assert_eq!(around.author, Author::Program);
        assert!(body(&around).contains("<iframe sandbox=\"\"") && !body(&around).contains("<script"));
        assert!(!body(&get("message=2")).contains("<iframe"));
        for missing in ["message=3", "message=x", "message=2&part=html", "message=1&part=other"] {
            assert_eq!(get(missing).status, 404, "{missing}");
        }
    }

    #[test]
    fn links_in_a_text_can_be_followed() {
        let said = |text| -> Vec<String> {
            let pieces = pieces(text).into_iter().filter(|piece| piece.link);
            pieces.map(|piece| piece.text.to_owned()).collect()
        };
        assert_eq!(
            said("Go to https://a.example/x?t=1&u=2. Or (http://b.example)\nhttps://c"),
            ["https://a.example/x?t=1&u=2", "http://b.example", "https://c"]
        );
        assert!(said("javascript:alert(1) ftp://x").is_empty());
        let whole: String = pieces("a http://b, c").iter().map(|piece| piece.text).collect();
        assert_eq!(whole, "a http://b, c");
    }
}
