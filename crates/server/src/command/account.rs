//! `doorward account …`: asks the server that runs on the data folder, or does it itself when none runs.

use super::export::Export;
use super::import::Import;
use super::sample::VerifySample;
use crate::account::{Reply, Request, Work, human, operate, table};
use crate::cli::{DONE, Global, NO};
use crate::config::Config;
use crate::contracts::Contract;
use crate::control::{Asked, ask};
use crate::folder::{DataFolder, plain};
use crate::output::Output;
use crate::start_error::StartError;
use crate::wiring::{Offline, OfflineRealm};
use clap::{Args, Subcommand};
use serde_json::Value;
use std::io::Read;
use std::time::Duration;
use zeroize::Zeroizing;

/// Which realm, which account, what to do.
type Parts = (Realm, Vec<(String, String)>, Work);

/// Look after accounts.
#[derive(Subcommand)]
pub(crate) enum Account {
    /// Make an account
    Create(Create),
    /// Show an account
    Show(One),
    /// List the accounts of a realm
    List(Realm),
    /// Set a password; all sessions of the account end
    SetPassword(SetPassword),
    /// Lock an account, for a while or until it is unlocked: its sessions end
    Lock(Lock),
    /// Unlock an account
    Unlock(One),
    /// Switch an account off: it cannot sign in, and its sessions end
    Disable(Disable),
    /// Switch an account on again
    Enable(One),
    /// Approve an account that waits for it
    Approve(One),
    /// Say until when an account may be used
    Expire(Expire),
    /// Set an account's roles, in place of those it has
    SetRoles(SetRoles),
    /// Ask for a new password at the next sign-in
    MustChange(MustChange),
    /// Delete an account
    Delete(One),
    /// Bring accounts from elsewhere, with their ids and password hashes
    Import(Import),
    /// Write all accounts of a realm, in the format of `account import`
    Export(Export),
    /// Prove that passwords that are known belong to their accounts
    VerifySample(VerifySample),
}

/// Which realm.
#[derive(Args)]
pub(crate) struct Realm {
    /// The realm: the name of its contract
    #[arg(long)]
    pub(super) realm: String,
    /// The realm's contract, when it is a file and no server runs
    #[arg(long, value_name = "FILE")]
    pub(super) contract: Option<String>,
}

/// Which account.
#[derive(Args)]
pub(crate) struct One {
    #[command(flatten)]
    pub(super) realm: Realm,
    /// Its username
    #[arg(long)]
    username: Option<String>,
    /// Its e-mail address
    #[arg(long)]
    email: Option<String>,
    /// Its telephone number
    #[arg(long)]
    phone: Option<String>,
}

/// `account create`.
#[derive(Args)]
pub(crate) struct Create {
    #[command(flatten)]
    one: One,
    /// A profile field, typed by the contract; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    profile: Vec<(String, String)>,
    /// Read the password from standard input; without it the account has none
    #[arg(long)]
    password_stdin: bool,
    /// Ask for a new password at the first sign-in
    #[arg(long)]
    must_change_password: bool,
}

/// `account set-password`.
#[derive(Args)]
pub(crate) struct SetPassword {
    #[command(flatten)]
    one: One,
    /// Read the password from standard input
    #[arg(long, required = true)]
    password_stdin: bool,
    /// Ask for a new password at the next sign-in
    #[arg(long)]
    must_change_password: bool,
}

/// `account lock`.
#[derive(Args)]
pub(crate) struct Lock {
    #[command(flatten)]
    one: One,
    /// Until when (RFC 3339, as 2026-12-31T18:00:00Z); without it until it is unlocked
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<i64>,
    /// Why; contracts may show it
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// `account disable`.
#[derive(Args)]
pub(crate) struct Disable {
    #[command(flatten)]
    one: One,
    /// Why; contracts may show it
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// `account expire`.
#[derive(Args)]
pub(crate) struct Expire {
    #[command(flatten)]
    one: One,
    /// When (RFC 3339, as 2026-12-31T18:00:00Z)
    #[arg(long, value_name = "TIME", value_parser = moment, required_unless_present = "never")]
    at: Option<i64>,
    /// Never
    #[arg(long, conflicts_with = "at")]
    never: bool,
}

/// `account set-roles`.
#[derive(Args)]
pub(crate) struct SetRoles {
    #[command(flatten)]
    one: One,
    /// A role; may be given several times, and without any the account has none
    #[arg(long = "role", value_name = "NAME")]
    roles: Vec<String>,
}

/// `account must-change`.
#[derive(Args)]
pub(crate) struct MustChange {
    #[command(flatten)]
    one: One,
    /// No longer ask for it
    #[arg(long)]
    off: bool,
}

impl Account {
    /// Does it.
    ///
    /// # Errors
    /// It could not be tried.
    pub(crate) fn run(
        self,
        (global, deployed): (&Global, Option<&Config>),
        output: Output,
    ) -> Result<u8, StartError> {
        match self {
            Account::Import(import) => import.run((global, deployed), output),
            Account::Export(export) => export.run((global, deployed), output),
            Account::VerifySample(sample) => sample.run((global, deployed), output),
            one => one.on_one((global, deployed), output),
        }
    }

    fn on_one(
        self,
        (global, deployed): (&Global, Option<&Config>),
        output: Output,
    ) -> Result<u8, StartError> {
        let (realm, identifiers, work) = self.parts()?;
        let request = Request { realm: realm.realm, identifiers, work };
        let reply = match send(&request, global)? {
            Some(reply) => reply,
            None => by_itself(&request, (realm.contract.as_deref(), deployed), global)?,
        };
        say(reply, &request.work, output)
    }

    fn parts(self) -> Result<Parts, StartError> {
        let (one, work) = match self {
            Account::List(realm) => return Ok((realm, Vec::new(), Work::List)),
            // They have commands of their own.
            Account::Import(Import { realm, .. })
            | Account::Export(Export { realm, .. })
            | Account::VerifySample(VerifySample { realm, .. }) => {
                return Ok((realm, Vec::new(), Work::DescribeImport));
            }
            Account::Create(create) => {
                let password = if create.password_stdin { Some(password()?) } else { None };
                let (profile, must_change) = (create.profile, create.must_change_password);
                (create.one, Work::Create { profile, password, must_change })
            }
            Account::SetPassword(set) => {
                let (password, must_change) = (password()?, set.must_change_password);
                (set.one, Work::SetPassword { password, must_change })
            }
            Account::MustChange(change) => (change.one, Work::MustChange(!change.off)),
            Account::Show(one) => (one, Work::Show),
            Account::Lock(lock) => (lock.one, Work::Lock { until: lock.until, reason: lock.reason }),
            Account::Enable(one) | Account::Approve(one) => (one, Work::Enable),
            Account::Disable(disable) => (disable.one, Work::Disable { reason: disable.reason }),
            Account::Expire(expire) => (expire.one, Work::Expire { at: expire.at }),
            Account::SetRoles(set) => (set.one, Work::SetRoles(set.roles)),
            Account::Unlock(one) => (one, Work::Unlock),
            Account::Delete(one) => (one, Work::Delete),
        };
        let identifiers = one.identifiers();
        Ok((one.realm, identifiers, work))
    }
}

impl One {
    /// The realm's name and the account's identifiers, as a request has them.
    pub(super) fn named(&self) -> (String, Vec<(String, String)>) {
        (self.realm.realm.clone(), self.identifiers())
    }

    fn identifiers(&self) -> Vec<(String, String)> {
        let given = [("username", &self.username), ("email", &self.email), ("phone", &self.phone)];
        given.into_iter().filter_map(|(kind, text)| Some((kind.to_owned(), text.clone()?))).collect()
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("NAME=VALUE is expected")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Seconds since 1970.
fn moment(text: &str) -> Result<i64, String> {
    let time: jiff::Timestamp =
        text.parse().map_err(|_| "a time such as 2026-12-31T18:00:00Z is expected")?;
    Ok(time.as_second())
}

/// The password from standard input, without the line's end.
fn password() -> Result<Zeroizing<String>, StartError> {
    let mut bytes = Zeroizing::new(Vec::new());
    std::io::stdin()
        .take(64 * 1024)
        .read_to_end(&mut bytes)
        .map_err(|error| StartError::new(format!("cannot read the password: {}", plain(&error))))?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| StartError::new("the password on standard input is not UTF-8 text"))?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    Ok(Zeroizing::new(line.strip_suffix('\r').unwrap_or(line).to_owned()))
}

/// Asks the running server, if there is one.
fn send(request: &Request, global: &Global) -> Result<Option<Reply>, StartError> {
    let socket = global.data.join("control.sock");
    if !socket.exists() {
        return Ok(None);
    }
    ask(&socket, &Asked::Account(request.clone()))
}

/// The realm as the configuration has it, or of one contract.
pub(super) fn realm_options(
    realm: &str,
    (contract, deployed): (Option<&str>, Option<&Config>),
    global: &Global,
) -> Result<OfflineRealm, StartError> {
    if let Some(config) = deployed {
        return OfflineRealm::configured(config, realm);
    }
    let contract = match contract {
        Some(file) => Contract::read(file)?.named(realm),
        None => Contract::builtin(realm).ok_or_else(|| {
            StartError::new(format!(
                "there is no built-in contract {}, and no server runs on {}: name the realm's contract with --contract FILE",
                realm,
                global.data.display()
            ))
        })?,
    };
    Ok(OfflineRealm::of(contract))
}

/// Takes the data folder and does it here.
fn by_itself(
    request: &Request,
    of: (Option<&str>, Option<&Config>),
    global: &Global,
) -> Result<Reply, StartError> {
    let realm = realm_options(&request.realm, of, global)?;
    // A wrong --data should not leave an empty folder behind, and look like one without accounts.
    if !global.data.exists() && !matches!(request.work, Work::Create { .. }) {
        return Err(StartError::new(format!("there is no data folder {}", global.data.display())));
    }
    let folder = DataFolder::open(&global.data)?;
    let Some(store) = Offline::take(&folder)? else { return wait_for_server(request, &folder) };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| StartError::new(format!("cannot start: {}", plain(&error))))?;
    runtime.block_on(async {
        let offline = Offline::open(&folder, store, realm).await?;
        Ok(operate(request, &offline.realms, &offline.services).await)
    })
}

/// A server has the folder, but no socket yet or no more: it is just starting or stopping.
fn wait_for_server(request: &Request, folder: &DataFolder) -> Result<Reply, StartError> {
    for _ in 0..20 {
        if let Some(reply) = ask(&folder.socket(), &Asked::Account(request.clone()))? {
            return Ok(reply);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let folder = folder.path().display();
    Err(StartError::new(format!(
        "the data folder {folder} is in use by another doorward, which does not answer"
    )))
}

fn say(reply: Reply, work: &Work, output: Output) -> Result<u8, StartError> {
    match reply {
        Reply::Done { accounts, .. } => {
            if let Work::List = work {
                if output.json() {
                    output.value(&Value::Array(accounts))
                } else {
                    output.text(&table(&accounts))
                }
            } else {
                if let (Work::Delete, false) = (work, output.json()) {
                    output.text("deleted:\n");
                }
                for account in &accounts {
                    if output.json() { output.value(account) } else { output.text(&human(account)) }
                }
            }
            Ok(DONE)
        }
        Reply::Refused { outcome, message } if outcome == "usage" || outcome == "fault" => {
            Err(StartError::new(message))
        }
        Reply::Refused { message, .. } => {
            output.error(&message);
            Ok(NO)
        }
    }
}
