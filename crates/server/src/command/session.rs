//! `doorward session …`: asks the server that runs on the data folder, or does it itself when none runs.

use super::account::One;
use super::hands::Hands;
use crate::account::Reply;
use crate::cli::{DONE, Global, NO};
use crate::config::Config;
use crate::output::Output;
use crate::sessions::{SessionRequest, SessionWork};
use crate::start_error::StartError;
use clap::{Args, Subcommand};
use serde_json::Value;

/// Look after the sessions of an account.
#[derive(Subcommand)]
pub(crate) enum Sessions {
    /// List the sessions of an account that are alive, oldest first
    List(One),
    /// End one session of an account, or all of them: their tokens are refused at once
    End(End),
}

/// `session end`.
#[derive(Args)]
pub(crate) struct End {
    #[command(flatten)]
    one: One,
    /// The session's id
    #[arg(long, value_name = "ID", required_unless_present = "all")]
    id: Option<String>,
    /// All of them
    #[arg(long, conflicts_with = "id")]
    all: bool,
}

impl Sessions {
    /// Does it.
    ///
    /// # Errors
    /// It could not be tried.
    pub(crate) fn run(self, of: (&Global, Option<&Config>), output: Output) -> Result<u8, StartError> {
        let (one, sessions) = match self {
            Sessions::List(one) => (one, SessionWork::List),
            Sessions::End(end) => (end.one, SessionWork::End(end.id)),
        };
        let hands = Hands::take(&one.realm, of, false)?;
        let (realm, identifiers) = one.named();
        let reply = hands.ask_sessions(&SessionRequest { realm, identifiers, sessions: sessions.clone() })?;
        match reply {
            Reply::Done { accounts: said, .. } => {
                say(&sessions, said, output);
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
}

fn say(work: &SessionWork, said: Vec<Value>, output: Output) {
    match (work, output.json()) {
        (SessionWork::List, true) => output.value(&Value::Array(said)),
        (SessionWork::List, false) if said.is_empty() => output.text("no sessions\n"),
        (SessionWork::List, false) => {
            for session in &said {
                let part = |name: &str| session[name].as_str().unwrap_or("-").to_owned();
                let line: String = ["id", "contract", "created_at", "last_used_at", "address", "user_agent"]
                    .map(part)
                    .join("  ")
                    .chars()
                    .map(|c| if c.is_control() { '\u{fffd}' } else { c })
                    .collect();
                output.text(&format!("{line}\n"));
            }
        }
        (SessionWork::End(_), json) => {
            for one in &said {
                if json { output.value(one) } else { output.text(&format!("ended: {}\n", one["ended"])) }
            }
        }
    }
}
