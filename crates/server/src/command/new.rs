//! `doorward contract new`: a contract out of an OpenAPI document.

use crate::adopt::{Adopted, adopt};
use crate::cli::DONE;
use crate::folder::plain;
use crate::output::Output;
use crate::start_error::StartError;
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Out of what, and where to.
#[derive(Args)]
pub(crate) struct New {
    /// The OpenAPI document of your API (3.0 or 3.1, YAML or JSON)
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// The contract's file, which must not be there yet; without it the contract goes to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl New {
    /// Does it.
    ///
    /// # Errors
    /// The document cannot be read, or the file is there already.
    pub(crate) fn run(&self, output: Output) -> Result<u8, StartError> {
        let file = self.from.display().to_string();
        let text = std::fs::read_to_string(&self.from)
            .map_err(|error| StartError::new(format!("cannot read {file}: {}", plain(&error))))?;
        let adopted = adopt(&file, &text)?;
        match &self.output {
            Some(path) => write(path, &adopted.text)?,
            None if output.json() => {}
            None => output.text(&adopted.text),
        }
        if output.json() {
            output.value(&json(&adopted, self.output.is_none()));
        } else {
            output.aside(&said(&adopted, self.output.as_deref()));
        }
        Ok(DONE)
    }
}

/// Writes a new file: what is there already may have been worked on.
fn write(path: &Path, text: &str) -> Result<(), StartError> {
    use std::io::Write;
    let refused = |error: std::io::Error| {
        StartError::new(format!("cannot write {}: {}", path.display(), plain(&error)))
    };
    let mut file = std::fs::File::create_new(path).map_err(refused)?;
    file.write_all(text.as_bytes()).map_err(refused)
}

fn said(adopted: &Adopted, file: Option<&Path>) -> String {
    let mut text = String::new();
    for (operation, bound) in &adopted.operations {
        let what = bound.as_ref().map_or("left to your backend", |action| action);
        text.push_str(&format!("{operation}: {what}\n"));
    }
    let file = file.map_or_else(|| "it".to_owned(), |path| path.display().to_string());
    text.push_str(&format!(
        "\nTo do, {} in all; `doorward contract check` says the same of {file}:\n",
        adopted.todos.len()
    ));
    adopted.todos.iter().for_each(|todo| text.push_str(&format!("  {todo}\n")));
    text
}

fn json(adopted: &Adopted, with_text: bool) -> serde_json::Value {
    let operations = adopted.operations.iter().map(|(operation, bound)| match bound {
        Ok(action) => json!({"operation": operation, "action": action}),
        Err(why) => json!({"operation": operation, "action": "backend", "why": why}),
    });
    let mut value = json!({"operations": operations.collect::<Vec<_>>(), "todos": adopted.todos});
    if with_text {
        value["contract"] = json!(adopted.text);
    }
    value
}
