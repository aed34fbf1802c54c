//! Argon2 PHC strings (`$argon2id$v=19$m=…,t=…,p=…$salt$hash`): our own format, and the same from elsewhere.

use super::cost::{HashCost, OUTPUT};
use super::memory::Memory;
use super::registry::{Check, Verifier};
use ::argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use doorward_core::fault::Fault;
use doorward_core::key::same_bytes;
use doorward_core::password::Password;
use doorward_core::port::Dice;

/// Work beyond these is not done for any stored text: 256 MiB, 16 passes, 8 lanes.
const MOST_MEMORY_KIB: u32 = 256 * 1024;
const MOST_PASSES: u32 = 16;
const MOST_LANES: u32 = 8;

const SALT: usize = 16;

/// The format.
pub(super) struct Argon2Phc;

impl Verifier for Argon2Phc {
    fn matches(&self, stored: &str) -> bool {
        ["$argon2id$", "$argon2i$", "$argon2d$"].iter().any(|start| stored.starts_with(start))
    }

    fn verify(&self, stored: &str, password: &Password, memory: &mut Memory) -> Check {
        match compare(stored, &password.normalised(), memory) {
            Some(true) => Check::Right,
            Some(false) => Check::Wrong,
            None => Check::Unusable,
        }
    }
}

fn compare(stored: &str, password: &[u8], memory: &mut Memory) -> Option<bool> {
    let parsed = PasswordHash::new(stored).ok()?;
    let algorithm = Algorithm::new(parsed.algorithm.as_str()).ok()?;
    let version = parsed.version.map_or(Ok(Version::V0x13), Version::try_from).ok()?;
    let params = Params::try_from(&parsed).ok()?;
    let within =
        params.m_cost() <= MOST_MEMORY_KIB && params.t_cost() <= MOST_PASSES && params.p_cost() <= MOST_LANES;
    if !within {
        return None;
    }
    let (salt, expected) = (parsed.salt?, parsed.hash?);
    let mut out = vec![0u8; expected.len()];
    let blocks = memory.blocks(params.block_count());
    Argon2::new(algorithm, version, params)
        .hash_password_into_with_memory(password, salt.as_ref(), &mut out, blocks)
        .ok()?;
    Some(same_bytes(&out, expected.as_bytes()))
}

/// A new PHC string of a password.
///
/// # Errors
/// The algorithm does not allow this cost.
pub(super) fn hash(
    password: &Password,
    cost: HashCost,
    dice: &dyn Dice,
    memory: &mut Memory,
) -> Result<String, Fault> {
    let mut salt = [0u8; SALT];
    dice.fill(&mut salt);
    let out = raw(&password.normalised(), &salt, cost, memory)?;
    Ok(format!("{}{}${}", start(cost), STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(out)))
}

/// Does the work of one hash and throws the result away.
///
/// # Errors
/// The algorithm does not allow this cost.
pub(super) fn spend(password: &Password, cost: HashCost, memory: &mut Memory) -> Result<(), Fault> {
    raw(&password.normalised(), &[0u8; SALT], cost, memory).map(drop)
}

/// Whether a stored text is what [`hash`] makes at this cost.
pub(super) fn current(stored: &str, cost: HashCost) -> bool {
    stored.starts_with(&start(cost))
}

fn start(cost: HashCost) -> String {
    format!("$argon2id$v=19$m={},t={},p={}$", cost.memory_kib, cost.passes, cost.lanes)
}

fn raw(password: &[u8], salt: &[u8], cost: HashCost, memory: &mut Memory) -> Result<[u8; OUTPUT], Fault> {
    let function = cost.argon2()?;
    let mut out = [0u8; OUTPUT];
    let blocks = memory.blocks(function.params().block_count());
    function
        .hash_password_into_with_memory(password, salt, &mut out, blocks)
        .map_err(|error| Fault::Internal(format!("Argon2 failed: {error}")))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_testkit::SeededDice;

    fn password(text: &str) -> Password {
        Password::new(text.to_owned())
    }

    fn check(stored: &str, text: &str) -> Check {
        Argon2Phc.verify(stored, &password(text), &mut Memory::default())
    }

    #[test]
    fn what_is_hashed_verifies_also_in_used_memory() {
        let mut memory = Memory::default();
        let dice = SeededDice::new(1);
        let one = hash(&password("secret"), HashCost::least(), &dice, &mut memory).unwrap();
        let two = hash(&password("secret"), HashCost::least(), &dice, &mut memory).unwrap();
        assert_ne!(one, two, "salts differ");
        for stored in [one, two] {
            assert_eq!(Argon2Phc.verify(&stored, &password("secret"), &mut memory), Check::Right);
            assert_eq!(Argon2Phc.verify(&stored, &password("Secret"), &mut memory), Check::Wrong);
            assert!(current(&stored, HashCost::least()));
            assert!(!current(&stored, HashCost::default()));
        }
    }

    #[test]
    fn a_vector_of_the_reference_implementation_verifies() {
        // The example in the reference implementation's README (-t 2 -m 16 -p 4 -l 24).
        let stored = "$argon2i$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG";
        assert_eq!(check(stored, "password"), Check::Right);
        assert_eq!(check(stored, "passwore"), Check::Wrong);
    }

    #[test]
    fn one_character_written_two_ways_is_one_password() {
        let stored =
            hash(&password("caf\u{e9}"), HashCost::least(), &SeededDice::new(1), &mut Memory::default())
                .unwrap();
        assert_eq!(check(&stored, "cafe\u{301}"), Check::Right);
    }

    #[test]
    fn too_much_work_and_damage_are_unusable() {
        let end = "c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG";
        for params in ["m=1048576,t=2,p=1", "m=65536,t=17,p=1", "m=65536,t=2,p=9", "m=1,t=1,p=1", "nonsense"]
        {
            assert_eq!(
                check(&format!("$argon2id$v=19${params}${end}"), "password"),
                Check::Unusable,
                "{params}"
            );
        }
        assert_eq!(check("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ", "password"), Check::Unusable);
    }
}
