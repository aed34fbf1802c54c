//! `close_account`: its owner removes an account; its identifiers are free again. With a grace it is removed later, and
//! its owner takes the closing back by signing in.

use super::destination::addresses;
use super::find::named_or_callers;
use super::input::Named;
use super::proof::{Proof, prove};
use super::{About, Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::account::Account;
use crate::authenticate::Rejection;
use crate::change::{AccountUpdate, Change};
use crate::fault::Fault;
use crate::identifier::Identifier;
use crate::outcome::{Answer, Outcome as Name};
use crate::password::Password;
use crate::port::Tries;
use crate::session::EndReason;
use crate::spec::{
    ActionSpec, AnswerSpec, Caller, Field, IDENTIFIER, Identifiers, InputSpec, Kind, OnlyWhere, OnlyWith,
    OptionSpec, OptionValues, SECURITY, UNAUTHENTICATED, UNKNOWN_IF_NAMED,
};
use crate::time::Timestamp;
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;

/// `until` is there with a grace only.
const CLOSED: &[Field] = &[Field::new("account", Kind::Account), Field::new("until", Kind::Time)];

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "close_account",
    sentence: "Removes an account at its owner's wish and frees its identifiers; with `grace`, a length of time, only after that, and signing in before takes it back.",
    caller: Caller::Anybody,
    identifiers: Identifiers::Optional,
    claims: false,
    profile: false,
    inputs: &[InputSpec::optional("password", Kind::Text), InputSpec::optional("reason", Kind::Text)],
    options: &[
        OptionSpec { name: "needs", values: OptionValues::Words(&["password", "session", "both"]) },
        OptionSpec { name: "grace", values: OptionValues::Duration },
    ],
    answers: &[AnswerSpec::new(Name::Closed, CLOSED)],
    failures: &[
        Name::UnknownAccount,
        Name::WrongPassword,
        Name::Forbidden,
        Name::MissingToken,
        Name::InvalidToken,
        Name::ExpiredToken,
        Name::EndedSession,
        Name::ReusedToken,
        Name::WrongPurpose,
        Name::DeletedAccount,
    ],
    only_with: &[
        OnlyWith { failures: UNAUTHENTICATED, option: "needs", words: &["session", "both"] },
        OnlyWith { failures: &[Name::WrongPassword], option: "needs", words: &["password", "both"] },
    ],
    only_where: &[
        UNKNOWN_IF_NAMED,
        OnlyWhere { failures: &[Name::Forbidden], bound: &[&[IDENTIFIER], &[SECURITY]] },
    ],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct CloseAccount;

#[async_trait]
impl Entry for CloseAccount {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let needs = options.word("needs");
        if needs != "password" && cx.setting.caller.is_none() {
            return Ok(Rejection::Missing.answer("access"));
        }
        let input = Input {
            name: inputs.identifiers.first().and_then(|pair| Named::one(pair, cx.setting.policy)),
            password: inputs.password("password"),
            needs_password: needs != "session",
            reason: inputs.loose_text("reason"),
            grace: options.duration("grace"),
        };
        perform(&input, cx).await
    }
}

/// The input of a closing.
pub struct Input {
    /// Which account; the caller's own when absent.
    pub name: Option<Named>,
    /// Its password.
    pub password: Option<Password>,
    /// Whether the password must be proved.
    pub needs_password: bool,
    /// Why, in the owner's words: kept in the audit trail, as given.
    pub reason: Option<String>,
    /// How long its owner can still take it back; without it the account is removed at once.
    pub grace: Option<Duration>,
}

/// What it can answer.
pub enum Outcome {
    /// Gone, or to be removed then.
    Closed(Arc<Account>, Option<Timestamp>),
    /// No such account.
    UnknownAccount(Option<Tries>),
    /// Not its password, or the account may not sign in.
    WrongPassword(Option<Tries>),
    /// The session is somebody else's.
    Forbidden,
    /// Nobody is signed in any more.
    Gone(Rejection),
    /// A budget is spent.
    Throttled(Duration),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Closed(account, None) => Answer::bare(Name::Closed).account(account),
            Outcome::Closed(account, Some(until)) => {
                Answer::bare(Name::Closed).account(account).with("until", until.0)
            }
            Outcome::UnknownAccount(tries) => Answer::bare(Name::UnknownAccount).tried(tries),
            Outcome::WrongPassword(tries) => Answer::bare(Name::WrongPassword).tried(tries),
            Outcome::Forbidden => Answer::bare(Name::Forbidden),
            Outcome::Gone(rejection) => rejection.answer("access"),
            Outcome::Throttled(wait) => Answer::throttled(wait),
        }
    }
}

/// What was read and proved before deciding.
pub struct Loaded {
    account: Option<Account>,
    proof: Proof,
}

#[async_trait]
impl Action for Input {
    type Loaded = Loaded;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        SPEC.name
    }

    fn note(&self) -> Option<String> {
        self.reason.clone()
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Loaded, Fault> {
        let account = named_or_callers(self.name.as_ref(), cx).await?;
        if !self.needs_password {
            return Ok(Loaded { account, proof: Proof::Right { upgrade: None, counted: None } });
        }
        let name = self.name.clone().or_else(|| account.as_ref().and_then(Named::first_of));
        let proof = match (&name, &self.password) {
            (Some(name), Some(password)) => prove(name, account.as_ref(), password, cx).await?,
            _ => Proof::Wrong(None),
        };
        Ok(Loaded { account, proof })
    }

    fn about(&self, loaded: &Loaded) -> About {
        About::account(loaded.account.as_ref())
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let Some(account) = &loaded.account else {
            // The caller's own account, a moment ago.
            if self.name.is_none() && at.caller.is_some() {
                return Ok(Decision::just(Outcome::Gone(Rejection::Deleted)));
            }
            return Ok(Decision::just(match &loaded.proof {
                Proof::Throttled(wait) => Outcome::Throttled(*wait),
                Proof::Wrong(tries) => Outcome::UnknownAccount(*tries),
                Proof::Right { .. } => Outcome::UnknownAccount(None),
            }));
        };
        match &loaded.proof {
            Proof::Throttled(wait) => return Ok(Decision::just(Outcome::Throttled(*wait))),
            Proof::Wrong(tries) => return Ok(Decision::just(Outcome::WrongPassword(*tries))),
            Proof::Right { counted, .. } if self.needs_password && account.bar(at.now).is_some() => {
                return Ok(Decision::just(Outcome::WrongPassword(*counted)));
            }
            Proof::Right { .. } => {}
        }
        if at.caller.is_some_and(|caller| caller.account.id != account.id) {
            return Ok(Decision::just(Outcome::Forbidden));
        }
        if let Some(bar) = account.bar(at.now) {
            return Ok(Decision::just(Outcome::Gone(Rejection::Ended(Some(bar.end_reason())))));
        }
        Ok(match self.grace {
            Some(grace) => closing(account, grace, at.now),
            None => Decision {
                outcome: Outcome::Closed(Arc::new(account.clone()), None),
                changes: removal(account, at.now),
            },
        })
    }
}

/// The account is closed until the grace is over: its sessions end, and what could start others by mail is forgotten.
/// Of two closings the earlier end counts.
fn closing(account: &Account, grace: Duration, now: Timestamp) -> Decision<Outcome> {
    let asked = now.plus(grace);
    let before = account.standing.status.closes_at();
    let until = before.map_or(asked, |before| before.min(asked));
    if before == Some(until) {
        return Decision::just(Outcome::Closed(Arc::new(account.clone()), Some(until)));
    }
    let standing = account.standing.closing(until);
    let mut changes = vec![
        Change::UpdateAccount {
            account: account.id,
            version: account.version,
            update: AccountUpdate::Standing(standing.clone()),
            at: now,
        },
        Change::EndSessions {
            account: account.id,
            version: None,
            except: None,
            reason: EndReason::AccountClosed,
            at: now,
        },
    ];
    changes.extend(forgotten(account));
    let closed = Account { version: account.version + 2, standing, updated_at: now, ..account.clone() };
    Decision { outcome: Outcome::Closed(Arc::new(closed), Some(until)), changes }
}

/// The changes that forget the codes of all its addresses.
fn forgotten(account: &Account) -> Vec<Change> {
    let of_address = |address: &Identifier| {
        crate::code::Purpose::ALL.map(|purpose| Change::DropCodes {
            realm: account.realm.clone(),
            purpose,
            destination: address.canonical.clone(),
        })
    };
    addresses(account).flat_map(of_address).collect()
}

/// The changes that remove an account and all it had; its session rows stay until their tokens have expired.
pub(super) fn removal(account: &Account, now: Timestamp) -> Vec<Change> {
    let mut changes = vec![Change::EndSessions {
        account: account.id,
        version: Some(account.version),
        except: None,
        reason: EndReason::AccountDeleted,
        at: now,
    }];
    changes.extend(forgotten(account));
    changes.push(Change::DeleteAccount { account: account.id, version: account.version + 1 });
    changes
}
