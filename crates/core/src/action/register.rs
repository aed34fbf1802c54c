//! `register`: makes an account, and signs it in where the contract says so.

use super::codes::{BadCode, Guarded};
use super::destination::{is_at, of_names};
use super::held::held_by_another;
use super::input::{Named, broken_names, wire_name};
use super::login::{self, SIGNED_IN};
use super::postage::{self, Overdrawn};
use super::send_verification::{self as sending, By};
use super::start::{Wish, sign_in};
use super::{Action, Context, Decision, Entry, Inputs, Options, Setting, perform, record};
use crate::account::{Account, AccountId};
use crate::change::Change;
use crate::channel::Channel;
use crate::code::Purpose;
use crate::fault::Fault;
use crate::identifier::{Identifier, IdentifierKind};
use crate::outcome::{Answer, Outcome as Name};
use crate::password::{Password, PasswordHash};
use crate::policy::Policy;
use crate::port::uuid_v7;
use crate::profile::{Asking, Setter};
use crate::public_id::PublicIdKind;
use crate::session::Session;
use crate::spec::{
    ActionSpec, AnswerSpec, BAD_CODE, Caller, DEVICE, Field, Identifiers, InputSpec, Kind, OnlyWith,
    OptionSpec, OptionValues, REMEMBER, S,
};
use crate::standing::{Standing, Status};
use crate::violation::Violation;
use async_trait::async_trait;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

/// What `verify` says where a proof of the address is mailed.
const MAILED: &[&str] = &["code", "link"];

/// With `sign_in` the session comes at once, and the proof of the address in its own time.
const CODE_SENT: &[Field] = &[
    Field::new("account", Kind::Account),
    Field::new("session", Kind::Session),
    Field::new("tokens", Kind::Tokens),
    Field::new("expires_in", Kind::Duration),
];

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "register",
    sentence: "Makes an account from identifiers, a password and a profile.",
    caller: Caller::Anybody,
    identifiers: Identifiers::Some,
    claims: false,
    profile: true,
    inputs: &[
        InputSpec::optional("password", Kind::Text).where_bound(),
        InputSpec::optional("code", Kind::Text).failing(BAD_CODE),
        DEVICE,
        REMEMBER,
    ],
    options: &[
        OptionSpec { name: "sign_in", values: OptionValues::Flag(false) },
        OptionSpec { name: "while_signed_in", values: OptionValues::Words(&["register", "refuse"]) },
        OptionSpec { name: "approval", values: OptionValues::Words(&["none", "required"]) },
        OptionSpec { name: "verify", values: OptionValues::Words(&["none", "code", "link"]) },
        OptionSpec { name: "on_taken_with_password", values: OptionValues::Words(&["refuse", "sign_in"]) },
    ],
    answers: &[
        AnswerSpec::new(Name::Registered, S).only_with("verify", &["none"]),
        AnswerSpec::new(Name::CodeSent, CODE_SENT).only_with("verify", MAILED),
        AnswerSpec::new(Name::SignedIn, SIGNED_IN).only_with("on_taken_with_password", &["sign_in"]),
    ],
    failures: &[Name::Taken, Name::WeakPassword, Name::AlreadySignedIn, Name::TooSoon, Name::DeliveryFailed],
    only_with: &[
        OnlyWith { failures: &[Name::AlreadySignedIn], option: "while_signed_in", words: &["refuse"] },
        OnlyWith { failures: &[Name::TooSoon, Name::DeliveryFailed], option: "verify", words: MAILED },
    ],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct Register;

#[async_trait]
impl Entry for Register {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let caller = cx.setting.caller.filter(|_| options.word("while_signed_in") == "refuse");
        if let Some(caller) = caller {
            let answer = Answer::bare(Name::AlreadySignedIn).account(Arc::clone(&caller.account));
            record(SPEC.name, &answer, cx).await?;
            return Ok(answer);
        }
        let input = Input {
            identifiers: Named::all(&inputs.identifiers, cx.setting.policy),
            proved: None,
            password: inputs.password("password"),
            profile: inputs.profile.clone(),
            setter: Setter::Caller,
            sign_in: options.flag("sign_in"),
            needs_approval: options.word("approval") == "required",
            must_change: false,
            address: Address {
                code: inputs.loose_text("code"),
                mailed: match options.word("verify") {
                    "code" => Some(By::Code),
                    "link" => Some(By::Link(None)),
                    _ => None,
                },
            },
            wish: Wish::of(inputs),
            wire: inputs.wire.clone(),
        };
        let answer = perform(&input, cx).await?;
        match input.known((&answer, options), cx.setting.policy) {
            Some(login) => Ok(login_or(answer, perform(&login, cx).await?)),
            None => Ok(answer),
        }
    }
}

/// Whoever registers anew with the password that is right already is signed in. A wrong one, or an account that may not
/// sign in, is told no more than that the name is taken; a spent budget is told as everywhere.
fn login_or(taken: Answer, login: Answer) -> Answer {
    if matches!(login.outcome, Name::SignedIn | Name::Throttled) { login } else { taken }
}

/// The input of a registration; an operator's `account create` is one too.
pub struct Input {
    /// What the account will sign in by.
    pub identifiers: Vec<Named>,
    /// The canonical address among them that is proved, if one is.
    pub proved: Option<String>,
    /// Its password; an account may have none, and then signs in by other means.
    pub password: Option<Password>,
    /// Its profile, as given.
    pub profile: Map<String, Value>,
    /// Who is asking.
    pub setter: Setter,
    /// Whether to sign in at once.
    pub sign_in: bool,
    /// How the session is to be.
    pub wish: Wish,
    /// Whether it waits for somebody's approval before it can sign in.
    pub needs_approval: bool,
    /// Whether the password must be changed at the first sign-in.
    pub must_change: bool,
    /// How its address is proved.
    pub address: Address,
    /// The wire names of the inputs, for violations; an input that is not listed goes by its own name.
    pub wire: Vec<(&'static str, String)>,
}

/// How a new account proves its address, if it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// By a code that was asked for to sign up, or a link's token.
    pub code: Option<String>,
    /// By what is mailed to it now.
    pub mailed: Option<By>,
}

/// What it can answer.
pub enum Outcome {
    /// The account is there; `sign_in` brings a session.
    Registered(Arc<Account>, Option<Arc<Session>>),
    /// The account is there, and a proof of its address is asked for; `sign_in` brings a session.
    CodeSent(Arc<Account>, Duration, Option<Arc<Session>>),
    /// The code that should prove the address is not good.
    Bad(BadCode),
    /// Such a message went to this address just now.
    TooSoon(Duration),
    /// Too many messages were asked for from here, or sent in all.
    Throttled(Duration),
    /// There is no address to send to, or none that can be reached on this channel.
    DeliveryFailed(Channel),
    /// An identifier belongs to somebody else; whether that owner has proved it.
    Taken(IdentifierKind, bool),
    /// A value of this unique field is somebody else's.
    ValueTaken(String),
    /// The password may not be set.
    WeakPassword(Vec<Violation>),
    /// Identifiers or profile break rules.
    InvalidInput(Vec<Violation>),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Registered(account, session) => {
                Answer::bare(Name::Registered).account(account).signed_in(session)
            }
            Outcome::CodeSent(account, expires_in, session) => Answer::bare(Name::CodeSent)
                .account(account)
                .signed_in(session)
                .with("expires_in", expires_in.as_secs()),
            Outcome::Bad(bad) => bad.into(),
            Outcome::TooSoon(wait) => Answer::too_soon(wait),
            Outcome::Throttled(wait) => Answer::throttled(wait),
            Outcome::DeliveryFailed(channel) => sending::undelivered(channel),
            Outcome::Taken(kind, verified) => {
                Answer::bare(Name::Taken).with("field", kind.name()).with("verified", verified)
            }
            Outcome::ValueTaken(field) => {
                Answer::bare(Name::Taken).with("field", field).with("verified", false)
            }
            Outcome::WeakPassword(violations) => Answer::bare(Name::WeakPassword).violating(violations),
            Outcome::InvalidInput(violations) => Answer::bare(Name::InvalidInput).violating(violations),
        }
    }
}

/// What was read before deciding.
pub enum Loaded {
    /// Rules are broken: nothing was read.
    Broken(Broken),
    /// This identifier has an owner.
    Taken(IdentifierKind, bool),
    /// The value of this unique field is somebody's.
    ValueTaken(String),
    /// The proof of the address is not good, or none can be mailed; and what is written all the same.
    Unproved(Refusal, Vec<Change>),
    /// Everything is free; here is the profile and the hash, and what proves an address.
    Free(Map<String, Value>, Option<PasswordHash>, Proof),
}

/// What proves an address of a new account.
#[derive(Default)]
pub struct Proof {
    /// What is spent for it.
    spent: Vec<Change>,
    /// The canonical address, where one is proved by a code.
    destination: Option<String>,
}

/// Why an address cannot be proved.
#[derive(Clone, Copy)]
pub enum Refusal {
    /// The code is not good.
    Bad(BadCode),
    /// Another message is to wait for so long.
    TooSoon(Duration),
    /// Too many messages were asked for from here, or sent in all.
    Throttled(Duration),
    /// There is no address that can be reached, on this channel.
    Unreachable(Channel),
}

/// The two ways of breaking rules.
#[derive(Clone)]
pub enum Broken {
    /// Identifiers or profile.
    Input(Vec<Violation>),
    /// The password.
    Password(Vec<Violation>),
}

#[async_trait]
impl Action for Input {
    type Loaded = Loaded;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        SPEC.name
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Loaded, Fault> {
        let policy = cx.setting.policy;
        let profile = match self.checked(cx) {
            Ok(profile) => profile,
            Err(broken) => return Ok(Loaded::Broken(broken)),
        };
        // The code comes first: only who has proved the address hears whether it is taken.
        let proof = match self.by_code(cx).await? {
            Ok(proof) => proof,
            Err((refusal, changes)) => return Ok(Loaded::Unproved(refusal, changes)),
        };
        for name in &self.identifiers {
            let owner =
                cx.services.store.account_by_identifier(&policy.realm, name.kind, &name.canonical).await?;
            if let Some(owner) = owner {
                let verified = owner.identifier(name.kind).is_some_and(|identifier| identifier.verified);
                return Ok(Loaded::Taken(name.kind, verified));
            }
        }
        if let Some(field) = held_by_another(None, &profile, cx).await? {
            return Ok(Loaded::ValueTaken(field));
        }
        if let Some(refusal) = self.unsendable(cx).await? {
            return Ok(Loaded::Unproved(refusal, Vec::new()));
        }
        let hash = match &self.password {
            Some(password) => Some(cx.services.hasher.hash(password).await?),
            None => None,
        };
        Ok(Loaded::Free(profile, hash, proof))
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let (profile, hash, proof) = match loaded {
            Loaded::Unproved(refusal, changes) => {
                let outcome = match refusal {
                    Refusal::Bad(bad) => Outcome::Bad(*bad),
                    Refusal::TooSoon(wait) => Outcome::TooSoon(*wait),
                    Refusal::Throttled(wait) => Outcome::Throttled(*wait),
                    Refusal::Unreachable(channel) => Outcome::DeliveryFailed(*channel),
                };
                return Ok(Decision { outcome, changes: changes.clone() });
            }
            Loaded::Broken(Broken::Input(violations)) => {
                return Ok(Decision::just(Outcome::InvalidInput(violations.clone())));
            }
            Loaded::Broken(Broken::Password(violations)) => {
                return Ok(Decision::just(Outcome::WeakPassword(violations.clone())));
            }
            Loaded::Taken(kind, verified) => return Ok(Decision::just(Outcome::Taken(*kind, *verified))),
            Loaded::ValueTaken(field) => return Ok(Decision::just(Outcome::ValueTaken(field.clone()))),
            Loaded::Free(profile, hash, proof) => (profile, hash, proof),
        };
        let status = if self.needs_approval { Status::Pending } else { Status::Active };
        let mut account = Account {
            standing: Standing { status, ..Standing::default() },
            must_change_password: self.must_change,
            ..new_account(&self.identifiers, (profile.clone(), hash.clone()), at)
        };
        let proved = proof.destination.as_ref().or(self.proved.as_ref());
        for identifier in &mut account.identifiers {
            identifier.verified = proved.is_some_and(|destination| is_at(identifier, destination));
        }
        let sequence = at.policy.realm_ids.contains(&PublicIdKind::Sequence);
        let mut changes = proof.spent.clone();
        changes.push(Change::CreateAccount { account: Box::new(account.clone()), sequence });
        let mut session = None;
        if self.sign_in && !self.needs_approval {
            let started = sign_in(&account, (&self.wish, self.name()), at);
            changes.extend(started.changes);
            (account, session) = (started.account, Some(started.session));
        }
        if let Some((by, to)) = self.address.mailed.as_ref().zip(of_names(&self.identifiers, at).ok()) {
            changes.extend(sending::of_account((SPEC.name, by), &account, (Purpose::Verify, to), at)?);
            let lifetime = at.policy.code(Purpose::Verify).lifetime;
            return Ok(Decision {
                outcome: Outcome::CodeSent(Arc::new(account), lifetime, session),
                changes,
            });
        }
        Ok(Decision { outcome: Outcome::Registered(Arc::new(account), session), changes })
    }
}

/// What proves an address, or why it is not proved with what is written all the same.
type Proved = Result<Proof, (Refusal, Vec<Change>)>;

impl Input {
    /// The sign-in of whoever registered before, where the contract wants one.
    fn known(&self, (answer, options): (&Answer, &Options), policy: &Policy) -> Option<login::Input> {
        let wanted = answer.outcome == Name::Taken && options.word("on_taken_with_password") == "sign_in";
        let taken = |name: &&Named| answer.datum("field").and_then(Value::as_str) == Some(name.kind.name());
        let name = self.identifiers.iter().find(taken).filter(|_| wanted)?;
        Some(login::Input {
            name: name.clone(),
            password: self.password.clone()?,
            wish: self.wish.clone(),
            sessions: login::Sessions::Many,
            second_step: false,
            refuse_unverified: policy.refuses_unverified,
            refuse_must_change: true,
        })
    }

    /// What proves the address where a code does.
    async fn by_code(&self, cx: &Context<'_>) -> Result<Proved, Fault> {
        let at = &cx.setting;
        let Some(code) = &self.address.code else { return Ok(Ok(Proof::default())) };
        let guarded = self.asked_for(cx).await?;
        Ok(match guarded.compare(code, at) {
            Ok(right) => {
                let mut spent = guarded.still(right, code, at);
                spent.push(Change::SpendCode { code: right.id, at: at.now });
                Ok(Proof { spent, destination: Some(right.destination.clone()) })
            }
            Err((bad, changes)) => Err((Refusal::Bad(bad), changes)),
        })
    }

    /// Why no proof can be sent now, where one should be.
    async fn unsendable(&self, cx: &Context<'_>) -> Result<Option<Refusal>, Fault> {
        let at = &cx.setting;
        if self.address.mailed.is_none() || self.address.code.is_some() {
            return Ok(None);
        }
        let to = match of_names(&self.identifiers, at) {
            Ok(to) => to,
            Err(channel) => return Ok(Some(Refusal::Unreachable(channel))),
        };
        let before = cx.services.store.code(&at.policy.realm, Purpose::Verify, &to.canonical).await?;
        let wait = at.policy.code(Purpose::Verify).resend_after;
        let again = before.filter(|code| code.used_at.is_none()).map(|code| code.created_at.plus(wait));
        if let Some(again) = again.filter(|again| at.now < *again) {
            return Ok(Some(Refusal::TooSoon(again.since(at.now))));
        }
        let overdrawn = postage::overdrawn(Purpose::Verify, &to.canonical, cx).await?;
        Ok(overdrawn.map(|overdrawn| match overdrawn {
            Overdrawn::Recipient(wait) => Refusal::TooSoon(wait),
            Overdrawn::Everybody(wait) => Refusal::Throttled(wait),
        }))
    }

    /// The code that was asked for to sign up, at whichever of the addresses it is.
    async fn asked_for(&self, cx: &Context<'_>) -> Result<Guarded, Fault> {
        let mut kept = Guarded::none();
        for name in self.identifiers.iter().filter(|name| Channel::of(name.kind).is_some()) {
            kept = kept.newer(Guarded::load(Purpose::SignUp, &name.canonical, cx).await?);
        }
        Ok(kept)
    }

    /// The completed profile, or the rules that the input breaks.
    fn checked(&self, cx: &Context<'_>) -> Result<Map<String, Value>, Broken> {
        let policy = cx.setting.policy;
        let mut violations = broken_names(&self.identifiers, &self.wire, policy);
        if self.identifiers.is_empty() {
            let first = policy.identifiers.first().map_or("identifier", |rule| rule.kind.name());
            violations.push(Violation::required(&wire_name(&self.wire, first)));
        }
        let profile = policy.profile.complete(&self.profile, Asking { by: self.setter, now: cx.setting.now });
        let broken = self
            .password
            .as_ref()
            .map(|password| policy.password.violations(password, &wire_name(&self.wire, "password")));
        match (profile, broken.filter(|broken| !broken.is_empty())) {
            (Err(mut more), _) => {
                violations.append(&mut more);
                Err(Broken::Input(violations))
            }
            (Ok(_), _) if !violations.is_empty() => Err(Broken::Input(violations)),
            (Ok(_), Some(broken)) => Err(Broken::Password(broken)),
            (Ok(profile), None) => Ok(profile),
        }
    }
}

/// An account as it is when it is made: nothing of it is proved yet.
pub(super) fn new_account(
    names: &[Named],
    (mut profile, password): (Map<String, Value>, Option<PasswordHash>),
    at: &Setting<'_>,
) -> Account {
    at.policy.profile.generate(&mut profile, at.dice);
    let identifier = |name: &Named| Identifier {
        kind: name.kind,
        written: name.written.clone(),
        canonical: name.canonical.clone(),
        verified: false,
    };
    Account {
        id: AccountId(uuid_v7(at.now, at.dice)),
        realm: at.policy.realm.clone(),
        version: 1,
        identifiers: names.iter().map(identifier).collect(),
        public_ids: at.policy.realm_ids.iter().filter_map(|kind| kind.draw(at.dice)).collect(),
        password,
        profile,
        roles: at.policy.roles.default.clone(),
        must_change_password: false,
        standing: Standing::default(),
        created_at: at.now,
        updated_at: at.now,
        last_login: None,
    }
}
