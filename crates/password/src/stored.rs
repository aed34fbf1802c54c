//! One stored hash: parsed and checked once, kept as one string.

use crate::cost::HashCost;
use crate::format::{self, Means, Parsed, Unusable};
use crate::keys::HashKeys;
use crate::load::Load;
use crate::memory::Memory;
use crate::own;
use crate::refused::Refused;
use crate::wrapped;
use doorward_core::key::same_bytes;
use doorward_core::password::Password;
use doorward_core::port::Dice;
use std::fmt;

/// Nothing longer is looked at.
const LONGEST: usize = 4096;
/// A password of this length decides whether a hash is taken; longer ones can cost more, and are checked again.
pub(crate) const USUAL_PASSWORD: u64 = 128;

/// A stored hash that can be verified. It cannot be printed.
pub struct StoredHash {
    text: String,
    format: &'static str,
    parsed: Parsed,
    /// Whether the work is checked again for every password: longer ones can be more.
    bounded: bool,
}

/// What comparing showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// The password is right.
    Right,
    /// It is wrong.
    Wrong,
    /// The password could not be compared: a key is missing, or it would be too much work.
    Unusable(Refused),
}

impl StoredHash {
    /// Reads a stored hash and checks that its format is known, nothing is left over, and that verifying it is not
    /// too much work.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn parse(text: &str) -> Result<StoredHash, Refused> {
        if text.len() > LONGEST {
            return Err(Refused::new(format!("it is longer than {LONGEST} bytes")));
        }
        let (format, parsed) = format::parse(text)?;
        Ok(StoredHash { text: text.to_owned(), format, parsed, bounded: true })
    }

    /// The same for what the store has: our own hashes of this cost are as much work as they are.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn of_store(text: &str, cost: HashCost) -> Result<StoredHash, Refused> {
        let stored = |format, parsed, bounded| StoredHash { text: text.to_owned(), format, parsed, bounded };
        if own::current(text, cost) {
            return Ok(stored("argon2", format::argon2::ours(text)?, false));
        }
        if wrapped::current(text, cost) {
            return Ok(stored("wrapped", wrapped::ours(text)?, true));
        }
        StoredHash::parse(text)
    }

    /// The string that the database keeps.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name of its format, as in the documentation.
    #[must_use]
    pub fn format(&self) -> &'static str {
        self.format
    }

    /// The keys that verifying needs, by name: without them no password is right.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.parsed.computation.keys()
    }

    /// The work of verifying a usual password.
    #[must_use]
    pub fn load(&self) -> Load {
        self.parsed.computation.load(USUAL_PASSWORD)
    }

    /// Compares a password: as it was sent, since that is what other servers hashed, and then composed (NFC), since
    /// another keyboard may send the same text in pieces.
    #[must_use]
    pub fn verify(&self, password: &Password, keys: &HashKeys, memory: &mut Memory) -> Check {
        let mut means = Means { keys, memory };
        let normalised = password.normalised();
        let mut forms = vec![password.raw()];
        if normalised.as_slice() != password.raw() {
            forms.push(&normalised);
        }
        for form in forms {
            match self.output(form, &mut means) {
                Ok(true) => return Check::Right,
                Ok(false) => {}
                Err(Unusable::Password) => return Check::Wrong,
                Err(Unusable::Hash(why)) => return Check::Unusable(why),
            }
        }
        Check::Wrong
    }

    fn output(&self, password: &[u8], means: &mut Means<'_>) -> Result<bool, Unusable> {
        if self.bounded {
            let load = self.parsed.computation.load(password.len() as u64);
            load.check("a password of this length").map_err(Unusable::Hash)?;
        }
        let output = self.parsed.computation.compute(password, means)?;
        Ok(same_bytes(&output, &self.parsed.expected))
    }

    /// The same hash under Argon2id of this cost, from now on slow to guess. Nothing is left of its result.
    ///
    /// # Errors
    /// It is under Argon2 already, or the algorithm does not allow this cost.
    pub fn wrap(&self, cost: HashCost, dice: &dyn Dice, memory: &mut Memory) -> Result<StoredHash, Refused> {
        if self.text.contains("$argon2") {
            return Err(Refused::new("it is under Argon2 already"));
        }
        let outer = own::hash_bytes(&self.parsed.expected, cost, dice, memory)
            .map_err(|fault| Refused::new(fault.to_string()))?;
        StoredHash::of_store(&wrapped::spell(&outer, &self.parsed.blank), cost)
    }

    /// Whether comparing is itself one hash of this cost, and hardly more: our own, and what is wrapped.
    #[must_use]
    pub fn is_one_hash(&self, cost: HashCost) -> bool {
        own::current(&self.text, cost) || wrapped::current(&self.text, cost)
    }

    /// Whether it should be replaced at the next success: it is not one of ours at this cost.
    #[must_use]
    pub fn needs_upgrade(&self, cost: HashCost) -> bool {
        !own::current(&self.text, cost)
    }
}

impl fmt::Debug for StoredHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredHash({} …)", self.format)
    }
}
