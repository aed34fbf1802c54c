//! `confirm_verification`: whoever holds the code has proved the address that it was sent to.

use super::codes::{BadCode, Guarded};
use super::destination::{is_at, own};
use super::find::named_or_callers;
use super::input::Named;
use super::start::{Wish, sign_in};
use super::{About, Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::account::Account;
use crate::change::{AccountUpdate, Change};
use crate::code::{Code, Purpose};
use crate::fault::Fault;
use crate::identifier::Identifier;
use crate::outcome::{Answer, Outcome as Name};
use crate::session::Session;
use crate::spec::{
    ActionSpec, AnswerSpec, Caller, DEVICE, Identifiers, InputSpec, Kind, OptionSpec, OptionValues, REMEMBER,
    S, UNKNOWN_IF_NAMED,
};
use crate::standing::Bar;
use async_trait::async_trait;
use std::sync::Arc;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "confirm_verification",
    sentence: "Takes the code that was sent as proof of the account's address.",
    caller: Caller::Anybody,
    identifiers: Identifiers::Optional,
    claims: false,
    profile: false,
    inputs: &[InputSpec::required("code", Kind::Text), DEVICE, REMEMBER],
    options: &[OptionSpec { name: "sign_in", values: OptionValues::Flag(false) }],
    answers: &[AnswerSpec::new(Name::Verified, S)],
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
        Name::AlreadyVerified,
    ],
    only_with: &[],
    only_where: &[UNKNOWN_IF_NAMED],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct ConfirmVerification;

#[async_trait]
impl Entry for ConfirmVerification {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let input = Input {
            name: inputs.identifiers.first().and_then(|pair| Named::one(pair, cx.setting.policy)),
            code: inputs.required("code")?,
            sign_in: options.flag("sign_in"),
            wish: Wish::of(inputs),
        };
        perform(&input, cx).await
    }
}

/// The input of a confirmation.
pub struct Input {
    /// Which account; the caller's own when absent.
    pub name: Option<Named>,
    /// The code.
    pub code: String,
    /// Whether to sign in at once.
    pub sign_in: bool,
    /// How the session is to be.
    pub wish: Wish,
}

/// What it can answer.
pub enum Outcome {
    /// Proved; `sign_in` brings a session.
    Verified(Arc<Account>, Option<Arc<Session>>),
    /// The code is not good.
    Bad(BadCode),
    /// No such account.
    UnknownAccount,
    /// The account may not sign in.
    Barred(Arc<Account>, Bar),
    /// The address was proved before: told to its owner, and to whoever holds a right code.
    AlreadyVerified(Arc<Account>),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Verified(account, session) => {
                Answer::bare(Name::Verified).account(account).signed_in(session)
            }
            Outcome::Bad(bad) => bad.into(),
            Outcome::UnknownAccount => Answer::bare(Name::UnknownAccount),
            Outcome::Barred(account, bar) => Answer::barred(account, bar),
            Outcome::AlreadyVerified(account) => Answer::bare(Name::AlreadyVerified).account(account),
        }
    }
}

/// What was read before deciding.
pub struct Loaded {
    account: Option<Account>,
    guarded: Guarded,
}

#[async_trait]
impl Action for Input {
    type Loaded = Loaded;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        SPEC.name
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Loaded, Fault> {
        if self.name.is_none() {
            // A link's token says itself whose address it proves.
            let linked = Guarded::of_link(Purpose::Verify, &self.code, cx).await?;
            if linked.is_link() {
                let id = linked.code.as_ref().and_then(|code| code.account);
                let (realm, store) = (&cx.setting.policy.realm, &cx.services.store);
                let account = match id {
                    Some(id) => store.account(realm, id).await?,
                    None => None,
                };
                return Ok(Loaded { account, guarded: linked });
            }
        }
        let account = named_or_callers(self.name.as_ref(), cx).await?;
        let guarded =
            Guarded::of_account(Purpose::Verify, (account.as_ref(), self.name.as_ref()), cx).await?;
        Ok(Loaded { account, guarded })
    }

    fn about(&self, loaded: &Loaded) -> About {
        About::account(loaded.account.as_ref())
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let Some(account) = &loaded.account else {
            return Ok(Decision::just(match loaded.guarded.compare(&self.code, at) {
                _ if self.name.is_some() => Outcome::UnknownAccount,
                Err((bad, _)) => Outcome::Bad(bad),
                // Whose link it was is gone.
                Ok(_) => Outcome::Bad(BadCode::Unknown),
            }));
        };
        let already = self.address(account, &loaded.guarded).is_some_and(|address| address.verified);
        if already && at.caller.is_some_and(|caller| caller.account.id == account.id) {
            return Ok(Decision::just(Outcome::AlreadyVerified(Arc::new(account.clone()))));
        }
        // A code that was sent to this address when it was somebody else's is nothing here.
        let own = |code: &Code| code.is_for(account);
        let code = match (loaded.guarded.compare(&self.code, at), &loaded.guarded.code) {
            (Ok(code), _) if own(code) => code,
            (Err((BadCode::Used, _)), Some(code)) if own(code) && already => code,
            (Ok(_) | Err((BadCode::Used, _)), Some(code)) if !own(code) => {
                return Ok(Decision::just(Outcome::Bad(BadCode::Unknown)));
            }
            (Err((bad, changes)), _) => return Ok(Decision { outcome: Outcome::Bad(bad), changes }),
            (Ok(_), _) => return Ok(Decision::just(Outcome::Bad(BadCode::Unknown))),
        };
        // From here on the answer tells that the code is right.
        let mut changes = loaded.guarded.still(code, &self.code, at);
        if let Some(bar) = account.bar(at.now) {
            return Ok(Decision { outcome: Outcome::Barred(Arc::new(account.clone()), bar), changes });
        }
        if already {
            return Ok(Decision { outcome: Outcome::AlreadyVerified(Arc::new(account.clone())), changes });
        }
        changes.push(Change::SpendCode { code: code.id, at: at.now });
        Ok(self.verified(account, (code, changes), at))
    }
}

impl Input {
    /// The address in question: the one that the code was sent to, otherwise the one a code would be sent to.
    fn address<'a>(&self, account: &'a Account, guarded: &Guarded) -> Option<&'a Identifier> {
        let sent = |code: &Code| account.identifiers.iter().find(|one| is_at(one, &code.destination));
        let asked = || own(account, self.name.as_slice());
        guarded.code.as_ref().and_then(sent).or_else(asked)
    }

    fn verified(
        &self,
        account: &Account,
        (code, mut changes): (&Code, Vec<Change>),
        at: &Setting<'_>,
    ) -> Decision<Outcome> {
        let mut identifiers = account.identifiers.clone();
        for identifier in identifiers.iter_mut().filter(|one| is_at(one, &code.destination)) {
            identifier.verified = true;
        }
        changes.push(Change::UpdateAccount {
            account: account.id,
            version: account.version,
            update: AccountUpdate::Identifiers(identifiers.clone()),
            at: at.now,
        });
        let mut account =
            Account { version: account.version + 1, identifiers, updated_at: at.now, ..account.clone() };
        let mut session = None;
        if self.sign_in {
            let started = sign_in(&account, (&self.wish, self.name()), at);
            changes.extend(started.changes);
            (account, session) = (started.account, Some(started.session));
        }
        Decision { outcome: Outcome::Verified(Arc::new(account), session), changes }
    }
}
