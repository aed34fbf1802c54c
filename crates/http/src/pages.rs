//! Pages that are no contract's: the start page, the development mailbox, documents. The program brings them.

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use std::borrow::Cow;

/// A request that no contract claims.
pub struct PageRequest<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path, still percent-encoded.
    pub path: &'a str,
    /// The query.
    pub query: Option<&'a str>,
    /// The headers.
    pub headers: &'a HeaderMap,
}

/// A page.
pub struct Page {
    /// The route's template, for log and metrics.
    pub route: Cow<'static, str>,
    /// The status.
    pub status: u16,
    /// The content type.
    pub content_type: Cow<'static, str>,
    /// Whose words it holds.
    pub author: Author,
    /// The body.
    pub body: Bytes,
}

/// Whose words an HTML page holds: what a browser lets it do follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// Ours: every word from elsewhere is escaped.
    Program,
    /// A mail's HTML, as it was sent: shown in a frame of ours, alone, without scripts, forms or links that work.
    Mail,
}

impl Author {
    /// The Content-Security-Policy of HTML by this author.
    pub(crate) fn policy(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            // Runs nothing, takes its style and its frames from here, sends its forms here, is framed by nobody.
            Author::Program => {
                "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
            }
            // Fetches nothing from anywhere, also where somebody opens it outside of our frame.
            Author::Mail => {
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox"
            }
        })
    }
}

/// The program's pages.
#[async_trait]
pub trait Pages: Send + Sync {
    /// The page at this path, if there is one. Asked for what is outside every contract and for what is below
    /// `/_doorward/` and not of this crate.
    async fn page(&self, request: &PageRequest<'_>) -> Option<Page>;
}

/// No pages at all.
pub struct NoPages;

#[async_trait]
impl Pages for NoPages {
    async fn page(&self, _request: &PageRequest<'_>) -> Option<Page> {
        None
    }
}
