//! `doorward account verify-sample`: proves hashes by passwords that are known.

use super::account::Realm;
use super::hands::Hands;
use crate::account::{Reply, Work};
use crate::cli::{DONE, Global, NO};
use crate::config::Config;
use crate::folder::plain;
use crate::import::Sample;
use crate::output::Output;
use crate::start_error::StartError;
use clap::Args;
use serde_json::{Value, json};
use std::io::BufRead;
use zeroize::Zeroizing;

/// How many are compared at a time.
const BATCH: usize = 16;

/// `account verify-sample`.
#[derive(Args)]
pub(crate) struct VerifySample {
    #[command(flatten)]
    pub(super) realm: Realm,
}

/// A line of standard input: its number, whom it names, and the password.
type Pair = (u64, String, Zeroizing<String>);

impl VerifySample {
    /// Reads lines of an identifier and a password from standard input, apart by a tab or as JSON objects, and compares.
    ///
    /// # Errors
    /// It could not be tried.
    pub(crate) fn run(self, of: (&Global, Option<&Config>), output: Output) -> Result<u8, StartError> {
        let hands = Hands::take(&self.realm, of, false)?;
        let (mut verified, mut read, mut others) = (0u64, 0u64, Vec::new());
        let mut lines = (1u64..).zip(std::io::stdin().lock().lines());
        loop {
            let pairs = batch(&mut lines)?;
            if pairs.is_empty() {
                break;
            }
            let sample =
                Sample { pairs: pairs.iter().map(|(_, name, word)| (name.clone(), word.clone())).collect() };
            let told = match hands.ask(Work::VerifySample(sample))? {
                Reply::Done { accounts, .. } => accounts,
                Reply::Refused { message, .. } => return Err(StartError::new(message)),
            };
            for ((line, name, _), told) in pairs.into_iter().zip(told) {
                read += 1;
                match told.as_str() {
                    Some("verified") => verified += 1,
                    other => others.push((line, name, other.unwrap_or_default().to_owned())),
                }
            }
        }
        say((verified, read), &others, output);
        Ok(if others.is_empty() { DONE } else { NO })
    }
}

fn batch(lines: &mut dyn Iterator<Item = (u64, std::io::Result<String>)>) -> Result<Vec<Pair>, StartError> {
    let mut pairs = Vec::new();
    for (number, line) in lines {
        let line = line
            .map(Zeroizing::new)
            .map_err(|error| StartError::new(format!("cannot read standard input: {}", plain(&error))))?;
        if line.trim().is_empty() {
            continue;
        }
        let Some((name, password)) = pair(&line) else {
            return Err(StartError::new(format!(
                "standard input:{number}: an identifier, a tab and a password are expected, or {{\"identifier\": …, \"password\": …}}"
            )));
        };
        pairs.push((number, name, password));
        if pairs.len() == BATCH {
            break;
        }
    }
    Ok(pairs)
}

fn pair(line: &str) -> Option<(String, Zeroizing<String>)> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.starts_with('{') {
        let members: Value = serde_json::from_str(line).ok()?;
        let text = |name: &str| members.get(name)?.as_str().map(ToOwned::to_owned);
        let name = ["identifier", "username", "email", "phone"].into_iter().find_map(text)?;
        return Some((name, Zeroizing::new(text("password")?)));
    }
    let (name, password) = line.split_once('\t')?;
    Some((name.to_owned(), Zeroizing::new(password.to_owned())))
}

fn say((verified, read): (u64, u64), others: &[(u64, String, String)], output: Output) {
    if output.json() {
        let other =
            |(line, name, why): &(u64, String, String)| json!({"line": line, "identifier": name, "why": why});
        let others: Vec<Value> = others.iter().map(other).collect();
        return output.value(&json!({"read": read, "verified": verified, "others": others}));
    }
    for (line, name, why) in others {
        let name: String = name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
        let why = match why.as_str() {
            "unknown_account" => "there is no such account",
            "no_password" => "the account has no password",
            _ => "the password is not right",
        };
        output.aside(&format!("standard input:{line}: {name}: {why}\n"));
    }
    output.text(&format!("{verified} of {read} passwords verify\n"));
}
