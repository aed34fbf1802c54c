//! Our own hashes: Argon2id as a PHC string, of the password in NFC.

use crate::alphabet::phc;
use crate::cost::{HashCost, OUTPUT};
use crate::memory::Memory;
use doorward_core::fault::Fault;
use doorward_core::password::Password;
use doorward_core::port::Dice;

pub(crate) const SALT: usize = 16;

/// A new hash of a password.
///
/// # Errors
/// The algorithm does not allow this cost.
pub fn hash(
    password: &Password,
    cost: HashCost,
    dice: &dyn Dice,
    memory: &mut Memory,
) -> Result<String, Fault> {
    hash_bytes(&password.normalised(), cost, dice, memory)
}

/// Does the work of one hash and throws the result away.
///
/// # Errors
/// The algorithm does not allow this cost.
pub fn spend(password: &Password, cost: HashCost, memory: &mut Memory) -> Result<(), Fault> {
    raw(&password.normalised(), &[0u8; SALT], cost, memory).map(drop)
}

/// Whether a stored text is what [`hash`] makes at this cost.
#[must_use]
pub fn current(stored: &str, cost: HashCost) -> bool {
    let end = phc(&[0; SALT]).len() + 1 + phc(&[0; OUTPUT]).len();
    stored.strip_prefix(start(cost).as_str()).is_some_and(|rest| rest.len() == end)
}

pub(crate) fn hash_bytes(
    secret: &[u8],
    cost: HashCost,
    dice: &dyn Dice,
    memory: &mut Memory,
) -> Result<String, Fault> {
    let mut salt = [0u8; SALT];
    dice.fill(&mut salt);
    let out = raw(secret, &salt, cost, memory)?;
    Ok(format!("{}{}${}", start(cost), phc(&salt), phc(&out)))
}

pub(crate) fn start(cost: HashCost) -> String {
    format!("$argon2id$v=19$m={},t={},p={}$", cost.memory_kib, cost.passes, cost.lanes)
}

fn raw(secret: &[u8], salt: &[u8], cost: HashCost, memory: &mut Memory) -> Result<[u8; OUTPUT], Fault> {
    let function = cost.argon2()?;
    let mut out = [0u8; OUTPUT];
    let blocks = memory.blocks(function.params().block_count());
    function
        .hash_password_into_with_memory(secret, salt, &mut out, blocks)
        .map_err(|error| Fault::Internal(format!("Argon2 failed: {error}")))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::HashKeys;
    use crate::stored::{Check, StoredHash};
    use doorward_testkit::SeededDice;

    fn password(text: &str) -> Password {
        Password::new(text.to_owned())
    }

    #[test]
    fn what_is_hashed_verifies_also_in_used_memory() {
        let (mut memory, keys) = (Memory::default(), HashKeys::default());
        let dice = SeededDice::new(1);
        let one = hash(&password("secret"), HashCost::least(), &dice, &mut memory).unwrap();
        let two = hash(&password("secret"), HashCost::least(), &dice, &mut memory).unwrap();
        assert_ne!(one, two, "salts differ");
        for text in [one, two] {
            let stored = StoredHash::parse(&text).unwrap();
            assert_eq!(stored.verify(&password("secret"), &keys, &mut memory), Check::Right);
            assert_eq!(stored.verify(&password("Secret"), &keys, &mut memory), Check::Wrong);
            assert!(current(&text, HashCost::least()));
            assert!(!current(&text, HashCost::default()));
        }
    }

    #[test]
    fn what_the_operator_chose_is_not_too_much() {
        let cost = HashCost { passes: 500_000, ..HashCost::least() };
        let text = format!("{}{}${}", start(cost), phc(&[1; SALT]), phc(&[2; OUTPUT]));
        assert!(StoredHash::parse(&text).is_err());
        assert!(StoredHash::of_store(&text, cost).is_ok());
        assert!(StoredHash::of_store(&text, HashCost::default()).is_err());
    }

    #[test]
    fn one_character_written_two_ways_is_one_password() {
        let mut memory = Memory::default();
        let text = hash(&password("caf\u{e9}"), HashCost::least(), &SeededDice::new(1), &mut memory).unwrap();
        let stored = StoredHash::parse(&text).unwrap();
        let check = stored.verify(&password("cafe\u{301}"), &HashKeys::default(), &mut memory);
        assert_eq!(check, Check::Right);
    }
}
