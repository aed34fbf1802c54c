//! The names that templates read, as slots: the one list that the compiler gives out and the runner serves.

use crate::expression::Slot;

/// Where a path begins. What hangs below is followed by name in the path's `rest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Root {
    /// `request`: id time method path url base_url ip user_agent language.
    Request,
    /// `body`: the parsed body, coerced by its schema.
    Body,
    /// `path`: the path parameters.
    PathParameters,
    /// `query`.
    Query,
    /// `header`: by lower-case name.
    Header,
    /// `cookie`.
    Cookie,
    /// `basic`: `username` and `password` of `Authorization: Basic`.
    Basic,
    /// `now`: a time.
    Now,
    /// `status`: of the reply being rendered.
    Status,
    /// `outcome` where it is not known at load (it is constant in almost every reply): name title status.
    Outcome,
    /// `account`: the fields of LANGUAGE section 3.2 and the profile.
    Account,
    /// `caller`: likewise, of whoever is signed in.
    Caller,
    /// `session`.
    Session,
    /// `tokens`: `<name>` is the token's text; below it `id expires_in expires_at issued_at`.
    Tokens,
    /// A datum of the outcome by its own name (`count`, `field`, `must_change_password` …): the name is the
    /// first of `rest`.
    Datum,
    /// `violations`: a list of objects with field path pointer rule code message label limit params args.
    Violations,
    /// `violations.first`: the first of them, null when there is none.
    FirstViolation,
    /// `violations.count`.
    ViolationCount,
    /// `issued_at` in a token recipe: a time.
    IssuedAt,
    /// `expires_at` in a token recipe: a time.
    ExpiresAt,
    /// `token_id` in a token recipe.
    TokenId,
    /// `key_id` in the header of a token recipe: the key that signs it, as JWKS names it.
    KeyId,
    /// `code` in a mail.
    Code,
    /// `link` in a mail.
    Link,
    /// `expires_in` in a mail: a duration.
    ExpiresIn,
}

impl Root {
    const ALL: [Root; 25] = [
        Root::Request,
        Root::Body,
        Root::PathParameters,
        Root::Query,
        Root::Header,
        Root::Cookie,
        Root::Basic,
        Root::Now,
        Root::Status,
        Root::Outcome,
        Root::Account,
        Root::Caller,
        Root::Session,
        Root::Tokens,
        Root::Datum,
        Root::Violations,
        Root::FirstViolation,
        Root::ViolationCount,
        Root::IssuedAt,
        Root::ExpiresAt,
        Root::TokenId,
        Root::KeyId,
        Root::Code,
        Root::Link,
        Root::ExpiresIn,
    ];

    /// The slot of this root.
    #[must_use]
    pub fn slot(self) -> Slot {
        Slot(self as u32)
    }

    /// The root of a slot that the compiler gave out.
    #[must_use]
    pub fn of(slot: Slot) -> Option<Root> {
        Root::ALL.get(usize::try_from(slot.0).ok()?).copied()
    }
}
