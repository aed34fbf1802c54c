//! `doorward mail …`: what is in the outbox, and whether mails can be sent.

use crate::account::Reply;
use crate::cli::{DONE, Global, NO};
use crate::clock::SystemClock;
use crate::config::{Config, Environment};
use crate::control::{Asked, ask};
use crate::dice::SystemDice;
use crate::folder::{DataFolder, plain};
use crate::output::Output;
use crate::post::{MailRequest, MailWork, human, operate, table};
use crate::start_error::StartError;
use crate::wiring::Offline;
use clap::{Args, Subcommand};
use doorward_core::key::MasterKey;
use doorward_core::mail::Mail as Message;
use doorward_core::port::{Clock, uuid_v7};
use doorward_mail::{Letter, Mailbox, NotDelivered, Transport};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// Look after the messages that wait to be delivered.
#[derive(Subcommand)]
pub(crate) enum Mail {
    /// List the messages that wait or were given up
    List {
        /// Only those that were given up
        #[arg(long)]
        dead: bool,
    },
    /// Show one message: where it goes and what became of it, not what it says
    Show {
        /// Its id
        id: Uuid,
    },
    /// Try a message again at once
    Retry(Which),
    /// Drop a message
    Drop(Which),
    /// Send a message and say what the server answers, step by step
    Test(Test),
}

/// One message, or all that were given up.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Which {
    /// Its id
    id: Option<Uuid>,
    /// All that were given up
    #[arg(long)]
    dead: bool,
}

/// `mail test`.
#[derive(Args)]
pub(crate) struct Test {
    /// The e-mail address, or the telephone number beginning with +
    #[arg(long, value_name = "ADDRESS")]
    to: String,
    /// The realm whose sender it has; without it the first one's
    #[arg(long, value_name = "NAME")]
    realm: Option<String>,
}

impl Mail {
    /// Does it.
    ///
    /// # Errors
    /// It could not be tried.
    pub(crate) fn run(
        self,
        (global, deployed): (&Global, Option<&Config>),
        output: Output,
    ) -> Result<u8, StartError> {
        let work = match self {
            Mail::Test(test) => return test.run(deployed, output),
            Mail::List { dead } => MailWork::List { dead },
            Mail::Show { id } => MailWork::Show(id.to_string()),
            Mail::Retry(which) => MailWork::Retry(which.id.map(|id| id.to_string())),
            Mail::Drop(which) => MailWork::Drop(which.id.map(|id| id.to_string())),
        };
        let asked = Asked::Mail(MailRequest { mail: work.clone() });
        let reply = match ask(&global.data.join("control.sock"), &asked)? {
            Some(reply) => reply,
            None => by_itself(&work, global, deployed)?,
        };
        say(reply, &work, output)
    }
}

/// Takes the data folder and does it here.
fn by_itself(work: &MailWork, global: &Global, deployed: Option<&Config>) -> Result<Reply, StartError> {
    if !global.data.exists() {
        return Err(StartError::new(format!("there is no data folder {}", global.data.display())));
    }
    let folder = DataFolder::open(&global.data)?;
    let Some(store) = Offline::take(&folder)? else {
        let folder = folder.path().display();
        return Err(StartError::new(format!(
            "the data folder {folder} is in use by another doorward, which does not answer yet: try again"
        )));
    };
    let master = master(&folder, deployed)?;
    in_runtime(async { operate(work, &store, (&master, SystemClock.now())).await })
}

fn master(folder: &DataFolder, deployed: Option<&Config>) -> Result<Arc<MasterKey>, StartError> {
    let named =
        deployed.map(|config| config.master(&config.secrets(Environment::of_process()))).transpose()?;
    match named.flatten() {
        Some(master) => Ok(master),
        None => Ok(Arc::new(folder.master_key(&SystemDice)?)),
    }
}

fn in_runtime<T>(doing: impl Future<Output = T>) -> Result<T, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| StartError::new(format!("cannot start: {}", plain(&error))))?;
    Ok(runtime.block_on(doing))
}

fn say(reply: Reply, work: &MailWork, output: Output) -> Result<u8, StartError> {
    match reply {
        Reply::Done { accounts: mails, .. } => {
            match (work, output.json()) {
                (MailWork::Show(_), true) => mails.iter().for_each(|mail| output.value(mail)),
                (MailWork::Show(_), false) => mails.iter().for_each(|mail| output.text(&human(mail))),
                (_, true) => output.value(&Value::Array(mails)),
                (MailWork::List { .. }, false) => output.text(&table(&mails)),
                (MailWork::Retry(_), false) => output.text(&format!("tried again: {}\n", mails.len())),
                (MailWork::Drop(_), false) => output.text(&format!("dropped: {}\n", mails.len())),
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

impl Test {
    fn run(self, deployed: Option<&Config>, output: Output) -> Result<u8, StartError> {
        let config = deployed.ok_or_else(|| {
            StartError::new(
                "no configuration says how mails leave: add --config FILE with [mail] and a realm",
            )
        })?;
        let realm = match &self.realm {
            Some(name) => config
                .realm_named(name)
                .map(|realm| realm.name.clone())
                .ok_or_else(|| StartError::new(format!("{} has no realm {name}", config.source.name)))?,
            None => config.realms.first().map(|realm| realm.name.clone()).unwrap_or_default(),
        };
        let options = config.options(&config.secrets(Environment::of_process()))?;
        let transports = options.transports.map(|transports| transports(&Mailbox::new()));
        let text = "This message was sent by `doorward mail test`: messages leave as they should.\n";
        let mail = if self.to.starts_with('+') {
            Message::sms(&self.to, text.to_owned())
        } else {
            Message::email(&self.to, "A test of Doorward", text.to_owned())
        };
        let transport = transports.as_ref().map(|transports| transports.of(mail.channel));
        let transport =
            transport.filter(|found| !matches!(found, Transport::Mailbox(_))).ok_or_else(|| {
                StartError::new(
                    "messages stay in the operators' mailbox: `mail.transport` says how else they leave",
                )
            })?;
        let now = SystemClock.now();
        let letter = Letter { id: uuid_v7(now, &SystemDice), realm: &realm, mail: &mail };
        let mut told = Vec::new();
        let sent = in_runtime(async { transport.deliver(&letter, now, &mut told).await })?;
        Ok(report(&told, &sent, output))
    }
}

fn report(told: &[String], sent: &Result<(), NotDelivered>, output: Output) -> u8 {
    if output.json() {
        let failure = sent.as_ref().err().map(|failed| failed.sentence.as_str());
        output.value(&json!({"delivered": sent.is_ok(), "dialogue": told, "failure": failure}));
    } else {
        for line in told {
            output.text(&format!("{line}\n"));
        }
        match sent {
            Ok(()) => output.text("delivered\n"),
            Err(failed) => output.error(&format!("not delivered: {}", failed.sentence)),
        }
    }
    if sent.is_ok() { DONE } else { NO }
}
