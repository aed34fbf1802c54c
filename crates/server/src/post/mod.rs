//! What `doorward mail …` asks for, and how it is done: the same in a running server and without one. Of a message only
//! where it goes and what became of it is shown, never what it says.

use crate::account::Reply;
use doorward_core::change::{Change, SealedMail};
use doorward_core::code::Purpose;
use doorward_core::fault::Fault;
use doorward_core::key::MasterKey;
use doorward_core::mail::open_mail;
use doorward_core::port::Store;
use doorward_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt::Write;
use uuid::Uuid;

/// What an operator asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailRequest {
    /// What to do.
    pub mail: MailWork,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailWork {
    /// List what is in the outbox.
    List {
        /// Only what was given up.
        dead: bool,
    },
    /// Show one message.
    Show(String),
    /// Try one again at once, or all that were given up.
    Retry(Option<String>),
    /// Drop one, or all that were given up.
    Drop(Option<String>),
}

/// How many are read at a time.
const PAGE: u32 = 500;

/// Does what is asked. What is tried again is due: whoever runs a worker rings for it.
pub async fn operate(work: &MailWork, store: &dyn Store, (master, now): (&MasterKey, Timestamp)) -> Reply {
    match in_outbox(work, store, (master, now)).await {
        Ok(reply) => reply,
        Err(fault) => Reply::refused("fault", fault.to_string()),
    }
}

async fn in_outbox(
    work: &MailWork,
    store: &dyn Store,
    (master, now): (&MasterKey, Timestamp),
) -> Result<Reply, Fault> {
    let meant = match work {
        MailWork::Show(id) | MailWork::Retry(Some(id)) | MailWork::Drop(Some(id)) => {
            let found = match Uuid::parse_str(id) {
                Ok(id) => store.mail(id).await?,
                Err(_) => None,
            };
            match found {
                Some(mail) => vec![mail],
                None => {
                    return Ok(Reply::refused(
                        "unknown_mail",
                        format!("there is no message {id} in the outbox"),
                    ));
                }
            }
        }
        MailWork::List { dead: false } => all(store).await?,
        MailWork::List { dead: true } | MailWork::Drop(None) => given_up(store).await?,
        MailWork::Retry(None) => {
            let mut dead = given_up(store).await?;
            dead.retain(|mail| !over(mail, now));
            dead
        }
    };
    if let (MailWork::Retry(Some(_)), Some(mail)) = (work, meant.iter().find(|mail| over(mail, now))) {
        let id = mail.id;
        return Ok(Reply::refused(
            "expired",
            format!("what message {id} carries has expired: it would be of no use"),
        ));
    }
    let changes: Vec<Change> = match work {
        MailWork::Retry(_) => {
            meant.iter().map(|mail| Change::MailRevived { id: mail.id, next_at: now }).collect()
        }
        MailWork::Drop(_) => meant.iter().map(|mail| Change::MailDelivered(mail.id)).collect(),
        MailWork::List { .. } | MailWork::Show(_) => Vec::new(),
    };
    if !changes.is_empty() {
        store.apply(changes).await?;
    }
    let outcome = match work {
        MailWork::List { .. } => "listed",
        MailWork::Show(_) => "shown",
        MailWork::Retry(_) => "retried",
        MailWork::Drop(_) => "dropped",
    };
    let shown = meant.iter().map(|mail| mail_json(mail, master)).collect();
    Ok(Reply::Done { outcome: outcome.to_owned(), accounts: shown })
}

async fn all(store: &dyn Store) -> Result<Vec<SealedMail>, Fault> {
    let mut mails: Vec<SealedMail> = Vec::new();
    loop {
        let page = store.mails(mails.last().map(|mail| mail.id), PAGE).await?;
        let full = page.len() >= PAGE as usize;
        mails.extend(page);
        if !full {
            return Ok(mails);
        }
    }
}

async fn given_up(store: &dyn Store) -> Result<Vec<SealedMail>, Fault> {
    let mut mails = all(store).await?;
    mails.retain(|mail| mail.dead_at.is_some());
    Ok(mails)
}

fn over(mail: &SealedMail, now: Timestamp) -> bool {
    mail.expires_at.is_some_and(|at| at <= now)
}

/// One message for programs: neither its subject nor its text, which hold codes.
fn mail_json(mail: &SealedMail, master: &MasterKey) -> Value {
    let opened = open_mail(mail.id, &mail.sealed, master).ok();
    let of = |read: fn(&doorward_core::mail::Mail) -> Value| opened.as_ref().map_or(Value::Null, read);
    json!({
        "id": mail.id.to_string(),
        "state": if mail.dead_at.is_some() { "dead" } else { "waiting" },
        "realm": mail.realm,
        "channel": of(|mail| mail.channel.name().into()),
        "to": of(|mail| mail.to.clone().into()),
        "purpose": of(|mail| mail.purpose.map(Purpose::name).into()),
        "language": of(|mail| mail.language.clone().into()),
        "queued_at": at(Some(mail.created_at)),
        "expires_at": at(mail.expires_at),
        "attempts": mail.attempts,
        "next_at": at(Some(mail.next_at).filter(|_| mail.dead_at.is_none())),
        "dead_at": at(mail.dead_at),
        "failure": mail.failure,
    })
}

fn at(time: Option<Timestamp>) -> Value {
    let time = time.and_then(|time| jiff::Timestamp::from_millisecond(time.0).ok());
    time.map_or(Value::Null, |time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into())
}

/// One message for people: a line for each thing that is known of it.
#[must_use]
pub fn human(mail: &Value) -> String {
    let mut text = String::new();
    for (name, value) in mail.as_object().into_iter().flatten() {
        if !value.is_null() {
            let _ = writeln!(text, "{name:<11}{}", cell(value));
        }
    }
    text
}

/// Messages for people: a line each.
#[must_use]
pub fn table(mails: &[Value]) -> String {
    if mails.is_empty() {
        return "no messages\n".to_owned();
    }
    let mut text = String::new();
    for mail in mails {
        let of = |name: &str| mail.get(name).map(cell).unwrap_or_default();
        let _ = writeln!(
            text,
            "{}  {:<7}  {:<8}  {}  {} tried  {}",
            of("id"),
            of("state"),
            of("realm"),
            of("to"),
            of("attempts"),
            mail.get("failure").filter(|failure| !failure.is_null()).map(cell).unwrap_or_default()
        );
    }
    text
}

/// A value without what a terminal would obey.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_core::mail::{Mail, seal_mail};
    use doorward_testkit::samples::{id, mail as sample};
    use doorward_testkit::{MemoryStore, SeededDice};

    fn name(n: u64) -> String {
        id(n).to_string()
    }

    fn master() -> MasterKey {
        MasterKey::new(&[3; 32]).unwrap()
    }

    async fn store() -> MemoryStore {
        let store = MemoryStore::new();
        for n in 1..=4 {
            let mail = Mail::email("kim@example.org", "code 135790", "135790".to_owned());
            let sealed = seal_mail(id(n), &mail, &master(), &SeededDice::new(n)).unwrap();
            let queued = SealedMail {
                sealed,
                expires_at: Some(Timestamp(9_000 * i64::try_from(n).unwrap())),
                ..sample("r", n)
            };
            store.apply(vec![Change::QueueMail(queued)]).await.unwrap();
        }
        for n in [1, 2, 3] {
            let died =
                Change::MailDied { id: id(n), at: Timestamp(5), failure: "550 no\u{1b}[2J".to_owned() };
            store.apply(vec![died]).await.unwrap();
        }
        store
    }

    async fn ask(store: &MemoryStore, work: MailWork) -> (String, Vec<Value>) {
        match operate(&work, store, (&master(), Timestamp(10_000))).await {
            Reply::Done { outcome, accounts } => (outcome, accounts),
            Reply::Refused { outcome, .. } => (outcome, Vec::new()),
        }
    }

    #[tokio::test]
    async fn messages_are_listed_without_what_they_say() {
        let store = store().await;
        let (_, mails) = ask(&store, MailWork::List { dead: false }).await;
        assert_eq!(mails.len(), 4);
        assert_eq!(ask(&store, MailWork::List { dead: true }).await.1.len(), 3);
        let told = format!("{}{}{}", table(&mails), human(&mails[0]), Value::from(mails));
        assert!(told.contains("kim@example.org") && told.contains("550 no"), "{told}");
        assert!(!told.contains("135790") && !told.contains('\u{1b}'), "{told}");
        assert_eq!(table(&[]), "no messages\n");
    }

    #[tokio::test]
    async fn what_was_given_up_is_tried_again_unless_it_has_expired() {
        let store = store().await;
        assert_eq!(ask(&store, MailWork::Retry(Some(name(1)))).await.0, "expired");
        assert_eq!(ask(&store, MailWork::Retry(Some(name(9)))).await.0, "unknown_mail");
        assert_eq!(ask(&store, MailWork::Retry(None)).await.1.len(), 2);
        let due = store.due_mails(Timestamp(10_000), 10).await.unwrap();
        assert!(due.iter().any(|mail| mail.id == id(2)) && !due.iter().any(|mail| mail.id == id(1)));
        assert_eq!(ask(&store, MailWork::List { dead: true }).await.1.len(), 1);
    }

    #[tokio::test]
    async fn what_is_dropped_is_gone() {
        let store = store().await;
        assert_eq!(ask(&store, MailWork::Drop(Some(name(4)))).await.0, "dropped");
        assert_eq!(ask(&store, MailWork::Drop(None)).await.1.len(), 3);
        assert!(ask(&store, MailWork::List { dead: false }).await.1.is_empty());
        assert_eq!(ask(&store, MailWork::Show(name(4))).await.0, "unknown_mail");
    }
}
