//! The completed document of a contract as pages for readers: what there is, and a page of each operation.
//!
//! No script: a phone, a keyboard and a screen reader get what a mouse gets (decision in `docs/decisions/`).

use super::operation::security;
use super::{PageRealm, TEXT, html, page};
use askama::Template;
use doorward_http::Page;
use serde_json::Value;

const ROUTE: &str = "/_doorward/{realm}/docs";

/// One operation of a document.
pub(super) struct Listed<'d> {
    /// Its method, upper-case.
    pub(super) method: String,
    /// Its path, as the document has it.
    pub(super) path: &'d str,
    /// What the document says of it.
    pub(super) value: &'d Value,
    /// What the document says of every operation on its path.
    pub(super) item: &'d Value,
}

impl Listed<'_> {
    /// What its page is found by.
    pub(super) fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub(super) fn text(&self, member: &str) -> &str {
        self.value.get(member).and_then(Value::as_str).unwrap_or_default()
    }

    /// Why it is left to the team's own backend, if it is.
    pub(super) fn left(&self) -> Option<&str> {
        let own = self.value.get("x-doorward")?;
        Some(own.get("why").and_then(Value::as_str).unwrap_or_default())
    }

    /// Whether it reads a body that no browser sends.
    pub(super) fn has_hidden_body(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD") && self.value.get("requestBody").is_some()
    }

    fn tag(&self) -> &str {
        self.value.pointer("/tags/0").and_then(Value::as_str).unwrap_or_default()
    }
}

/// The operations of a document, in its order.
pub(super) fn operations(document: &Value) -> Vec<Listed<'_>> {
    const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    let paths = document.get("paths").and_then(Value::as_object);
    let mut found = Vec::new();
    for (path, item) in paths.into_iter().flatten() {
        for (method, value) in item.as_object().into_iter().flatten() {
            if METHODS.contains(&method.as_str()) {
                found.push(Listed { method: method.to_uppercase(), path, value, item });
            }
        }
    }
    found
}

/// Where an operation of a document is answered: the contract's base, and its path.
pub(super) fn full_path(contract: &PageRealm, listed: &Listed<'_>) -> String {
    format!("{}{}", contract.plan.base, listed.path)
}

/// A group of operations under one heading; without words where the contract has no tags.
struct Group<'d> {
    title: &'d str,
    operations: Vec<Row<'d>>,
}

struct Row<'d> {
    link: String,
    method: String,
    path: String,
    summary: &'d str,
    left: bool,
    hidden_body: bool,
}

fn groups<'d>(contract: &PageRealm, listed: &'d [Listed<'d>]) -> Vec<Group<'d>> {
    let mut groups: Vec<Group<'d>> = Vec::new();
    for one in listed {
        let title = one.tag();
        let row = Row {
            link: contract.operation_link(&one.key()),
            method: one.method.clone(),
            path: full_path(contract, one),
            summary: one.text("summary"),
            left: one.left().is_some(),
            hidden_body: one.has_hidden_body(),
        };
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.operations.push(row),
            None => groups.push(Group { title, operations: vec![row] }),
        }
    }
    groups
}

#[derive(Template)]
#[template(path = "docs_index.html")]
struct Index<'a> {
    contracts: &'a [PageRealm],
}

/// The page that names every document.
pub(super) fn index(contracts: &[PageRealm]) -> Page {
    html("/_doorward/docs", Index { contracts }.render())
}

#[derive(Template)]
#[template(path = "docs.html")]
struct Docs<'a> {
    contract: &'a PageRealm,
    beside: Vec<&'a PageRealm>,
    version: &'a str,
    description: &'a str,
    schemes: Vec<(String, String)>,
    count: usize,
    groups: Vec<Group<'a>>,
}

/// The page of a contract; `known` are all of its realm.
pub(super) fn page_of(contract: &PageRealm, known: &[&PageRealm]) -> Page {
    let document = match contract.document() {
        Ok(document) => document,
        Err(sentence) => return page(ROUTE, 500, TEXT, sentence.to_owned()),
    };
    let info = |member: &str| {
        let found = document.get("info").and_then(|info| info.get(member));
        found.and_then(Value::as_str).unwrap_or_default()
    };
    let listed = operations(document);
    let schemes = document.pointer("/components/securitySchemes").and_then(Value::as_object);
    let schemes = schemes.into_iter().flatten();
    let view = Docs {
        contract,
        beside: known.iter().copied().filter(|one| one.contract_name != contract.contract_name).collect(),
        version: info("version"),
        description: info("description"),
        schemes: schemes.map(|(name, scheme)| (name.clone(), security::place(scheme))).collect(),
        count: listed.len(),
        groups: groups(contract, &listed),
    };
    html(ROUTE, view.render())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_get_that_reads_a_body_is_told_apart() {
        let document = json!({"paths": {"/a": {
            "parameters": [], "summary": "no method",
            "get": {"requestBody": {}}, "post": {"requestBody": {}, "tags": ["T"]},
            "delete": {"x-doorward": {"action": "backend", "why": "ours"}}
        }}});
        let listed = operations(&document);
        let keys: Vec<String> = listed.iter().map(Listed::key).collect();
        assert_eq!(keys, ["GET /a", "POST /a", "DELETE /a"]);
        let hidden: Vec<bool> = listed.iter().map(Listed::has_hidden_body).collect();
        assert_eq!(hidden, [true, false, false]);
        assert_eq!((listed[1].tag(), listed[2].left()), ("T", Some("ours")));
    }
}
