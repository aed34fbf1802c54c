//! Keys that stored hashes were made with (a pepper, a signer key): stored hashes name them, the configuration has
//! them.

use std::collections::BTreeMap;
use std::fmt;
use zeroize::Zeroizing;

/// Keys by name. They cannot be printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HashKeys {
    by_name: BTreeMap<String, Zeroizing<Vec<u8>>>,
}

impl HashKeys {
    /// The same keys and one more; the last one of a name counts.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, key: Vec<u8>) -> HashKeys {
        self.by_name.insert(name.into(), Zeroizing::new(key));
        self
    }

    /// The key of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.by_name.get(name).map(|key| key.as_slice())
    }
}

impl fmt::Debug for HashKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.by_name.keys()).finish()
    }
}

/// Whether a text can be the name of a key or a column: letters, digits and `_`, not a digit first.
pub(crate) fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && text.len() <= 64
}
