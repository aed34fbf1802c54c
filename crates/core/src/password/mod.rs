//! Passwords: what may be set, how they are kept, and what verifying one may lead to.

use crate::violation::Violation;
use serde_json::json;
use std::fmt;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// A password in clear. It cannot be printed and leaves no trace in freed memory.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes a password as the caller sent it.
    #[must_use]
    pub fn new(text: String) -> Password {
        Password(Zeroizing::new(text))
    }

    /// The bytes as sent: what a hash imported from elsewhere was made of.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The bytes that our own hashes are made of: NFC (RFC 8265, OpaqueString), so that two keyboards that
    /// write one character differently agree.
    #[must_use]
    pub fn normalised(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.nfc().collect::<String>().into_bytes())
    }

    /// How many ways there are to compare it: as sent, and as normalised where that is another text.
    #[must_use]
    pub fn forms(&self) -> usize {
        if self.normalised().as_slice() == self.raw() { 1 } else { 2 }
    }

    fn code_points(&self) -> usize {
        self.0.nfc().count()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A stored password: a PHC string or a legacy format the verifier registry knows. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a stored form as it is.
    #[must_use]
    pub fn new(stored: String) -> PasswordHash {
        PasswordHash(stored)
    }

    /// The stored form, for the store and the verifier only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// A class of characters that a password must contain one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CharacterClass {
    /// An upper-case letter.
    Upper,
    /// A lower-case letter.
    Lower,
    /// A digit.
    Digit,
    /// Anything else.
    Other,
}

impl CharacterClass {
    /// The rule name of the violation, and the word in contracts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            CharacterClass::Upper => "upper",
            CharacterClass::Lower => "lower",
            CharacterClass::Digit => "digit",
            CharacterClass::Other => "other",
        }
    }

    fn has(self, c: char) -> bool {
        match self {
            CharacterClass::Upper => c.is_uppercase(),
            CharacterClass::Lower => c.is_lowercase(),
            CharacterClass::Digit => c.is_ascii_digit(),
            CharacterClass::Other => !c.is_alphanumeric(),
        }
    }
}

/// What a new password must be. Lengths are counted in code points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// The least length.
    pub min: usize,
    /// The greatest length: longer ones are refused, never cut.
    pub max: usize,
    /// Classes of which each must occur.
    pub classes: Vec<CharacterClass>,
    /// The only characters allowed, when said.
    pub alphabet: Option<String>,
}

impl Default for PasswordPolicy {
    fn default() -> PasswordPolicy {
        PasswordPolicy { min: 8, max: 1024, classes: Vec::new(), alphabet: None }
    }
}

impl PasswordPolicy {
    /// The rules that a new password breaks; `field` is the wire name used in the violations.
    #[must_use]
    pub fn violations(&self, password: &Password, field: &str) -> Vec<Violation> {
        let mut broken = Vec::new();
        let length = password.code_points();
        if length < self.min {
            broken.push(Violation::new(field, "minLength").with_limit(self.min as u64));
        }
        if length > self.max {
            broken.push(Violation::new(field, "maxLength").with_limit(self.max as u64));
        }
        for class in &self.classes {
            if !password.0.chars().any(|c| class.has(c)) {
                broken.push(Violation::new(field, class.name()));
            }
        }
        if let Some(alphabet) = &self.alphabet
            && password.0.nfc().any(|c| !alphabet.contains(c))
        {
            broken.push(Violation::new(field, "alphabet").with_param("alphabet", json!(alphabet)));
        }
        broken
    }

    /// Whether a password is so long that it cannot be anybody's: it is refused before it costs a hash.
    #[must_use]
    pub fn too_long(&self, password: &Password) -> bool {
        password.0.len() > self.max.saturating_mul(4)
    }
}

/// Whether a right password is to be hashed anew where the stored hash is of another format or weaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upgrade {
    /// It is: the caller stores the new hash.
    Wanted,
    /// It is not: nobody would store it. Then right and wrong are the same work.
    Unwanted,
}

/// What verifying a password showed.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is right. `upgrade` is a fresh hash when the stored one is of an old format or weaker parameters.
    Right {
        /// The hash to store from now on, if it changed.
        upgrade: Option<PasswordHash>,
    },
    /// It is wrong, or there was nothing to compare with.
    Wrong,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(policy: &PasswordPolicy, password: &str) -> Vec<String> {
        let broken = policy.violations(&Password::new(password.to_owned()), "password");
        broken.into_iter().map(|violation| violation.rule).collect()
    }

    #[test]
    fn rules_are_told_in_their_order() {
        let policy = PasswordPolicy {
            min: 4,
            max: 6,
            classes: vec![CharacterClass::Digit, CharacterClass::Other],
            alphabet: Some("abc123!\u{e9}".to_owned()),
        };
        assert!(broken(&policy, "abc1!").is_empty());
        assert_eq!(broken(&policy, "abe1!"), ["alphabet"]);
        assert!(broken(&policy, "abe\u{301}1!").is_empty(), "composed, it is in it");
        assert_eq!(broken(&policy, "xyz"), ["minLength", "digit", "other", "alphabet"]);
        assert_eq!(broken(&policy, "abcabcabc1!"), ["maxLength"], "longer ones are refused, never cut");
    }
}
