//! What `serve` says when it is ready: where everything is, and what to try.

use crate::pages::PageRealm;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;

/// Where things are.
pub struct Banner<'a> {
    /// `http://` and the address.
    pub url: &'a str,
    /// The realms as the start page shows them.
    pub realms: &'a [PageRealm],
    /// The data folder.
    pub data: &'a Path,
    /// The demo's master key.
    pub key: &'a Path,
}

impl Banner<'_> {
    /// For people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "doorward {} serves {}", env!("CARGO_PKG_VERSION"), self.url)?;
        for realm in self.realms {
            writeln!(text, "\n{}  {}/", realm.title, realm.url)?;
            for command in &realm.examples {
                writeln!(text, "  {command}")?;
            }
        }
        writeln!(text, "\nstart page  {}/_doorward/", self.url)?;
        writeln!(text, "mailbox     {}/_doorward/mailbox", self.url)?;
        writeln!(text, "data        {}", self.data.display())?;
        writeln!(text, "demo key    {} (a demo's: keep it as secret as the data)", self.key.display())
    }

    /// For programs: one line.
    #[must_use]
    pub fn json(&self) -> Value {
        let realms: Vec<Value> = self
            .realms
            .iter()
            .map(|realm| json!({"realm": realm.name, "title": realm.title, "url": realm.url, "try": realm.examples}))
            .collect();
        json!({
            "serving": self.url,
            "realms": realms,
            "mailbox": format!("{}/_doorward/mailbox", self.url),
            "data": self.data.display().to_string(),
            "key": self.key.display().to_string(),
        })
    }
}
