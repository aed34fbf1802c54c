//! The ids an account is known by outside.

/// How a public id looks. A realm allocates one of every kind that its contracts use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PublicIdKind {
    /// 1, 2, 3 … from the realm's counter, never reused.
    Sequence,
    /// The account's own UUID.
    Uuid,
    /// 24 hexadecimal digits, as MongoDB's object ids look.
    Hex24,
    /// A text prefix and 22 random base-62 characters.
    Prefixed(String),
    /// The identifier of this kind serves as id; nothing is allocated.
    Identifier(crate::identifier::IdentifierKind),
}

impl PublicIdKind {
    /// The name under which ids of this kind are stored.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            PublicIdKind::Sequence => "sequence".to_owned(),
            PublicIdKind::Uuid => "uuid".to_owned(),
            PublicIdKind::Hex24 => "hex24".to_owned(),
            PublicIdKind::Prefixed(prefix) => format!("prefix:{prefix}"),
            PublicIdKind::Identifier(kind) => kind.name().to_owned(),
        }
    }
}

/// One public id of one account. Unique on (realm, kind, value).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicId {
    /// [`PublicIdKind::name`].
    pub kind: String,
    /// The id as text; a sequence number in decimal.
    pub value: String,
}
