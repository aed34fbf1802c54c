//! A realm on any store, with a hasher that counts: what tests of actions stand on.

use crate::{FakeClock, MemoryStore, SeededDice};
use async_trait::async_trait;
use doorward_core::account::Account;
use doorward_core::action::{Client, Context, Inputs, NoPreview, Options, Services, Setting, Turns, find};
use doorward_core::authenticate::{Alive, Presented, Rejection, Verifier};
use doorward_core::channel::{Channel, Channels};
use doorward_core::code::CodePolicy;
use doorward_core::fault::Fault;
use doorward_core::identifier::{Compare, IdentifierKind, IdentifierRule};
use doorward_core::key::{Algorithm, MasterKey, RealmKeys};
use doorward_core::live::LiveSessions;
use doorward_core::mail::{CodeMail, Mail, MailTexts, open_mail};
use doorward_core::outcome::{Answer, Outcome};
use doorward_core::password::{Password, PasswordHash, PasswordPolicy, Upgrade, Verdict};
use doorward_core::policy::{
    ClaimsOfAccount, NameOfAccount, Policy, RolePolicy, TokenFormat, TokenPolicy, TokenUse,
};
use doorward_core::port::{Attempt, Clock, Hasher, Limits, Settled, Store, Tries};
use doorward_core::profile::ProfileSchema;
use doorward_core::public_id::PublicIdKind;
use doorward_core::return_url::ReturnUrl;
use doorward_core::session::Session;
use doorward_core::spec::{
    ActionSpec, CLAIMS, EVERY_ACTION, IDENTIFIER, OptionValues, SECURITY, UNAUTHENTICATED,
};
use doorward_core::time::Timestamp;
use doorward_core::token::{access_id, refresh_id};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Hashes by prefixing; counts every hash of work.
#[derive(Default)]
pub struct CountingHasher(pub(crate) AtomicUsize);

#[async_trait]
impl Hasher for CountingHasher {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, Fault> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(PasswordHash::new(format!("plain:{}", String::from_utf8_lossy(&password.normalised()))))
    }

    async fn verify(
        &self,
        password: &Password,
        stored: Option<&PasswordHash>,
        _: Upgrade,
    ) -> Result<Verdict, Fault> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let expected = format!("plain:{}", String::from_utf8_lossy(&password.normalised()));
        Ok(match stored {
            Some(stored) if stored.expose() == expected => Verdict::Right { upgrade: None },
            _ => Verdict::Wrong,
        })
    }
}

struct NoLimits;

#[async_trait]
impl Limits for NoLimits {
    async fn spend(&self, _attempt: &Attempt, _now: Timestamp) -> Result<Option<Duration>, Fault> {
        Ok(None)
    }

    async fn settle(
        &self,
        _attempt: &Attempt,
        _how: Settled,
        _now: Timestamp,
    ) -> Result<Option<Tries>, Fault> {
        Ok(None)
    }
}

struct PlainMails;

impl MailTexts for PlainMails {
    fn code(&self, mail: &CodeMail<'_>) -> Mail {
        match mail.channel {
            Channel::Email => Mail::email(mail.to, mail.purpose.name(), mail.code.to_owned()),
            Channel::Sms => Mail::sms(mail.to, mail.code.to_owned()),
        }
    }

    fn link(&self, mail: &CodeMail<'_>, return_url: Option<&ReturnUrl>) -> Mail {
        let text = return_url.map_or_else(|| mail.code.to_owned(), |url| url.with_token(mail.code));
        Mail { text, ..self.code(mail) }
    }
}

/// One realm with username and e-mail, access and refresh tokens, and sequence numbers.
pub struct TestRealm {
    /// What actions reach the world through.
    pub services: Services,
    /// The clock in the test's hands.
    pub clock: FakeClock,
    /// The hasher that counts.
    pub hasher: Arc<CountingHasher>,
    /// The store below.
    pub store: Arc<dyn Store>,
    /// The contract's policy.
    pub policy: Policy,
    /// The realm's keys.
    pub keys: RealmKeys,
    /// Who sends the requests.
    pub client: Client,
    dice: Arc<SeededDice>,
}

fn token(name: &str, format: TokenFormat, minutes: u64) -> TokenPolicy {
    TokenPolicy {
        name: name.to_owned(),
        format,
        lifetime: Duration::from_secs(minutes * 60),
        longest: Some(Duration::from_secs(12 * 3600)),
        after_refresh: None,
        by_digest: false,
        used: TokenUse::Session,
        claims: ClaimsOfAccount { names: vec![("sub".to_owned(), NameOfAccount::Id)], constants: Vec::new() },
    }
}

impl TestRealm {
    /// A realm on the in-memory model, with JWTs.
    pub async fn new() -> TestRealm {
        TestRealm::with(TokenFormat::Jwt(Algorithm::Hs256)).await
    }

    /// A realm on the in-memory model, with tokens of this format.
    pub async fn with(format: TokenFormat) -> TestRealm {
        TestRealm::on(Arc::new(MemoryStore::new()), format).await
    }

    /// A realm on this store, with tokens of this format.
    pub async fn on(store: Arc<dyn Store>, format: TokenFormat) -> TestRealm {
        let clock = FakeClock::default();
        let dice = Arc::new(SeededDice::new(42));
        let hasher = Arc::new(CountingHasher::default());
        let rule = |kind, compare| IdentifierRule { kind, compare };
        let policy = Policy {
            realm: "r".to_owned(),
            contract: "c".to_owned(),
            identifiers: vec![
                rule(IdentifierKind::Username, Compare::Exact),
                rule(IdentifierKind::Email, Compare::Caseless),
            ],
            changes: Vec::new(),
            id: PublicIdKind::Sequence,
            realm_ids: vec![PublicIdKind::Sequence, PublicIdKind::Hex24],
            roles: RolePolicy { default: vec!["member".to_owned()], administrator: Some("admin".to_owned()) },
            profile: ProfileSchema::default(),
            password: PasswordPolicy { min: 2, ..PasswordPolicy::default() },
            tokens: vec![token("access", format.clone(), 30), token("refresh", format, 240)],
            prolongs: false,
            refuses_unverified: false,
            codes: BTreeMap::from_iter(doorward_core::code::Purpose::ALL.map(|purpose| {
                (purpose, CodePolicy { resend_after: Duration::ZERO, ..CodePolicy::default() })
            })),
            return_urls: Vec::new(),
            mails: Arc::new(PlainMails),
        };
        let master = Arc::new(MasterKey::new(&[9; 32]).expect("32 bytes"));
        let keys =
            RealmKeys::open("r", &policy.key_needs(), master, store.as_ref(), (clock.now(), dice.as_ref()))
                .await
                .expect("keys open");
        let services = Services {
            store: Arc::clone(&store),
            hasher: Arc::clone(&hasher) as Arc<dyn Hasher>,
            clock: Arc::new(clock.clone()),
            dice: Arc::clone(&dice) as Arc<dyn doorward_core::port::Dice>,
            limits: Arc::new(NoLimits),
            live: Arc::new(LiveSessions::default()),
            turns: Turns::default(),
            channels: Channels::ALL,
            mail_caps: doorward_core::mail_caps::MailCaps::unlimited(),
            mail_queued: Arc::new(|| {}),
        };
        let client = Client {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            user_agent: "test".to_owned(),
            request_id: "1".to_owned(),
            language: "en".to_owned(),
        };
        TestRealm { services, clock, hasher, store, policy, keys, client, dice }
    }

    /// A request's context.
    pub fn context<'a>(&'a self, caller: Option<&'a Alive>) -> Context<'a> {
        let setting = Setting {
            policy: &self.policy,
            keys: &self.keys,
            client: &self.client,
            caller,
            now: self.clock.now(),
            dice: self.dice.as_ref(),
            channels: self.services.channels,
            mail_caps: self.services.mail_caps,
        };
        Context { setting, services: &self.services, preview: &NoPreview }
    }

    /// Runs an action for nobody in particular.
    pub async fn run(&self, action: &str, inputs: Inputs, options: &[(&'static str, &str)]) -> Answer {
        self.run_as(action, inputs, options, None).await
    }

    /// Runs an action for somebody signed in.
    pub async fn run_as(
        &self,
        action: &str,
        inputs: Inputs,
        options: &[(&'static str, &str)],
        caller: Option<&Alive>,
    ) -> Answer {
        let entry = find(action).expect("a known action");
        let options = with_defaults(entry.spec(), options);
        let answer = entry.run(&inputs, &options, &self.context(caller)).await.expect("no fault");
        let catalogued = possible(entry.spec(), answer.outcome, &options, &|name| match name {
            IDENTIFIER => !inputs.identifiers.is_empty(),
            CLAIMS => !inputs.claims.is_empty(),
            SECURITY => caller.is_some(),
            name => {
                let named = |(kind, _): &(IdentifierKind, String)| kind.name() == name;
                inputs.identifiers.iter().any(named) || inputs.bound(name) || inputs.value(name).is_some()
            }
        });
        assert!(catalogued, "{action} with {options:?} gave {:?}", answer.outcome);
        answer
    }

    /// Registers somebody, with an e-mail address made of the name.
    pub async fn register(&self, username: &str, password: &str) -> Arc<Account> {
        let email = format!("{username}@example.com");
        let inputs = Inputs {
            identifiers: vec![
                (IdentifierKind::Username, username.to_owned()),
                (IdentifierKind::Email, email),
            ],
            ..named("password", password)
        };
        self.run("register", inputs, &[]).await.account.expect("registered")
    }

    /// Signs somebody in.
    pub async fn login(&self, username: &str, password: &str) -> Answer {
        self.run("login", by_name(username, "password", password), &[]).await
    }

    /// Checks a token.
    pub async fn check(&self, token: &str, raw: &str) -> Result<Alive, Rejection> {
        let verifier = Verifier {
            policy: &self.policy,
            keys: &self.keys,
            store: self.store.as_ref(),
            live: &self.services.live,
            now: self.clock.now(),
        };
        verifier.check(&Presented { token, raw: Some(raw), accept_expired: false }).await.expect("no fault")
    }

    /// A token of a session as the HTTP face would make it, in JWT form.
    pub fn mint(&self, kind: &str, session: &Session) -> String {
        let now = self.clock.now();
        let (jti, exp) = if kind == "refresh" {
            (refresh_id(session, self.keys.refresh()), session.expires_at)
        } else {
            (access_id(session, self.dice.as_ref()), now.plus(Duration::from_secs(1800)))
        };
        let key = &self.keys.verifiers(kind)[0];
        let header = json!({"alg": key.algorithm().name()}).to_string();
        let claims = json!({"sub": "x", "exp": exp.seconds(), "jti": jti}).to_string();
        key.sign(&header, &claims).expect("signed")
    }

    /// How many hashes of work were done.
    pub fn hashes(&self) -> usize {
        self.hasher.0.load(Ordering::SeqCst)
    }

    /// The newest code in the outbox.
    pub async fn mailed_code(&self) -> String {
        self.newest_mail().await.text
    }

    /// The newest message in the outbox.
    pub async fn newest_mail(&self) -> Mail {
        let mails = self.store.due_mails(self.clock.now(), 100).await.expect("no fault");
        let newest = mails.last().expect("a mail");
        open_mail(newest.id, &newest.sealed, self.keys.master()).expect("opens")
    }
}

/// These options, and those that are left out as the catalogue has them.
fn with_defaults(spec: &ActionSpec, given: &[(&'static str, &str)]) -> Options {
    let given = given.iter().map(|(name, word)| (*name, (*word).to_owned()));
    let mut options = Options(given.collect());
    for option in spec.options {
        let word = match option.values {
            OptionValues::Words(words) => words[0],
            OptionValues::Flag(true) => "true",
            OptionValues::Flag(false) => "false",
            OptionValues::Duration => continue,
        };
        if !options.0.iter().any(|(name, _)| *name == option.name) {
            options.0.push((option.name, word.to_owned()));
        }
    }
    options
}

/// Whether a contract with these options and inputs would have to answer this outcome. It is the promise that what is
/// never answered by the catalogue never happens.
fn possible(spec: &ActionSpec, outcome: Outcome, options: &Options, bound: &dyn Fn(&str) -> bool) -> bool {
    let has = |(option, words): (&str, &[&str])| bound(option) || words.contains(&options.word(option));
    let by_options = spec.only_with.iter().filter(|rule| rule.failures.contains(&outcome));
    let by_inputs = spec.only_where.iter().filter(|rule| rule.failures.contains(&outcome));
    let own = spec.answers.iter().any(|answer| answer.outcome == outcome && answer.only_with.is_none_or(has));
    let of_inputs = spec.inputs.iter().any(|input| input.failures.contains(&outcome) && bound(input.name));
    let failure = (spec.failures.contains(&outcome) || of_inputs)
        && by_options.into_iter().all(|rule| has((rule.option, rule.words)))
        && by_inputs.flat_map(|rule| rule.bound).all(|names| names.iter().any(|name| bound(name)));
    let signed_in = UNAUTHENTICATED.contains(&outcome) && (spec.caller.signed_in() || bound(SECURITY));
    own || failure || signed_in || EVERY_ACTION.contains(&outcome)
}

/// Inputs of one named value.
pub fn named(name: &'static str, value: &str) -> Inputs {
    Inputs { values: vec![(name, Value::from(value))], ..Inputs::default() }
}

/// Inputs of a username and one named value.
pub fn by_name(username: &str, name: &'static str, value: &str) -> Inputs {
    Inputs { identifiers: vec![(IdentifierKind::Username, username.to_owned())], ..named(name, value) }
}
