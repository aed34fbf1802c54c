//! What a line may say of an account, beside the profile that the contract declares.

use doorward_contract::diagnostic::did_you_mean;

/// The members that every realm's accounts have. Identifiers and profile fields are the realm's own.
pub(super) const OWN: [&str; 21] = [
    "id",
    "ids",
    "uuid",
    "username_verified",
    "email_verified",
    "phone_verified",
    "password_hash",
    "profile",
    "roles",
    "status",
    "status_reason",
    "closes_at",
    "locked",
    "locked_until",
    "lock_reason",
    "expires_at",
    "must_change_password",
    "created_at",
    "updated_at",
    "last_login_at",
    "last_login_address",
];

/// What an import of refused lines reads over: why they were refused.
pub(super) const REFUSED: &str = "refused";

/// The names that lines of a realm's import may use.
#[derive(Clone, Debug, Default)]
pub(super) struct Members {
    /// Our own, and the identifiers.
    own: Vec<String>,
    /// The profile's fields.
    fields: Vec<String>,
}

impl Members {
    /// Of accounts with these identifiers and profile fields.
    pub(super) fn new(identifiers: &[String], fields: &[String]) -> Members {
        let own = OWN.iter().map(|name| (*name).to_owned()).chain(identifiers.iter().cloned()).collect();
        Members { own, fields: fields.to_vec() }
    }

    /// Where a name belongs: a member of our own, or `profile.FIELD`.
    pub(super) fn find(&self, name: &str) -> Option<String> {
        if self.own.iter().any(|own| own == name) {
            return Some(name.to_owned());
        }
        let field = name.strip_prefix("profile.").unwrap_or(name);
        self.fields.iter().any(|known| known == field).then(|| format!("profile.{field}"))
    }

    /// What is wrong with a name that is none of them, and what to do.
    pub(super) fn unknown(&self, name: &str) -> String {
        let known = self.own.iter().chain(&self.fields).map(String::as_str);
        match did_you_mean(name.strip_prefix("profile.").unwrap_or(name), known) {
            Some(alike) => format!(
                "accounts of this realm have no `{name}`; did you mean `{alike}`? Say --map {name}={alike}, or --ignore {name}"
            ),
            None => format!(
                "accounts of this realm have no `{name}`; say --map {name}=FIELD or --ignore {name}, or add the field to the contract"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_our_own_or_the_profiles() {
        let members = Members::new(&["email".to_owned()], &["birthday".to_owned(), "roles".to_owned()]);
        assert_eq!(members.find("email").as_deref(), Some("email"));
        assert_eq!(members.find("username"), None, "not in this realm");
        assert_eq!(members.find("birthday").as_deref(), Some("profile.birthday"));
        assert_eq!(members.find("roles").as_deref(), Some("roles"), "ours comes first");
        assert_eq!(members.find("profile.roles").as_deref(), Some("profile.roles"));
        assert!(members.unknown("emial").contains("did you mean `email`? Say --map emial=email"));
        assert!(members.unknown("colour").contains("--ignore colour"));
    }
}
