//! The program's own pages: the start page with the state of the realms, the development mailbox, and the contracts'
//! documents. Rendered here, without scripts; nothing on them comes from another place.

mod docs;
mod fields;
mod mailbox;
mod operation;
mod query;
mod realm;
mod start;
mod yaml;

pub use realm::PageRealm;

use async_trait::async_trait;
use doorward_core::port::{Clock, Store};
use doorward_http::{Author, Page, PageRequest, Pages};
use doorward_mail::Mailbox;
use http::Method;
use query::parameter;
use std::borrow::Cow;
use std::sync::Arc;

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";
const YAML: &str = "application/yaml";
const CSS: &str = "text/css; charset=utf-8";
/// Beside the pages and not in them, so that the pages' policy allows no style that is written into a page.
const STYLE: &str = include_str!("../../templates/style.css");
const TEXT: &str = "text/plain; charset=utf-8";

/// What the pages of one server are made of.
pub struct ProgramPages {
    /// The contracts that are served, those of one realm one after the other.
    pub realms: Vec<PageRealm>,
    /// The development mailbox.
    pub mailbox: Mailbox,
    /// Whether mails end there, or leave.
    pub keeps_mail: bool,
    /// Where what waits to be sent lies.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl ProgramPages {
    /// What is below `/_doorward/<realm>/`.
    fn of_realm(&self, name: &str, what: &str, query: &str) -> Option<Page> {
        // A contract's own name does for its realm's, where documents are meant.
        let known: Vec<&PageRealm> = self.realms.iter().filter(|one| one.name == name).collect();
        let known = match known.is_empty() {
            true => self.realms.iter().filter(|one| one.contract_name == name).collect(),
            false => known,
        };
        let contract = match parameter(query, "contract") {
            Some(wanted) => known.iter().copied().find(|one| one.contract_name == wanted),
            None => known.first().copied(),
        }?;
        match what {
            "docs" => match parameter(query, "operation") {
                Some(wanted) => operation::page_of(contract, &wanted),
                None => Some(docs::page_of(contract, &known)),
            },
            "openapi.json" => {
                Some(document(contract, ("/_doorward/{realm}/openapi.json", JSON), |text| text.to_string()))
            }
            "openapi.yaml" => Some(document(contract, ("/_doorward/{realm}/openapi.yaml", YAML), yaml::text)),
            _ => None,
        }
    }
}

#[async_trait]
impl Pages for ProgramPages {
    async fn page(&self, request: &PageRequest<'_>) -> Option<Page> {
        let query = request.query.unwrap_or("");
        let found = match request.path {
            "/" | "/_doorward" | "/_doorward/" => Some(self.start().await),
            "/_doorward/mailbox" => Some(self.mails(request)),
            "/_doorward/docs" => Some(docs::index(&self.realms)),
            "/_doorward/style.css" => Some(page("/_doorward/style.css", 200, CSS, STYLE.to_owned())),
            path => {
                let (realm, what) = path.strip_prefix("/_doorward/")?.split_once('/')?;
                self.of_realm(realm, what, query)
            }
        }?;
        if matches!(*request.method, Method::GET | Method::HEAD) {
            return Some(found);
        }
        Some(page(found.route, 405, TEXT, "Method Not Allowed\n".to_owned()))
    }
}

fn document(
    contract: &PageRealm,
    (route, kind): (&'static str, &'static str),
    write: fn(&serde_json::Value) -> String,
) -> Page {
    match contract.document() {
        Ok(document) => page(route, 200, kind, write(document)),
        Err(sentence) => page(route, 500, TEXT, sentence.to_owned()),
    }
}

fn page(route: impl Into<Cow<'static, str>>, status: u16, content_type: &'static str, body: String) -> Page {
    let content_type = Cow::Borrowed(content_type);
    Page { route: route.into(), status, content_type, author: Author::Program, body: body.into() }
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
    use doorward_core::time::Timestamp;
    use doorward_testkit::{FakeClock, MemoryStore};
    use http::HeaderMap;

    /// The pages of a server without realms.
    pub(super) fn bare(mailbox: Mailbox) -> ProgramPages {
        let clock = Arc::new(FakeClock::new(Timestamp(0)));
        let store = Arc::new(MemoryStore::new());
        ProgramPages { realms: Vec::new(), mailbox, keeps_mail: true, store, clock }
    }

    async fn ask(method: &Method, path: &str) -> Option<Page> {
        let request = PageRequest { method, path, query: None, headers: &HeaderMap::new() };
        bare(Mailbox::new()).page(&request).await
    }

    #[tokio::test]
    async fn pages_carry_no_style_and_no_script_of_their_own() {
        for path in ["/", "/_doorward/mailbox", "/_doorward/docs"] {
            let page = ask(&Method::GET, path).await.unwrap();
            let body = String::from_utf8(page.body.to_vec()).unwrap();
            assert!(body.contains("href=\"/_doorward/style.css\""), "{path}");
            for banned in ["<script", "<style", " style=", " onclick=", "http-equiv"] {
                assert!(!body.contains(banned), "{path}: {banned}");
            }
        }
        assert_eq!(ask(&Method::GET, "/_doorward/style.css").await.unwrap().content_type, CSS);
    }

    #[tokio::test]
    async fn pages_are_for_reading() {
        assert_eq!(ask(&Method::POST, "/").await.unwrap().status, 405);
        assert_eq!(ask(&Method::HEAD, "/").await.unwrap().status, 200);
        assert!(ask(&Method::GET, "/nosuch").await.is_none());
        assert!(ask(&Method::GET, "/_doorward/nosuch/openapi.json").await.is_none());
        assert!(ask(&Method::GET, "/_doorward/nosuch/docs").await.is_none());
    }
}
