//! Pages that are no contract's: the start page, the development mailbox, documents. The program brings them.

use bytes::Bytes;
use http::{HeaderMap, Method};
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
    /// The body.
    pub body: Bytes,
}

/// The program's pages.
pub trait Pages: Send + Sync {
    /// The page at this path, if there is one. Asked for what is outside every contract and for what is below
    /// `/_doorward/` and not of this crate.
    fn page(&self, request: &PageRequest<'_>) -> Option<Page>;
}

/// No pages at all.
pub struct NoPages;

impl Pages for NoPages {
    fn page(&self, _request: &PageRequest<'_>) -> Option<Page> {
        None
    }
}
