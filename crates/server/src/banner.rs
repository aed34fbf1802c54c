//! What `serve` says when it is ready: where everything is, and what to try.

use crate::pages::PageRealm;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;

/// Where things are.
pub struct Banner<'a> {
    /// `http://` and the address.
    pub url: &'a str,
    /// Where operators are answered.
    pub ops: &'a str,
    /// The realms as the start page shows them.
    pub realms: &'a [PageRealm],
    /// The data folder.
    pub data: &'a Path,
    /// The demo's master key.
    pub key: Option<&'a Path>,
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
        writeln!(text, "\nstart page  {}/_doorward/", self.ops)?;
        writeln!(text, "mailbox     {}/_doorward/mailbox", self.ops)?;
        writeln!(text, "data        {}", self.data.display())?;
        match self.key {
            Some(key) => {
                writeln!(text, "demo key    {} (a demo's: keep it as secret as the data)", key.display())
            }
            None => Ok(()),
        }
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
            "operators": self.ops,
            "realms": realms,
            "mailbox": format!("{}/_doorward/mailbox", self.ops),
            "data": self.data.display().to_string(),
            "key": self.key.map(|key| key.display().to_string()),
        })
    }
}
