//! `reset_password`: a new password for whoever holds the code, the link or the stage token; every session ends.

use super::codes::{BadCode, Guarded, overtaken};
use super::find::by_public_id;
use super::input::{Named, wire_name};
use super::stage::{present, token_name};
use super::start::{Wish, sign_in};
use super::{About, Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::account::Account;
use crate::authenticate::Rejection;
use crate::change::{AccountUpdate, Change};
use crate::code::{Code, Purpose, Stage};
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::password::{Password, PasswordHash};
use crate::session::{EndReason, Session};
use crate::spec::{
    ActionSpec, AnswerSpec, BAD_CODE, Caller, DEVICE, IDENTIFIER, Identifiers, InputSpec, Kind, OnlyWhere,
    OptionSpec, OptionValues, REMEMBER, S, STAGE_TOKEN,
};
use crate::standing::Bar;
use crate::violation::Violation;
use async_trait::async_trait;
use std::sync::Arc;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "reset_password",
    sentence: "Sets a new password for whoever holds the code (a link's token needs no identifier) or the stage token, and ends every session.",
    caller: Caller::Anybody,
    identifiers: Identifiers::Optional,
    claims: false,
    profile: false,
    inputs: &[
        InputSpec::optional("account_id", Kind::Any),
        InputSpec::optional("code", Kind::Text).either().failing(BAD_CODE),
        STAGE_TOKEN,
        InputSpec::required("new_password", Kind::Text),
        DEVICE,
        REMEMBER,
    ],
    options: &[OptionSpec { name: "sign_in", values: OptionValues::Flag(false) }],
    answers: &[AnswerSpec::new(Name::PasswordReset, S)],
    failures: &[
        Name::UnknownAccount,
        Name::Locked,
        Name::Disabled,
        Name::Pending,
        Name::ExpiredAccount,
        Name::WeakPassword,
    ],
    only_with: &[],
    only_where: &[OnlyWhere {
        failures: &[Name::UnknownAccount],
        bound: &[&[IDENTIFIER, "account_id"], &["code"]],
    }],
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
        let input = Input {
            name: inputs.identifiers.first().and_then(|pair| Named::one(pair, cx.setting.policy)),
            account_id: inputs.loose_text("account_id"),
            code: inputs.loose_text("code"),
            stage_token: inputs.text("stage_token"),
            new_password: Password::new(inputs.required("new_password")?),
            sign_in: options.flag("sign_in"),
            wish: Wish::of(inputs),
            wire: inputs.wire.clone(),
        };
        if input.stage_token.is_none() && input.code.is_none() && inputs.bound("code") {
            let missing = Violation::required(&inputs.wire_name("code"));
            return Ok(Answer::bare(Name::InvalidInput).violating(vec![missing]));
        }
        perform(&input, cx).await
    }
}

/// The input of a reset.
pub struct Input {
    /// Who, by identifier.
    pub name: Option<Named>,
    /// Who, by public id.
    pub account_id: Option<String>,
    /// The code, or a link's token.
    pub code: Option<String>,
    /// The stage token: it counts before any code.
    pub stage_token: Option<String>,
    /// The password to set.
    pub new_password: Password,
    /// Whether to sign in at once.
    pub sign_in: bool,
    /// How the session is to be.
    pub wish: Wish,
    /// The wire names of the inputs, for violations.
    pub wire: Vec<(&'static str, String)>,
}

/// What it can answer.
pub enum Outcome {
    /// Set.
    Reset(Arc<Account>, Option<Arc<Session>>),
    /// The code is not good.
    Bad(BadCode),
    /// The stage token with this name is not good.
    Refused(Rejection, String),
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
            Outcome::Refused(rejection, token) => rejection.answer(&token),
            Outcome::UnknownAccount => Answer::bare(Name::UnknownAccount),
            Outcome::Barred(account, bar) => Answer::barred(account, bar),
            Outcome::WeakPassword(violations) => Answer::bare(Name::WeakPassword).violating(violations),
        }
    }
}

/// What was read before deciding.
pub struct Loaded {
    account: Option<Account>,
    right: Right,
    /// The hash, made only when code or token is good: a guess costs none.
    hash: Option<PasswordHash>,
}

/// By what right the password is set.
enum Right {
    /// The code that was sent, with its tallies.
    Code(Guarded),
    /// The stage that was reached, or why there is none.
    Stage(Result<Code, Rejection>),
}

#[async_trait]
impl Action for Input {
    type Loaded = Loaded;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        SPEC.name
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Loaded, Fault> {
        let (account, right) = match &self.code {
            Some(code) if self.stage_token.is_none() => self.load_code(code, cx).await?,
            _ => match present(Stage::ResetPassword, self.stage_token.as_deref(), cx).await? {
                Ok(reached) => (reached.account, Right::Stage(Ok(reached.code))),
                Err(rejection) => (None, Right::Stage(Err(rejection))),
            },
        };
        let mut loaded = Loaded { account, right, hash: None };
        if self.judged(&loaded, &cx.setting).is_ok() {
            loaded.hash = Some(cx.services.hasher.hash(&self.new_password).await?);
        }
        Ok(loaded)
    }

    fn about(&self, loaded: &Loaded) -> About {
        About::account(loaded.account.as_ref())
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let (account, code, mut changes) = match self.judged(loaded, at) {
            Ok(judged) => judged,
            Err(refusal) => return Ok(refusal),
        };
        let Some(hash) = &loaded.hash else {
            return Err(Fault::Internal("a password that may be set was not hashed".to_owned()));
        };
        let update = AccountUpdate::Password { hash: hash.clone(), must_change: false };
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
        changes.extend(overtaken(account, Some(code)));
        // The password and the end of the sessions move the version.
        let mut account =
            Account { version: account.version + 2, must_change_password: false, ..account.clone() };
        let mut session = None;
        if self.sign_in {
            let started = sign_in(&account, (&self.wish, self.name()), at);
            changes.extend(started.changes);
            (account, session) = (started.account, Some(started.session));
        }
        Ok(Decision { outcome: Outcome::Reset(Arc::new(account), session), changes })
    }
}

impl Input {
    async fn load_code(&self, code: &str, cx: &Context<'_>) -> Result<(Option<Account>, Right), Fault> {
        let store = &cx.services.store;
        let realm = &cx.setting.policy.realm;
        let account = match (&self.account_id, &self.name) {
            (Some(id), _) => by_public_id(id, cx).await?,
            (None, Some(name)) => store.account_by_identifier(realm, name.kind, &name.canonical).await?,
            // A link's token says itself whose it is.
            (None, None) => {
                let guarded = Guarded::of_link(Purpose::ResetPassword, code, cx).await?;
                let account = match guarded.code.as_ref().and_then(|code| code.account) {
                    Some(id) => store.account(realm, id).await?,
                    None => None,
                };
                return Ok((account, Right::Code(guarded)));
            }
        };
        let guarded =
            Guarded::of_account(Purpose::ResetPassword, (account.as_ref(), self.name.as_ref()), cx).await?;
        Ok((account, Right::Code(guarded)))
    }

    /// Whose password is set and what is spent for it, with the guards; or why it is refused. The code is asked
    /// before the password's rules.
    fn judged<'l>(
        &self,
        loaded: &'l Loaded,
        at: &Setting<'_>,
    ) -> Result<(&'l Account, &'l Code, Vec<Change>), Decision<Outcome>> {
        let named = self.name.is_some() || self.account_id.is_some();
        let unknown = Decision::just(Outcome::UnknownAccount);
        let (account, code, guards) = match (&loaded.right, &loaded.account) {
            (Right::Stage(Err(rejection)), _) => {
                let token = token_name(Stage::ResetPassword, at.policy);
                return Err(Decision::just(Outcome::Refused(*rejection, token)));
            }
            (Right::Stage(Ok(code)), Some(account)) => (account, code, Vec::new()),
            // A stage of nobody's is none of this action's.
            (Right::Stage(Ok(_)), None) => {
                let token = token_name(Stage::ResetPassword, at.policy);
                return Err(Decision::just(Outcome::Refused(Rejection::Invalid, token)));
            }
            (Right::Code(guarded), account) if account.is_some() || !named => {
                let presented = self.code.as_deref().unwrap_or_default();
                let compared = guarded.compare(presented, at);
                let code =
                    compared.map_err(|(bad, changes)| Decision { outcome: Outcome::Bad(bad), changes })?;
                // Nobody was named, and whose link it was is gone.
                let gone = || Decision::just(Outcome::Bad(BadCode::Unknown));
                let account = account.as_ref().ok_or_else(gone)?;
                (account, code, guarded.still(code, presented, at))
            }
            _ => return Err(unknown),
        };
        if !code.is_for(account) {
            return Err(Decision::just(Outcome::Bad(BadCode::Unknown)));
        }
        // From here on the answer tells that the code is right.
        if let Some(bar) = account.bar(at.now) {
            let outcome = Outcome::Barred(Arc::new(account.clone()), bar);
            return Err(Decision { outcome, changes: guards });
        }
        let field = wire_name(&self.wire, "new_password");
        let broken = at.policy.password.violations(&self.new_password, &field);
        if broken.is_empty() {
            return Ok((account, code, guards));
        }
        Err(Decision { outcome: Outcome::WeakPassword(broken), changes: guards })
    }
}
