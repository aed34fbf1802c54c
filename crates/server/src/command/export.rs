//! `doorward account export`: writes accounts in the format in which they are imported.

use super::account::Realm;
use super::hands::Hands;
use crate::account::{Reply, Work};
use crate::cli::{DONE, Global};
use crate::config::Config;
use crate::folder::plain;
use crate::import::Page;
use crate::output::Output;
use crate::start_error::StartError;
use clap::Args;
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// How many accounts are asked for at a time.
const PAGE: u32 = 500;

/// `account export`.
#[derive(Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(super) realm: Realm,
    /// The file, readable by its owner only; without it standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    /// Does it.
    ///
    /// # Errors
    /// It could not be tried, or the file cannot be written.
    pub(crate) fn run(self, of: (&Global, Option<&Config>), output: Output) -> Result<u8, StartError> {
        let hands = Hands::take(&self.realm, of, false)?;
        let refused = |error: std::io::Error| {
            let name =
                self.output.as_ref().map_or("standard output".into(), |path| path.display().to_string());
            StartError::new(format!("cannot write {name}: {}", plain(&error)))
        };
        let mut out: Box<dyn Write> = match &self.output {
            None => Box::new(std::io::stdout().lock()),
            Some(path) => {
                let mut options = OpenOptions::new();
                Box::new(options.create_new(true).write(true).mode(0o600).open(path).map_err(refused)?)
            }
        };
        let mut out = BufWriter::new(&mut out);
        let mut after = None;
        let mut count = 0u64;
        loop {
            let page = match hands.ask(Work::Export(Page { after: after.take(), limit: PAGE }))? {
                Reply::Done { accounts, .. } => accounts,
                Reply::Refused { message, .. } => return Err(StartError::new(message)),
            };
            let Some(last) = page.last() else { break };
            after = last.get(0).and_then(Value::as_str).map(ToOwned::to_owned);
            for line in page.iter().filter_map(|one| one.get(1)) {
                writeln!(out, "{line}").map_err(refused)?;
                count += 1;
            }
        }
        out.flush().map_err(refused)?;
        if let Some(path) = &self.output {
            let path = path.display().to_string();
            if output.json() {
                output.value(&json!({"exported": count, "file": path}));
            } else {
                let accounts = if count == 1 { "account" } else { "accounts" };
                output.text(&format!("{path}: {count} {accounts}\n"));
            }
        }
        Ok(DONE)
    }
}
