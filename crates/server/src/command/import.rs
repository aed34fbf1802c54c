//! `doorward account import`: brings accounts from elsewhere.

use super::account::Realm;
use super::hands::Hands;
use crate::cli::{DONE, Global, NO};
use crate::config::Config;
use crate::dice::SystemDice;
use crate::import::{Drive, Format, Hashes, Report, drive};
use crate::output::Output;
use crate::start_error::StartError;
use clap::Args;
use doorward_password::HashCost;
use std::path::PathBuf;

/// How many refusals are told one by one; a dry run tells all it kept.
const TOLD: usize = 20;

/// `account import`.
#[derive(Args)]
pub(crate) struct Import {
    #[command(flatten)]
    pub(super) realm: Realm,
    /// The file, one account per line; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// How it is written [default: by its name, else jsonl]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Say what would happen, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Import every line or none
    #[arg(long)]
    all_or_nothing: bool,
    /// A column that has another name here; may be given several times
    #[arg(long = "map", value_name = "COLUMN=FIELD", value_parser = pair)]
    maps: Vec<(String, String)>,
    /// A column that is not looked at; may be given several times
    #[arg(long, value_name = "COLUMN")]
    ignore: Vec<String>,
    /// How home-grown hashes were made: an expression such as 'hex(sha1(salt + password))', or its name
    #[arg(long, value_name = "RECIPE")]
    recipe: Option<String>,
    /// Put fast hashes under Argon2id at once
    #[arg(long)]
    wrap: bool,
    /// Where refused lines are written [default: FILE.refused]
    #[arg(long, value_name = "FILE")]
    refused: Option<PathBuf>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("COLUMN=FIELD is expected")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Import {
    /// Does it.
    ///
    /// # Errors
    /// It could not be tried, or not to its end.
    pub(crate) fn run(self, of: (&Global, Option<&Config>), output: Output) -> Result<u8, StartError> {
        let stdin = self.file == "-";
        if stdin && self.all_or_nothing {
            return Err(StartError::new(
                "--all-or-nothing reads the file twice: it cannot be standard input",
            ));
        }
        let recipe = self.recipe.as_deref().map(Hashes::recipe).transpose().map_err(StartError::new)?;
        let beside = PathBuf::from(format!("{}.refused", self.file));
        let mut wanted = Drive {
            realm: &self.realm.realm,
            file: (!stdin).then(|| PathBuf::from(&self.file)),
            name: if stdin { "standard input".to_owned() } else { self.file.clone() },
            format: self.format.unwrap_or_else(|| Format::of_name(&self.file)),
            data: of.0.data.clone(),
            maps: self.maps,
            ignored: self.ignore,
            hashes: Hashes { recipe, wrap: self.wrap.then(HashCost::default) },
            dry_run: self.dry_run || self.all_or_nothing,
            refused: self.refused.or((!stdin).then_some(beside)),
            dice: &SystemDice,
            output,
        };
        let hands = Hands::take(&self.realm, of, true)?;
        let mut ask = |work| hands.ask(work);
        let mut report = drive(&wanted, &mut ask)?;
        if self.all_or_nothing && !self.dry_run {
            if report.refused > 0 {
                report.nothing = true;
            } else {
                wanted.dry_run = false;
                report = drive(&wanted, &mut ask)?;
            }
        }
        say(&report, output);
        Ok(if report.refused == 0 { DONE } else { NO })
    }
}

fn say(report: &Report, output: Output) {
    if output.json() {
        return output.value(&report.json());
    }
    let told = if report.dry_run { report.refusals.len() } else { TOLD };
    for refusal in report.refusals.iter().take(told) {
        output.aside(&format!("{}:{}:{}: {}\n", report.file, refusal.line, refusal.column, refusal.why));
    }
    let more = report.refused.saturating_sub(told.min(report.refusals.len()) as u64);
    if more > 0 {
        output.aside(&format!("… and {more} more\n"));
    }
    output.text(&report.text());
}
