//! `change_password`: whoever is signed in sets a new password; the other sessions end. The caller's goes on, or a new
//! one takes its place: then every token from before the change is dead.

use super::caller::unbarred;
use super::codes::overtaken;
use super::input::Named;
use super::proof::{Proof, prove};
use super::start::{Wish, continue_session};
use super::{About, Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::account::Account;
use crate::authenticate::Rejection;
use crate::change::{AccountUpdate, Change};
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::password::{Password, PasswordHash, Upgrade, Verdict};
use crate::port::Tries;
use crate::session::{EndReason, Session, SessionId};
use crate::spec::{
    ActionSpec, AnswerSpec, Caller, DEVICE, Identifiers, InputSpec, Kind, OnlyWith, OptionSpec, OptionValues,
    REMEMBER, S, UNKNOWN_IF_NAMED,
};
use crate::violation::Violation;
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "change_password",
    sentence: "Sets a new password for whoever is signed in, and ends the other sessions; with `sign_in` a new session takes the place of the caller's.",
    caller: Caller::Session,
    identifiers: Identifiers::Optional,
    claims: false,
    profile: false,
    inputs: &[
        InputSpec::optional("password", Kind::Text),
        InputSpec::required("new_password", Kind::Text),
        DEVICE,
        REMEMBER,
    ],
    options: &[
        OptionSpec { name: "needs", values: OptionValues::Words(&["password", "session"]) },
        OptionSpec { name: "end_others", values: OptionValues::Flag(true) },
        OptionSpec { name: "sign_in", values: OptionValues::Flag(false) },
    ],
    answers: &[AnswerSpec::new(Name::PasswordChanged, S)],
    failures: &[Name::UnknownAccount, Name::WrongPassword, Name::WeakPassword, Name::SamePassword],
    only_with: &[OnlyWith { failures: &[Name::WrongPassword], option: "needs", words: &["password"] }],
    only_where: &[UNKNOWN_IF_NAMED],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct ChangePassword;

#[async_trait]
impl Entry for ChangePassword {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let Some(caller) = cx.setting.caller else { return Ok(Rejection::Missing.answer("access")) };
        let input = Input {
            session: caller.session.id,
            name: inputs.identifiers.first().and_then(|pair| Named::one(pair, cx.setting.policy)),
            password: inputs.password("password"),
            needs_password: options.word("needs") != "session",
            new_password: Password::new(inputs.required("new_password")?),
            password_field: inputs.wire_name("new_password"),
            end_others: options.flag("end_others"),
            successor: options.flag("sign_in").then(|| Wish::after(&caller.session, inputs)),
        };
        perform(&input, cx).await
    }
}

/// The input of a change.
pub struct Input {
    /// The caller's session, which goes on unless another takes its place.
    pub session: SessionId,
    /// Whom the request names: nobody but the caller will do.
    pub name: Option<Named>,
    /// The password so far.
    pub password: Option<Password>,
    /// Whether it must be proved.
    pub needs_password: bool,
    /// The password to set.
    pub new_password: Password,
    /// Its wire name.
    pub password_field: String,
    /// Whether the account's other sessions end.
    pub end_others: bool,
    /// How the session is to be that takes the place of the caller's, if one does.
    pub successor: Option<Wish>,
}

/// What it can answer.
#[derive(Clone)]
pub enum Outcome {
    /// Set; with the session that took the place of the caller's, if one did.
    Changed(Arc<Account>, Option<Arc<Session>>),
    /// Nobody is signed in any more.
    Gone(Rejection),
    /// The request names somebody else than the caller, whether or not there is such an account.
    UnknownAccount(Option<Tries>),
    /// Not the password so far.
    WrongPassword(Option<Tries>),
    /// The password may not be set.
    WeakPassword(Vec<Violation>),
    /// It is the password so far.
    SamePassword,
    /// A budget is spent.
    Throttled(Duration),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Changed(account, session) => {
                Answer::bare(Name::PasswordChanged).account(account).signed_in(session)
            }
            Outcome::Gone(rejection) => rejection.answer("access"),
            Outcome::UnknownAccount(tries) => Answer::bare(Name::UnknownAccount).tried(tries),
            Outcome::WrongPassword(tries) => Answer::bare(Name::WrongPassword).tried(tries),
            Outcome::WeakPassword(violations) => Answer::bare(Name::WeakPassword).violating(violations),
            Outcome::SamePassword => Answer::bare(Name::SamePassword),
            Outcome::Throttled(wait) => Answer::throttled(wait),
        }
    }
}

/// What was read, proved and hashed before deciding.
pub enum Loaded {
    /// It will not be done; whose account it is about, where there is one.
    Refused(Outcome, About),
    /// The account and the hash of its new password.
    Ready(Box<Account>, PasswordHash),
}

#[async_trait]
impl Action for Input {
    type Loaded = Loaded;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        SPEC.name
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Loaded, Fault> {
        let account = match unbarred(cx).await? {
            Ok(account) => account,
            Err(rejection) => return Ok(Loaded::Refused(Outcome::Gone(rejection), About::default())),
        };
        let refusal = match self.unproved(&account, cx).await? {
            Some(refusal) => Some(refusal),
            None => self.unsettable(&account, cx).await?,
        };
        if let Some(refusal) = refusal {
            return Ok(Loaded::Refused(refusal, About::account(Some(&account))));
        }
        let hash = cx.services.hasher.hash(&self.new_password).await?;
        Ok(Loaded::Ready(Box::new(account), hash))
    }

    fn about(&self, loaded: &Loaded) -> About {
        match loaded {
            Loaded::Refused(_, about) => *about,
            Loaded::Ready(account, _) => About::account(Some(account)),
        }
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let (account, hash) = match loaded {
            Loaded::Refused(refusal, _) => return Ok(Decision::just(refusal.clone())),
            Loaded::Ready(account, hash) => (account, hash),
        };
        let others = self.end_others.then_some(self.session);
        let mut changes = new_password((account, account.version), hash, others, at);
        let version = account.version + changes.len() as u64;
        changes.extend(overtaken(account, None));
        let mut changed = Account {
            version,
            password: Some(hash.clone()),
            must_change_password: false,
            updated_at: at.now,
            ..Account::clone(account)
        };
        let mut session = None;
        if let Some(wish) = &self.successor {
            let started = continue_session(&changed, (wish, self.name()), at);
            // Its guard is that it has not ended: whoever refreshes it at the same time finds it gone or comes first,
            // and what a refresh gave out before is of the session that ends here.
            let (session_id, reason) = (self.session, EndReason::PasswordChanged);
            changes.push(Change::EndSession { session: session_id, reason, at: at.now });
            changes.extend(started.changes);
            (changed, session) = (started.account, Some(started.session));
        }
        Ok(Decision { outcome: Outcome::Changed(Arc::new(changed), session), changes })
    }
}

impl Input {
    /// Why the caller may not do this, if so: another's name, or not the password. Both cost one hash where a
    /// password is asked for.
    async fn unproved(&self, account: &Account, cx: &Context<'_>) -> Result<Option<Outcome>, Fault> {
        let own = |name: &Named| {
            account.identifier(name.kind).is_some_and(|identifier| identifier.canonical == name.canonical)
        };
        let foreign = self.name.as_ref().is_some_and(|name| !own(name));
        if self.needs_password {
            let name = self.name.clone().or_else(|| Named::first_of(account));
            let proof = match (&name, &self.password) {
                (Some(name), Some(password)) => {
                    prove(name, Some(account).filter(|_| !foreign), password, cx).await?
                }
                _ => Proof::Wrong(None),
            };
            match proof {
                Proof::Throttled(wait) => return Ok(Some(Outcome::Throttled(wait))),
                Proof::Wrong(tries) if foreign => return Ok(Some(Outcome::UnknownAccount(tries))),
                Proof::Wrong(tries) => return Ok(Some(Outcome::WrongPassword(tries))),
                Proof::Right { .. } => {}
            }
        }
        Ok(foreign.then_some(Outcome::UnknownAccount(None)))
    }

    /// Why this password cannot be the new one, if so.
    async fn unsettable(&self, account: &Account, cx: &Context<'_>) -> Result<Option<Outcome>, Fault> {
        let broken = cx.setting.policy.password.violations(&self.new_password, &self.password_field);
        if !broken.is_empty() {
            return Ok(Some(Outcome::WeakPassword(broken)));
        }
        let same = match (&self.password, &account.password) {
            (Some(proved), _) if self.needs_password => proved.normalised() == self.new_password.normalised(),
            (_, Some(stored)) => {
                let verdict =
                    cx.services.hasher.verify(&self.new_password, Some(stored), Upgrade::Unwanted).await?;
                matches!(verdict, Verdict::Right { .. })
            }
            _ => false,
        };
        Ok(same.then_some(Outcome::SamePassword))
    }
}

/// The changes that set a password its owner chose; all sessions but this one end, if one is named. Each moves the
/// account's version by one.
pub(super) fn new_password(
    (account, version): (&Account, u64),
    hash: &PasswordHash,
    all_but: Option<SessionId>,
    at: &Setting<'_>,
) -> Vec<Change> {
    let update = AccountUpdate::Password { hash: hash.clone(), must_change: false };
    let mut changes = vec![Change::UpdateAccount { account: account.id, version, update, at: at.now }];
    changes.extend(all_but.map(|session| Change::EndSessions {
        account: account.id,
        version: None,
        except: Some(session),
        reason: EndReason::PasswordChanged,
        at: at.now,
    }));
    changes
}
