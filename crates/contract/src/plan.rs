//! A compiled contract: total, nothing left to decide. Whoever runs it never looks at the file again.

pub use crate::account_plan::{AccountPlan, Recipe, TokenPlan};
pub use crate::cors_plan::{Allowed, CorsPlan, Preflight};

use crate::compile::ReplyTrace;
use crate::expression::Typed;
use crate::mails::Mails;
use crate::schema::Schema;
use crate::template::CompiledTemplate;
use crate::wording::Wording;
use doorward_core::action::{Entry, Options};
use doorward_core::code::{CodePolicy, Purpose, Stage};
use doorward_core::identifier::IdentifierKind;
use doorward_core::outcome::Outcome;
use doorward_core::password::PasswordPolicy;
use doorward_core::policy::Policy;
use doorward_core::public_id::PublicIdKind;
use doorward_core::return_url::ReturnUrl;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Everything a contract says, ready to run.
pub struct Plan {
    /// The contract's name: the built-in's, or the file's without its ending.
    pub name: String,
    /// `info.title`.
    pub title: String,
    /// The base path of every route, without a slash at its end.
    pub base: String,
    /// What accounts are.
    pub account: AccountPlan,
    /// What new passwords must be.
    pub password: PasswordPolicy,
    /// Whether an operation prolongs pairs in place.
    pub prolongs: bool,
    /// Whether every sign-in with a password refuses whoever has not proved an address.
    pub refuses_unverified: bool,
    /// The tokens, `access` and `refresh` among them.
    pub tokens: Vec<TokenPlan>,
    /// The cookies by name, in written order.
    pub cookies: Vec<CookiePlan>,
    /// Sliding life or silent refresh.
    pub renew: Option<RenewPlan>,
    /// Where credentials arrive.
    pub schemes: Vec<Scheme>,
    /// How codes look and live.
    pub codes: BTreeMap<Purpose, CodePolicy>,
    /// Where mailed links may lead that callers ask for.
    pub return_urls: Vec<ReturnUrl>,
    /// The mails' texts, and the links in them.
    pub mails: Arc<Mails>,
    /// Languages, texts and violation wordings.
    pub wording: Arc<Wording>,
    /// How request bodies are read.
    pub request: RequestPlan,
    /// How replies are written.
    pub response: ResponsePlan,
    /// The CORS face, if the API has one.
    pub cors: Option<CorsPlan>,
    /// The operations.
    pub operations: Vec<Operation>,
    /// The operations that are left to the team's own backend: `not_found` here.
    pub left: Vec<Left>,
    /// The replies where no operation was reached (404, 405, body errors, faults, `/verify`).
    pub replies: ReplyTable,
    /// Lint findings, already rendered one per line, for the start-up log.
    pub lints: Vec<String>,
}

impl Plan {
    /// What the core decides by, for this contract in a realm.
    #[must_use]
    pub fn policy(&self, realm: &str, realm_ids: &[PublicIdKind]) -> Policy {
        Policy {
            realm: realm.to_owned(),
            contract: self.name.clone(),
            identifiers: self.account.identifiers.clone(),
            changes: self.account.changes.clone(),
            id: self.account.id.clone(),
            realm_ids: realm_ids.to_vec(),
            roles: self.account.roles.clone(),
            profile: self.account.profile.clone(),
            password: self.password.clone(),
            tokens: self.tokens.iter().map(|token| token.policy.clone()).collect(),
            prolongs: self.prolongs,
            refuses_unverified: self.refuses_unverified,
            codes: self.codes.clone(),
            return_urls: self.return_urls.clone(),
            mails: Arc::<Mails>::clone(&self.mails),
        }
    }
}

/// One cookie, as its own `Set-Cookie` line.
pub struct CookiePlan {
    /// Its name in the contract.
    pub name: String,
    /// Its name on the wire.
    pub wire: String,
    /// Its value: a template over `tokens` (and `account`, `session`).
    pub value: CompiledTemplate,
    /// Which token `Max-Age` and `Expires` are filled from.
    pub token: Option<String>,
    /// Its attributes, in order and letter case.
    pub attributes: Vec<CookieAttribute>,
}

impl CookiePlan {
    /// Whether a browser keeps only one of them: name, Path and Domain are the same.
    #[must_use]
    pub fn replaces(&self, other: &CookiePlan) -> bool {
        let places = |cookie: &CookiePlan| {
            let fixed = cookie.attributes.iter().filter_map(|attribute| match attribute {
                CookieAttribute::Fixed(text) => Some(text.to_lowercase()),
                _ => None,
            });
            fixed.filter(|text| text.starts_with("path=") || text.starts_with("domain=")).collect::<Vec<_>>()
        };
        self.wire == other.wire && places(self) == places(other)
    }
}

/// An attribute of a cookie line; the text is what stands before `=`, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CookieAttribute {
    /// Written as it stands (`Path=/`, `HttpOnly`).
    Fixed(String),
    /// `Max-Age` without a value: whole seconds the token lives; 0 when cleared.
    MaxAge(String),
    /// `Expires` without a value: when the token ends (RFC 9110 date); the epoch when cleared.
    Expires(String),
    /// `Secure?`: only over https.
    SecureOverHttps(String),
}

/// Renewing the access token on whatever reply is being sent.
pub struct RenewPlan {
    /// Silent refresh from this token (`refresh`); sliding life when absent.
    pub from: Option<String>,
    /// Sliding: renew when less than this share of the life is left, in percent.
    pub when_left_percent: u8,
    /// The cookies that deliver it (indexes into [`Plan::cookies`]).
    pub set_cookies: Vec<usize>,
    /// The headers that deliver it.
    pub headers: Vec<(String, CompiledTemplate)>,
}

/// Where a credential arrives.
#[derive(Clone, Debug)]
pub struct Scheme {
    /// Its name under `securitySchemes`.
    pub name: String,
    /// The token it carries; its own name where it carries none.
    pub token: String,
    /// What it proves.
    pub proves: Proves,
    /// Where to look.
    pub place: SchemePlace,
    /// An expired but otherwise good token still identifies its session in operations that use this.
    pub accept_expired: bool,
}

/// What a credential proves.
#[derive(Clone, Debug)]
pub enum Proves {
    /// It names a session: a token.
    Session,
    /// It is a token to go on with this action: no session's.
    Stage(Stage),
    /// It is what this template gives for the session that the token beside it names. Evaluated with
    /// [`crate::scope::Root::Account`], `Session`, `Tokens`, `Header`, `Query`, `Cookie`.
    Companion {
        /// What it must equal.
        equals: Arc<CompiledTemplate>,
        /// Whether that is said by the request alone, so that nobody need be signed in.
        alone: bool,
    },
    /// It is one of the client keys that the deployment knows under the scheme's name.
    ClientKey,
    /// Nothing: what it says feeds inputs.
    Nothing,
}

/// Where a credential is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemePlace {
    /// `Authorization: Bearer …`, the scheme word in any case.
    Bearer,
    /// `Authorization: Basic …` (RFC 7617): `basic.username` and `basic.password`.
    Basic,
    /// A header (lower-case name), with a scheme word that must precede the token, compared caseless.
    Header {
        /// The header's name in lower case.
        name: String,
        /// What comes before the token, possibly empty.
        prefix: String,
    },
    /// A cookie.
    Cookie(String),
    /// A query parameter.
    Query(String),
}

/// The security of an operation: alternatives, each a list of schemes (indexes into [`Plan::schemes`]) that must
/// all be there. An empty alternative makes it optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Security {
    /// The alternatives, in written order.
    pub alternatives: Vec<Vec<usize>>,
}

impl Scheme {
    /// The stage that its token is for, if it is no session's.
    #[must_use]
    pub fn stage(&self) -> Option<Stage> {
        match self.proves {
            Proves::Stage(stage) => Some(stage),
            _ => None,
        }
    }

    /// Whether its value is the same for everybody, and written in the contract.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        matches!(&self.proves, Proves::Companion { equals, .. } if equals.constant().is_some())
    }

    /// Whether it carries a token that names a session.
    #[must_use]
    pub fn names_a_session(&self) -> bool {
        matches!(self.proves, Proves::Session)
    }
}

/// How request bodies are read.
#[derive(Clone, Debug)]
pub struct RequestPlan {
    /// The media types taken where an operation does not list its own.
    pub types: Vec<String>,
    /// Media types whose bodies are read as another one: as sent, as read; in lower case.
    pub read_as: Vec<(String, String)>,
    /// The type of a body without a Content-Type.
    pub assume: Option<String>,
    /// Whether an empty text counts as absent.
    pub empty_is_absent: bool,
    /// Whether paths match in any letter case.
    pub any_case: bool,
    /// Whether a slash at the end of a path is ignored.
    pub trailing_slash: bool,
}

/// How replies are written.
#[derive(Clone, Debug)]
pub struct ResponsePlan {
    /// The content type of JSON.
    pub content_type: String,
    /// Spaces per level; 0 for compact JSON.
    pub indent: u8,
    /// Whether an `Accept` that fits nothing is `not_acceptable`.
    pub strict_accept: bool,
    /// Headers on every reply: templates over [`crate::scope::Root::Request`] and `Now`.
    pub headers: Vec<(String, Arc<CompiledTemplate>)>,
}

/// A method on a path that the team's own backend answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The method, upper-case.
    pub method: String,
    /// The route template, with the base.
    pub path: String,
}

/// One method on one path.
pub struct Operation {
    /// The method, upper-case.
    pub method: String,
    /// The route template: base and path, with `{name}` parameters. It is what logs and metrics show.
    pub path: String,
    /// The names of the path parameters, in order.
    pub path_parameters: Vec<String>,
    /// Whether HEAD is answered like GET without the body.
    pub answers_head: bool,
    /// Which credentials it asks for; `None` when it asks for none.
    pub security: Option<Security>,
    /// How its body is read.
    pub body: BodyPlan,
    /// Schema of an object made of all declared parameters by place, if there are any. Text sources.
    pub parameters: Vec<Parameter>,
    /// The bindings, tried in order; all but the last have a guard, or none has and there is one.
    pub bindings: Vec<Binding>,
    /// The replies before a binding was chosen.
    pub replies: ReplyTable,
}

/// How an operation's body is read.
pub struct BodyPlan {
    /// Whether it takes a body at all. If not, whatever comes is ignored.
    pub taken: bool,
    /// Whether a request without one is answered as if it were empty.
    pub required: bool,
    /// Media types with their schemas, in order; a type without a schema takes anything.
    pub types: Vec<(String, Option<Arc<Schema>>)>,
}

/// A declared parameter.
pub struct Parameter {
    /// Where it is.
    pub place: ParameterPlace,
    /// Its name (a header's in lower case).
    pub name: String,
    /// Whether it must be there.
    pub required: bool,
    /// What it must be.
    pub schema: Option<Arc<Schema>>,
}

/// Where a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterPlace {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
    /// In a cookie.
    Cookie,
}

/// What an operation does.
pub struct Binding {
    /// Only if this holds.
    pub when: Option<Typed>,
    /// The action.
    pub action: &'static dyn Entry,
    /// Which credentials it asks for; `None` when it asks for none.
    pub security: Option<Security>,
    /// Its inputs.
    pub inputs: Vec<InputPlan>,
    /// Its options, defaults filled in.
    pub options: Options,
    /// Cross-field rules.
    pub checks: Vec<CheckPlan>,
    /// Its replies: nearest first, already resolved.
    pub replies: ReplyTable,
}

/// Where one input of the action comes from.
pub struct InputPlan {
    /// What it feeds.
    pub target: InputTarget,
    /// Its value.
    pub value: CompiledTemplate,
    /// The wire name used in violations: the last segment of the first path in the template.
    pub wire: String,
    /// The names of the members that it lies in: of `$body.user.email` there is one, `user`.
    pub within: Vec<String>,
    /// Whether a request without it is a `required` violation.
    pub required: bool,
    /// Where it is in the body, when its value is just a member of that: there a null can be told from nothing.
    pub member: Option<Vec<String>>,
    /// Whether it is just a part of the query, the path, a header or a cookie, all of which are text.
    pub text: bool,
}

/// What an input feeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputTarget {
    /// An identifier of this kind.
    Identifier(IdentifierKind),
    /// Any identifier, told apart by form.
    AnyIdentifier,
    /// A claim of this kind.
    Claim(IdentifierKind),
    /// A profile field.
    Profile(String),
    /// Another input of the action, by name.
    Named(&'static str),
    /// Who is asking: this token of the contract, which comes as a member of the request.
    Credential(&'static str),
    /// The public id that the account of whoever is asking must have.
    OwnId,
    /// The key of the client, for the scheme with this index.
    ClientKey(usize),
}

impl InputTarget {
    /// Whether it says who is asking, and so never reaches the action.
    #[must_use]
    pub fn is_about_the_caller(&self) -> bool {
        matches!(self, InputTarget::Credential(_) | InputTarget::OwnId | InputTarget::ClientKey(_))
    }
}

/// A cross-field rule.
pub struct CheckPlan {
    /// What must hold.
    pub that: Typed,
    /// The wire name of the member it is reported at.
    pub field: String,
    /// The path segments of that member below the body.
    pub path: Vec<String>,
    /// The rule's name.
    pub rule: String,
}

/// Outcome → replies.
#[derive(Default)]
pub struct ReplyTable {
    /// By `Outcome as usize`: the guarded replies, the last without guard; empty where it never answers. Shared
    /// between operations: most replies are the document's.
    pub entries: Vec<Arc<[GuardedReply]>>,
}

impl ReplyTable {
    /// The replies to an outcome.
    #[must_use]
    pub fn of(&self, outcome: Outcome) -> &[GuardedReply] {
        self.entries.get(outcome as usize).map_or(&[], |replies| replies)
    }
}

/// A reply and when it holds.
#[derive(Clone)]
pub struct GuardedReply {
    /// Only if this holds.
    pub when: Option<Arc<Typed>>,
    /// The reply.
    pub reply: Arc<Reply>,
}

/// What is sent.
pub struct Reply {
    /// Where it was written and what it reads: for lints, not for whoever sends it.
    pub trace: ReplyTrace,
    /// The status, 200 to 999.
    pub status: StatusPlan,
    /// The reason phrase, if it is not the standard one. Text.
    pub reason: Option<CompiledTemplate>,
    /// Headers; a value that comes to nothing (`omit`) is left out.
    pub headers: Vec<(String, CompiledTemplate)>,
    /// Cookies set (indexes into [`Plan::cookies`]).
    pub set_cookies: Vec<usize>,
    /// Cookies cleared.
    pub clear_cookies: Vec<usize>,
    /// The tokens it names, and so issues, in body, headers, reason or cookies.
    pub issues: Vec<String>,
    /// The body.
    pub body: BodyReply,
}

/// The status of a reply.
pub enum StatusPlan {
    /// Always this one.
    Fixed(u16),
    /// Computed; out of 200–999 it is 500.
    Computed(CompiledTemplate),
}

/// The body of a reply.
pub enum BodyReply {
    /// None: no Content-Type, no Content-Length (204, 304, `use: none`).
    None,
    /// JSON in written order; constants are kept as their bytes.
    Json {
        /// The content type.
        content_type: String,
        /// What is written.
        template: CompiledTemplate,
        /// The bytes, when nothing in it varies.
        constant: Option<Vec<u8>>,
    },
    /// One text.
    Text {
        /// The content type.
        content_type: String,
        /// What is written.
        template: CompiledTemplate,
    },
}

/// How long a token lives when nothing else is said: used by shapes of `expires_in`.
#[must_use]
pub fn lifetime_of(plan: &Plan, token: &str) -> Option<Duration> {
    plan.tokens.iter().find(|known| known.policy.name == token).map(|token| token.policy.lifetime)
}
