//! `login`: proves a password and starts a session.

use super::codes::Guarded;
use super::destination::{of_account, own};
use super::input::Named;
use super::proof::{Proof, prove, upgrade_change};
use super::send_verification as sending;
use super::stage::{Holder, reach};
use super::start::{Wish, sign_in};
use super::{About, Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::account::{Account, LastLogin};
use crate::authenticate::ACCESS;
use crate::change::Change;
use crate::channel::Channel;
use crate::code::{Code, Purpose, Stage};
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::password::Password;
use crate::policy::{TokenFormat, TokenPolicy};
use crate::port::Tries;
use crate::session::{EndReason, Session};
use crate::spec::{
    ActionSpec, AnswerSpec, Caller, DEVICE, Field, Identifiers, InputSpec, Kind, OnlyWith, OptionSpec,
    OptionValues, REMEMBER,
};
use crate::standing::Bar;
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;

/// What a sign-in answers.
pub(super) const SIGNED_IN: &[Field] = &[
    Field::new("account", Kind::Account),
    Field::new("session", Kind::Session),
    Field::new("tokens", Kind::Tokens),
    Field::new("must_change_password", Kind::Boolean),
];

const CODE_SENT: &[Field] = &[
    Field::new("account", Kind::Account),
    Field::new("tokens", Kind::StageToken(Stage::LoginByCode)),
    Field::new("expires_in", Kind::Duration),
];

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "login",
    sentence: "Proves a password and starts a session.",
    caller: Caller::Anybody,
    identifiers: Identifiers::One,
    claims: false,
    profile: false,
    inputs: &[
        InputSpec::required("password", Kind::Text),
        InputSpec::optional("lifetime", Kind::Duration),
        REMEMBER,
        DEVICE,
    ],
    options: &[
        OptionSpec { name: "sessions", values: OptionValues::Words(&["many", "single", "keep"]) },
        OptionSpec { name: "second_step", values: OptionValues::Words(&["none", "code"]) },
        OptionSpec { name: "unverified", values: OptionValues::Words(&["sign_in", "refuse"]) },
        OptionSpec { name: "must_change", values: OptionValues::Words(&["sign_in", "refuse"]) },
    ],
    answers: &[
        AnswerSpec::new(Name::SignedIn, SIGNED_IN).only_with("second_step", &["none"]),
        AnswerSpec::new(Name::CodeSent, CODE_SENT).only_with("second_step", &["code"]),
    ],
    failures: &[
        Name::UnknownAccount,
        Name::WrongPassword,
        Name::Locked,
        Name::Disabled,
        Name::Pending,
        Name::ExpiredAccount,
        Name::Unverified,
        Name::PasswordChangeRequired,
        Name::DeliveryFailed,
    ],
    only_with: &[
        OnlyWith { failures: &[Name::Unverified], option: "unverified", words: &["refuse"] },
        OnlyWith { failures: &[Name::PasswordChangeRequired], option: "must_change", words: &["refuse"] },
        // The second step tells it, or a new password could be set without the code.
        OnlyWith { failures: &[Name::PasswordChangeRequired], option: "second_step", words: &["none"] },
        OnlyWith { failures: &[Name::DeliveryFailed], option: "second_step", words: &["code"] },
    ],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct Login;

#[async_trait]
impl Entry for Login {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let identifier = inputs.identifier()?;
        let input = Input {
            name: Named::one(&identifier, cx.setting.policy)
                .ok_or_else(|| Fault::Internal("identifier kind not in this contract".to_owned()))?,
            password: Password::new(inputs.required("password")?),
            wish: Wish::of(inputs),
            sessions: match options.word("sessions") {
                "single" => Sessions::Single,
                "keep" => Sessions::Keep,
                _ => Sessions::Many,
            },
            second_step: options.word("second_step") == "code",
            refuse_unverified: options.word("unverified") == "refuse",
            refuse_must_change: options.word("must_change") == "refuse",
        };
        perform(&input, cx).await
    }
}

/// What a sign-in does to the other sessions of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sessions {
    /// They go on.
    Many,
    /// They end.
    Single,
    /// The newest of this contract goes on instead of a new one, where its tokens can be made again.
    Keep,
}

/// The input of a sign-in.
pub struct Input {
    /// Who.
    pub name: Named,
    /// The password to prove.
    pub password: Password,
    /// How the session is to be.
    pub wish: Wish,
    /// What becomes of the account's other sessions.
    pub sessions: Sessions,
    /// Whether the right password only sends a code, with which `login_by_code` with this purpose signs in.
    pub second_step: bool,
    /// Whether an account whose address is not proved may not sign in.
    pub refuse_unverified: bool,
    /// Whether an account that must change its password may not sign in.
    pub refuse_must_change: bool,
}

/// What it can answer.
pub enum Outcome {
    /// Signed in.
    SignedIn(Arc<Account>, Arc<Session>),
    /// No such account.
    UnknownAccount(Option<Tries>),
    /// Not its password.
    WrongPassword(Option<Tries>),
    /// The account may not sign in: the password was right.
    Barred(Arc<Account>, Bar),
    /// The right password; a code is on its way, good for this long.
    CodeSent(Arc<Account>, Duration, Option<Arc<Code>>),
    /// The right password of an account without an address that a code can reach.
    DeliveryFailed(Channel),
    /// The right password of an account whose address is not proved.
    Unverified(Arc<Account>),
    /// The right password of an account that must change it first, and the stage in which it can.
    PasswordChangeRequired(Arc<Account>, Option<Arc<Code>>),
    /// A budget is spent.
    Throttled(Duration),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::SignedIn(account, session) => {
                let must_change = account.must_change_password;
                Answer::bare(Name::SignedIn)
                    .account(account)
                    .session(session)
                    .with("must_change_password", must_change)
            }
            Outcome::UnknownAccount(tries) => Answer::bare(Name::UnknownAccount).tried(tries),
            Outcome::WrongPassword(tries) => Answer::bare(Name::WrongPassword).tried(tries),
            Outcome::Barred(account, bar) => Answer::barred(account, bar),
            Outcome::PasswordChangeRequired(account, stage) => {
                Answer::bare(Name::PasswordChangeRequired).account(account).staged(stage)
            }
            Outcome::CodeSent(account, expires_in, stage) => {
                let answer = Answer::bare(Name::CodeSent).account(account).staged(stage);
                answer.with("expires_in", expires_in.as_secs())
            }
            Outcome::DeliveryFailed(channel) => sending::undelivered(channel),
            Outcome::Unverified(account) => Answer::bare(Name::Unverified).account(account),
            Outcome::Throttled(wait) => Answer::throttled(wait),
        }
    }
}

/// What was read and proved before deciding.
pub struct Loaded {
    account: Option<Arc<Account>>,
    proof: Proof,
    /// The session that goes on, where one can.
    kept: Option<Session>,
    /// The sign-in code before.
    before: Option<Code>,
}

#[async_trait]
impl Action for Input {
    type Loaded = Loaded;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        SPEC.name
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Loaded, Fault> {
        let realm = &cx.setting.policy.realm;
        let account =
            cx.services.store.account_by_identifier(realm, self.name.kind, &self.name.canonical).await?;
        let proof = prove(&self.name, account.as_ref(), &self.password, cx).await?;
        let mut loaded = Loaded { account: account.map(Arc::new), proof, kept: None, before: None };
        let right = matches!(loaded.proof, Proof::Right { .. });
        if let Some(account) = loaded.account.as_ref().filter(|_| right) {
            if self.sessions == Sessions::Keep {
                loaded.kept = kept(account, &self.wish, cx).await?;
            }
            if self.second_step {
                let asked = (Some(account.as_ref()), Some(&self.name));
                loaded.before = Guarded::of_account(Purpose::SecondStep, asked, cx).await?.code;
            }
        }
        Ok(loaded)
    }

    fn about(&self, loaded: &Loaded) -> About {
        About::account(loaded.account.as_deref())
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let upgrade = match &loaded.proof {
            Proof::Throttled(wait) => return Ok(Decision::just(Outcome::Throttled(*wait))),
            Proof::Wrong(tries) if loaded.account.is_none() => {
                return Ok(Decision::just(Outcome::UnknownAccount(*tries)));
            }
            Proof::Wrong(tries) => return Ok(Decision::just(Outcome::WrongPassword(*tries))),
            Proof::Right { upgrade, .. } => upgrade,
        };
        let Some(account) = &loaded.account else { return Ok(Decision::just(Outcome::UnknownAccount(None))) };
        if let Some(bar) = account.bar(at.now) {
            return Ok(Decision::just(Outcome::Barred(Arc::clone(account), bar)));
        }
        let address = own(account, std::slice::from_ref(&self.name));
        let unproved = address.is_some_and(|address| !address.verified);
        if unproved && self.refuse_unverified {
            return Ok(Decision::just(Outcome::Unverified(Arc::clone(account))));
        }
        let upgrade = upgrade_change(account, upgrade.as_ref());
        if self.second_step {
            return self.code_sent(account, loaded.before.as_ref(), upgrade, at);
        }
        if account.must_change_password && self.refuse_must_change {
            let reached = reach(Stage::SetInitialPassword, Holder::of(account), at);
            let (stage, changes) = reached.map_or((None, Vec::new()), |(row, put)| (Some(row), vec![put]));
            let outcome = Outcome::PasswordChangeRequired(Arc::clone(account), stage);
            return Ok(Decision { outcome, changes });
        }
        Ok(match &loaded.kept {
            Some(session) => go_on(account, session, upgrade, at),
            None => self.sign_in(account, upgrade, at),
        })
    }
}

impl Input {
    fn sign_in(&self, account: &Account, upgrade: Option<Change>, at: &Setting<'_>) -> Decision<Outcome> {
        let mut account = account.clone();
        let mut changes: Vec<Change> = upgrade.into_iter().collect();
        if self.sessions == Sessions::Single {
            changes.push(Change::EndSessions {
                account: account.id,
                version: Some(account.version),
                except: None,
                reason: EndReason::Replaced,
                at: at.now,
            });
            account.version += 1;
        }
        let started = sign_in(&account, (&self.wish, self.name()), at);
        changes.extend(started.changes);
        Decision { outcome: Outcome::SignedIn(Arc::new(started.account), started.session), changes }
    }

    /// The second step: a code to the address that is named, or the account's own. One that was asked for just now
    /// still counts, and no other is sent.
    fn code_sent(
        &self,
        account: &Account,
        before: Option<&Code>,
        upgrade: Option<Change>,
        at: &Setting<'_>,
    ) -> Result<Decision<Outcome>, Fault> {
        let shown = Arc::new(account.clone());
        let policy = at.policy.code(Purpose::SecondStep);
        let reached = reach(Stage::LoginByCode, Holder::of(account), at);
        let (stage, mut changes) = reached.map_or((None, Vec::new()), |(row, put)| (Some(row), vec![put]));
        changes.extend(upgrade);
        let fresh = |code: &&Code| {
            let soon = at.now < code.created_at.plus(policy.resend_after);
            soon && code.used_at.is_none() && at.now < code.expires_at && code.account == Some(account.id)
        };
        if let Some(code) = before.filter(fresh) {
            let outcome = Outcome::CodeSent(shown, code.expires_at.since(at.now), stage);
            return Ok(Decision { outcome, changes });
        }
        let to = match of_account(account, std::slice::from_ref(&self.name), at) {
            Ok(to) => to,
            Err(channel) => return Ok(Decision::just(Outcome::DeliveryFailed(channel))),
        };
        let newest = sending::newest_is(before, (Purpose::SecondStep, &to.canonical), at);
        changes.extend(newest);
        let by = sending::By::Code;
        changes.extend(sending::of_account((SPEC.name, &by), account, (Purpose::SecondStep, to), at)?);
        Ok(Decision { outcome: Outcome::CodeSent(shown, policy.lifetime, stage), changes })
    }
}

/// The newest live session of this contract that is as it is wished for and whose tokens can be made again: of an
/// opaque one, and of one that is found by its digest, nothing is kept to make it from.
async fn kept(account: &Account, wish: &Wish, cx: &Context<'_>) -> Result<Option<Session>, Fault> {
    let policy = cx.setting.policy;
    let rebuilt = |token: &TokenPolicy| matches!(token.format, TokenFormat::Jwt(_)) && !token.by_digest;
    if !policy.token(ACCESS).is_some_and(rebuilt) {
        return Ok(None);
    }
    let live = cx.services.store.live_sessions(account.id, cx.setting.now).await?;
    let here =
        live.into_iter().rev().find(|session| session.contract == policy.contract && wish.suits(session));
    Ok(here.filter(|session| session.alive(cx.setting.now)))
}

/// A session goes on as it is; guarded, so that it has not ended meanwhile.
fn go_on(
    account: &Account,
    session: &Session,
    upgrade: Option<Change>,
    at: &Setting<'_>,
) -> Decision<Outcome> {
    let login = LastLogin { at: at.now, address: at.client.address.to_string() };
    let account = Account { last_login: Some(login.clone()), ..account.clone() };
    let mut changes: Vec<Change> = upgrade.into_iter().collect();
    changes.push(Change::MoveSession {
        session: session.id,
        from: session.refresh.clone(),
        to: session.refresh.clone(),
        expires_at: session.expires_at,
        access_until: session.access_until,
        at: at.now,
    });
    changes.push(Change::NoteLogin { account: account.id, login });
    let session = Session { last_used_at: at.now, ..session.clone() };
    Decision { outcome: Outcome::SignedIn(Arc::new(account), Arc::new(session)), changes }
}
