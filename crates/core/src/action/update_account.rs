//! `update_account`: whoever is signed in changes what they sign in by, their profile and their password. A changed
//! address is not proved any more.

use super::caller::unbarred;
use super::change_limits::{Unchangeable, Wished, in_the_way, noted};
use super::change_password::new_password;
use super::codes::overtaken;
use super::destination::{addresses, is_at};
use super::held::held_by_another;
use super::input::{Named, broken_names, wire_name};
use super::proof::{Proof, prove_own};
use super::{About, Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::account::Account;
use crate::authenticate::Rejection;
use crate::change::{AccountUpdate, Change};
use crate::code::Purpose;
use crate::fault::Fault;
use crate::identifier::{Identifier, IdentifierKind};
use crate::outcome::{Answer, Outcome as Name};
use crate::password::{Password, PasswordHash};
use crate::port::Tries;
use crate::profile::{Asking, Setter};
use crate::public_id::PublicIdKind;
use crate::session::SessionId;
use crate::spec::{
    A, ActionSpec, AnswerSpec, Caller, Identifiers, InputSpec, Kind, OnlyWith, OptionSpec, OptionValues,
};
use crate::violation::Violation;
use async_trait::async_trait;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "update_account",
    sentence: "Changes the identifiers, the profile and the password of whoever is signed in.",
    caller: Caller::Session,
    identifiers: Identifiers::Any,
    claims: false,
    profile: true,
    inputs: &[
        InputSpec::optional("remove", Kind::Any),
        InputSpec::optional("new_password", Kind::Text),
        InputSpec::optional("password", Kind::Text),
    ],
    options: &[OptionSpec { name: "needs", values: OptionValues::Words(&["password", "session"]) }],
    answers: &[AnswerSpec::new(Name::Updated, A)],
    failures: &[Name::Taken, Name::WrongPassword, Name::WeakPassword, Name::AlreadySet, Name::TooSoon],
    only_with: &[OnlyWith { failures: &[Name::WrongPassword], option: "needs", words: &["password"] }],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct UpdateAccount;

#[async_trait]
impl Entry for UpdateAccount {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let Some(caller) = cx.setting.caller else { return Ok(Rejection::Missing.answer("access")) };
        let Some(mut remove) = names(inputs.value("remove")) else {
            let broken = Violation::of_type(&inputs.wire_name("remove"), "array");
            return Ok(Answer::bare(Name::InvalidInput).violating(vec![broken]));
        };
        remove.extend(inputs.removed.iter().map(|kind| kind.name().to_owned()));
        let input = Input {
            session: caller.session.id,
            identifiers: Named::all(&inputs.identifiers, cx.setting.policy),
            profile: inputs.profile.clone(),
            remove,
            new_password: inputs.password("new_password"),
            password: inputs.password("password"),
            needs_password: options.word("needs") != "session",
            setter: Setter::Caller,
            wire: inputs.wire.clone(),
        };
        perform(&input, cx).await
    }
}

/// A list of names; nothing when it is something else.
pub(super) fn names(value: Option<&Value>) -> Option<Vec<String>> {
    let Some(value) = value else { return Some(Vec::new()) };
    value.as_array()?.iter().map(|name| name.as_str().map(str::to_owned)).collect()
}

/// The input of an update.
pub struct Input {
    /// The caller's session, which goes on.
    pub session: SessionId,
    /// The new identifiers, each in place of the one of its kind.
    pub identifiers: Vec<Named>,
    /// The profile fields to set.
    pub profile: Map<String, Value>,
    /// The identifiers and profile fields to remove; a field takes its default again.
    pub remove: Vec<String>,
    /// The password to set.
    pub new_password: Option<Password>,
    /// The password so far.
    pub password: Option<Password>,
    /// Whether it must be proved before identifiers or the password change.
    pub needs_password: bool,
    /// Who is asking.
    pub setter: Setter,
    /// The wire names of the inputs, for violations; an input that is not listed goes by its own name.
    pub wire: Vec<(&'static str, String)>,
}

/// What it can answer.
#[derive(Clone)]
pub enum Outcome {
    /// Changed, or as it was asked for already.
    Updated(Arc<Account>),
    /// Nobody is signed in any more.
    Gone(Rejection),
    /// An identifier belongs to somebody else; whether that owner has proved it.
    Taken(IdentifierKind, bool),
    /// A value of this unique field is somebody else's.
    ValueTaken(String),
    /// A value may not change, or not yet.
    Unchangeable(Unchangeable),
    /// Not the password so far.
    WrongPassword(Option<Tries>),
    /// The password may not be set.
    WeakPassword(Vec<Violation>),
    /// Identifiers, profile or names break rules.
    InvalidInput(Vec<Violation>),
    /// A budget is spent.
    Throttled(Duration),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Updated(account) => Answer::bare(Name::Updated).account(account),
            Outcome::Gone(rejection) => rejection.answer("access"),
            Outcome::Taken(kind, verified) => {
                Answer::bare(Name::Taken).with("field", kind.name()).with("verified", verified)
            }
            Outcome::ValueTaken(field) => {
                Answer::bare(Name::Taken).with("field", field).with("verified", false)
            }
            Outcome::Unchangeable(why) => why.into(),
            Outcome::WrongPassword(tries) => Answer::bare(Name::WrongPassword).tried(tries),
            Outcome::WeakPassword(violations) => Answer::bare(Name::WeakPassword).violating(violations),
            Outcome::InvalidInput(violations) => Answer::bare(Name::InvalidInput).violating(violations),
            Outcome::Throttled(wait) => Answer::throttled(wait),
        }
    }
}

/// What was read, proved and hashed before deciding.
pub enum Loaded {
    /// It will not be done; whose account it is about, where there is one.
    Refused(Outcome, About),
    /// The account, what becomes of it, and the hash of its new password.
    Ready(Box<Account>, Wanted, Option<PasswordHash>),
}

/// What the account is to have.
#[derive(Clone)]
pub struct Wanted {
    pub(super) identifiers: Vec<Identifier>,
    pub(super) profile: Map<String, Value>,
}

impl Wanted {
    fn wished(&self) -> Wished<'_> {
        Wished { identifiers: &self.identifiers, profile: &self.profile }
    }
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
        let wanted = match self.wanted(&account, &cx.setting) {
            Ok(wanted) => wanted,
            Err(violations) => return refused(Outcome::InvalidInput(violations)),
        };
        if let Some(why) = in_the_way(&account, wanted.wished(), cx).await? {
            return refused(Outcome::Unchangeable(why));
        }
        if let Some(refusal) = self.unproved(&account, &wanted, cx).await? {
            return refused(refusal);
        }
        if let Some((kind, verified)) = taken(&account, &wanted.identifiers, cx).await? {
            return refused(Outcome::Taken(kind, verified));
        }
        if let Some(field) = held_by_another(Some(account.id), &wanted.profile, cx).await? {
            return refused(Outcome::ValueTaken(field));
        }
        let Some(password) = &self.new_password else {
            return Ok(Loaded::Ready(Box::new(account), wanted, None));
        };
        let broken = cx.setting.policy.password.violations(password, &wire_name(&self.wire, "new_password"));
        if !broken.is_empty() {
            return refused(Outcome::WeakPassword(broken));
        }
        let hash = cx.services.hasher.hash(password).await?;
        Ok(Loaded::Ready(Box::new(account), wanted, Some(hash)))
    }

    fn about(&self, loaded: &Loaded) -> About {
        match loaded {
            Loaded::Refused(_, about) => *about,
            Loaded::Ready(account, ..) => About::account(Some(account)),
        }
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let (before, wanted, hash) = match loaded {
            Loaded::Refused(refusal, _) => return Ok(Decision::just(refusal.clone())),
            Loaded::Ready(account, wanted, hash) => (account, wanted, hash),
        };
        let mut account = Account::clone(before);
        let mut changes = Vec::new();
        let mut update = |account: &mut Account, update| {
            let (id, version) = (account.id, account.version);
            changes.push(Change::UpdateAccount { account: id, version, update, at: at.now });
            (account.version, account.updated_at) = (version + 1, at.now);
        };
        if wanted.identifiers != account.identifiers {
            update(&mut account, AccountUpdate::Identifiers(wanted.identifiers.clone()));
            account.identifiers.clone_from(&wanted.identifiers);
        }
        if wanted.profile != account.profile {
            update(&mut account, AccountUpdate::Profile(wanted.profile.clone()));
            account.profile.clone_from(&wanted.profile);
        }
        changes.extend(forgotten(before, &wanted.identifiers));
        changes.extend(noted(before, wanted.wished(), at));
        if let Some(hash) = hash {
            let set = new_password((&account, account.version), hash, Some(self.session), at);
            account.version += set.len() as u64;
            (account.password, account.must_change_password) = (Some(hash.clone()), false);
            account.updated_at = at.now;
            changes.extend(set);
            changes.extend(overtaken(before, None));
        }
        Ok(Decision { outcome: Outcome::Updated(Arc::new(account)), changes })
    }
}

impl Input {
    /// What the account is to have, or the rules that the input breaks.
    pub(super) fn wanted(&self, account: &Account, at: &Setting<'_>) -> Result<Wanted, Vec<Violation>> {
        let policy = at.policy;
        let unchanged = |name: &&Named| {
            account.identifier(name.kind).is_some_and(|identifier| identifier.written == name.written)
        };
        let set: Vec<Named> = self.identifiers.iter().filter(|name| !unchanged(name)).cloned().collect();
        let mut violations = broken_names(&set, &self.wire, policy);
        let removed = |name: &str| self.remove.iter().any(|removed| removed == name);
        let known = |name: &String| {
            let identifier = IdentifierKind::from_name(name).and_then(|kind| policy.identifier(kind));
            identifier.is_some() || policy.profile.settable(name, self.setter)
        };
        if !self.remove.iter().all(known) {
            violations.push(Violation::new(&wire_name(&self.wire, "remove"), "enum"));
        }
        let mut identifiers = account.identifiers.clone();
        identifiers.retain(|identifier| !removed(identifier.kind.name()));
        for name in &set {
            put(&mut identifiers, name, account);
        }
        // Without the identifier that is its id, or without any, nobody could name the account.
        let id = match &policy.id {
            PublicIdKind::Identifier(kind) => Some(*kind),
            _ => None,
        };
        let gone = account.identifiers.iter().map(|identifier| identifier.kind).find(|kind| {
            let left = identifiers.iter().any(|identifier| identifier.kind == *kind);
            !left && (identifiers.is_empty() || id == Some(*kind))
        });
        violations.extend(gone.map(|kind| Violation::required(&wire_name(&self.wire, kind.name()))));
        let asking = Asking { by: self.setter, now: at.now };
        match policy.profile.changed(&account.profile, &self.profile, &self.remove, asking) {
            Ok(profile) if violations.is_empty() => Ok(Wanted { identifiers, profile }),
            Ok(_) => Err(violations),
            Err(more) => {
                violations.extend(more);
                Err(violations)
            }
        }
    }

    /// Why the caller may not change what opens the account, if so and if it changes.
    async fn unproved(
        &self,
        account: &Account,
        wanted: &Wanted,
        cx: &Context<'_>,
    ) -> Result<Option<Outcome>, Fault> {
        let key = |identifier: &Identifier| (identifier.kind, identifier.canonical.clone());
        let same = account.identifiers.iter().map(key).eq(wanted.identifiers.iter().map(key));
        if !self.needs_password || (same && self.new_password.is_none()) {
            return Ok(None);
        }
        Ok(match prove_own(account, self.password.as_ref(), cx).await? {
            Proof::Throttled(wait) => Some(Outcome::Throttled(wait)),
            Proof::Wrong(tries) => Some(Outcome::WrongPassword(tries)),
            Proof::Right { .. } => None,
        })
    }
}

/// Puts an identifier in place of the one of its kind. Only another spelling of the same is still proved.
pub(super) fn put(identifiers: &mut Vec<Identifier>, name: &Named, account: &Account) {
    let before = account.identifier(name.kind).filter(|before| before.canonical == name.canonical);
    let new = Identifier {
        kind: name.kind,
        written: name.written.clone(),
        canonical: name.canonical.clone(),
        verified: before.is_some_and(|before| before.verified),
    };
    match identifiers.iter_mut().find(|identifier| identifier.kind == name.kind) {
        Some(old) => *old = new,
        None => identifiers.push(new),
    }
}

/// The identifier that is somebody else's, if one is; and whether that owner has proved it.
pub(super) async fn taken(
    account: &Account,
    wanted: &[Identifier],
    cx: &Context<'_>,
) -> Result<Option<(IdentifierKind, bool)>, Fault> {
    for one in wanted.iter().filter(|one| !account.identifiers.contains(one)) {
        let store = &cx.services.store;
        let owner = store.account_by_identifier(&account.realm, one.kind, &one.canonical).await?;
        if let Some(owner) = owner.filter(|owner| owner.id != account.id) {
            let verified = owner.identifier(one.kind).is_some_and(|identifier| identifier.verified);
            return Ok(Some((one.kind, verified)));
        }
    }
    Ok(None)
}

/// The codes that were sent to an address which is not the account's any more.
pub(super) fn forgotten(before: &Account, wanted: &[Identifier]) -> Vec<Change> {
    let gone = addresses(before).filter(|address| !wanted.iter().any(|one| is_at(one, &address.canonical)));
    let forget = |address: &Identifier| {
        Purpose::ALL.map(|purpose| Change::DropCodes {
            realm: before.realm.clone(),
            purpose,
            destination: address.canonical.clone(),
        })
    };
    gone.flat_map(forget).collect()
}
