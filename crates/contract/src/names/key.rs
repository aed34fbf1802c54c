//! The key of a reply: one outcome, or a group of them.

use doorward_core::outcome::{Group, Outcome};
use doorward_core::spec::Field;

/// What a reply is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ReplyKey {
    /// One outcome by its own name.
    Outcome(Outcome),
    /// Every outcome of a group.
    Group(Group),
}

impl ReplyKey {
    /// The key with this name.
    pub(crate) fn from_name(name: &str) -> Option<ReplyKey> {
        Outcome::from_name(name)
            .map(ReplyKey::Outcome)
            .or_else(|| Group::from_name(name).map(ReplyKey::Group))
    }

    /// The word in contracts.
    pub(crate) fn name(self) -> &'static str {
        match self {
            ReplyKey::Outcome(outcome) => outcome.name(),
            ReplyKey::Group(group) => group.name(),
        }
    }

    /// Every word that may stand as a key.
    pub(crate) fn words() -> impl Iterator<Item = &'static str> {
        Outcome::ALL.iter().map(|outcome| outcome.name()).chain(Group::ALL.iter().map(|group| group.name()))
    }

    /// The outcomes it covers.
    pub(crate) fn members(self) -> Vec<Outcome> {
        match self {
            ReplyKey::Outcome(outcome) => vec![outcome],
            ReplyKey::Group(group) => group.members(),
        }
    }

    /// The status of a reply that names none.
    pub(crate) fn status(self, outcome: Outcome) -> u16 {
        let own = outcome.spec().status;
        match self {
            ReplyKey::Outcome(_) => own,
            ReplyKey::Group(group) => group.status().unwrap_or(own),
        }
    }

    /// What `outcome.name` reads when this key answers an outcome. Members of a sealed group read the group's
    /// name; under a catch-all each reads its own, but an unknown account and a wrong password read the same.
    pub(crate) fn outcome_name(self, outcome: Outcome) -> &'static str {
        match self {
            ReplyKey::Outcome(outcome) => outcome.name(),
            ReplyKey::Group(group) if group.status().is_some() => group.name(),
            ReplyKey::Group(_) if outcome.group() == Some(Group::BadCredentials) => {
                Group::BadCredentials.name()
            }
            ReplyKey::Group(_) => outcome.name(),
        }
    }

    /// Whether all outcomes it answers get one and the same reply.
    pub(crate) fn sealed(self) -> bool {
        match self {
            ReplyKey::Outcome(_) => true,
            ReplyKey::Group(group) => group.status().is_some(),
        }
    }

    /// The data that a failure offers under this key: what all its members have.
    pub(crate) fn data(self) -> Vec<Field> {
        let members = self.members();
        let Some((first, others)) = members.split_first() else { return Vec::new() };
        let mut fields = first.spec().data.to_vec();
        for other in others {
            let theirs = other.spec().data;
            fields.retain(|field| {
                theirs.iter().any(|their| their.name == field.name && their.kind == field.kind)
            });
            for field in &mut fields {
                field.nullable |= theirs.iter().any(|their| their.name == field.name && their.nullable);
            }
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(key: &str) -> Vec<&'static str> {
        let key = ReplyKey::from_name(key).expect(key);
        key.data().iter().map(|field| field.name).collect()
    }

    #[test]
    fn groups_offer_what_all_members_have() {
        assert_eq!(names("bad_credentials"), ["tries_left", "tries_used"]);
        assert_eq!(names("unauthenticated"), ["token"]);
        assert_eq!(names("bad_code"), ["tries_left", "tries_used"]);
        assert_eq!(names("fault"), Vec::<&str>::new());
        assert_eq!(names("throttled"), ["retry_after"]);
    }

    #[test]
    fn nothing_tells_unknown_from_wrong_by_accident() {
        let failure = ReplyKey::Group(Group::Failure);
        assert_eq!(failure.outcome_name(Outcome::UnknownAccount), "bad_credentials");
        assert_eq!(failure.outcome_name(Outcome::WrongPassword), "bad_credentials");
        assert_eq!(failure.outcome_name(Outcome::Taken), "taken");
        assert_eq!(ReplyKey::Group(Group::BadCode).outcome_name(Outcome::UsedCode), "bad_code");
        assert_eq!(
            ReplyKey::Outcome(Outcome::WrongPassword).outcome_name(Outcome::WrongPassword),
            "wrong_password"
        );
    }

    #[test]
    fn a_sealed_group_has_one_status_and_a_catch_all_each_its_own() {
        assert_eq!(ReplyKey::Group(Group::Barred).status(Outcome::Locked), 403);
        assert_eq!(ReplyKey::Outcome(Outcome::Locked).status(Outcome::Locked), 423);
        assert_eq!(ReplyKey::Group(Group::Failure).status(Outcome::Locked), 423);
    }
}
