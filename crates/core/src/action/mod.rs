//! Actions: the use-cases of the core. Each is one file with one anatomy: a sentence, its `SPEC`, its `Input`,
//! its `Outcome`, *load*, *decide*, and a few tests.
//!
//! **Load** reads from the store (and, between reading and deciding, has a password hashed). **Decide** is pure
//! and synchronous: from the input, what was loaded and the [`Setting`] it makes an outcome and a list of
//! guarded changes. **Apply** is the store's; when a guard fails, load and decide run again, in turn with the others
//! who want the same account (see [`Turns`]). [`perform`] does this for every action, adds the audit event, and keeps the cache of live sessions true.

pub mod admin;
pub mod answer;
mod caller;
pub mod change_identifier;
pub mod change_limits;
pub mod change_password;
pub mod check_available;
pub mod check_code;
pub mod check_session;
mod claimed;
pub mod close_account;
mod closed;
pub mod codes;
pub mod complete_register;
pub mod confirm_verification;
mod destination;
pub mod end_other_sessions;
pub mod end_session;
mod find;
pub mod forgot_password;
mod held;
mod input;
pub mod list_sessions;
pub mod login;
pub mod login_by_code;
pub mod logout;
pub mod operator;
mod page;
mod postage;
mod proof;
pub mod refresh;
pub mod refused;
pub mod register;
pub mod reset_password;
pub mod send_login_code;
pub mod send_verification;
pub mod set_initial_password;
pub mod show_account;
pub mod show_public;
pub mod show_session;
mod stage;
mod start;
mod turns;
pub mod update_account;

pub use closed::remove_closed;
pub use codes::network;
pub use input::{Inputs, Named, Options};
pub use operator::{
    Command, DeleteAccount, ListAccounts, SetExpiry, SetLocked, SetMustChange, SetPassword, SetRoles,
    SetStatus, ShowAccount,
};
pub use register::Input as Registration;
pub use start::Wish;
pub use turns::Turns;

use crate::account::{Account, AccountId};
use crate::audit::AuditEvent;
use crate::authenticate::Alive;
use crate::change::{Applied, ApplyResult, Change};
use crate::channel::Channels;
use crate::fault::Fault;
use crate::key::RealmKeys;
use crate::live::{LiveSessions, touched};
use crate::mail_caps::MailCaps;
use crate::outcome::{Answer, Outcome};
use crate::policy::Policy;
use crate::port::{Clock, Dice, Hasher, Limits, Store, uuid_v7};
use crate::session::SessionId;
use crate::spec::{ActionSpec, REMEMBER};
use crate::time::Timestamp;
use crate::violation::Violation;
use async_trait::async_trait;
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use uuid::Uuid;

/// What actions reach the world through.
pub struct Services {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The hashing pool.
    pub hasher: Arc<dyn Hasher>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The dice.
    pub dice: Arc<dyn Dice>,
    /// The budgets.
    pub limits: Arc<dyn Limits>,
    /// The cache of live sessions.
    pub live: Arc<LiveSessions>,
    /// The lines of those who lost a race.
    pub turns: Turns,
    /// The channels on which messages can be delivered.
    pub channels: Channels,
    /// How many messages may be sent.
    pub mail_caps: MailCaps,
    /// Rung when a mail was queued.
    pub mail_queued: Arc<dyn Fn() + Send + Sync>,
}

/// Who sent the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The address, resolved once per request.
    pub address: IpAddr,
    /// The user agent, cut to 256 characters.
    pub user_agent: String,
    /// The request's id.
    pub request_id: String,
    /// The language to answer in.
    pub language: String,
}

/// Everything a decision may look at besides its input and what was loaded.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The contract's policy.
    pub policy: &'a Policy,
    /// The realm's keys.
    pub keys: &'a RealmKeys,
    /// Who sent the request.
    pub client: &'a Client,
    /// Who is signed in, where the operation asked for it.
    pub caller: Option<&'a Alive>,
    /// The time of the request.
    pub now: Timestamp,
    /// The dice.
    pub dice: &'a dyn Dice,
    /// The channels on which messages can be delivered.
    pub channels: Channels,
    /// How many messages may be sent.
    pub mail_caps: MailCaps,
}

/// A setting and the services: what *load* works with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What decisions look at.
    pub setting: Setting<'a>,
    /// The world.
    pub services: &'a Services,
    /// What the reply would break, asked before anything is written.
    pub preview: &'a dyn Preview,
}

/// Looks at the reply an answer would get. A session's tokens may make it impossible (a cookie line that no
/// browser keeps): then the violations are answered, and nothing is written.
pub trait Preview: Send + Sync {
    /// The rules that the reply to this answer would break; after an update, those that any reply would break which
    /// brings the account's tokens.
    fn violations(&self, answer: &Answer) -> Vec<Violation>;
}

/// A reply that is always possible.
pub struct NoPreview;

impl Preview for NoPreview {
    fn violations(&self, _answer: &Answer) -> Vec<Violation> {
        Vec::new()
    }
}

/// What *decide* says: the answer, and what is to be written for it to be true.
pub struct Decision<O> {
    /// The answer.
    pub outcome: O,
    /// The guarded changes.
    pub changes: Vec<Change>,
}

impl<O> Decision<O> {
    /// An answer that writes nothing.
    pub fn just(outcome: O) -> Decision<O> {
        Decision { outcome, changes: Vec::new() }
    }
}

/// What an audit event is about, as far as *load* found out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The account.
    pub account: Option<AccountId>,
    /// The session.
    pub session: Option<SessionId>,
}

impl About {
    /// An account, if there is one.
    #[must_use]
    pub fn account(account: Option<&Account>) -> About {
        About { account: account.map(|account| account.id), session: None }
    }
}

/// One use-case with its input.
#[async_trait]
pub trait Action: Send + Sync {
    /// What it reads.
    type Loaded: Send + Sync;
    /// What it can answer.
    type Outcome: Into<Answer> + Send;
    /// Its name, as in its spec.
    fn name(&self) -> &'static str;
    /// The reads, and the hash.
    async fn load(&self, cx: &Context<'_>) -> Result<Self::Loaded, Fault>;
    /// Whom the event in the audit trail is about where the answer must not say so, such as a wrong password.
    fn about(&self, _loaded: &Self::Loaded) -> About {
        About::default()
    }
    /// What the caller said of it, for the event in the audit trail.
    fn note(&self) -> Option<String> {
        None
    }
    /// The decision: pure, synchronous.
    fn decide(&self, loaded: &Self::Loaded, at: &Setting<'_>) -> Result<Decision<Self::Outcome>, Fault>;
}

/// An action as the contract engine sees it: its spec, and a way to run it from named inputs.
#[async_trait]
pub trait Entry: Send + Sync {
    /// What it takes and answers.
    fn spec(&self) -> &'static ActionSpec;
    /// Reads the inputs and performs the action.
    ///
    /// # Errors
    /// Infrastructure failed.
    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault>;
}

/// The catalogue: every action a contract can bind.
pub static ACTIONS: &[&dyn Entry] = &[
    &register::Register,
    &complete_register::CompleteRegister,
    &login::Login,
    &logout::Logout,
    &refresh::Refresh,
    &send_login_code::SendLoginCode,
    &login_by_code::LoginByCode,
    &check_session::CheckSession,
    &show_account::Show,
    &show_public::ShowPublic,
    &update_account::UpdateAccount,
    &check_available::CheckAvailable,
    &send_verification::SendVerification,
    &check_code::CheckCode,
    &confirm_verification::ConfirmVerification,
    &forgot_password::ForgotPassword,
    &reset_password::ResetPassword,
    &set_initial_password::SetInitialPassword,
    &change_password::ChangePassword,
    &change_identifier::ChangeIdentifier,
    &close_account::CloseAccount,
    &list_sessions::ListSessions,
    &show_session::ShowSession,
    &end_session::EndSession,
    &end_other_sessions::EndOtherSessions,
    &admin::list_accounts::ListAccounts,
    &admin::find_account::FindAccount,
    &admin::create_account::CreateAccount,
    &admin::edit_account::EditAccount,
    &admin::set_password::SetPassword,
    &admin::lock_account::LockAccount,
    &admin::set_status::SetStatus,
    &admin::set_roles::SetRoles,
    &admin::delete_account::DeleteAccount,
    &admin::list_account_sessions::ListAccountSessions,
    &admin::end_account_sessions::EndAccountSessions,
    &answer::Reply,
    &refused::Refuse,
];

/// The action with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static dyn Entry> {
    ACTIONS.iter().copied().find(|entry| entry.spec().name == name)
}

/// The actions that can begin a session, by name.
pub fn beginnings() -> impl Iterator<Item = &'static str> {
    let begins = |spec: &&ActionSpec| spec.inputs.iter().any(|input| input.name == REMEMBER.name);
    ACTIONS.iter().map(|entry| entry.spec()).filter(begins).map(|spec| spec.name)
}

/// How often an action may lose against other writers before it is a fault. It waits for its turn after the first
/// loss, so more of them come only from writers that stood in no line: those of another process, or of a decision
/// made before the line was there.
const ATTEMPTS: usize = 8;

/// Loads, decides and applies.
///
/// # Errors
/// Infrastructure failed, too many wait for the same account, or several attempts in a row lost against other writers.
pub async fn perform<A: Action>(action: &A, cx: &Context<'_>) -> Result<Answer, Fault> {
    let turns = &cx.services.turns;
    let mut turn = None;
    for _ in 0..ATTEMPTS {
        let (answer, changes) = decided(action, cx).await?;
        if changes.is_empty() {
            return Ok(answer);
        }
        let subject = fought_over(&changes).filter(|_| turn.is_none());
        // Nobody overtakes those who wait: what was decided may be old by the time they are done.
        let queue = subject.is_some_and(|subject| turns.wanted(subject));
        if !queue && let Some(applied) = write(changes, cx.services).await? {
            return Ok(numbered(answer, &applied));
        }
        if let Some(subject) = subject {
            turn = Some(turns.take(subject).await?);
        }
    }
    Err(Fault::Contention)
}

/// What an action answers now, and what must be written for it, with the event for the audit trail.
async fn decided<A: Action>(action: &A, cx: &Context<'_>) -> Result<(Answer, Vec<Change>), Fault> {
    let loaded = action.load(cx).await?;
    let Decision { outcome, mut changes } = action.decide(&loaded, &cx.setting)?;
    let mut answer: Answer = outcome.into();
    let broken = impossible(&answer, cx);
    if !broken.is_empty() {
        changes.clear();
        answer = Answer::bare(Outcome::InvalidInput).violating(broken);
    }
    changes.extend(held::holding(&changes, cx.setting.policy));
    if !quiet(action.name(), &answer) {
        let about = action.about(&loaded);
        let event = AuditEvent { note: action.note(), ..event(action.name(), &answer, about, &cx.setting) };
        changes.push(Change::Audit(Box::new(event)));
    }
    Ok((answer, changes))
}

/// The account or session whose guard in these changes others can make fail.
fn fought_over(changes: &[Change]) -> Option<Uuid> {
    changes.iter().find_map(|change| match change {
        Change::UpdateAccount { account, .. }
        | Change::DeleteAccount { account, .. }
        | Change::EndSessions { account, .. } => Some(account.0),
        Change::StartSession { session, .. } => Some(session.account.0),
        Change::MoveSession { session, .. } | Change::EndSession { session, .. } => Some(session.0),
        _ => None,
    })
}

/// What the reply to an answer would break that brings a session, or changes an account whose sessions are to go on.
fn impossible(answer: &Answer, cx: &Context<'_>) -> Vec<Violation> {
    match (&answer.session, cx.setting.caller) {
        (Some(_), _) => cx.preview.violations(answer),
        (None, Some(caller))
            if matches!(answer.outcome, Outcome::Updated | Outcome::Changed)
                && answer.account.as_ref().is_some_and(|account| account.id == caller.account.id) =>
        {
            cx.preview.violations(&answer.clone().session(Arc::clone(&caller.session)))
        }
        _ => Vec::new(),
    }
}

/// Applies changes and keeps the cache and the mail worker informed; nothing when a guard failed.
async fn write(changes: Vec<Change>, services: &Services) -> Result<Option<Applied>, Fault> {
    let stale = touched(&changes);
    let mails = changes.iter().any(|change| matches!(change, Change::QueueMail(_)));
    match services.store.apply(changes).await? {
        ApplyResult::Conflict => {
            services.live.doubt(&stale);
            Ok(None)
        }
        ApplyResult::Applied(applied) => {
            services.live.follow(&stale, &applied);
            if mails {
                (services.mail_queued)();
            }
            Ok(Some(applied))
        }
    }
}

/// What is not worth a line of audit: successful refreshes and look-ups. They are counted as metrics.
fn quiet(action: &str, answer: &Answer) -> bool {
    let outcome = answer.outcome;
    matches!(
        outcome,
        Outcome::Refreshed
            | Outcome::Shown
            | Outcome::Alive
            | Outcome::Available
            | Outcome::Listed
            | Outcome::Answered
            | Outcome::Refused
    ) || (action == check_available::NAME && outcome == Outcome::InUse)
        || (action == show_public::NAME && outcome == Outcome::UnknownAccount)
        || (action == check_code::NAME && outcome == Outcome::CodeAccepted && answer.stage.is_none())
        || outcome == Outcome::InvalidInput
}

/// An outcome that was decided before any action ran, such as a bad token: it is written down likewise.
///
/// # Errors
/// The store failed.
pub async fn record(action: &'static str, answer: &Answer, cx: &Context<'_>) -> Result<(), Fault> {
    let change = Change::Audit(Box::new(event(action, answer, About::default(), &cx.setting)));
    write(vec![change], cx.services).await.map(drop)
}

fn event(action: &'static str, answer: &Answer, about: About, at: &Setting<'_>) -> AuditEvent {
    let caller = at.caller;
    let account = answer.account.as_ref().map(|account| account.id).filter(|id| !id.0.is_nil());
    let session = answer.session.as_ref().map(|session| session.id);
    AuditEvent {
        id: uuid_v7(at.now, at.dice),
        at: at.now,
        realm: at.policy.realm.clone(),
        contract: at.policy.contract.clone(),
        action: Cow::Borrowed(action),
        outcome: Cow::Borrowed(answer.outcome.name()),
        account: account.or(about.account).or(caller.map(|alive| alive.account.id)),
        caller: caller.map(|alive| alive.account.id),
        session: session.or(about.session).or(caller.map(|alive| alive.session.id)),
        address: at.client.address.to_string(),
        user_agent: at.client.user_agent.clone(),
        request_id: at.client.request_id.clone(),
        note: None,
    }
}

/// Fills in the numbers that the store gave.
fn numbered(mut answer: Answer, applied: &Applied) -> Answer {
    if let Some(account) = &answer.account {
        let id: AccountId = account.id;
        let given: Vec<_> = applied.assigned.iter().filter(|(whose, _)| *whose == id).collect();
        if !given.is_empty() {
            let mut named = Account::clone(account);
            named.public_ids.extend(given.into_iter().map(|(_, public_id)| public_id.clone()));
            answer.account = Some(Arc::new(named));
        }
    }
    if let Some(count) = answer.data.iter_mut().find(|(name, _)| *name == "count") {
        count.1 = applied.ended.len().into();
    }
    answer
}
