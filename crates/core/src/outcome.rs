//! What an action can answer: the closed set of outcomes, and their groups.

pub use crate::answer::{Answer, SeenSession};

use crate::code::Stage;
use crate::spec::{A, Field, Kind};

/// A group of outcomes that a contract may answer together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Unknown account or wrong password.
    BadCredentials,
    /// The account may not sign in.
    Barred,
    /// Something else must be done first.
    StepNeeded,
    /// No, or no good, credential was presented.
    Unauthenticated,
    /// The code is not good.
    BadCode,
    /// The request never reached an action.
    RequestError,
    /// Infrastructure said no.
    Fault,
    /// Everything that is not an action's own answer.
    Failure,
}

impl Group {
    /// Every group, the widest last.
    pub const ALL: [Group; 8] = [
        Group::BadCredentials,
        Group::Barred,
        Group::StepNeeded,
        Group::Unauthenticated,
        Group::BadCode,
        Group::RequestError,
        Group::Fault,
        Group::Failure,
    ];

    /// The word in contracts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Group::BadCredentials => "bad_credentials",
            Group::Barred => "barred",
            Group::StepNeeded => "step_needed",
            Group::Unauthenticated => "unauthenticated",
            Group::BadCode => "bad_code",
            Group::RequestError => "request_error",
            Group::Fault => "fault",
            Group::Failure => "failure",
        }
    }

    /// The group with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Group> {
        Group::ALL.into_iter().find(|group| group.name() == name)
    }

    /// The status of a reply keyed by this group; the last three pass each outcome's own through.
    #[must_use]
    pub fn status(self) -> Option<u16> {
        match self {
            Group::BadCredentials | Group::Unauthenticated => Some(401),
            Group::Barred | Group::StepNeeded => Some(403),
            Group::BadCode => Some(400),
            Group::RequestError | Group::Fault | Group::Failure => None,
        }
    }

    /// The outcomes in this group; of [`Group::Failure`] all that are not an action's own answer.
    #[must_use]
    pub fn members(self) -> Vec<Outcome> {
        let inside = |outcome: &Outcome| match self {
            Group::Failure => !outcome.own(),
            group => outcome.group() == Some(group),
        };
        Outcome::ALL.iter().copied().filter(inside).collect()
    }
}

/// Everything an action, the request pipeline or the infrastructure can answer. The catalogue of
/// `docs/outcomes.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// `register`: the account is there.
    Registered,
    /// Signed in.
    SignedIn,
    /// Signed out.
    SignedOut,
    /// Fresh tokens, or a prolonged pair.
    Refreshed,
    /// Here is what was asked for.
    Shown,
    /// The identifier is free.
    Available,
    /// The identifier is taken (as an answer, not a failure).
    InUse,
    /// A code is on its way.
    Sent,
    /// A code or a link must be answered first.
    CodeSent,
    /// The code is good.
    CodeAccepted,
    /// The new password counts.
    PasswordReset,
    /// The new password counts from now on.
    PasswordChanged,
    /// The address is proved.
    Verified,
    /// The account is closed.
    Closed,
    /// The account was changed.
    Updated,
    /// The identifier is another one now.
    Changed,
    /// Somebody is signed in.
    Alive,
    /// Here is what the contract says, and nothing was done.
    Answered,
    /// The session is over.
    Ended,
    /// Operator: the accounts asked for.
    Listed,
    /// Operator: the account is gone.
    Deleted,
    /// No such account.
    UnknownAccount,
    /// Not its password.
    WrongPassword,
    /// The address is not proved yet.
    Unverified,
    /// Nobody has approved the account yet.
    Pending,
    /// An operator has switched the account off.
    Disabled,
    /// Locked by somebody in charge, perhaps for a while.
    Locked,
    /// The account was good until a time that has passed.
    ExpiredAccount,
    /// A new password must be set before signing in.
    PasswordChangeRequired,
    /// No credential was presented.
    MissingToken,
    /// Unreadable or wrongly signed.
    InvalidToken,
    /// Past its time.
    ExpiredToken,
    /// The session is over, or unknown.
    EndedSession,
    /// A refresh token that should long be gone.
    ReusedToken,
    /// Good, but for something else.
    WrongPurpose,
    /// Its account is gone.
    DeletedAccount,
    /// Not the code.
    WrongCode,
    /// Too late.
    ExpiredCode,
    /// Spent already.
    UsedCode,
    /// There is no such code.
    UnknownCode,
    /// The input breaks rules.
    InvalidInput,
    /// The body does not parse.
    Malformed,
    /// An identifier belongs to somebody else.
    Taken,
    /// The password may not be set.
    WeakPassword,
    /// It is the password so far.
    SamePassword,
    /// The address was proved before.
    AlreadyVerified,
    /// The caller is signed in already.
    AlreadySignedIn,
    /// A field that is set once is set.
    AlreadySet,
    /// The caller may not do this.
    Forbidden,
    /// Asked again too soon.
    TooSoon,
    /// The code cannot be sent.
    DeliveryFailed,
    /// Nothing was there to end.
    NothingEnded,
    /// The caller has no such session.
    UnknownSession,
    /// The return URL is not on the list.
    UnlistedUrl,
    /// The contract refuses this on purpose.
    Refused,
    /// No such path.
    NotFound,
    /// No such method here.
    MethodNotAllowed,
    /// Nothing the client accepts.
    NotAcceptable,
    /// The body is too large.
    TooLarge,
    /// Not a content type of this operation.
    UnsupportedMedia,
    /// A limit was reached.
    Throttled,
    /// Too much to do at the moment.
    Overloaded,
    /// Something broke.
    Broken,
}

/// What is fixed about an outcome.
#[derive(Clone, Copy, Debug)]
pub struct OutcomeSpec {
    /// The word in contracts.
    pub name: &'static str,
    /// The default status.
    pub status: u16,
    /// The group directly above, if any but [`Group::Failure`].
    pub group: Option<Group>,
    /// The names a reply may use beyond those always in scope (for an action's own answers: see its spec).
    pub data: &'static [Field],
}

const TOKEN: &[Field] = &[Field::new("token", Kind::Text)];
const ENDED: &[Field] = &[Field::new("token", Kind::Text), Field::new("reason", Kind::Text)];
const DISABLED: &[Field] = &[Field::new("account", Kind::Account), Field::nullable("reason", Kind::Text)];
const FIELD: &[Field] = &[Field::new("field", Kind::Text)];
/// Of a code that no further try can make good, they are null.
const TRIES: &[Field] =
    &[Field::nullable("tries_left", Kind::Integer), Field::nullable("tries_used", Kind::Integer)];
const RETRY: &[Field] = &[Field::new("retry_after", Kind::Duration)];
const VIOLATIONS: &[Field] = &[Field::new("violations", Kind::Violations)];
const ACCOUNT: &[Field] = &[Field::new("account", Kind::Account)];
const INITIAL: &[Field] = &[
    Field::new("account", Kind::Account),
    Field::new("tokens", Kind::StageToken(Stage::SetInitialPassword)),
];
const LOCKED: &[Field] = &[
    Field::new("account", Kind::Account),
    Field::nullable("until", Kind::Time),
    Field::new("retry_after", Kind::Duration),
];

impl Outcome {
    /// Every outcome, in the order of the catalogue.
    pub const ALL: &'static [Outcome] = &[
        Outcome::Registered,
        Outcome::SignedIn,
        Outcome::SignedOut,
        Outcome::Refreshed,
        Outcome::Shown,
        Outcome::Available,
        Outcome::InUse,
        Outcome::Sent,
        Outcome::CodeSent,
        Outcome::CodeAccepted,
        Outcome::PasswordReset,
        Outcome::PasswordChanged,
        Outcome::Verified,
        Outcome::Closed,
        Outcome::Updated,
        Outcome::Changed,
        Outcome::Alive,
        Outcome::Answered,
        Outcome::Ended,
        Outcome::Listed,
        Outcome::Deleted,
        Outcome::UnknownAccount,
        Outcome::WrongPassword,
        Outcome::Unverified,
        Outcome::Pending,
        Outcome::Disabled,
        Outcome::Locked,
        Outcome::ExpiredAccount,
        Outcome::PasswordChangeRequired,
        Outcome::MissingToken,
        Outcome::InvalidToken,
        Outcome::ExpiredToken,
        Outcome::EndedSession,
        Outcome::ReusedToken,
        Outcome::WrongPurpose,
        Outcome::DeletedAccount,
        Outcome::WrongCode,
        Outcome::ExpiredCode,
        Outcome::UsedCode,
        Outcome::UnknownCode,
        Outcome::InvalidInput,
        Outcome::Malformed,
        Outcome::Taken,
        Outcome::WeakPassword,
        Outcome::SamePassword,
        Outcome::AlreadyVerified,
        Outcome::AlreadySignedIn,
        Outcome::AlreadySet,
        Outcome::Forbidden,
        Outcome::TooSoon,
        Outcome::DeliveryFailed,
        Outcome::NothingEnded,
        Outcome::UnknownSession,
        Outcome::UnlistedUrl,
        Outcome::Refused,
        Outcome::NotFound,
        Outcome::MethodNotAllowed,
        Outcome::NotAcceptable,
        Outcome::TooLarge,
        Outcome::UnsupportedMedia,
        Outcome::Throttled,
        Outcome::Overloaded,
        Outcome::Broken,
    ];

    /// What is fixed about it.
    #[must_use]
    pub fn spec(self) -> OutcomeSpec {
        use Group::{BadCode, BadCredentials, Barred, Fault, RequestError, StepNeeded, Unauthenticated};
        let (name, status, group, data): (_, _, _, &'static [Field]) = match self {
            Outcome::Registered => ("registered", 201, None, &[]),
            Outcome::SignedIn => ("signed_in", 200, None, &[]),
            Outcome::SignedOut => ("signed_out", 204, None, &[]),
            Outcome::Refreshed => ("refreshed", 200, None, &[]),
            Outcome::Shown => ("shown", 200, None, &[]),
            Outcome::Available => ("available", 200, None, &[]),
            Outcome::InUse => ("in_use", 200, None, &[]),
            Outcome::Sent => ("sent", 200, None, &[]),
            Outcome::CodeSent => ("code_sent", 202, None, &[]),
            Outcome::CodeAccepted => ("code_accepted", 200, None, &[]),
            Outcome::PasswordReset => ("password_reset", 200, None, &[]),
            Outcome::PasswordChanged => ("password_changed", 200, None, &[]),
            Outcome::Verified => ("verified", 200, None, &[]),
            Outcome::Closed => ("closed", 200, None, &[]),
            Outcome::Updated => ("updated", 200, None, &[]),
            Outcome::Changed => ("changed", 200, None, &[]),
            Outcome::Alive => ("alive", 200, None, &[]),
            Outcome::Answered => ("answered", 200, None, &[]),
            Outcome::Ended => ("ended", 200, None, &[]),
            Outcome::Listed => ("listed", 200, None, &[]),
            Outcome::Deleted => ("deleted", 200, None, &[]),
            Outcome::UnknownAccount => ("unknown_account", 401, Some(BadCredentials), TRIES),
            Outcome::WrongPassword => ("wrong_password", 401, Some(BadCredentials), TRIES),
            Outcome::Unverified => ("unverified", 403, Some(Barred), ACCOUNT),
            Outcome::Pending => ("pending", 403, Some(Barred), ACCOUNT),
            Outcome::Disabled => ("disabled", 403, Some(Barred), DISABLED),
            Outcome::Locked => ("locked", 423, Some(Barred), LOCKED),
            Outcome::ExpiredAccount => ("expired_account", 403, Some(Barred), ACCOUNT),
            Outcome::PasswordChangeRequired => ("password_change_required", 403, Some(StepNeeded), INITIAL),
            Outcome::MissingToken => ("missing_token", 401, Some(Unauthenticated), TOKEN),
            Outcome::InvalidToken => ("invalid_token", 401, Some(Unauthenticated), TOKEN),
            Outcome::ExpiredToken => ("expired_token", 401, Some(Unauthenticated), TOKEN),
            Outcome::EndedSession => ("ended_session", 401, Some(Unauthenticated), ENDED),
            Outcome::ReusedToken => ("reused_token", 401, Some(Unauthenticated), TOKEN),
            Outcome::WrongPurpose => ("wrong_purpose", 401, Some(Unauthenticated), TOKEN),
            Outcome::DeletedAccount => ("deleted_account", 401, Some(Unauthenticated), TOKEN),
            Outcome::WrongCode => ("wrong_code", 400, Some(BadCode), TRIES),
            Outcome::ExpiredCode => ("expired_code", 400, Some(BadCode), TRIES),
            Outcome::UsedCode => ("used_code", 400, Some(BadCode), TRIES),
            Outcome::UnknownCode => ("unknown_code", 400, Some(BadCode), TRIES),
            Outcome::InvalidInput => ("invalid_input", 400, None, VIOLATIONS),
            Outcome::Malformed => ("malformed", 400, Some(RequestError), VIOLATIONS),
            Outcome::Taken => ("taken", 409, None, TAKEN),
            Outcome::WeakPassword => ("weak_password", 400, None, VIOLATIONS),
            Outcome::SamePassword => ("same_password", 400, None, &[]),
            Outcome::AlreadyVerified => ("already_verified", 409, None, A),
            Outcome::AlreadySignedIn => ("already_signed_in", 409, None, A),
            Outcome::AlreadySet => ("already_set", 409, None, FIELD),
            Outcome::Forbidden => ("forbidden", 403, None, &[]),
            Outcome::TooSoon => ("too_soon", 429, None, RETRY),
            Outcome::DeliveryFailed => ("delivery_failed", 502, None, CHANNEL),
            Outcome::NothingEnded => ("nothing_ended", 401, None, &[]),
            Outcome::UnknownSession => ("unknown_session", 404, None, &[]),
            Outcome::UnlistedUrl => ("unlisted_url", 400, None, &[]),
            Outcome::Refused => ("refused", 403, None, &[]),
            Outcome::NotFound => ("not_found", 404, Some(RequestError), &[]),
            Outcome::MethodNotAllowed => ("method_not_allowed", 405, Some(RequestError), ALLOW),
            Outcome::NotAcceptable => ("not_acceptable", 406, Some(RequestError), &[]),
            Outcome::TooLarge => ("too_large", 413, Some(RequestError), &[]),
            Outcome::UnsupportedMedia => ("unsupported_media", 415, Some(RequestError), &[]),
            Outcome::Throttled => ("throttled", 429, Some(Fault), RETRY),
            Outcome::Overloaded => ("overloaded", 503, Some(Fault), RETRY),
            Outcome::Broken => ("broken", 500, Some(Fault), &[]),
        };
        OutcomeSpec { name, status, group, data }
    }

    /// The word in contracts.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// The outcome with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Outcome> {
        Outcome::ALL.iter().copied().find(|outcome| outcome.name() == name)
    }

    /// Its group, if any but `failure`.
    #[must_use]
    pub fn group(self) -> Option<Group> {
        self.spec().group
    }

    /// Whether it is an action's own answer, not a failure.
    #[must_use]
    pub fn own(self) -> bool {
        (self as usize) < (Outcome::UnknownAccount as usize)
    }
}

const TAKEN: &[Field] = &[Field::new("field", Kind::Text), Field::new("verified", Kind::Boolean)];
const CHANNEL: &[Field] = &[Field::new("channel", Kind::Text)];
const ALLOW: &[Field] = &[Field::new("allow", Kind::Text)];
const _: () = assert!(Outcome::ALL.len() == Outcome::Broken as usize + 1);
