//! The start page: what is served here, and what to try.

use super::{ProgramPages, html};
use crate::contracts::Contract;
use crate::examples::{Place, examples};
use crate::realm::OpenRealm;
use askama::Template;
use doorward_http::Page;
use std::path::Path;

/// One realm on the start page.
pub struct PageRealm {
    /// Its name.
    pub name: String,
    /// Its contract's name.
    pub contract_name: String,
    /// Its contract's title.
    pub title: String,
    /// Where its paths begin, without a slash at the end.
    pub url: String,
    /// Its operations.
    pub operations: Vec<PageOperation>,
    /// Whether others can check its tokens by themselves, with public keys.
    pub has_public_keys: bool,
    /// Commands to paste into a shell.
    pub examples: Vec<String>,
    /// Its contract's text, to complete the document from.
    pub contract: Contract,
}

/// One operation on the start page.
pub struct PageOperation {
    /// Its method.
    pub method: String,
    /// Its path below the realm's.
    pub path: String,
    /// The actions it performs.
    pub actions: String,
}

impl PageRealm {
    /// A realm at this address, with the data folder and the way the program was called.
    #[must_use]
    pub fn new(realm: &OpenRealm, url: &str, (data, program): (&Path, &str)) -> PageRealm {
        let data = data.display().to_string();
        let operation = |operation: &doorward_contract::plan::Operation| {
            let mut actions: Vec<&str> =
                operation.bindings.iter().map(|binding| binding.action.spec().name).collect();
            actions.dedup();
            PageOperation {
                method: operation.method.clone(),
                path: operation.path.clone(),
                actions: actions.join(", "),
            }
        };
        PageRealm {
            name: realm.name.clone(),
            contract_name: realm.contract.name.clone(),
            title: realm.plan.title.clone(),
            url: url.to_owned(),
            operations: realm.plan.operations.iter().map(operation).collect(),
            has_public_keys: !realm.keys.jwks().is_empty(),
            examples: examples(&realm.plan, &Place { url, data: &data, program, realm: &realm.name }),
            contract: realm.contract.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "start.html")]
struct Start<'a> {
    realms: &'a [PageRealm],
    version: &'static str,
}

impl ProgramPages {
    pub(super) fn start(&self) -> Page {
        let start = Start { realms: &self.realms, version: env!("CARGO_PKG_VERSION") };
        html("/", start.render())
    }
}
