//! Where messages go: the one place that says which identifiers a message can reach, and which of them is meant.

use super::{Named, Setting};
use crate::account::Account;
use crate::channel::Channel;
use crate::identifier::{Identifier, IdentifierKind};
use crate::policy::Policy;

/// The kinds that a message can reach, in the order in which they are taken where none of them is named.
pub(super) const REACHABLE: [IdentifierKind; 2] = [IdentifierKind::Email, IdentifierKind::Phone];

/// An address that a message can reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Destination {
    /// How.
    pub(super) channel: Channel,
    /// As its owner writes it.
    pub(super) written: String,
    /// As it is compared: codes are kept under it.
    pub(super) canonical: String,
}

impl Destination {
    /// An address of this kind; a name that nothing reaches stands for an e-mail address that does not exist.
    pub(super) fn new(kind: IdentifierKind, written: &str, canonical: &str) -> Destination {
        Destination {
            channel: Channel::of(kind).unwrap_or(Channel::Email),
            written: written.to_owned(),
            canonical: canonical.to_owned(),
        }
    }
}

/// Where a message for this account goes, or the channel on which it cannot be delivered.
pub(super) fn of_account(
    account: &Account,
    names: &[Named],
    at: &Setting<'_>,
) -> Result<Destination, Channel> {
    let found = own(account, names).ok_or_else(|| expected(names, at.policy))?;
    deliverable(Destination::new(found.kind, &found.written, &found.canonical), at)
}

/// Where a message goes to whoever has no account yet, or the channel on which it cannot be delivered.
pub(super) fn of_names(names: &[Named], at: &Setting<'_>) -> Result<Destination, Channel> {
    let found = named(names).ok_or_else(|| expected(names, at.policy))?;
    deliverable(Destination::new(found.kind, &found.written, &found.canonical), at)
}

/// The address of the account that is meant: of the kind that is named, otherwise the e-mail, otherwise the telephone.
pub(super) fn own<'a>(account: &'a Account, names: &[Named]) -> Option<&'a Identifier> {
    let wanted = named(names).and_then(|name| account.identifier(name.kind));
    wanted.or_else(|| addresses(account).next())
}

/// The addresses of an account, the e-mail first.
pub(super) fn addresses(account: &Account) -> impl Iterator<Item = &Identifier> {
    REACHABLE.into_iter().filter_map(|kind| account.identifier(kind))
}

/// The address among these names: the first one if it is an address, otherwise the e-mail, otherwise the telephone.
pub(super) fn named(names: &[Named]) -> Option<&Named> {
    let first = names.first().filter(|name| Channel::of(name.kind).is_some());
    let of_kind = |kind| names.iter().find(move |name: &&Named| name.kind == kind);
    first.or_else(|| REACHABLE.into_iter().find_map(of_kind))
}

/// Whether this identifier is the address that a code went to.
pub(super) fn is_at(identifier: &Identifier, destination: &str) -> bool {
    Channel::of(identifier.kind).is_some() && identifier.canonical == destination
}

/// The channel on which a message would have gone, had there been an address.
fn expected(names: &[Named], policy: &Policy) -> Channel {
    let wanted = named(names).and_then(|name| Channel::of(name.kind));
    let usual =
        || REACHABLE.into_iter().find(|kind| policy.identifier(*kind).is_some()).and_then(Channel::of);
    wanted.or_else(usual).unwrap_or(Channel::Email)
}

fn deliverable(to: Destination, at: &Setting<'_>) -> Result<Destination, Channel> {
    if at.channels.have(to.channel) { Ok(to) } else { Err(to.channel) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(kind: IdentifierKind, text: &str) -> Named {
        Named { kind, written: text.to_owned(), canonical: text.to_owned() }
    }

    #[test]
    fn the_first_name_counts_where_it_is_an_address_then_the_email() {
        use IdentifierKind::{Email, Phone, Username};
        let (kim, mail, phone) = (name(Username, "kim"), name(Email, "a@b.c"), name(Phone, "+1555"));
        let kind = |names: &[&Named]| {
            let names: Vec<Named> = names.iter().map(|name| (*name).clone()).collect();
            named(&names).map(|name| name.kind)
        };
        assert_eq!(kind(&[&phone, &mail]), Some(Phone));
        assert_eq!(kind(&[&kim, &phone, &mail]), Some(Email));
        assert_eq!(kind(&[&kim, &phone]), Some(Phone));
        assert_eq!(kind(&[&kim]), None);
    }
}
