//! `doorward contract test`: tells the stories of contracts, and says what is not as they say.
//!
//! Exit codes: 0 when every story that could be told is good, 1 when one is not (with `--require-all` also when a reply
//! is not proved), 2 when nothing could be tried: no such file, stories that cannot be read, a backend that is not
//! there or whose certificate is not good.

use super::check::Format;
use crate::cli::{DONE, NO};
use crate::clock::SystemClock;
use crate::folder::plain;
use crate::output::Output;
use crate::start_error::StartError;
use crate::stories::{Replay, Report, StoryFile, Subject, asked_for, examples, read};
use clap::Args;
use doorward_client::{Address, Client, Trust};
use doorward_contract::Sources;
use doorward_contract::diagnostic::{render, to_json};
use doorward_contract::source::parse;
use doorward_core::port::Clock;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Which contracts, and whom their stories are told to.
#[derive(Args)]
pub(crate) struct Test {
    /// The contracts: built-in ones by name, or files with their stories beside them (`NAME.stories.yaml`)
    #[arg(required = true, value_name = "NAME|FILE")]
    files: Vec<String>,
    /// Tell the stories to the backend at this address instead of a Doorward in this process
    #[arg(long, value_name = "URL")]
    against: Option<String>,
    /// Also trust the certificates in this PEM file: of an authority, or the backend's own
    #[arg(long, value_name = "FILE", requires = "against")]
    ca: Option<PathBuf>,
    /// A reply of an operation that no story proves is a failure
    #[arg(long, conflicts_with = "against")]
    require_all: bool,
    /// How it is said
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Test {
    /// Does it.
    ///
    /// # Errors
    /// It could not be tried.
    pub(crate) fn run(&self, output: Output) -> Result<u8, StartError> {
        let json = output.json() || self.format == Format::Json;
        let output = Output::new(json);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| StartError::new(format!("cannot start: {}", plain(&error))))?;
        let subject = match &self.against {
            Some(url) => runtime.block_on(self.backend(url))?,
            None => Subject::Doorward,
        };
        let mut code = DONE;
        let mut all = Vec::new();
        for file in &self.files {
            let (good, said) = runtime.block_on(self.one(file, &subject, output))?;
            all.extend(said);
            if !good {
                code = NO;
            }
        }
        if output.json() {
            output.value(&Value::Array(all));
        }
        Ok(code)
    }

    /// The backend at this address, once it is there.
    async fn backend(&self, url: &str) -> Result<Subject, StartError> {
        let address = Address::parse(url).map_err(StartError::new)?;
        let client = match address.tls {
            true => Client::trusting(self.trust()?).map_err(StartError::new)?,
            false => Client::plain(),
        };
        client.reach(&address).await.map_err(|unreached| {
            let hint = "; --ca FILE names an authority of your own, or the backend's own certificate";
            let hint = if unreached.untrusted { hint } else { "" };
            StartError::new(format!("{}{hint}", unreached.sentence))
        })?;
        Ok(Subject::Other(address, client))
    }

    fn trust(&self) -> Result<Trust, StartError> {
        let Some(file) = &self.ca else { return Ok(Trust::of_system()) };
        let wrong = |file: &Path, why: String| {
            StartError::new(format!("cannot trust the certificates in {}: {why}", file.display()))
        };
        let pem = std::fs::read(file).map_err(|error| wrong(file, plain(&error)))?;
        Trust::of_system().and(&pem).map_err(|why| wrong(file, why))
    }

    /// Tells the stories of one contract: whether all is well, and the report for programs.
    async fn one(
        &self,
        file: &str,
        subject: &Subject,
        output: Output,
    ) -> Result<(bool, Option<Value>), StartError> {
        let found = StoryFile::find(file)?;
        let loaded = found.contract.loaded()?;
        let indent = loaded.plan.as_ref().map_or(0, |plan| plan.response.indent);
        let mut sources = Sources::new();
        let mut stories = read(&mut sources, &found.file, &found.text).map_err(|errors| {
            let sentence = format!("the stories in {} cannot be read", found.file);
            let json = errors.iter().map(|error| to_json(error, &sources)).collect();
            StartError::new(sentence).with_diagnostics(render(&errors, &sources, output.coloured()), json)
        })?;
        // Read once more, so that places in both files can be told.
        if let (Some(plan), Ok(document)) =
            (&loaded.plan, parse(&mut sources, &found.contract.file, &found.contract.text))
        {
            let told = examples(&document, &plan.base, &stories);
            stories.stories.extend(told);
        }
        let run = u64::try_from(SystemClock.now().seconds()).unwrap_or_default();
        let run = if matches!(subject, Subject::Doorward) { 0 } else { run };
        let replay = Replay {
            contract: &found.contract,
            subject: subject.clone(),
            client_keys: &stories.client_keys,
            indent,
            run,
        };
        let report = Report::make(&replay, &stories, &asked_for(&loaded)).await?;
        let whole = report.coverage.as_ref().is_none_or(|coverage| coverage.is_whole());
        let good = report.bad() == 0 && (whole || !self.require_all);
        if output.json() {
            return Ok((good, Some(report.json(file, &sources))));
        }
        output.text(&report.text(file, &sources));
        Ok((good, None))
    }
}
