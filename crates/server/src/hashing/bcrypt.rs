//! bcrypt (`$2a$`, `$2b$`, `$2x$`, `$2y$`): what most older servers kept. Like bcrypt itself, only the first
//! 72 bytes of a password count.

use super::memory::Memory;
use super::registry::{Check, Verifier};
use doorward_core::password::Password;

/// Work beyond this is not done for any stored text: 2^14 rounds, about a second.
const MOST_COST: u32 = 14;

/// The format.
pub(super) struct Bcrypt;

impl Verifier for Bcrypt {
    fn matches(&self, stored: &str) -> bool {
        ["$2a$", "$2b$", "$2x$", "$2y$"].iter().any(|start| stored.starts_with(start))
    }

    fn verify(&self, stored: &str, password: &Password, _memory: &mut Memory) -> Check {
        let cost = stored.get(4..6).and_then(|cost| cost.parse::<u32>().ok());
        if cost.is_none_or(|cost| cost > MOST_COST) {
            return Check::Unusable;
        }
        // The old server hashed what it was sent; another keyboard may send the same text composed.
        let normalised = password.normalised();
        let mut forms = vec![password.raw()];
        if normalised.as_slice() != password.raw() {
            forms.push(&normalised);
        }
        for form in forms {
            match ::bcrypt::verify(form, stored) {
                Ok(true) => return Check::Right,
                Ok(false) => {}
                Err(_) => return Check::Unusable,
            }
        }
        Check::Wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stored: &str, text: &str) -> Check {
        Bcrypt.verify(stored, &Password::new(text.to_owned()), &mut Memory::default())
    }

    #[test]
    fn every_spelling_of_the_format_verifies() {
        let stored = "$2a$04$UuTkLRZZ6QofpDOlMz32MuuxEHA43WOemOYHPz6.SjsVsyO1tDU96";
        for version in ["2a", "2b", "2x", "2y"] {
            let stored = stored.replacen("2a", version, 1);
            assert!(Bcrypt.matches(&stored));
            assert_eq!(check(&stored, "password"), Check::Right);
            assert_eq!(check(&stored, "passwor"), Check::Wrong);
        }
    }

    #[test]
    fn only_72_bytes_count() {
        let long = "x".repeat(72);
        let stored = ::bcrypt::hash_with_salt(&long, 4, [7; 16]).unwrap().to_string();
        assert_eq!(check(&stored, &format!("{long}yz")), Check::Right);
        assert_eq!(check(&stored, &long[..71]), Check::Wrong);
    }

    #[test]
    fn a_decomposed_spelling_verifies_too() {
        let composed = ::bcrypt::hash_with_salt("caf\u{e9}", 4, [7; 16]).unwrap().to_string();
        assert_eq!(check(&composed, "cafe\u{301}"), Check::Right);
        let decomposed = ::bcrypt::hash_with_salt("cafe\u{301}", 4, [7; 16]).unwrap().to_string();
        assert_eq!(check(&decomposed, "cafe\u{301}"), Check::Right);
    }

    #[test]
    fn too_much_work_and_damage_are_unusable() {
        let stored = "$2a$15$UuTkLRZZ6QofpDOlMz32MuuxEHA43WOemOYHPz6.SjsVsyO1tDU96";
        assert_eq!(check(stored, "password"), Check::Unusable);
        for damaged in
            ["$2a$", "$2a$04$short", "$2a$xx$UuTkLRZZ6QofpDOlMz32MuuxEHA43WOemOYHPz6.SjsVsyO1tDU96"]
        {
            assert_eq!(check(damaged, "password"), Check::Unusable, "{damaged}");
        }
    }
}
