//! `doorward audit …`: reads the trail beside the server, and has the server remove what is old.

use crate::account::Reply;
use crate::cli::{DONE, Global, NO};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::control::{Asked, ask};
use crate::dice::SystemDice;
use crate::folder::plain;
use crate::offline::known_master;
use crate::output::Output;
use crate::start_error::StartError;
use crate::trail::{
    Filter, Pruning, TrailRequest, TrailWork, event_json, event_line, prune, verdict_json, verdict_text,
};
use crate::wiring::unopened;
use clap::{Args, Subcommand};
use doorward_core::account::AccountId;
use doorward_core::audit::{Head, NumberedEvent, seal_key, verify};
use doorward_core::identifier::IdentifierKind;
use doorward_core::port::Store;
use doorward_core::time::Timestamp;
use doorward_store_sqlite::SqliteStore;
use std::future::Future;
use uuid::Uuid;

/// Look at the audit trail, and prove that nobody has changed it.
#[derive(Subcommand)]
pub(crate) enum Audit {
    /// Show the latest events
    Tail(Tail),
    /// Show every event that fits
    List(Which),
    /// Write every event that fits, one line of JSON each
    Export(Which),
    /// Prove that no sealed event was altered, deleted or inserted
    Verify(Verify),
    /// Remove events that were sealed before a time
    Prune(Prune),
}

/// Which events.
#[derive(Args)]
pub(crate) struct Which {
    /// Of this realm
    #[arg(long)]
    realm: Option<String>,
    /// Not before (RFC 3339, as 2026-12-31T18:00:00Z)
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Timestamp>,
    /// About this account: its UUID, or with --realm an identifier
    #[arg(long)]
    account: Option<String>,
    /// Of this action, such as login
    #[arg(long)]
    action: Option<String>,
    /// With this outcome, such as wrong_password
    #[arg(long)]
    outcome: Option<String>,
}

/// `audit tail`.
#[derive(Args)]
pub(crate) struct Tail {
    #[command(flatten)]
    which: Which,
    /// How many
    #[arg(short = 'n', long, value_name = "NUMBER", default_value_t = 20)]
    lines: usize,
}

/// `audit verify`.
#[derive(Args)]
pub(crate) struct Verify {
    /// A head that an earlier `audit verify` said: it must still be in the trail
    #[arg(long, value_name = "HEAD", value_parser = head)]
    head: Option<Head>,
}

/// `audit prune`.
#[derive(Args)]
pub(crate) struct Prune {
    /// Before when (RFC 3339, as 2026-12-31T18:00:00Z)
    #[arg(long, value_name = "TIME", value_parser = moment)]
    before: Timestamp,
}

fn moment(text: &str) -> Result<Timestamp, String> {
    let time: jiff::Timestamp =
        text.parse().map_err(|_| "a time such as 2026-12-31T18:00:00Z is expected")?;
    Ok(Timestamp(time.as_millisecond()))
}

fn head(text: &str) -> Result<Head, String> {
    let wrong = "NUMBER:DIGITS is expected, as `audit verify` says it";
    let (segment, digits) = text.split_once(':').ok_or(wrong)?;
    let bytes: Option<Vec<u8>> = (0..digits.len())
        .step_by(2)
        .map(|at| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    let chain = bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(wrong)?;
    Ok(Head { segment: segment.parse().map_err(|_| wrong)?, chain })
}

impl Audit {
    /// Does it.
    ///
    /// # Errors
    /// It could not be tried.
    pub(crate) fn run(self, of: (&Global, Option<&Config>), output: Output) -> Result<u8, StartError> {
        match self {
            Audit::Tail(tail) => tail.run(of, output),
            Audit::List(which) => which.run(of, output),
            Audit::Export(which) => which.run(of, Output::new(true)),
            Audit::Verify(verify) => verify.run(of, output),
            Audit::Prune(prune) => prune.run(of, output),
        }
    }
}

fn beside(global: &Global) -> Result<SqliteStore, StartError> {
    if !global.data.exists() {
        return Err(StartError::new(format!("there is no data folder {}", global.data.display())));
    }
    SqliteStore::beside(&global.data).map_err(|error| unopened(&error))
}

fn in_runtime<T>(doing: impl Future<Output = T>) -> Result<T, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| StartError::new(format!("cannot start: {}", plain(&error))))?;
    Ok(runtime.block_on(doing))
}

fn show(event: &NumberedEvent, output: Output) {
    if output.json() {
        output.text(&format!("{}\n", event_json(event)));
    } else {
        output.text(&event_line(event));
    }
}

impl Which {
    fn run(self, (global, _): (&Global, Option<&Config>), output: Output) -> Result<u8, StartError> {
        let store = beside(global)?;
        in_runtime(async {
            let filter = self.filter(&store).await?;
            filter.all(&store, &mut |event| show(&event, output)).await?;
            Ok(DONE)
        })?
    }

    async fn filter(self, store: &dyn Store) -> Result<Filter, StartError> {
        let account = match &self.account {
            None => None,
            Some(name) => Some(account(name, self.realm.as_deref(), store).await?),
        };
        Ok(Filter {
            realm: self.realm,
            since: self.since,
            account,
            action: self.action,
            outcome: self.outcome,
        })
    }
}

/// An account that is there, or was: of one that is gone only the UUID is known.
async fn account(name: &str, realm: Option<&str>, store: &dyn Store) -> Result<AccountId, StartError> {
    if let Ok(id) = Uuid::parse_str(name) {
        return Ok(AccountId(id));
    }
    let realm =
        realm.ok_or_else(|| StartError::new(format!("{name} is no UUID: say its realm with --realm")))?;
    for kind in IdentifierKind::ALL {
        for text in [name.to_owned(), name.to_lowercase()] {
            if let Some(found) = store.account_by_identifier(realm, kind, &text).await? {
                return Ok(found.id);
            }
        }
    }
    Err(StartError::new(format!(
        "there is no account {name} in realm {realm}; of one that is gone, say its UUID"
    )))
}

impl Tail {
    fn run(self, (global, _): (&Global, Option<&Config>), output: Output) -> Result<u8, StartError> {
        let store = beside(global)?;
        in_runtime(async {
            let filter = self.which.filter(&store).await?;
            for event in filter.latest(&store, self.lines).await? {
                show(&event, output);
            }
            Ok(DONE)
        })?
    }
}

impl Verify {
    fn run(self, (global, deployed): (&Global, Option<&Config>), output: Output) -> Result<u8, StartError> {
        let store = beside(global)?;
        let master = known_master(&global.data, deployed)?;
        let verdict = in_runtime(async { verify(&store, &seal_key(&master), self.head).await })??;
        if output.json() {
            output.value(&verdict_json(&verdict));
        } else {
            output.text(&verdict_text(&verdict));
        }
        Ok(if verdict.findings.is_empty() { DONE } else { NO })
    }
}

impl Prune {
    fn run(self, (global, deployed): (&Global, Option<&Config>), output: Output) -> Result<u8, StartError> {
        let work = TrailWork::Prune { before: self.before.0 };
        let asked = Asked::Trail(TrailRequest { trail: work.clone() });
        let reply = match ask(&global.data.join("control.sock"), &asked)? {
            Some(reply) => reply,
            None => {
                let master = known_master(&global.data, deployed)?;
                let store = SqliteStore::open(&global.data).map_err(|error| unopened(&error))?;
                let on = Pruning { store: &store, clock: &SystemClock, dice: &SystemDice };
                in_runtime(async { prune(&work, &on, &master).await })?
            }
        };
        let done = match reply {
            Reply::Done { accounts, .. } => accounts.into_iter().next(),
            Reply::Refused { message, .. } => return Err(StartError::new(message)),
        };
        let last = done.as_ref().map(|done| done["pruned_through"].clone());
        match (output.json(), last) {
            (true, last) => output.value(&serde_json::json!({"pruned_through": last})),
            (false, Some(last)) => output.text(&format!("pruned events up to {last}\n")),
            (false, None) => {
                output.text("nothing was sealed before that, but the newest segment, which stays\n")
            }
        }
        Ok(DONE)
    }
}
