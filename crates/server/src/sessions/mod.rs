//! What `doorward session …` asks for, and how it is done: the same in a running server and without one.

use crate::account::{Reply, Request, Work, names};
use crate::realm::{OpenRealm, operator_client};
use doorward_core::action::operator::{By, EndSessions, Order, ShowAccount, Whom};
use doorward_core::action::{Command, Services, perform};
use doorward_core::fault::Fault;
use doorward_core::outcome::Outcome;
use doorward_core::port::uuid_v7;
use doorward_core::session::Session;
use doorward_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What an operator asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionRequest {
    /// In which realm.
    pub realm: String,
    /// The account, as (kind, text).
    pub identifiers: Vec<(String, String)>,
    /// What to do.
    pub sessions: SessionWork,
}

/// What to do with sessions.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionWork {
    /// List those that are alive, oldest first.
    List,
    /// End one by its id, or all.
    End(Option<String>),
}

/// Does what is asked, in whichever of the realms it names.
pub async fn on_sessions(request: &SessionRequest, realms: &[OpenRealm], services: &Services) -> Reply {
    let Some(realm) = realms.iter().find(|realm| realm.name == request.realm) else {
        let known: Vec<&str> = realms.iter().map(|realm| realm.name.as_str()).collect();
        return Reply::refused(
            "usage",
            format!("there is no realm {}, only {}", request.realm, known.join(", ")),
        );
    };
    match in_realm(request, realm, services).await {
        Ok(reply) => reply,
        Err(fault) => Reply::refused("fault", fault.to_string()),
    }
}

async fn in_realm(request: &SessionRequest, realm: &OpenRealm, services: &Services) -> Result<Reply, Fault> {
    let SessionRequest { realm: name, identifiers, sessions } = request;
    let account = Request { realm: name.clone(), identifiers: identifiers.clone(), work: Work::Show };
    let whom = match names(&account, realm).map(|mut names| names.pop()) {
        Ok(Some(name)) => Whom::Named(name),
        Ok(None) => return Ok(Reply::refused("usage", "name the account")),
        Err(message) => return Ok(Reply::refused("usage", message)),
    };
    let order: Box<dyn Order> = match sessions {
        SessionWork::List => Box::new(ShowAccount),
        SessionWork::End(id) => Box::new(EndSessions(id.clone())),
    };
    let id = uuid_v7(services.clock.now(), services.dice.as_ref());
    let client = operator_client(id.to_string());
    let cx = realm.as_operator(&client, services);
    let answer = perform(&Command { whom, by: By::Operator, order }, &cx).await?;
    let outcome = answer.outcome.name();
    let done = |said: Vec<Value>| Reply::Done { outcome: outcome.to_owned(), accounts: said };
    let known: Vec<&str> = identifiers.iter().map(|(_, text)| text.as_str()).collect();
    Ok(match (answer.outcome, &answer.account) {
        (Outcome::Shown, Some(account)) => {
            let live = services.store.live_sessions(account.id, services.clock.now()).await?;
            done(live.iter().map(session_json).collect())
        }
        (Outcome::Ended, _) => done(vec![json!({"ended": answer.datum("count")})]),
        (Outcome::UnknownAccount, _) => {
            Reply::refused(outcome, format!("there is no account {} in realm {name}", known.join(" ")))
        }
        (Outcome::UnknownSession, _) => {
            Reply::refused(outcome, format!("{} has no such session that is alive", known.join(" ")))
        }
        _ => Reply::refused(outcome, format!("it was not done: {outcome}")),
    })
}

fn session_json(session: &Session) -> Value {
    let at = |time: Timestamp| {
        jiff::Timestamp::from_second(time.seconds()).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
    };
    json!({
        "id": session.id.0.to_string(),
        "contract": session.contract,
        "created_at": at(session.created_at),
        "last_used_at": at(session.last_used_at),
        "expires_at": at(session.expires_at.min(session.absolute_until)),
        "address": session.address,
        "device": session.device,
        "user_agent": session.user_agent,
    })
}
