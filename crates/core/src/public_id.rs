//! The ids an account is known by outside.

use crate::account::Account;
use crate::change::Change;
use crate::port::{Dice, draw_text};

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
    /// Characters of an alphabet of one's own, as many as it says, after a prefix that may be empty.
    Drawn {
        /// What it begins with.
        prefix: String,
        /// The characters it is drawn from.
        alphabet: String,
        /// How many of them there are, without the prefix.
        length: usize,
    },
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
            PublicIdKind::Drawn { prefix, alphabet, length } => format!("drawn:{prefix}:{length}:{alphabet}"),
            PublicIdKind::Identifier(kind) => kind.name().to_owned(),
        }
    }

    /// A new id, where they are drawn at random; the others are the store's, the account's own, or an identifier.
    pub fn draw(&self, dice: &dyn Dice) -> Option<PublicId> {
        let hex: Vec<char> = "0123456789abcdef".chars().collect();
        let value = match self {
            PublicIdKind::Hex24 => draw_text(&hex, 24, dice),
            PublicIdKind::Prefixed(prefix) => {
                let letters: Vec<char> = ('0'..='9').chain('A'..='Z').chain('a'..='z').collect();
                format!("{prefix}{}", draw_text(&letters, 22, dice))
            }
            PublicIdKind::Drawn { prefix, alphabet, length } => {
                let letters: Vec<char> = alphabet.chars().collect();
                format!("{prefix}{}", draw_text(&letters, *length, dice))
            }
            PublicIdKind::Sequence | PublicIdKind::Uuid | PublicIdKind::Identifier(_) => return None,
        };
        Some(PublicId { kind: self.name(), value })
    }

    /// The change that gives an account what it lacks of these kinds, if it lacks any: it was made before a contract
    /// that shows them.
    #[must_use]
    pub fn missing(kinds: &[PublicIdKind], account: &Account, dice: &dyn Dice) -> Option<Change> {
        let lacks = |kind: &&PublicIdKind| !account.public_ids.iter().any(|id| id.kind == kind.name());
        let ids: Vec<PublicId> = kinds.iter().filter(lacks).filter_map(|kind| kind.draw(dice)).collect();
        let sequence = kinds.iter().filter(lacks).any(|kind| *kind == PublicIdKind::Sequence);
        let change = Change::GivePublicIds { account: account.id, ids, sequence };
        match &change {
            Change::GivePublicIds { ids, sequence: false, .. } if ids.is_empty() => None,
            _ => Some(change),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that count up.
    struct Counting(std::sync::atomic::AtomicU8);

    impl Dice for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill_with(|| self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    #[test]
    fn ids_of_ones_own_alphabet_have_its_length_after_their_prefix() {
        let kind = PublicIdKind::Drawn { prefix: "u-".to_owned(), alphabet: "abcd".to_owned(), length: 6 };
        let id = kind.draw(&Counting(0.into())).unwrap();
        assert_eq!((id.value.as_str(), id.kind.as_str()), ("u-abcdab", "drawn:u-:6:abcd"));
    }
}
