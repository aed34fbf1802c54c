//! Argon2 PHC strings (`$argon2id$v=19$m=…,t=…,p=…$salt$hash`), of all three kinds and both versions.
//!
//! From the reference implementation and everything built on it: PHP, Node, Go, Python. It is our own format too.

use super::{Computation, Example, Format, Means, Parsed, Refused, Unusable};
use crate::alphabet::phc;
use crate::digest::Secret;
use crate::load::Load;
use ::argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use zeroize::Zeroizing;

/// The time of one block of 1 KiB in nanoseconds.
const PER_BLOCK: u64 = 400;

/// The format.
pub(crate) struct Argon2Phc;

impl Format for Argon2Phc {
    fn name(&self) -> &'static str {
        "argon2"
    }

    fn origin(&self) -> &'static str {
        "PHC strings: PHP, Node, Go, Python, ourselves"
    }

    fn examples(&self) -> &'static [Example] {
        &[
            Example {
                stored: "$argon2id$v=19$m=64,t=1,p=2$c2Vhc2FsdDBzZWFzYWx0MA$o3pjvfmRRQpqvSQazXWuuWiNL3IcVtTZc1i472XQvK4",
                password: "correct horse",
                made_by: "argon2-cffi 25.1",
            },
            Example {
                stored: "$argon2i$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG",
                password: "password",
                made_by: "the reference implementation's README",
            },
            Example {
                stored: "$argon2d$v=19$m=64,t=1,p=1$c2Vhc2FsdDBzZWFzYWx0MA$ytmSwr3FpUasdshBmJ4cZ4q1pbn6nE6Em4ttuYc8ddo",
                password: "correct horse",
                made_by: "argon2-cffi 25.1",
            },
        ]
    }

    fn claims(&self, text: &str) -> bool {
        ["$argon2id$", "$argon2i$", "$argon2d$"].iter().any(|start| text.starts_with(start))
    }

    fn parse(&self, text: &str) -> Result<Parsed, Refused> {
        let (computation, expected) = read(text)?;
        let Argon2Hash { params, .. } = &computation;
        let asked = format!("m={},t={},p={}", params.m_cost(), params.t_cost(), params.p_cost());
        computation.load(0).check(&asked)?;
        Ok(parsed(text, computation, expected))
    }
}

/// Reads a hash of our own: its cost is the operator's choice and not checked.
pub(crate) fn ours(text: &str) -> Result<Parsed, Refused> {
    let (computation, expected) = read(text)?;
    Ok(parsed(text, computation, expected))
}

fn parsed(text: &str, computation: Argon2Hash, expected: Vec<u8>) -> Parsed {
    let (head, _) = text.rsplit_once('$').unwrap_or_default();
    let blank = format!("{head}${}", phc(&vec![0; expected.len()]));
    Parsed { computation: Box::new(computation), expected, blank }
}

fn read(text: &str) -> Result<(Argon2Hash, Vec<u8>), Refused> {
    let damaged = |what: &str| Refused::new(format!("its {what} cannot be read"));
    let parsed = PasswordHash::new(text).map_err(|error| Refused::new(format!("it is damaged: {error}")))?;
    let algorithm = Algorithm::new(parsed.algorithm.as_str()).map_err(|_| damaged("kind"))?;
    let version =
        parsed.version.map_or(Ok(Version::V0x10), Version::try_from).map_err(|_| damaged("version"))?;
    let params =
        Params::try_from(&parsed).map_err(|error| Refused::new(format!("its parameters: {error}")))?;
    let salt = parsed.salt.ok_or_else(|| damaged("salt"))?.as_ref().to_vec();
    let expected = parsed.hash.ok_or_else(|| damaged("hash"))?.as_bytes().to_vec();
    Ok((Argon2Hash { algorithm, version, params, salt, length: expected.len() }, expected))
}

struct Argon2Hash {
    algorithm: Algorithm,
    version: Version,
    params: Params,
    salt: Vec<u8>,
    length: usize,
}

impl Computation for Argon2Hash {
    fn load(&self, _password: u64) -> Load {
        let memory = u64::from(self.params.m_cost());
        Load::operations(memory.saturating_mul(self.params.t_cost().into()), PER_BLOCK).in_memory(memory)
    }

    fn compute(&self, password: &[u8], means: &mut Means<'_>) -> Result<Secret, Unusable> {
        let mut out = Zeroizing::new(vec![0; self.length]);
        let blocks = means.memory.blocks(self.params.block_count());
        Argon2::new(self.algorithm, self.version, self.params.clone())
            .hash_password_into_with_memory(password, &self.salt, &mut out, blocks)
            .map_err(|error| Unusable::Hash(Refused::new(error.to_string())))?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use crate::format::tests::{refused, right};

    #[test]
    fn a_hash_without_a_version_is_of_the_first() {
        // src/test.c of the reference implementation, version 0x10.
        right("$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY", "password");
    }

    #[test]
    fn too_much_work_is_refused_with_its_numbers() {
        let with = |params: &str| {
            refused(&format!("$argon2id$v=19${params}$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG"))
        };
        assert_eq!(
            with("m=4194304,t=1,p=1"),
            "m=4194304,t=1,p=1 takes 4096 MiB of memory; at most 256 MiB are given"
        );
        assert_eq!(
            with("m=65536,t=64,p=1"),
            "m=65536,t=64,p=1 takes about 1.6 s of work; at most 1 s is done"
        );
        with("m=1,t=1,p=1");
        with("nonsense");
        refused("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ");
        refused("$argon2id$v=21$m=8,t=1,p=1$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG");
    }
}
