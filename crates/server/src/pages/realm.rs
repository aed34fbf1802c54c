//! One contract of a realm, as the pages show it.

use crate::command::contract::openapi_document;
use crate::contracts::Contract;
use crate::examples::{Place, examples};
use crate::pages::query::written;
use crate::realm::OpenRealm;
use doorward_contract::plan::Plan;
use serde_json::Value;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// One contract of a realm.
pub struct PageRealm {
    /// The realm's name.
    pub name: String,
    /// The contract's name.
    pub contract_name: String,
    /// The contract's title.
    pub title: String,
    /// Where its paths begin, without a slash at the end.
    pub url: String,
    /// The hosts it answers; none: those that no other names.
    pub hosts: Vec<String>,
    /// Whether others can check its tokens by themselves, with public keys.
    pub has_public_keys: bool,
    /// Commands to paste into a shell.
    pub examples: Vec<String>,
    /// What it says, compiled.
    pub plan: Arc<Plan>,
    /// Its text, to complete the document from.
    contract: Contract,
    /// The completed document, made when somebody asks.
    document: OnceLock<Result<Value, String>>,
}

impl PageRealm {
    /// A realm at this address, with the data folder and the way the program was called.
    #[must_use]
    pub fn new(realm: &OpenRealm, url: &str, (data, program): (&Path, &str)) -> PageRealm {
        let data = data.display().to_string();
        PageRealm {
            name: realm.name.clone(),
            contract_name: realm.contract.name.clone(),
            title: realm.plan.title.clone(),
            url: url.to_owned(),
            hosts: realm.place.hosts.clone(),
            has_public_keys: !realm.keys.jwks().is_empty(),
            examples: examples(&realm.plan, &Place { url, data: &data, program, realm: &realm.name }),
            plan: Arc::clone(&realm.plan),
            contract: realm.contract.clone(),
            document: OnceLock::new(),
        }
    }

    /// The same without commands to try.
    #[must_use]
    pub fn without_examples(mut self) -> PageRealm {
        self.examples.clear();
        self
    }

    /// The completed OpenAPI document, or why there is none: it was loaded from the same text when the server started.
    pub(super) fn document(&self) -> Result<&Value, &str> {
        let made = || openapi_document(&self.contract).map_err(|error| error.to_string());
        self.document.get_or_init(made).as_ref().map_err(String::as_str)
    }

    /// The path of one of its pages.
    pub(super) fn link(&self, what: &str) -> String {
        format!("/_doorward/{}/{what}?{}", self.name, written(&[("contract", &self.contract_name)]))
    }

    /// The path of an operation's page.
    pub(super) fn operation_link(&self, key: &str) -> String {
        format!("{}&{}", self.link("docs"), written(&[("operation", key)]))
    }
}
