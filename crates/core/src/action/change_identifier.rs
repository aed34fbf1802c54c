//! `change_identifier`: whoever is signed in takes another name or address. Where the contract says so, a new address
//! counts only once the code that is sent to it has come back.

use super::caller::unbarred;
use super::change_limits::{Unchangeable, Wished, in_the_way, noted};
use super::codes::{BadCode, Guarded};
use super::destination::{addresses, is_at, named, of_names};
use super::input::{Named, broken_names, wire_name};
use super::postage::{self, Overdrawn};
use super::proof::{Proof, prove_own};
use super::send_verification as sending;
use super::update_account::{forgotten, put, taken};
use super::{About, Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::account::Account;
use crate::authenticate::Rejection;
use crate::change::{AccountUpdate, Change};
use crate::channel::Channel;
use crate::code::Purpose;
use crate::fault::Fault;
use crate::identifier::{Identifier, IdentifierKind};
use crate::outcome::{Answer, Outcome as Name};
use crate::password::Password;
use crate::port::Tries;
use crate::spec::{
    A, ActionSpec, AnswerSpec, BAD_CODE, Caller, Field, Identifiers, InputSpec, Kind, OnlyWith, OptionSpec,
    OptionValues,
};
use crate::violation::Violation;
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;

const CODE_SENT: &[Field] = &[Field::new("account", Kind::Account), Field::new("expires_in", Kind::Duration)];

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "change_identifier",
    sentence: "Gives whoever is signed in another name or address; on confirmation, a code is sent to the new address, and the same action with that `code` makes the change.",
    caller: Caller::Session,
    identifiers: Identifiers::Some,
    claims: false,
    profile: false,
    inputs: &[
        InputSpec::optional("password", Kind::Text),
        InputSpec::optional("code", Kind::Text).failing(BAD_CODE),
    ],
    options: &[
        OptionSpec { name: "takes_effect", values: OptionValues::Words(&["at_once", "on_confirmation"]) },
        OptionSpec { name: "once", values: OptionValues::Flag(false) },
        OptionSpec { name: "needs", values: OptionValues::Words(&["password", "session"]) },
        OptionSpec { name: "tell", values: OptionValues::Words(&["truth", "always_sent"]) },
    ],
    answers: &[
        AnswerSpec::new(Name::Changed, A),
        AnswerSpec {
            outcome: Name::CodeSent,
            data: CODE_SENT,
            only_with: Some(("takes_effect", &["on_confirmation"])),
        },
    ],
    failures: &[Name::Taken, Name::WrongPassword, Name::AlreadySet, Name::TooSoon, Name::DeliveryFailed],
    only_with: &[
        OnlyWith { failures: &[Name::DeliveryFailed], option: "takes_effect", words: &["on_confirmation"] },
        OnlyWith { failures: &[Name::WrongPassword], option: "needs", words: &["password"] },
    ],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct ChangeIdentifier;

#[async_trait]
impl Entry for ChangeIdentifier {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let confirms = options.word("takes_effect") == "on_confirmation";
        let input = Input {
            names: Named::all(&inputs.identifiers, cx.setting.policy),
            password: inputs.password("password"),
            needs_password: options.word("needs") != "session",
            confirms,
            code: inputs.text("code").filter(|_| confirms),
            once: options.flag("once"),
            tell_truth: options.word("tell") == "truth",
            wire: inputs.wire.clone(),
        };
        perform(&input, cx).await
    }
}

/// The input of a change.
pub struct Input {
    /// The new identifiers, each in place of the one of its kind.
    pub names: Vec<Named>,
    /// The password so far.
    pub password: Option<Password>,
    /// Whether it must be proved. Who brings the code has proved it when asking for that.
    pub needs_password: bool,
    /// Whether a new address must be confirmed first.
    pub confirms: bool,
    /// The code that confirms it.
    pub code: Option<String>,
    /// Whether an identifier that is set stays as it is.
    pub once: bool,
    /// Whether to say before the code is right that an address is taken, or was written to just now.
    pub tell_truth: bool,
    /// The wire names of the inputs, for violations.
    pub wire: Vec<(&'static str, String)>,
}

/// What it can answer.
#[derive(Clone)]
pub enum Outcome {
    /// Changed, or as it was asked for already.
    Changed(Arc<Account>),
    /// A code is on its way to the new address.
    CodeSent(Arc<Account>, Duration),
    /// Nobody is signed in any more.
    Gone(Rejection),
    /// An identifier belongs to somebody else; whether that owner has proved it.
    Taken(IdentifierKind, bool),
    /// This one is set, and stays.
    AlreadySet(IdentifierKind),
    /// One may not change, or not yet.
    Unchangeable(Unchangeable),
    /// Not the password so far.
    WrongPassword(Option<Tries>),
    /// The code is not good.
    Bad(BadCode),
    /// Asked again too soon.
    TooSoon(Duration),
    /// There is no address among them that a code can reach.
    DeliveryFailed(Channel),
    /// The identifiers break rules.
    InvalidInput(Vec<Violation>),
    /// A budget is spent.
    Throttled(Duration),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Changed(account) => Answer::bare(Name::Changed).account(account),
            Outcome::CodeSent(account, expires_in) => {
                Answer::bare(Name::CodeSent).account(account).with("expires_in", expires_in.as_secs())
            }
            Outcome::Gone(rejection) => rejection.answer("access"),
            Outcome::Taken(kind, verified) => {
                Answer::bare(Name::Taken).with("field", kind.name()).with("verified", verified)
            }
            Outcome::AlreadySet(kind) => Answer::bare(Name::AlreadySet).with("field", kind.name()),
            Outcome::Unchangeable(why) => why.into(),
            Outcome::WrongPassword(tries) => Answer::bare(Name::WrongPassword).tried(tries),
            Outcome::Bad(bad) => bad.into(),
            Outcome::TooSoon(wait) => Answer::too_soon(wait),
            Outcome::DeliveryFailed(channel) => sending::undelivered(channel),
            Outcome::InvalidInput(violations) => Answer::bare(Name::InvalidInput).violating(violations),
            Outcome::Throttled(wait) => Answer::throttled(wait),
        }
    }
}

/// What was read and proved before deciding.
pub enum Loaded {
    /// It will not be done; whose account it is about, where there is one.
    Refused(Outcome, About),
    /// It may be done.
    Ready(Box<Ready>),
}

/// What a change is decided on.
pub struct Ready {
    account: Account,
    /// What it is to sign in by.
    wanted: Vec<Identifier>,
    /// The code that was sent to the new address.
    guarded: Guarded,
    /// Which cap on messages is reached.
    overdrawn: Option<Overdrawn>,
    /// What of it is somebody else's, which only who has the right code may hear.
    taken: Option<(IdentifierKind, bool)>,
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
        let refused = |outcome| Ok(Loaded::Refused(outcome, About::account(Some(&account))));
        if let Some(refusal) = self.impossible(&account, cx) {
            return refused(refusal);
        }
        if let Some(refusal) = self.unproved(&account, cx).await? {
            return refused(refusal);
        }
        let mut wanted = account.identifiers.clone();
        self.names.iter().for_each(|name| put(&mut wanted, name, &account));
        let wished = Wished { identifiers: &wanted, profile: &account.profile };
        if let Some(why) = in_the_way(&account, wished, cx).await? {
            return refused(Outcome::Unchangeable(why));
        }
        let taken = taken(&account, &wanted, cx).await?;
        if let Some((kind, verified)) = taken.filter(|_| self.tell_truth || !self.confirms) {
            return refused(Outcome::Taken(kind, verified));
        }
        let guarded = match named(&self.changing(&account)) {
            Some(address) if self.confirms => {
                Guarded::load(Purpose::ChangeIdentifier, &address.canonical, cx).await?
            }
            _ => Guarded::none(),
        };
        let overdrawn = match named(&self.changing(&account)) {
            Some(address) if self.confirms && self.code.is_none() => {
                postage::overdrawn(Purpose::ChangeIdentifier, &address.canonical, cx).await?
            }
            _ => None,
        };
        Ok(Loaded::Ready(Box::new(Ready { account, wanted, guarded, overdrawn, taken })))
    }

    fn about(&self, loaded: &Loaded) -> About {
        match loaded {
            Loaded::Refused(_, about) => *about,
            Loaded::Ready(ready) => About::account(Some(&ready.account)),
        }
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let Ready { account, wanted, guarded, overdrawn, taken } = match loaded {
            Loaded::Refused(refusal, _) => return Ok(Decision::just(refusal.clone())),
            Loaded::Ready(ready) => ready.as_ref(),
        };
        match &self.code {
            Some(code) => Ok(self.confirmed((account, *taken), wanted, (guarded, code), at)),
            None if self.confirms && *wanted != account.identifiers => {
                self.code_sent((account, *taken), (guarded, *overdrawn), at)
            }
            None => Ok(changed(account, wanted.clone(), Vec::new(), at)),
        }
    }
}

impl Input {
    /// The new addresses, or what is named where none of it is one: a code goes to the new address.
    fn changing(&self, account: &Account) -> Vec<Named> {
        let kept = |name: &Named| addresses(account).any(|one| is_at(one, &name.canonical));
        let new = |name: &&Named| Channel::of(name.kind).is_some() && !kept(name);
        let changing: Vec<Named> = self.names.iter().filter(new).cloned().collect();
        if changing.is_empty() { self.names.clone() } else { changing }
    }

    /// Why these identifiers cannot be set, whoever is asking.
    fn impossible(&self, account: &Account, cx: &Context<'_>) -> Option<Outcome> {
        let broken = broken_names(&self.names, &self.wire, cx.setting.policy);
        if !broken.is_empty() {
            return Some(Outcome::InvalidInput(broken));
        }
        if self.names.is_empty() {
            let first = cx.setting.policy.identifiers.first().map_or("identifier", |rule| rule.kind.name());
            return Some(Outcome::InvalidInput(vec![Violation::required(&wire_name(&self.wire, first))]));
        }
        // One code proves one address.
        let both = self.changing(account).into_iter().filter(|name| Channel::of(name.kind).is_some()).nth(1);
        if let Some(second) = both.filter(|_| self.confirms) {
            let field = wire_name(&self.wire, second.kind.name());
            return Some(Outcome::InvalidInput(vec![Violation::new(&field, "const")]));
        }
        let set = self.names.iter().find(|name| account.identifier(name.kind).is_some());
        set.filter(|_| self.once).map(|name| Outcome::AlreadySet(name.kind))
    }

    /// Why the caller may not do this, if so. The code was sent to whoever had proved the password.
    async fn unproved(&self, account: &Account, cx: &Context<'_>) -> Result<Option<Outcome>, Fault> {
        if !self.needs_password || self.code.is_some() {
            return Ok(None);
        }
        Ok(match prove_own(account, self.password.as_ref(), cx).await? {
            Proof::Throttled(wait) => Some(Outcome::Throttled(wait)),
            Proof::Wrong(tries) => Some(Outcome::WrongPassword(tries)),
            Proof::Right { .. } => None,
        })
    }

    /// Sends a code to the new address, for this account and these identifiers only.
    fn code_sent(
        &self,
        (account, taken): (&Account, Option<(IdentifierKind, bool)>),
        (guarded, overdrawn): (&Guarded, Option<Overdrawn>),
        at: &Setting<'_>,
    ) -> Result<Decision<Outcome>, Fault> {
        let to = match of_names(&self.changing(account), at) {
            Ok(to) => to,
            Err(channel) => return Ok(Decision::just(Outcome::DeliveryFailed(channel))),
        };
        let policy = at.policy.code(Purpose::ChangeIdentifier);
        let outcome = Outcome::CodeSent(Arc::new(account.clone()), policy.lifetime);
        if let Some(Overdrawn::Everybody(wait)) = overdrawn {
            return Ok(Decision::just(Outcome::Throttled(wait)));
        }
        let pretend = |outcome| Decision { outcome, changes: vec![postage::pretend(at)] };
        if taken.is_some() {
            return Ok(pretend(outcome));
        }
        if let Some(before) = &guarded.code {
            let again = before.created_at.plus(policy.resend_after);
            if at.now < again && before.used_at.is_none() {
                let told = Outcome::TooSoon(again.since(at.now));
                return Ok(if self.tell_truth { Decision::just(told) } else { pretend(outcome) });
            }
        }
        if let Some(Overdrawn::Recipient(wait)) = overdrawn {
            let told = Outcome::TooSoon(wait);
            return Ok(if self.tell_truth { Decision::just(told) } else { pretend(outcome) });
        }
        let request = sending::Input {
            action: SPEC.name,
            names: self.names.clone(),
            purpose: Purpose::ChangeIdentifier,
            by: sending::By::Code,
            create: false,
            tell_truth: true,
            wire: Vec::new(),
        };
        let newest = sending::newest_is(guarded.code.as_ref(), (request.purpose, &to.canonical), at);
        let sent = request.send(Some(account.clone()), to, &policy, at)?;
        Ok(Decision { outcome, changes: newest.into_iter().chain(sent.changes).collect() })
    }

    /// Makes the change that a code confirms, which also proves the address.
    fn confirmed(
        &self,
        (account, taken): (&Account, Option<(IdentifierKind, bool)>),
        wanted: &[Identifier],
        (guarded, presented): (&Guarded, &str),
        at: &Setting<'_>,
    ) -> Decision<Outcome> {
        let code = match guarded.compare(presented, at) {
            Ok(code) => code,
            Err((bad, changes)) => return Decision { outcome: Outcome::Bad(bad), changes },
        };
        let asked = |name: &Named| {
            code.claims.iter().any(|(kind, canonical)| *kind == name.kind && *canonical == name.canonical)
        };
        if code.account != Some(account.id) || !self.names.iter().all(asked) {
            // A right code with other names is a try like any other.
            let changes = guarded.count_try(code, at);
            return Decision { outcome: Outcome::Bad(BadCode::Unknown), changes };
        }
        if let Some((kind, verified)) = taken {
            return Decision::just(Outcome::Taken(kind, verified));
        }
        let mut changes = guarded.still(code, presented, at);
        changes.push(Change::SpendCode { code: code.id, at: at.now });
        let mut wanted = wanted.to_vec();
        for identifier in wanted.iter_mut().filter(|one| is_at(one, &code.destination)) {
            identifier.verified = true;
        }
        changed(account, wanted, changes, at)
    }
}

/// The account with these identifiers, and the changes that make it so.
fn changed(
    before: &Account,
    identifiers: Vec<Identifier>,
    mut changes: Vec<Change>,
    at: &Setting<'_>,
) -> Decision<Outcome> {
    let mut account = before.clone();
    if identifiers != before.identifiers {
        let update = AccountUpdate::Identifiers(identifiers.clone());
        changes.push(Change::UpdateAccount {
            account: before.id,
            version: before.version,
            update,
            at: at.now,
        });
        changes.extend(forgotten(before, &identifiers));
        changes.extend(noted(before, Wished { identifiers: &identifiers, profile: &before.profile }, at));
        account = Account { identifiers, version: before.version + 1, updated_at: at.now, ..before.clone() };
    }
    Decision { outcome: Outcome::Changed(Arc::new(account)), changes }
}
