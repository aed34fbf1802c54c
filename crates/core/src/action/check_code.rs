//! `check_code`: whether a code is good, without spending it unless the contract says so.

use super::codes::{BadCode, Guarded};
use super::destination::named;
use super::input::Named;
use super::send_verification::{PURPOSES, claimed, purpose};
use super::stage::{Holder, reach};
use super::{About, Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::account::Account;
use crate::change::Change;
use crate::channel::Channel;
use crate::code::{Code, Purpose, Stage};
use crate::fault::Fault;
use crate::identifier::IdentifierKind;
use crate::outcome::{Answer, Outcome as Name};
use crate::spec::{
    ActionSpec, AnswerSpec, CLAIMS, Caller, Field, Identifiers, InputSpec, Kind, OnlyWhere, OptionSpec,
    OptionValues,
};
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;

const ACCEPTED: &[Field] = &[
    Field::new("account", Kind::Claimed),
    Field::new("tokens", Kind::StageToken(Stage::ResetPassword)),
    Field::new("tokens", Kind::StageToken(Stage::CompleteRegister)),
    Field::new("expires_in", Kind::Duration),
];

/// What no message reaches, so that it takes an account to find its code.
const USERNAME: &str = IdentifierKind::Username.name();

/// Its name.
pub(super) const NAME: &str = "check_code";

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: NAME,
    sentence: "Says whether a code is good; wrong tries are counted. Consumed, it is exchanged for the token of the stage that it opens.",
    caller: Caller::Anybody,
    identifiers: Identifiers::Optional,
    claims: true,
    profile: false,
    inputs: &[InputSpec::required("code", Kind::Text), InputSpec::optional("purpose", Kind::Text)],
    options: &[
        OptionSpec { name: "purpose", values: OptionValues::Words(PURPOSES) },
        OptionSpec { name: "consume", values: OptionValues::Flag(false) },
    ],
    answers: &[AnswerSpec::new(Name::CodeAccepted, ACCEPTED)],
    failures: &[
        Name::WrongCode,
        Name::ExpiredCode,
        Name::UsedCode,
        Name::UnknownCode,
        Name::UnknownAccount,
        Name::Forbidden,
    ],
    only_with: &[],
    only_where: &[
        OnlyWhere { failures: &[Name::UnknownAccount], bound: &[&[USERNAME, CLAIMS]] },
        OnlyWhere { failures: &[Name::Forbidden], bound: &[&[USERNAME, CLAIMS]] },
    ],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct CheckCode;

#[async_trait]
impl Entry for CheckCode {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let pairs = [inputs.identifiers.clone(), inputs.claims.clone()].concat();
        let input = Input {
            names: Named::all(&pairs, cx.setting.policy),
            code: inputs.required("code")?,
            purpose: purpose(inputs, options)?,
            consume: options.flag("consume"),
        };
        perform(&input, cx).await
    }
}

/// The input of a check.
pub struct Input {
    /// The identifier and the claims that the code was asked for with.
    pub names: Vec<Named>,
    /// The code.
    pub code: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether it is spent.
    pub consume: bool,
}

/// What it can answer.
pub enum Outcome {
    /// Good for this long; whose it is, and the stage that it was exchanged for.
    Accepted(Arc<Account>, Duration, Option<Arc<Code>>),
    /// Not good.
    Bad(BadCode),
    /// No such account.
    UnknownAccount,
    /// It was asked for with other facts.
    Forbidden,
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Accepted(account, left, stage) => Answer::bare(Name::CodeAccepted)
                .account(account)
                .staged(stage)
                .with("expires_in", left.as_secs()),
            Outcome::Bad(bad) => bad.into(),
            Outcome::UnknownAccount => Answer::bare(Name::UnknownAccount),
            Outcome::Forbidden => Answer::bare(Name::Forbidden),
        }
    }
}

/// What was read before deciding.
pub struct Loaded {
    known: bool,
    guarded: Guarded,
    /// The account that the code is for, if it is for one.
    account: Option<Account>,
}

#[async_trait]
impl Action for Input {
    type Loaded = Loaded;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        NAME
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Loaded, Fault> {
        let (realm, store) = (&cx.setting.policy.realm, &cx.services.store);
        let (known, guarded) = match (named(&self.names), self.names.first()) {
            (Some(address), _) => (true, Guarded::load(self.purpose, &address.canonical, cx).await?),
            (None, Some(name)) => {
                let account = store.account_by_identifier(realm, name.kind, &name.canonical).await?;
                (account.is_some(), Guarded::of_account(self.purpose, (account.as_ref(), None), cx).await?)
            }
            (None, None) => (true, Guarded::of_link(self.purpose, &self.code, cx).await?),
        };
        let account = match guarded.code.as_ref().and_then(|code| code.account) {
            Some(id) => store.account(realm, id).await?,
            None => None,
        };
        Ok(Loaded { known, guarded, account })
    }

    fn about(&self, loaded: &Loaded) -> About {
        About { account: loaded.guarded.code.as_ref().and_then(|code| code.account), session: None }
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        if !loaded.known {
            return Ok(Decision::just(Outcome::UnknownAccount));
        }
        let code = match loaded.guarded.compare(&self.code, at) {
            Ok(code) => code,
            Err((bad, changes)) => return Ok(Decision { outcome: Outcome::Bad(bad), changes }),
        };
        if !self.same_facts(code) {
            // A right code with other facts is a try like any other, or the facts could be guessed for free.
            let changes = loaded.guarded.count_try(code, at);
            return Ok(Decision { outcome: Outcome::Forbidden, changes });
        }
        let mut changes = loaded.guarded.still(code, &self.code, at);
        let account = loaded.account.clone().unwrap_or_else(|| claimed(&code.claims, at));
        let mut left = code.expires_at.since(at.now);
        let mut stage = None;
        if self.consume {
            changes.push(Change::SpendCode { code: code.id, at: at.now });
            let reached = self.purpose.stage().and_then(|next| reach(next, Holder::of_code(code), at));
            if let Some((row, change)) = reached {
                left = row.expires_at.since(at.now);
                changes.push(change);
                stage = Some(row);
            }
        }
        Ok(Decision { outcome: Outcome::Accepted(Arc::new(account), left, stage), changes })
    }
}

impl Input {
    /// Whether every fact given is one that the code was asked for with, or the address that it was sent to.
    fn same_facts(&self, code: &Code) -> bool {
        self.names.iter().all(|name| {
            let sent_there = Channel::of(name.kind).is_some() && name.canonical == code.destination;
            let same = |(kind, canonical): &(_, String)| *kind == name.kind && *canonical == name.canonical;
            sent_there || code.claims.iter().any(same)
        })
    }
}
