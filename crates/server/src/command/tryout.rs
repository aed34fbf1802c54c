//! `doorward contract try`: serves one contract alone while it is being written.

use super::serve::{client_key, demo, until_told};
use crate::cli::Global;
use crate::contracts::Contract;
use crate::live::Saved;
use crate::output::Output;
use crate::start_error::StartError;
use clap::Args;
use serde_json::json;
use std::sync::Arc;

/// Which contract.
#[derive(Args)]
pub(crate) struct Try {
    /// The contract; accounts and sessions outlive its changes
    #[arg(value_name = "FILE")]
    file: String,
    /// A key that clients show by a security scheme with `client_key`, in a file; may be given several times
    #[arg(long, value_name = "SCHEME=FILE")]
    client_key: Vec<String>,
}

impl Try {
    /// Serves until SIGTERM or SIGINT.
    ///
    /// # Errors
    /// It cannot start.
    pub(crate) fn run(self, global: &Global, output: Output) -> Result<u8, StartError> {
        let (options, log) = demo(global)?;
        let mut options = options.serving(vec![Contract::find(&self.file)?]);
        options.client_keys =
            self.client_key.iter().map(|given| client_key(given)).collect::<Result<_, _>>()?;
        let file = self.file;
        options.on_save = Some(Arc::new(move |saved: &Saved| tell(&file, saved, output)));
        until_told((options, log), output)
    }
}

/// Says what became of a save, beside the banner: standard output is the access log.
fn tell(file: &str, saved: &Saved, output: Output) {
    match saved {
        Saved::Good { operations, lints } if output.json() => {
            output.aside(&format!("{}\n", json!({"saved": file, "operations": operations, "lints": lints})));
        }
        Saved::Broken(error) if output.json() => output.aside(&format!("{}\n", error.json())),
        Saved::Good { operations, lints } => {
            lints.iter().for_each(|lint| output.aside(&format!("{lint}\n")));
            output.aside(&format!(
                "{file}: saved, {operations} operations; the next request is answered by it\n"
            ));
        }
        Saved::Broken(error) => {
            if let Some(diagnostics) = error.diagnostics() {
                output.aside(&format!("{diagnostics}\n\n"));
            }
            output.aside(&format!("{error}; the last good one goes on answering\n"));
        }
    }
}
