//! The formats of stored hashes. One format = one file, each alike: a sentence, where the format comes from, how it is
//! read, what it costs, how it is computed, tests with vectors that somebody else made.

pub(crate) mod argon2;
mod aspnet;
mod bcrypt;
mod bcrypt_sha256;
mod django;
mod firebase;
mod ldap;
mod md5_crypt;
mod parts;
mod pbkdf2;
mod phpass;
mod scrypt;
mod sha_crypt;
mod spring;
mod werkzeug;
mod wordpress;

pub(crate) use scrypt::{Factors, ScryptHash};

use crate::digest::Secret;
use crate::keys::HashKeys;
use crate::load::Load;
use crate::memory::Memory;
use crate::refused::Refused;

/// One format of stored hashes.
pub trait Format: Send + Sync {
    /// Its name, in a word.
    fn name(&self) -> &'static str;

    /// Where it comes from: for the documentation.
    fn origin(&self) -> &'static str;

    /// A stored hash of every form that it has.
    fn examples(&self) -> &'static [Example];

    /// Whether a text means to be of this format.
    fn claims(&self, text: &str) -> bool;

    /// Reads a text of this format and checks what it asks for.
    ///
    /// # Errors
    /// It is damaged, or verifying it would be too much work.
    fn parse(&self, text: &str) -> Result<Parsed, Refused>;
}

/// A stored hash and the password that it is of.
pub struct Example {
    /// The stored hash.
    pub stored: &'static str,
    /// The password.
    pub password: &'static str,
    /// What made it.
    pub made_by: &'static str,
}

/// A stored hash in its parts.
pub struct Parsed {
    /// What is to be done with a password.
    pub computation: Box<dyn Computation>,
    /// What must come of it.
    pub expected: Vec<u8>,
    /// The stored hash with nothing in place of what must come of it: what a wrapped hash keeps.
    pub blank: String,
}

/// All of a stored hash but the result: salt, parameters and what is done with them.
pub trait Computation: Send + Sync {
    /// The work for a password of so many bytes.
    fn load(&self, password: u64) -> Load;

    /// The keys that it needs, by name.
    fn keys(&self) -> Vec<String> {
        Vec::new()
    }

    /// What comes of a password.
    ///
    /// # Errors
    /// It cannot be computed.
    fn compute(&self, password: &[u8], means: &mut Means<'_>) -> Result<Secret, Unusable>;
}

/// What computing takes besides the password.
pub struct Means<'a> {
    /// Keys that stored hashes name.
    pub keys: &'a HashKeys,
    /// Working memory.
    pub memory: &'a mut Memory,
}

/// Why nothing could be computed.
#[derive(Debug)]
pub enum Unusable {
    /// No such password can have been stored.
    Password,
    /// Something about the stored hash: a key is missing, or it would be too much work.
    Hash(Refused),
}

/// Every format. The first that claims a text reads it.
pub static FORMATS: &[&dyn Format] = &[
    &argon2::Argon2Phc,
    &bcrypt::Bcrypt,
    &bcrypt_sha256::BcryptSha256,
    &scrypt::ScryptPhc,
    &pbkdf2::Pbkdf2Phc,
    &sha_crypt::ShaCrypt,
    &md5_crypt::Md5Crypt,
    &phpass::Phpass,
    &wordpress::WordPress,
    &django::Django,
    &werkzeug::Werkzeug,
    &aspnet::AspNet,
    &spring::Spring,
    &ldap::Ldap,
    &firebase::Firebase,
    &crate::recipe::RecipeFormat,
    &crate::wrapped::Wrapped,
];

/// Reads a text of any format.
pub(crate) fn parse(text: &str) -> Result<(&'static str, Parsed), Refused> {
    match FORMATS.iter().find(|format| format.claims(text)) {
        Some(format) => Ok((format.name(), format.parse(text)?)),
        None => Err(Refused::new(unknown(text))),
    }
}

/// What to say of a text that no format claims.
fn unknown(text: &str) -> String {
    let word = |start: &str| text.get(..start.len()).is_some_and(|this| this.eq_ignore_ascii_case(start));
    let is_hex = |text: &str| text.len() >= 32 && text.bytes().all(|letter| letter.is_ascii_hexdigit());
    if word("{noop}") || word("{cleartext}") || word("{plain}") || word("plain$") {
        return "it is a password in clear, not a hash: hash it, or let its owner set a new one".to_owned();
    }
    if text.starts_with("$2$") {
        return "`$2$` is the first bcrypt, which nothing in use writes".to_owned();
    }
    if text.starts_with("$y$") || text.starts_with("$gy$") || text.starts_with("$7$") {
        return "yescrypt and its relatives are not read".to_owned();
    }
    if ["md5$", "sha1$", "sha256$", "sha512$"].iter().any(|start| text.starts_with(start)) {
        return "`DIGEST$SALT$HASH` means `hex(sha1(salt + password))` where Django wrote it and \
                `hex(hmac_sha1(salt, password))` where Werkzeug did: say which by a recipe"
            .to_owned();
    }
    if is_hex(text) {
        return format!("{} hexadecimal digits do not say how they were made: give a recipe", text.len());
    }
    "it is of no known format; a home-grown one needs a recipe".to_owned()
}

/// A computation on what comes of another: a password that was hashed before it was hashed.
struct After {
    first: fn(&[u8]) -> Secret,
    then: Box<dyn Computation>,
}

impl Computation for After {
    fn load(&self, password: u64) -> Load {
        // One block more or less is lost beside what follows.
        self.then.load(64).and(crate::digest::Digest::Sha512.hmac_load(password))
    }

    fn keys(&self) -> Vec<String> {
        self.then.keys()
    }

    fn compute(&self, password: &[u8], means: &mut Means<'_>) -> Result<Secret, Unusable> {
        self.then.compute(&(self.first)(password), means)
    }
}

#[cfg(test)]
pub(crate) mod tests;
