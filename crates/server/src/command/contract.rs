//! `doorward contract …`: looks at contracts without serving them.

use super::check::{Check, Strictness};
use super::fmt::Fmt;
use super::new::New;
use super::test::Test;
use super::tryout::Try;
use crate::cli::{DONE, Global};
use crate::contracts;
use crate::output::Output;
use crate::start_error::StartError;
use clap::{Args, Subcommand};
use doorward_contract::diagnostic::codes::TABLE;
use doorward_contract::{Code, Loaded, explain, json_schema, openapi};
use serde_json::{Value, json};

/// Look at contracts.
#[derive(Subcommand)]
pub(crate) enum Contract {
    /// List the built-in contracts
    List,
    /// Check contract files, and say what is wrong with them
    Check(Check),
    /// Like check, and lints count as wrong too
    Lint(Check),
    /// Make a contract of an OpenAPI document, with to-dos where it does not say enough
    New(New),
    /// Serve one contract alone while it is written: what is saved answers the next request
    Try(Try),
    /// Tell the stories that lie beside contracts, and say what is not as they say
    Test(Test),
    /// Print operation, binding, action, outcome and reply of a contract; or what a code such as DW012 means
    Explain(Explain),
    /// Write contract files as they are usually written; what they say stays
    Fmt(Fmt),
    /// Print a contract as a complete OpenAPI document
    Openapi(Which),
    /// Print the JSON Schema of contracts, for editors
    Schema,
}

/// Which contract.
#[derive(Args)]
pub(crate) struct Which {
    /// A built-in contract, or a file
    #[arg(value_name = "NAME|FILE")]
    contract: String,
}

/// Which contract, and which of its operations.
#[derive(Args)]
pub(crate) struct Explain {
    /// A built-in contract, a file, or a code that the checker gave
    #[arg(value_name = "NAME|FILE|CODE")]
    contract: String,
    /// Only operations whose path holds this
    #[arg(value_name = "PATH")]
    path: Option<String>,
}

impl Contract {
    /// Does it.
    ///
    /// # Errors
    /// It could not be tried.
    pub(crate) fn run(self, global: &Global, output: Output) -> Result<u8, StartError> {
        match self {
            Contract::List => list(output),
            Contract::Check(check) => check.run(Strictness::Errors, output),
            Contract::Lint(check) => check.run(Strictness::Lints, output),
            Contract::New(new) => new.run(output),
            Contract::Try(one) => one.run(global, output),
            Contract::Test(test) => test.run(output),
            Contract::Explain(which) if is_code(&which.contract) => page(&which.contract, output),
            Contract::Explain(which) => {
                let contract = contracts::Contract::find(&which.contract)?;
                let text = explain(&contract.loaded()?, which.path.as_deref());
                if let Some(path) = which.path.filter(|_| text.is_empty()) {
                    let sentence = format!("no operation of {} has {path} in its path", contract.file);
                    return Err(StartError::new(sentence));
                }
                if output.json() {
                    let lines: Vec<&str> = text.lines().collect();
                    output.value(&json!({"contract": contract.name, "explained": lines}));
                } else {
                    output.text(&text);
                }
                Ok(DONE)
            }
            Contract::Fmt(fmt) => fmt.run(output),
            Contract::Schema => {
                output.value(&json_schema());
                Ok(DONE)
            }
            Contract::Openapi(which) => {
                output.value(&openapi_document(&contracts::Contract::find(&which.contract)?)?);
                Ok(DONE)
            }
        }
    }
}

/// Whether this is a code such as `DW012`, and no file of that name.
fn is_code(word: &str) -> bool {
    let digits = word.get(..2).filter(|head| head.eq_ignore_ascii_case("DW")).and_then(|_| word.get(2..));
    digits.is_some_and(|digits| digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Prints what a code means.
fn page(word: &str, output: Output) -> Result<u8, StartError> {
    let Some(code) = Code::from_name(word) else {
        let (first, last) = (TABLE.first().map(|row| row.0), TABLE.last().map(|row| row.0));
        let range = first.zip(last).map(|(first, last)| format!(": they go from {first} to {last}"));
        return Err(StartError::new(format!("there is no code {word}{}", range.unwrap_or_default())));
    };
    if output.json() {
        let severity = if code.is_lint() { "lint" } else { "error" };
        output.value(&json!({
            "code": code.to_string(), "severity": severity, "title": code.meaning(), "page": code.page(),
        }));
    } else {
        output.text(code.page());
    }
    Ok(DONE)
}

/// The completed OpenAPI document of a contract.
///
/// # Errors
/// The contract has errors.
pub(crate) fn openapi_document(contract: &contracts::Contract) -> Result<Value, StartError> {
    openapi(&contract.loaded()?)
        .ok_or_else(|| StartError::new(format!("the contract {} cannot be completed", contract.file)))
}

/// A built-in contract as it is listed.
struct Row {
    name: String,
    title: String,
    base: String,
    operations: usize,
    variant_of: Option<String>,
}

impl Row {
    fn of(contract: contracts::Contract) -> Result<Row, StartError> {
        let Loaded { plan, extends: variant_of, .. } = contract.loaded()?;
        let Some(plan) = plan else { return Err(contract.no_plan()) };
        let operations = plan.operations.len();
        Ok(Row { name: contract.name, title: plan.title, base: plan.base, operations, variant_of })
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "title": self.title,
            "base": self.base,
            "operations": self.operations,
            "variant_of": self.variant_of,
        })
    }

    fn line(&self) -> String {
        let Row { name, title, base, operations, .. } = self;
        let variant = self.variant_of.as_ref().map(|of| format!(", a variant of {of}")).unwrap_or_default();
        format!("{name:<18} {title:<18} {operations:>2} operations below {base}/{variant}\n")
    }
}

fn list(output: Output) -> Result<u8, StartError> {
    let all = contracts::Contract::all_builtin();
    let rows: Vec<Row> = all.into_iter().map(Row::of).collect::<Result<_, _>>()?;
    if output.json() {
        output.value(&rows.iter().map(Row::json).collect());
    } else {
        rows.iter().for_each(|row| output.text(&row.line()));
    }
    Ok(DONE)
}
