//! `send_verification`: sends a code or a link that proves control of an address.

pub(super) use super::claimed::claimed;
use super::codes::code_mac;
use super::destination::{self, Destination};
use super::input::{Named, broken_names};
use super::postage::{self, Overdrawn};
use super::{About, Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::account::Account;
use crate::authenticate::{ACCESS, Rejection};
use crate::change::{Change, SealedMail};
use crate::channel::Channel;
use crate::code::{Code, CodePolicy, Purpose};
use crate::fault::Fault;
use crate::identifier::{Identifier, IdentifierKind};
use crate::mail::{CodeMail, Mail, seal_mail};
use crate::outcome::{Answer, Outcome as Name};
use crate::port::{draw_text, uuid_v7};
use crate::return_url::ReturnUrl;
use crate::spec::{
    ActionSpec, AnswerSpec, CLAIMS, Caller, Field, Identifiers, InputSpec, Kind, OnlyWhere, OnlyWith,
    OptionSpec, OptionValues,
};
use crate::stage_token::stage_id;
use crate::standing::Bar;
use crate::time::Timestamp;
use crate::violation::Violation;
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;

/// What an answer offers that a code is on its way.
pub(super) const SENT: &[Field] = &[
    Field::new("account", Kind::Claimed),
    Field::new("expires_in", Kind::Duration),
    Field::new("retry_after", Kind::Duration),
];

/// The failures of whoever asks for a message to an account's own address: all tell something of the account.
pub(super) const OF_AN_ACCOUNT: &[Name] = &[
    Name::UnknownAccount,
    Name::Locked,
    Name::Disabled,
    Name::Pending,
    Name::ExpiredAccount,
    Name::TooSoon,
    Name::DeliveryFailed,
];

/// Whether a code or a link is sent.
pub(super) const BY: OptionSpec = OptionSpec { name: "by", values: OptionValues::Words(&["code", "link"]) };

/// Where a link leads instead of the contract's own page.
pub(super) const RETURN_URL: InputSpec =
    InputSpec::optional("return_url", Kind::Text).failing(&[Name::UnlistedUrl]);

/// The purposes a code can be asked for.
pub(super) const PURPOSES: &[&str] = &["sign_up", "verify", "reset_password", "change_identifier", "login"];

/// Those among them that are about an account there is.
const ACCOUNT_PURPOSES: &[&str] = &["verify", "reset_password", "change_identifier", "login"];

/// What it fails by, where it tells.
const TOLD: &[Name] = &[
    Name::UnknownAccount,
    Name::Taken,
    Name::AlreadyVerified,
    Name::TooSoon,
    Name::DeliveryFailed,
    Name::Forbidden,
    Name::Locked,
    Name::Disabled,
    Name::Pending,
    Name::ExpiredAccount,
];

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "send_verification",
    sentence: "Sends a code or a link that proves control of an address: the one that is named, or the caller's own.",
    caller: Caller::Anybody,
    identifiers: Identifiers::OneOrCaller,
    claims: true,
    profile: false,
    inputs: &[InputSpec::optional("purpose", Kind::Text), RETURN_URL],
    options: &[
        OptionSpec { name: "purpose", values: OptionValues::Words(PURPOSES) },
        BY,
        OptionSpec { name: "tell", values: OptionValues::Words(&["always_sent", "truth"]) },
    ],
    answers: &[AnswerSpec::new(Name::Sent, SENT)],
    failures: TOLD,
    only_with: &[
        OnlyWith { failures: TOLD, option: "tell", words: &["truth"] },
        OnlyWith { failures: &[Name::Taken], option: "purpose", words: &["sign_up"] },
        OnlyWith { failures: &[Name::AlreadyVerified], option: "purpose", words: &["verify"] },
        OnlyWith {
            failures: &[
                Name::UnknownAccount,
                Name::Forbidden,
                Name::Locked,
                Name::Disabled,
                Name::Pending,
                Name::ExpiredAccount,
            ],
            option: "purpose",
            words: ACCOUNT_PURPOSES,
        },
    ],
    only_where: &[OnlyWhere { failures: &[Name::Forbidden], bound: &[&[CLAIMS]] }],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct SendVerification;

#[async_trait]
impl Entry for SendVerification {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let policy = cx.setting.policy;
        let named = inputs.identifiers.first().and_then(|pair| Named::one(pair, policy));
        let callers = || cx.setting.caller.and_then(|caller| own_name(&caller.account));
        let Some(first) = named.or_else(callers) else { return Ok(Rejection::Missing.answer(ACCESS)) };
        let mut names = vec![first];
        names.extend(Named::all(&inputs.claims, policy));
        let input = Input {
            action: SPEC.name,
            names,
            purpose: purpose(inputs, options)?,
            by: By::read(inputs, options),
            create: false,
            tell_truth: options.word("tell") == "truth",
            wire: inputs.wire.clone(),
        };
        perform(&input, cx).await
    }
}

/// The caller's own address, or else what they sign in by: that has no address, and is told so.
fn own_name(account: &Account) -> Option<Named> {
    let address = destination::own(account, &[]);
    address.map(Named::of).or_else(|| Named::first_of(account))
}

/// The purpose: the input where the binding gives one, the option otherwise.
pub(super) fn purpose(inputs: &Inputs, options: &Options) -> Result<Purpose, Fault> {
    let word = inputs.text("purpose").unwrap_or_else(|| options.word("purpose").to_owned());
    Purpose::from_name(&word)
        .ok_or_else(|| Fault::Internal("a purpose the checker should have refused".to_owned()))
}

/// The changes that send a code or a link for an account to this address, whatever was sent before. It is asked for with every
/// name of the account.
pub(super) fn of_account(
    (action, by): (&'static str, &By),
    account: &Account,
    (purpose, to): (Purpose, Destination),
    at: &Setting<'_>,
) -> Result<Vec<Change>, Fault> {
    let names = account.identifiers.iter().map(Named::of).collect();
    let by = by.clone();
    let request = Input { action, names, purpose, by, create: false, tell_truth: true, wire: Vec::new() };
    let sent = request.send(Some(account.clone()), to, &at.policy.code(purpose), at)?;
    Ok(sent.changes)
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// A code.
    Code,
    /// A link, which leads to the contract's own page or to this address.
    Link(Option<String>),
}

impl By {
    /// What the option `by` says, and the address that the request asks for.
    pub(super) fn read(inputs: &Inputs, options: &Options) -> By {
        if options.word("by") == "link" { By::Link(inputs.text("return_url")) } else { By::Code }
    }

    /// Where a link leads, if the request says so; nothing where that is not on the contract's list.
    fn return_url(&self, at: &Setting<'_>) -> Option<Option<ReturnUrl>> {
        let By::Link(Some(asked)) = self else { return Some(None) };
        let url = ReturnUrl::parse(asked)?;
        at.policy.return_urls.iter().any(|allowed| url.within(allowed)).then_some(Some(url))
    }
}

/// The input of the request.
pub struct Input {
    /// The action that asks.
    pub action: &'static str,
    /// The identifier, then the claims.
    pub names: Vec<Named>,
    /// What for.
    pub purpose: Purpose,
    /// What is sent.
    pub by: By,
    /// Whether an address of nobody gets a code too, with which an account can be made.
    pub create: bool,
    /// Whether failures are told, or everything looks sent.
    pub tell_truth: bool,
    /// The wire names of the inputs, for violations.
    pub wire: Vec<(&'static str, String)>,
}

/// What it can answer.
pub enum Outcome {
    /// On its way, or made to look so.
    Sent(Arc<Account>, Duration, Duration),
    /// No such account.
    UnknownAccount,
    /// To sign up, everything named must be free.
    Taken(IdentifierKind),
    /// The address was proved before: nothing is sent.
    AlreadyVerified(Arc<Account>),
    /// A claim is not the account's.
    Forbidden,
    /// Asked again too soon, or too often.
    TooSoon(Duration),
    /// Too many messages were asked for from here, or sent in all.
    Throttled(Duration),
    /// There is no address to send to, or none that can be reached on this channel.
    DeliveryFailed(Channel),
    /// The account may not sign in.
    Barred(Arc<Account>, Bar),
    /// The return URL is not on the contract's list.
    UnlistedUrl,
    /// What is named could not sign up.
    InvalidInput(Vec<Violation>),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Sent(account, expires_in, retry_after) => Answer::bare(Name::Sent)
                .account(account)
                .with("expires_in", expires_in.as_secs())
                .with("retry_after", retry_after.as_secs()),
            Outcome::UnknownAccount => Answer::bare(Name::UnknownAccount),
            Outcome::Taken(kind) => {
                Answer::bare(Name::Taken).with("field", kind.name()).with("verified", false)
            }
            Outcome::AlreadyVerified(account) => Answer::bare(Name::AlreadyVerified).account(account),
            Outcome::Forbidden => Answer::bare(Name::Forbidden),
            Outcome::TooSoon(wait) => Answer::too_soon(wait),
            Outcome::Throttled(wait) => Answer::throttled(wait),
            Outcome::DeliveryFailed(channel) => undelivered(channel),
            Outcome::Barred(account, bar) => Answer::barred(account, bar),
            Outcome::UnlistedUrl => Answer::bare(Name::UnlistedUrl),
            Outcome::InvalidInput(violations) => Answer::bare(Name::InvalidInput).violating(violations),
        }
    }
}

/// No message can go out on this channel.
pub(super) fn undelivered(channel: Channel) -> Answer {
    Answer::bare(Name::DeliveryFailed).with("channel", channel.name())
}

/// What was read before deciding.
pub struct Loaded {
    /// The owner of each name, in their order.
    owners: Vec<Option<Account>>,
    /// The code before, for the destination this one goes to.
    before: Option<Code>,
    /// Which cap is reached.
    overdrawn: Option<Overdrawn>,
}

impl Loaded {
    /// The account that the first name belongs to.
    pub(super) fn named_first(&self) -> Option<&Account> {
        self.owners.first().and_then(Option::as_ref)
    }
}

#[async_trait]
impl Action for Input {
    type Loaded = Loaded;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        self.action
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Loaded, Fault> {
        let (realm, store) = (&cx.setting.policy.realm, &cx.services.store);
        let mut owners = Vec::with_capacity(self.names.len());
        for name in &self.names {
            owners.push(store.account_by_identifier(realm, name.kind, &name.canonical).await?);
        }
        // Also where there is no address: then the read only takes its time.
        let destination = self.destination(owners.first().and_then(Option::as_ref), &cx.setting);
        let to = destination.unwrap_or_else(|_| self.named());
        let before = store.code(realm, self.purpose, &to.canonical).await?;
        let overdrawn = postage::overdrawn(self.purpose, &to.canonical, cx).await?;
        Ok(Loaded { owners, before, overdrawn })
    }

    fn about(&self, loaded: &Loaded) -> About {
        // At sign-up nobody is meant; otherwise the first name says whose code it is, though the answer may not.
        About::account(
            loaded.owners.first().and_then(Option::as_ref).filter(|_| self.purpose != Purpose::SignUp),
        )
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let policy = at.policy.code(self.purpose);
        // Nothing of any account is in this answer.
        if self.by.return_url(at).is_none() {
            return Ok(Decision::just(Outcome::UnlistedUrl));
        }
        if let Some(Overdrawn::Everybody(wait)) = loaded.overdrawn {
            return Ok(Decision::just(Outcome::Throttled(wait)));
        }
        let account = match self.addressee(loaded, at.now) {
            Ok(account) => account,
            Err(failure) => return self.told(failure, at, &policy),
        };
        if account.is_none() {
            let broken = broken_names(&self.names, &self.wire, at.policy);
            if !broken.is_empty() {
                return self.told(Outcome::InvalidInput(broken), at, &policy);
            }
        }
        let to = match self.destination(account.as_ref(), at) {
            Ok(to) => to,
            Err(channel) => return self.told(Outcome::DeliveryFailed(channel), at, &policy),
        };
        if let Some(account) = account.as_ref().filter(|account| self.proved(account, &to)) {
            return self.told(Outcome::AlreadyVerified(Arc::new(account.clone())), at, &policy);
        }
        if let Some(before) = &loaded.before {
            let again = before.created_at.plus(policy.resend_after);
            if at.now < again && before.used_at.is_none() {
                return self.told(Outcome::TooSoon(again.since(at.now)), at, &policy);
            }
        }
        if let Some(Overdrawn::Recipient(wait)) = loaded.overdrawn {
            return self.told(Outcome::TooSoon(wait), at, &policy);
        }
        let newest = newest_is(loaded.before.as_ref(), (self.purpose, &to.canonical), at);
        let mut decision = self.send(account, to, &policy, at)?;
        decision.changes.splice(0..0, newest);
        Ok(decision)
    }
}

/// The guard that nobody else has sent a code there since the decision looked; none where nobody has to wait for
/// another.
pub(super) fn newest_is(
    before: Option<&Code>,
    (purpose, destination): (Purpose, &str),
    at: &Setting<'_>,
) -> Option<Change> {
    let (realm, destination) = (at.policy.realm.clone(), destination.to_owned());
    let waits = !at.policy.code(purpose).resend_after.is_zero();
    waits.then(|| Change::NewestIs { realm, purpose, destination, code: before.map(|code| code.id) })
}

impl Input {
    /// The account the code is for (none where there is to be one), or why none is sent.
    fn addressee(&self, loaded: &Loaded, now: Timestamp) -> Result<Option<Account>, Outcome> {
        if self.purpose == Purpose::SignUp {
            let taken = self.names.iter().zip(&loaded.owners).find(|(_, owner)| owner.is_some());
            return taken.map_or(Ok(None), |(name, _)| Err(Outcome::Taken(name.kind)));
        }
        let Some(account) = loaded.owners.first().and_then(Clone::clone) else {
            return if self.create { Ok(None) } else { Err(Outcome::UnknownAccount) };
        };
        // Asked first: a stranger who names an address that is not the account's learns nothing of its standing.
        let owns = |owner: &Option<Account>| owner.as_ref().is_some_and(|owner| owner.id == account.id);
        if !loaded.owners.iter().all(owns) {
            return Err(Outcome::Forbidden);
        }
        match account.bar(now) {
            Some(bar) => Err(Outcome::Barred(Arc::new(account), bar)),
            None => Ok(Some(account)),
        }
    }

    /// Where the code goes: the account's own address, or the one that is named where there is to be an account.
    fn destination(&self, account: Option<&Account>, at: &Setting<'_>) -> Result<Destination, Channel> {
        match account.filter(|_| self.purpose != Purpose::SignUp) {
            Some(account) => destination::of_account(account, &self.names, at),
            None => destination::of_names(&self.names, at),
        }
    }

    /// Whether a code would prove what is proved already.
    fn proved(&self, account: &Account, to: &Destination) -> bool {
        let there = |one: &&Identifier| destination::is_at(one, &to.canonical);
        self.purpose == Purpose::Verify
            && account.identifiers.iter().find(there).is_some_and(|one| one.verified)
    }

    /// What the request names first, as if it could be reached.
    fn named(&self) -> Destination {
        let first = self.names.first();
        let to = first.map(|name| Destination::new(name.kind, &name.written, &name.canonical));
        to.unwrap_or_else(|| Destination::new(IdentifierKind::Email, "", ""))
    }

    /// A failure, or what looks like success where the contract does not tell: the work is the same, so that the
    /// time it takes tells nothing either, and nothing of it is kept.
    fn told(
        &self,
        failure: Outcome,
        at: &Setting<'_>,
        policy: &CodePolicy,
    ) -> Result<Decision<Outcome>, Fault> {
        if self.tell_truth {
            return Ok(Decision::just(failure));
        }
        let outcome = self.send(None, self.named(), policy, at)?.outcome;
        Ok(Decision { outcome, changes: vec![postage::pretend(at)] })
    }

    /// An account that holds only what the request claims, as written.
    fn claimed(&self, at: &Setting<'_>) -> Account {
        let names: Vec<_> = self.names.iter().map(|name| (name.kind, name.canonical.clone())).collect();
        let mut account = claimed(&names, at);
        for (identifier, name) in account.identifiers.iter_mut().zip(&self.names) {
            identifier.written.clone_from(&name.written);
        }
        account
    }

    /// Sends a code to this address.
    pub(super) fn send(
        &self,
        account: Option<Account>,
        to: Destination,
        policy: &CodePolicy,
        at: &Setting<'_>,
    ) -> Result<Decision<Outcome>, Fault> {
        let id = uuid_v7(at.now, at.dice);
        let clear = match &self.by {
            By::Code => draw_text(&policy.alphabet, policy.length, at.dice),
            By::Link(_) => stage_id(id, self.purpose, at.keys.code()),
        };
        let code = Code {
            id,
            realm: at.policy.realm.clone(),
            purpose: self.purpose,
            destination: to.canonical.clone(),
            account: account.as_ref().map(|account| account.id),
            claims: self.names.iter().map(|name| (name.kind, name.canonical.clone())).collect(),
            mac: code_mac(id, &clear, at.keys.code()),
            created_at: at.now,
            expires_at: at.now.plus(policy.lifetime),
            used_at: None,
        };
        let about = account.unwrap_or_else(|| self.claimed(at));
        let mail = CodeMail {
            purpose: self.purpose,
            account: &about,
            channel: to.channel,
            to: &to.written,
            code: &clear,
            expires_in: policy.lifetime,
            language: &at.client.language,
        };
        let rendered = match &self.by {
            By::Code => at.policy.mails.code(&mail),
            By::Link(_) => at.policy.mails.link(&mail, self.by.return_url(at).flatten().as_ref()),
        };
        let language = Some(at.client.language.clone());
        let mail = Mail { purpose: Some(self.purpose), language, ..rendered };
        let mail_id = uuid_v7(at.now, at.dice);
        let sealed = seal_mail(mail_id, &mail, at.keys.master(), at.dice)?;
        let sealed = SealedMail::queued(mail_id, &at.policy.realm, sealed, (at.now, code.expires_at));
        // Where nothing is told of the account, the answer holds only what the request says anyway.
        let shown = if self.tell_truth { about } else { self.claimed(at) };
        let outcome = Outcome::Sent(Arc::new(shown), policy.lifetime, policy.resend_after);
        let mut changes = postage::spend(self.purpose, &to.canonical, at);
        changes.extend([Change::PutCode(Box::new(code)), Change::QueueMail(sealed)]);
        Ok(Decision { outcome, changes })
    }
}
