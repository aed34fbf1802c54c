//! The program's own pages: the start page, the development mailbox, and the contracts' completed documents.
//! Rendered here, without scripts; nothing on them comes from another place.

mod mailbox;
mod start;

pub use start::PageRealm;

use crate::command::contract::openapi_document;
use doorward_http::{Page, PageRequest, Pages};
use doorward_mail::Mailbox;
use http::Method;
use std::borrow::Cow;

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";
const CSS: &str = "text/css; charset=utf-8";
/// Beside the pages and not in them, so that the pages' policy allows no style that is written into a page.
const STYLE: &str = include_str!("../../templates/style.css");
const TEXT: &str = "text/plain; charset=utf-8";

/// The pages of one server.
pub struct ProgramPages {
    realms: Vec<PageRealm>,
    mailbox: Mailbox,
}

impl ProgramPages {
    /// The pages for these realms and this mailbox.
    #[must_use]
    pub fn new(realms: Vec<PageRealm>, mailbox: Mailbox) -> ProgramPages {
        ProgramPages { realms, mailbox }
    }

    fn document(&self, name: &str) -> Option<Page> {
        let realm = self.realms.iter().find(|realm| realm.contract_name == name)?;
        let route = "/_doorward/{realm}/openapi.json";
        Some(match openapi_document(&realm.contract) {
            Ok(document) => page(route, 200, JSON, document.to_string()),
            // It was loaded from the same text when the server started.
            Err(error) => page(route, 500, TEXT, error.to_string()),
        })
    }
}

impl Pages for ProgramPages {
    fn page(&self, request: &PageRequest<'_>) -> Option<Page> {
        let found = match request.path {
            "/" | "/_doorward" | "/_doorward/" => Some(self.start()),
            "/_doorward/mailbox" => Some(self.mails(request)),
            "/_doorward/style.css" => Some(page("/_doorward/style.css", 200, CSS, STYLE.to_owned())),
            path => {
                let rest = path.strip_prefix("/_doorward/")?;
                self.document(rest.strip_suffix("/openapi.json")?)
            }
        }?;
        if matches!(*request.method, Method::GET | Method::HEAD) {
            return Some(found);
        }
        Some(page(found.route, 405, TEXT, "Method Not Allowed\n".to_owned()))
    }
}

fn page(route: impl Into<Cow<'static, str>>, status: u16, content_type: &'static str, body: String) -> Page {
    Page { route: route.into(), status, content_type: Cow::Borrowed(content_type), body: body.into() }
}

/// A page from its template. A template that writes into memory cannot fail.
fn html(route: &'static str, rendered: askama::Result<String>) -> Page {
    match rendered {
        Ok(body) => page(route, 200, HTML, body),
        Err(error) => page(route, 500, TEXT, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;

    fn ask(method: &Method, path: &str) -> Option<Page> {
        let pages = ProgramPages::new(Vec::new(), Mailbox::new());
        pages.page(&PageRequest { method, path, query: None, headers: &HeaderMap::new() })
    }

    #[test]
    fn pages_carry_no_style_and_no_script_of_their_own() {
        for path in ["/", "/_doorward/mailbox"] {
            let page = ask(&Method::GET, path).unwrap();
            let body = String::from_utf8(page.body.to_vec()).unwrap();
            assert!(body.contains("href=\"/_doorward/style.css\""), "{path}");
            for banned in ["<script", "<style", " style=", " onclick=", "http-equiv"] {
                assert!(!body.contains(banned), "{path}: {banned}");
            }
        }
        assert_eq!(ask(&Method::GET, "/_doorward/style.css").unwrap().content_type, CSS);
    }

    #[test]
    fn pages_are_for_reading() {
        assert_eq!(ask(&Method::POST, "/").unwrap().status, 405);
        assert_eq!(ask(&Method::HEAD, "/").unwrap().status, 200);
        assert!(ask(&Method::GET, "/nosuch").is_none());
        assert!(ask(&Method::GET, "/_doorward/nosuch/openapi.json").is_none());
    }
}
