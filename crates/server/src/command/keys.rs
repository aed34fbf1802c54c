//! `doorward keys …`: the keys that tokens are signed with.

use super::account::Realm;
use super::hands::Hands;
use crate::account::{BroughtKey, Reply, Work};
use crate::cli::{DONE, Global};
use crate::config::{Config, Environment};
use crate::folder::plain;
use crate::output::Output;
use crate::start_error::StartError;
use clap::{Args, Subcommand};
use serde_json::Value;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Look after keys.
#[derive(Subcommand)]
pub(crate) enum Keys {
    /// Show the keys of a realm; what is secret of them is never shown
    List(Realm),
    /// Bring the secret that another server signs tokens with: its tokens are good until they expire
    Import(ImportKey),
}

/// `keys import`.
#[derive(Args)]
pub(crate) struct ImportKey {
    #[command(flatten)]
    realm: Realm,
    /// Which tokens it is for
    #[arg(long, default_value = "access")]
    kind: String,
    /// HS256, HS384 or HS512
    #[arg(long)]
    algorithm: String,
    /// The file that the secret is in; a line end behind it is not part of it
    #[arg(long, value_name = "FILE", required_unless_present = "secret_env", conflicts_with = "secret_env")]
    secret_file: Option<PathBuf>,
    /// The environment variable that the secret is in
    #[arg(long, value_name = "NAME")]
    secret_env: Option<String>,
    /// Sign new tokens with it too, so that others who know the secret can verify them
    #[arg(long)]
    sign: bool,
    /// For how many days at most tokens of the other server are good
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=366))]
    days: u32,
    /// Take a secret of less than 256 bits
    #[arg(long)]
    legacy_weak: bool,
}

impl Keys {
    /// Does it.
    ///
    /// # Errors
    /// It could not be tried.
    pub(crate) fn run(self, of: (&Global, Option<&Config>), output: Output) -> Result<u8, StartError> {
        match self {
            Keys::List(realm) => list(&told(&Hands::take(&realm, of, false)?, Work::ListKeys)?, output),
            Keys::Import(import) => {
                let secret = import.secret()?;
                let key = BroughtKey {
                    kind: import.kind,
                    algorithm: import.algorithm,
                    secret,
                    sign: import.sign,
                    weak: import.legacy_weak,
                    days: import.days,
                };
                let hands = Hands::take(&import.realm, of, true)?;
                let told = told(&hands, Work::ImportKey(key))?;
                if output.json() {
                    told.first().into_iter().for_each(|key| output.value(key));
                } else {
                    let id = told.first().and_then(|key| key.get("id")).and_then(Value::as_str);
                    let when = match hands.serves() {
                        true => {
                            "the running server uses it once it has read its configuration again (SIGHUP), or at its next start"
                        }
                        false => "it is used from the next start on",
                    };
                    output.text(&format!("key {}: {when}\n", id.unwrap_or_default()));
                }
                Ok(DONE)
            }
        }
    }
}

impl ImportKey {
    fn secret(&self) -> Result<Zeroizing<Vec<u8>>, StartError> {
        let bytes = match (&self.secret_file, &self.secret_env) {
            (Some(file), _) => Zeroizing::new(std::fs::read(file).map_err(|error| {
                StartError::new(format!("cannot read {}: {}", file.display(), plain(&error)))
            })?),
            (None, name) => {
                let name = name.as_deref().unwrap_or_default();
                let environment = Environment::of_process();
                let text = environment.get(name);
                let text =
                    text.ok_or_else(|| StartError::new(format!("there is no environment variable {name}")))?;
                Zeroizing::new(text.as_bytes().to_vec())
            }
        };
        let end = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let end = end.strip_suffix(b"\r").unwrap_or(end);
        if end.is_empty() {
            return Err(StartError::new("the secret is empty"));
        }
        Ok(Zeroizing::new(end.to_vec()))
    }
}

fn told(hands: &Hands, work: Work) -> Result<Vec<Value>, StartError> {
    match hands.ask(work)? {
        Reply::Done { accounts, .. } => Ok(accounts),
        Reply::Refused { message, .. } => Err(StartError::new(message)),
    }
}

fn list(keys: &[Value], output: Output) -> Result<u8, StartError> {
    if output.json() {
        output.value(&Value::from(keys.to_vec()));
        return Ok(DONE);
    }
    for key in keys {
        let text = |name: &str| key.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
        let signs = if key.get("signs") == Some(&Value::Bool(true)) { "signs" } else { "verifies" };
        let until = key.get("legacy_until").and_then(Value::as_str);
        let until = until.map(|until| format!("  another server's tokens until {until}")).unwrap_or_default();
        let (id, kind, algorithm, at) = (text("id"), text("kind"), text("algorithm"), text("created_at"));
        output.text(&format!("{id:<12}  {kind:<12}  {algorithm:<6}  {signs:<8}  {at}{until}\n"));
    }
    Ok(DONE)
}
