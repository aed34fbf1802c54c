//! `reset_password`: a new password for whoever holds the code; every session ends.

use super::codes::{BadCode, Guarded};
use super::find::by_public_id;
use super::input::Named;
use super::start::{Wish, start_session};
use super::{About, Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::account::Account;
use crate::change::{AccountUpdate, Change};
use crate::code::Purpose;
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::password::{Password, PasswordHash};
use crate::session::{EndReason, Session};
use crate::spec::{
    ActionSpec, AnswerSpec, Caller, Identifiers, InputSpec, Kind, OptionSpec, OptionValues, S,
};
use crate::standing::Bar;
use crate::violation::Violation;
use async_trait::async_trait;
use std::sync::Arc;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "reset_password",
    sentence: "Sets a new password for whoever holds the code, and ends every session.",
    caller: Caller::Anybody,
    identifiers: Identifiers::Optional,
    claims: false,
    profile: false,
    inputs: &[
        InputSpec::optional("account_id", Kind::Any),
        InputSpec::required("code", Kind::Text),
        InputSpec::required("new_password", Kind::Text),
    ],
    options: &[OptionSpec { name: "sign_in", values: OptionValues::Flag(false) }],
    answers: &[AnswerSpec::new(Name::PasswordReset, S)],
    failures: &[
        Name::WrongCode,
        Name::ExpiredCode,
        Name::UsedCode,
        Name::UnknownCode,
        Name::UnknownAccount,
        Name::Locked,
        Name::Disabled,
        Name::Pending,
        Name::ExpiredAccount,
        Name::WeakPassword,
    ],
    only_with: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct ResetPassword;

#[async_trait]
impl Entry for ResetPassword {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let name = inputs.identifiers.first().and_then(|pair| Named::one(pair, cx.setting.policy));
        let input = Input {
            name,
            account_id: inputs.loose_text("account_id"),
            code: inputs.required("code")?,
            new_password: Password::new(inputs.required("new_password")?),
            password_field: inputs.wire_name("new_password"),
            sign_in: options.flag("sign_in"),
        };
        perform(&input, cx).await
    }
}

/// The input of a reset.
pub struct Input {
    /// Who, by identifier.
    pub name: Option<Named>,
    /// Who, by public id.
    pub account_id: Option<String>,
    /// The code.
    pub code: String,
    /// The password to set.
    pub new_password: Password,
    /// Its wire name.
    pub password_field: String,
    /// Whether to sign in at once.
    pub sign_in: bool,
}

/// What it can answer.
pub enum Outcome {
    /// Set.
    Reset(Arc<Account>, Option<Arc<Session>>),
    /// The code is not good.
    Bad(BadCode),
    /// No such account.
    UnknownAccount,
    /// The account may not sign in.
    Barred(Arc<Account>, Bar),
    /// The password may not be set.
    WeakPassword(Vec<Violation>),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Reset(account, session) => {
                Answer::bare(Name::PasswordReset).account(account).signed_in(session)
            }
            Outcome::Bad(bad) => bad.into(),
            Outcome::UnknownAccount => Answer::bare(Name::UnknownAccount),
            Outcome::Barred(account, bar) => Answer::barred(account, bar),
            Outcome::WeakPassword(violations) => Answer::bare(Name::WeakPassword).violating(violations),
        }
    }
}

/// What was read before deciding.
pub struct Loaded {
    account: Option<Account>,
    guarded: Guarded,
    /// The hash, made only when the code is good: a guess costs none.
    hash: Option<PasswordHash>,
}

#[async_trait]
impl Action for Input {
    type Loaded = Loaded;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        SPEC.name
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Loaded, Fault> {
        let (at, store) = (&cx.setting, &cx.services.store);
        let realm = &at.policy.realm;
        let account = match (&self.account_id, &self.name) {
            (Some(id), _) => by_public_id(id, cx).await?,
            (None, Some(name)) => store.account_by_identifier(realm, name.kind, &name.canonical).await?,
            (None, None) => None,
        };
        let guarded = Guarded::of_account(Purpose::ResetPassword, account.as_ref(), cx).await?;
        let mut loaded = Loaded { account, guarded, hash: None };
        if self.refusal(&loaded, at).is_none() {
            loaded.hash = Some(cx.services.hasher.hash(&self.new_password).await?);
        }
        Ok(loaded)
    }

    fn about(&self, loaded: &Loaded) -> About {
        About::account(loaded.account.as_ref())
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        if let Some(refusal) = self.refusal(loaded, at) {
            return Ok(refusal);
        }
        let (Some(account), Some(hash), Some(code)) = (&loaded.account, &loaded.hash, &loaded.guarded.code)
        else {
            return Ok(Decision::just(Outcome::UnknownAccount));
        };
        let update = AccountUpdate::Password { hash: hash.clone(), must_change: false };
        let mut changes = loaded.guarded.still(code, at);
        changes.extend([
            Change::SpendCode { code: code.id, at: at.now },
            Change::UpdateAccount { account: account.id, version: account.version, update, at: at.now },
            Change::EndSessions {
                account: account.id,
                version: None,
                except: None,
                reason: EndReason::PasswordChanged,
                at: at.now,
            },
        ]);
        // Both changes above move the version.
        let account =
            Account { version: account.version + 2, must_change_password: false, ..account.clone() };
        let mut session = None;
        if self.sign_in {
            let (started, change) = start_session(&account, Wish::default(), at);
            changes.push(change);
            session = Some(started);
        }
        Ok(Decision { outcome: Outcome::Reset(Arc::new(account), session), changes })
    }
}

impl Input {
    /// Why the reset is refused, if it is. The code is asked before the password's rules.
    fn refusal(&self, loaded: &Loaded, at: &Setting<'_>) -> Option<Decision<Outcome>> {
        let Some(account) = &loaded.account else { return Some(Decision::just(Outcome::UnknownAccount)) };
        let code = match loaded.guarded.compare(&self.code, at) {
            Ok(code) => code,
            Err((bad, changes)) => return Some(Decision { outcome: Outcome::Bad(bad), changes }),
        };
        if code.account != Some(account.id) {
            return Some(Decision::just(Outcome::Bad(BadCode::Unknown)));
        }
        // From here on the answer tells that the code is right.
        let refused = |outcome| Some(Decision { outcome, changes: loaded.guarded.still(code, at) });
        if let Some(bar) = account.bar(at.now) {
            return refused(Outcome::Barred(Arc::new(account.clone()), bar));
        }
        let broken = at.policy.password.violations(&self.new_password, &self.password_field);
        if broken.is_empty() { None } else { refused(Outcome::WeakPassword(broken)) }
    }
}
