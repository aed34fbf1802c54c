//! `login_by_code`: whoever holds the code that was sent is signed in; where the contract says so, an address of
//! nobody becomes an account.

use super::codes::{BadCode, Guarded};
use super::destination::is_at;
use super::held::held_by_another;
use super::input::Named;
use super::register::new_account;
use super::stage::{Holder, present, reach, token_name};
use super::start::{Wish, sign_in};
use super::{About, Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::account::Account;
use crate::authenticate::Rejection;
use crate::change::{AccountUpdate, Change};
use crate::channel::Channel;
use crate::code::{Code, Purpose, Stage};
use crate::fault::Fault;
use crate::identifier::IdentifierKind;
use crate::outcome::{Answer, Outcome as Name};
use crate::profile::{Asking, Setter};
use crate::public_id::PublicIdKind;
use crate::session::Session;
use crate::spec::{
    ActionSpec, AnswerSpec, Caller, DEVICE, Identifiers, InputSpec, Kind, OnlyWith, OptionSpec, OptionValues,
    REMEMBER, S, STAGE_TOKEN, UNAUTHENTICATED, UNKNOWN_IF_NAMED,
};
use crate::standing::Bar;
use crate::violation::Violation;
use async_trait::async_trait;
use serde_json::{Map, Value};
use std::sync::Arc;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "login_by_code",
    sentence: "Signs in whoever holds the code or the link that was sent, which also proves the address; with `create`, an address of nobody becomes an account; with `purpose: second_step` it is the code that `login` sent after the right password.",
    caller: Caller::Anybody,
    identifiers: Identifiers::Optional,
    claims: false,
    profile: true,
    inputs: &[
        InputSpec::required("code", Kind::Text),
        InputSpec::optional(STAGE_TOKEN.name, Kind::Token).failing(UNAUTHENTICATED),
        DEVICE,
        REMEMBER,
    ],
    options: &[
        OptionSpec { name: "purpose", values: OptionValues::Words(&["login", "second_step"]) },
        OptionSpec { name: "create", values: OptionValues::Flag(false) },
        OptionSpec { name: "must_change", values: OptionValues::Words(&["sign_in", "refuse"]) },
    ],
    answers: &[
        AnswerSpec::new(Name::SignedIn, S),
        AnswerSpec { outcome: Name::Registered, data: S, only_with: Some(("create", &["true"])) },
    ],
    failures: &[
        Name::WrongCode,
        Name::ExpiredCode,
        Name::UsedCode,
        Name::UnknownCode,
        Name::UnknownAccount,
        Name::Taken,
        Name::Locked,
        Name::Disabled,
        Name::Pending,
        Name::ExpiredAccount,
        Name::PasswordChangeRequired,
    ],
    only_with: &[
        OnlyWith { failures: &[Name::UnknownAccount], option: "create", words: &["false"] },
        OnlyWith { failures: &[Name::Taken], option: "create", words: &["true"] },
        OnlyWith { failures: &[Name::PasswordChangeRequired], option: "must_change", words: &["refuse"] },
    ],
    only_where: &[UNKNOWN_IF_NAMED],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct LoginByCode;

#[async_trait]
impl Entry for LoginByCode {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let token = inputs.text(STAGE_TOKEN.name);
        let input = Input {
            stage: (token.is_some() || inputs.bound(STAGE_TOKEN.name)).then_some(token),
            name: inputs.identifiers.first().and_then(|pair| Named::one(pair, cx.setting.policy)),
            code: inputs.required("code")?,
            profile: inputs.profile.clone(),
            fields: inputs.fields.clone(),
            purpose: match options.word("purpose") {
                "second_step" => Purpose::SecondStep,
                _ => Purpose::Login,
            },
            create: options.flag("create"),
            refuse_must_change: options.word("must_change") == "refuse",
            wish: Wish::of(inputs),
        };
        perform(&input, cx).await
    }
}

/// The input of a sign-in by code.
pub struct Input {
    /// The stage token of the password's step, where the contract goes on with one: it says whose code it is.
    pub stage: Option<Option<String>>,
    /// Whose code it is; a link's token says it itself.
    pub name: Option<Named>,
    /// The code.
    pub code: String,
    /// The profile of an account that is made.
    pub profile: Map<String, Value>,
    /// The wire name of each profile field, for violations.
    pub fields: Vec<(String, String)>,
    /// Which codes count: one that was asked for alone, or one that followed a password.
    pub purpose: Purpose,
    /// Whether an address of nobody becomes an account.
    pub create: bool,
    /// Whether an account that must change its password may not sign in.
    pub refuse_must_change: bool,
    /// How the session is to be.
    pub wish: Wish,
}

/// What it can answer.
pub enum Outcome {
    /// Signed in.
    SignedIn(Arc<Account>, Arc<Session>),
    /// The account is new.
    Registered(Arc<Account>, Arc<Session>),
    /// The token of the first step, by this name, is not good.
    Refused(Rejection, String),
    /// The code is not good.
    Bad(BadCode),
    /// No such account.
    UnknownAccount,
    /// The right code of an account that must change its password first, and the stage in which it can.
    PasswordChangeRequired(Arc<Account>, Option<Arc<Code>>),
    /// The account may not sign in.
    Barred(Arc<Account>, Bar),
    /// A value of this unique field is somebody else's.
    ValueTaken(String),
    /// The profile of the new account breaks rules.
    InvalidInput(Vec<Violation>),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::SignedIn(account, session) => {
                Answer::bare(Name::SignedIn).account(account).session(session)
            }
            Outcome::Registered(account, session) => {
                Answer::bare(Name::Registered).account(account).session(session)
            }
            Outcome::Refused(rejection, name) => rejection.answer(&name),
            Outcome::Bad(bad) => bad.into(),
            Outcome::UnknownAccount => Answer::bare(Name::UnknownAccount),
            Outcome::PasswordChangeRequired(account, stage) => {
                Answer::bare(Name::PasswordChangeRequired).account(account).staged(stage)
            }
            Outcome::Barred(account, bar) => Answer::barred(account, bar),
            Outcome::ValueTaken(field) => {
                Answer::bare(Name::Taken).with("field", field).with("verified", false)
            }
            Outcome::InvalidInput(violations) => Answer::bare(Name::InvalidInput).violating(violations),
        }
    }
}

/// What was read before deciding.
pub struct Loaded {
    account: Option<Account>,
    guarded: Guarded,
    /// The stage that is spent by going on, or why there is none.
    stage: Result<Option<Code>, Rejection>,
    /// What a new account would sign in by: what was named, or where the link was sent.
    name: Option<Named>,
    /// The unique field of a new account whose value is somebody's.
    held: Option<String>,
}

#[async_trait]
impl Action for Input {
    type Loaded = Loaded;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        SPEC.name
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Loaded, Fault> {
        let (realm, store) = (&cx.setting.policy.realm, &cx.services.store);
        let stage = match &self.stage {
            Some(token) => present(Stage::LoginByCode, token.as_deref(), cx).await?.map(Some),
            None => Ok(None),
        };
        let (account, guarded, name) = match (&self.name, &stage) {
            (_, Ok(Some(reached))) => {
                let account = reached.account.as_ref();
                (account.cloned(), Guarded::of_account(self.purpose, (account, None), cx).await?, None)
            }
            (_, Err(_)) => (None, Guarded::of_account(self.purpose, (None, None), cx).await?, None),
            (None, Ok(None)) => self.linked(cx).await?,
            (Some(name), Ok(None)) => {
                let account = store.account_by_identifier(realm, name.kind, &name.canonical).await?;
                let guarded = match Channel::of(name.kind) {
                    Some(_) => Guarded::load(self.purpose, &name.canonical, cx).await?,
                    None => Guarded::of_account(self.purpose, (account.as_ref(), None), cx).await?,
                };
                (account, guarded, Some(name.clone()))
            }
        };
        // As it will be kept; one that breaks rules is refused later, and by holders of the code only.
        let asking = Asking { by: Setter::Caller, now: cx.setting.now };
        let profile = cx.setting.policy.profile.complete(&self.profile, asking);
        let held = match (&account, profile) {
            (None, Ok(profile)) if self.create => held_by_another(None, &profile, cx).await?,
            _ => None,
        };
        let stage = stage.map(|reached| reached.map(|reached| reached.code));
        Ok(Loaded { account, guarded, stage, name, held })
    }

    fn about(&self, loaded: &Loaded) -> About {
        About::account(loaded.account.as_ref())
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        if let Err(rejection) = loaded.stage {
            let name = token_name(Stage::LoginByCode, at.policy);
            return Ok(Decision::just(Outcome::Refused(rejection, name)));
        }
        if loaded.account.is_none() && self.name.is_some() && !self.create {
            return Ok(Decision::just(Outcome::UnknownAccount));
        }
        let code = match loaded.guarded.compare(&self.code, at) {
            Ok(code) => code,
            Err((bad, changes)) => return Ok(Decision { outcome: Outcome::Bad(bad), changes }),
        };
        // A code that was sent to this address when it was somebody else's, or nobody's, is nothing here.
        let own = loaded.account.as_ref().map_or(code.account.is_none(), |account| code.is_for(account));
        if !own {
            return Ok(Decision::just(Outcome::Bad(BadCode::Unknown)));
        }
        // From here on the answer tells that the code is right.
        let mut guards = loaded.guarded.still(code, &self.code, at);
        if let Ok(Some(stage)) = &loaded.stage {
            guards.push(Change::SpendCode { code: stage.id, at: at.now });
        }
        match (&loaded.account, &loaded.name) {
            (Some(account), _) => Ok(self.of_account(account, code, guards, at)),
            (None, Some(_)) if loaded.held.is_some() => {
                let field = loaded.held.clone().unwrap_or_default();
                Ok(Decision { outcome: Outcome::ValueTaken(field), changes: guards })
            }
            (None, Some(name)) if self.create => Ok(self.registered(name, code, guards, at)),
            (None, _) => Ok(Decision::just(Outcome::Bad(BadCode::Unknown))),
        }
    }
}

fn signed_in(
    account: &Account,
    (code, mut changes): (&Code, Vec<Change>),
    wish: &Wish,
    at: &Setting<'_>,
) -> Decision<Outcome> {
    changes.push(Change::SpendCode { code: code.id, at: at.now });
    let mut account = account.clone();
    let proved = account.identifiers.iter_mut().find(|one| is_at(one, &code.destination));
    if let Some(address) = proved.filter(|address| !address.verified) {
        address.verified = true;
        let update = AccountUpdate::Identifiers(account.identifiers.clone());
        changes.push(Change::UpdateAccount {
            account: account.id,
            version: account.version,
            update,
            at: at.now,
        });
        (account.version, account.updated_at) = (account.version + 1, at.now);
    }
    let started = sign_in(&account, (wish, SPEC.name), at);
    changes.extend(started.changes);
    Decision { outcome: Outcome::SignedIn(Arc::new(started.account), started.session), changes }
}

impl Input {
    /// Whose link a token is of, and the address that it was sent to.
    async fn linked(&self, cx: &Context<'_>) -> Result<(Option<Account>, Guarded, Option<Named>), Fault> {
        let (realm, store) = (&cx.setting.policy.realm, &cx.services.store);
        let guarded = Guarded::of_link(self.purpose, &self.code, cx).await?;
        let Some(code) = &guarded.code else { return Ok((None, guarded, None)) };
        let to =
            code.claims.iter().find(|(kind, name)| Channel::of(*kind).is_some() && *name == code.destination);
        let kind = to.map_or(IdentifierKind::Email, |(kind, _)| *kind);
        let account = match code.account {
            Some(id) => store.account(realm, id).await?,
            None => store.account_by_identifier(realm, kind, &code.destination).await?,
        };
        let (written, canonical) = (code.destination.clone(), code.destination.clone());
        Ok((account, guarded, Some(Named { kind, written, canonical })))
    }

    /// The right code of an account.
    fn of_account(
        &self,
        account: &Account,
        code: &Code,
        mut changes: Vec<Change>,
        at: &Setting<'_>,
    ) -> Decision<Outcome> {
        let shown = || Arc::new(account.clone());
        if let Some(bar) = account.bar(at.now) {
            return Decision { outcome: Outcome::Barred(shown(), bar), changes };
        }
        if account.must_change_password && self.refuse_must_change {
            // With the stage that it opens, the code is spent: it opens one.
            let reached = reach(Stage::SetInitialPassword, Holder::of(account), at);
            let stage = reached.map(|(row, put)| {
                changes.extend([Change::SpendCode { code: code.id, at: at.now }, put]);
                row
            });
            return Decision { outcome: Outcome::PasswordChangeRequired(shown(), stage), changes };
        }
        signed_in(account, (code, changes), &self.wish, at)
    }

    fn registered(
        &self,
        name: &Named,
        code: &Code,
        mut changes: Vec<Change>,
        at: &Setting<'_>,
    ) -> Decision<Outcome> {
        let profile =
            match at.policy.profile.complete(&self.profile, Asking { by: Setter::Caller, now: at.now }) {
                Ok(profile) => profile,
                Err(broken) => {
                    let broken = broken.into_iter().map(|violation| self.at_its_member(violation)).collect();
                    return Decision { outcome: Outcome::InvalidInput(broken), changes };
                }
            };
        let mut account = new_account(std::slice::from_ref(name), (profile, None), at);
        for identifier in account.identifiers.iter_mut().filter(|one| is_at(one, &code.destination)) {
            identifier.verified = true;
        }
        let sequence = at.policy.realm_ids.contains(&PublicIdKind::Sequence);
        changes.push(Change::SpendCode { code: code.id, at: at.now });
        changes.push(Change::CreateAccount { account: Box::new(account.clone()), sequence });
        let started = sign_in(&account, (&self.wish, self.name()), at);
        changes.extend(started.changes);
        Decision { outcome: Outcome::Registered(Arc::new(started.account), started.session), changes }
    }

    /// A violation of a profile field, at the member of the request that feeds it.
    fn at_its_member(&self, violation: Violation) -> Violation {
        let fed = self.fields.iter().find(|(field, _)| violation.path.first() == Some(field));
        match fed {
            Some((_, wire)) => violation.renamed(wire),
            None => violation,
        }
    }
}
