//! What the contract checker knows of an action: its inputs, options and outcomes.

use crate::code::Stage;
use crate::outcome::Outcome;
use crate::profile::Setter;

/// The static type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A point in time.
    Time,
    /// A length of time, in whole seconds.
    Duration,
    /// An object of anything.
    Object,
    /// A token, as text.
    Token,
    /// Anything; an id in whatever form the contract shows it.
    Any,
    /// The account, with the names of LANGUAGE section 3.2.
    Account,
    /// The account of whoever is signed in, in any answer: never among an outcome's own data.
    Caller,
    /// An account that there may not be: nothing of it is sure but what every account has from the start.
    Claimed,
    /// The session.
    Session,
    /// The tokens of the session.
    Tokens,
    /// Among the tokens, the one for a stage, where the contract declares one.
    StageToken(Stage),
    /// The list of violations.
    Violations,
    /// A list of accounts.
    Accounts,
    /// A list of sessions.
    Sessions,
}

/// A named value that an outcome offers.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Whether it may be null.
    pub nullable: bool,
}

impl Field {
    /// A value that is always there.
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind) -> Field {
        Field { name, kind, nullable: false }
    }

    /// A value that may be null.
    #[must_use]
    pub const fn nullable(name: &'static str, kind: Kind) -> Field {
        Field { name, kind, nullable: true }
    }
}

/// How many identifiers an action takes, each by its own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identifiers {
    /// None.
    None,
    /// At most one.
    Optional,
    /// Exactly one (`identifier` stands for any kind, told apart by form).
    One,
    /// Exactly one; where none is bound, the caller's own, and the operation declares `security`.
    OneOrCaller,
    /// At least one; those of the account that are missing stay unset.
    Some,
    /// Any number of those that the account has; those that are missing stay as they are.
    Any,
}

/// One input of an action.
#[derive(Clone, Copy, Debug)]
pub struct InputSpec {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Whether a binding must bind it and a request must bring it.
    pub required: bool,
    /// Whether a binding must bind it or another input of the action that says so.
    pub either: bool,
    /// The failures that come with it: they can happen only where it is bound.
    pub failures: &'static [Outcome],
    /// Whether a binding may leave it out, but a request must bring it where it is bound.
    pub where_bound: bool,
}

impl InputSpec {
    /// An input that must be there.
    #[must_use]
    pub const fn required(name: &'static str, kind: Kind) -> InputSpec {
        InputSpec { name, kind, required: true, where_bound: false, either: false, failures: &[] }
    }

    /// An input that may be left out.
    #[must_use]
    pub const fn optional(name: &'static str, kind: Kind) -> InputSpec {
        InputSpec { name, kind, required: false, where_bound: false, either: false, failures: &[] }
    }

    /// The same where a request must bring it if it is bound.
    #[must_use]
    pub const fn where_bound(self) -> InputSpec {
        InputSpec { where_bound: true, ..self }
    }

    /// The same where a binding binds it or another of these.
    #[must_use]
    pub const fn either(self) -> InputSpec {
        InputSpec { either: true, ..self }
    }

    /// The same with failures that can happen only where it is bound.
    #[must_use]
    pub const fn failing(self, failures: &'static [Outcome]) -> InputSpec {
        InputSpec { failures, ..self }
    }
}

/// The values an option may have; the first is the default.
#[derive(Clone, Copy, Debug)]
pub enum OptionValues {
    /// One of these words.
    Words(&'static [&'static str]),
    /// True or false; the default is given.
    Flag(bool),
    /// A length of time, more than none; without one the option is off.
    Duration,
}

/// One option: a constant of the contract's author, out of any caller's reach.
#[derive(Clone, Copy, Debug)]
pub struct OptionSpec {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub values: OptionValues,
}

/// Whether an action needs somebody signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Anybody; a credential is only looked at where the operation declares one.
    Anybody,
    /// A live session: the operation must declare `security`, and so may answer what is [`UNAUTHENTICATED`].
    Session,
    /// A live session of an administrator. Anybody else who is signed in is [`Outcome::Forbidden`].
    Administrator,
}

impl Caller {
    /// Whether somebody must be signed in.
    #[must_use]
    pub fn signed_in(self) -> bool {
        self != Caller::Anybody
    }

    /// Who sets what the request brings.
    #[must_use]
    pub fn setter(self) -> Setter {
        if self == Caller::Administrator { Setter::Operator } else { Setter::Caller }
    }
}

/// What one action takes and answers.
#[derive(Clone, Copy, Debug)]
pub struct ActionSpec {
    /// Its name.
    pub name: &'static str,
    /// What it does, one sentence.
    pub sentence: &'static str,
    /// Who may call.
    pub caller: Caller,
    /// How it takes identifiers.
    pub identifiers: Identifiers,
    /// Whether it takes `claims`.
    pub claims: bool,
    /// Whether it takes `profile`.
    pub profile: bool,
    /// Its other inputs.
    pub inputs: &'static [InputSpec],
    /// Its options.
    pub options: &'static [OptionSpec],
    /// Its own answers with their data.
    pub answers: &'static [AnswerSpec],
    /// Its failures, beside those every action has.
    pub failures: &'static [Outcome],
    /// Those of its failures that depend on an option.
    pub only_with: &'static [OnlyWith],
    /// Those of its failures that depend on what is bound.
    pub only_where: &'static [OnlyWhere],
    /// Whether it only reads: then a GET operation answers HEAD too.
    pub reads_only: bool,
}

impl ActionSpec {
    /// Whether it always makes an account: then the profile must be whole.
    #[must_use]
    pub fn whole_profile(&self) -> bool {
        self.profile && self.registers() && self.identifiers != Identifiers::Optional
    }

    /// Whether it changes an account by what is given, so that a null takes away what there was.
    #[must_use]
    pub fn changes_what_is_given(&self) -> bool {
        self.identifiers == Identifiers::Any && !self.registers()
    }

    fn registers(&self) -> bool {
        self.answers.iter().any(|answer| answer.outcome == Outcome::Registered)
    }
}

/// One of an action's own answers.
#[derive(Clone, Copy, Debug)]
pub struct AnswerSpec {
    /// Which outcome.
    pub outcome: Outcome,
    /// The names it offers.
    pub data: &'static [Field],
    /// The option and the words of it without which it cannot happen.
    pub only_with: Option<(&'static str, &'static [&'static str])>,
}

impl AnswerSpec {
    /// An answer that is always possible.
    #[must_use]
    pub const fn new(outcome: Outcome, data: &'static [Field]) -> AnswerSpec {
        AnswerSpec { outcome, data, only_with: None }
    }

    /// The same where it needs an option to have one of these words.
    #[must_use]
    pub const fn only_with(self, option: &'static str, words: &'static [&'static str]) -> AnswerSpec {
        AnswerSpec { only_with: Some((option, words)), ..self }
    }
}

/// Failures that cannot happen unless an option has one of some words. Where an input of the option's name is
/// bound, the request decides instead, and all of them can.
#[derive(Clone, Copy, Debug)]
pub struct OnlyWith {
    /// Which failures.
    pub failures: &'static [Outcome],
    /// The name of the option.
    pub option: &'static str,
    /// The words with which they can happen.
    pub words: &'static [&'static str],
}

/// `caller`: whose session asks, beside the data of any answer to somebody who is signed in.
pub const CALLER: Field = Field::new("caller", Kind::Caller);

/// Failures that cannot happen unless something is bound: of each of these lists one input. [`IDENTIFIER`] stands for
/// an identifier of any kind, [`CLAIMS`] for any claim, [`SECURITY`] for whoever is signed in.
#[derive(Clone, Copy, Debug)]
pub struct OnlyWhere {
    /// Which failures.
    pub failures: &'static [Outcome],
    /// The inputs.
    pub bound: &'static [&'static [&'static str]],
}

/// An identifier of any kind, in [`OnlyWhere`].
pub const IDENTIFIER: &str = "identifier";

/// A claim of any kind, likewise.
pub const CLAIMS: &str = "claims";

/// A credential, which the operation asks for or a binding has among its inputs, likewise.
pub const SECURITY: &str = "security";

/// Nobody is unknown where nobody is named.
pub const UNKNOWN_IF_NAMED: OnlyWhere =
    OnlyWhere { failures: &[Outcome::UnknownAccount], bound: &[&[IDENTIFIER]] };

/// `account`: the data of answers marked A in the catalogue.
pub const A: &[Field] = &[Field::new("account", Kind::Account)];

/// `account`, `session` and `tokens`: the data of answers marked S in the catalogue.
pub const S: &[Field] = &[
    Field::new("account", Kind::Account),
    Field::new("session", Kind::Session),
    Field::new("tokens", Kind::Tokens),
];

/// Why a code is not good.
pub const BAD_CODE: &[Outcome] =
    &[Outcome::WrongCode, Outcome::ExpiredCode, Outcome::UsedCode, Outcome::UnknownCode];

/// The stage token that an action goes on with: bound under `input`, or carried by a scheme of the operation's
/// `security`.
pub const STAGE_TOKEN: InputSpec =
    InputSpec::optional("stage_token", Kind::Token).either().failing(UNAUTHENTICATED);

/// What the client calls its device, in every action that can start a session.
pub const DEVICE: InputSpec = InputSpec::optional("device", Kind::Text);

/// Whether the session outlives the browser, likewise; it does unless the request says no.
pub const REMEMBER: InputSpec = InputSpec::optional("remember", Kind::Boolean);

/// What every action may answer besides its own.
pub const EVERY_ACTION: &[Outcome] = &[
    Outcome::InvalidInput,
    Outcome::Malformed,
    Outcome::NotFound,
    Outcome::MethodNotAllowed,
    Outcome::NotAcceptable,
    Outcome::TooLarge,
    Outcome::UnsupportedMedia,
    Outcome::Throttled,
    Outcome::Overloaded,
    Outcome::Broken,
];

/// What an operation with `security` may answer besides.
pub const UNAUTHENTICATED: &[Outcome] = &[
    Outcome::MissingToken,
    Outcome::InvalidToken,
    Outcome::ExpiredToken,
    Outcome::WrongPurpose,
    Outcome::DeletedAccount,
    Outcome::EndedSession,
    Outcome::ReusedToken,
];
