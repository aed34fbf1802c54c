//! scrypt as a PHC string (`$scrypt$ln=…,r=…,p=…$salt$hash`).
//!
//! From Passlib and the PHC format's own list.

use super::parts::{count, decoded, fields, named, result};
use super::{Computation, Example, Format, Means, Parsed, Refused, Unusable};
use crate::alphabet::{phc, unpasslib};
use crate::digest::Secret;
use crate::load::Load;
use zeroize::Zeroizing;

/// The time of one block of 128 bytes in nanoseconds.
const PER_BLOCK: u64 = 400;

/// The format.
pub(super) struct ScryptPhc;

impl Format for ScryptPhc {
    fn name(&self) -> &'static str {
        "scrypt"
    }

    fn origin(&self) -> &'static str {
        "PHC strings: Passlib and others"
    }

    fn examples(&self) -> &'static [Example] {
        &[Example {
            stored: "$scrypt$ln=10,r=8,p=1$c2Vhc2FsdDBzZWFzYWx0MPv/$tLCQ9/GRdnqSQrQW2doXWcaknByiYWPJk4T5fwU7TFA",
            password: "correct horse",
            made_by: "Passlib 1.7",
        }]
    }

    fn claims(&self, text: &str) -> bool {
        text.starts_with("$scrypt$")
    }

    fn parse(&self, text: &str) -> Result<Parsed, Refused> {
        let [_, name, params, salt, hash] = fields(text)?;
        let parts: Vec<&str> = params.split(',').collect();
        let [log_n, r, p] = parts.as_slice() else {
            return Err(Refused::new("its parameters are not `ln=…,r=…,p=…`"));
        };
        let log_n = count(named(log_n, "ln")?, "ln")?;
        let (r, p) = (count(named(r, "r")?, "r")?, count(named(p, "p")?, "p")?);
        let expected = result(unpasslib(hash))?;
        let salt_bytes = decoded(unpasslib(salt), "salt")?;
        let computation = ScryptHash::new(Factors { log_n, r, p }, salt_bytes, expected.len())?;
        let blank = format!("${name}${params}${salt}${}", phc(&vec![0; expected.len()]));
        Ok(Parsed { computation: Box::new(computation), expected, blank })
    }
}

/// scrypt's parameters.
#[derive(Clone, Copy)]
pub(crate) struct Factors {
    /// The base-2 logarithm of N.
    pub(crate) log_n: u32,
    pub(crate) r: u32,
    pub(crate) p: u32,
}

impl Factors {
    /// Of N itself, which must be a power of two.
    pub(crate) fn of_n(n: u32, r: u32, p: u32) -> Result<Factors, Refused> {
        if n < 2 || !n.is_power_of_two() {
            return Err(Refused::new(format!("N={n} is not a power of two")));
        }
        Ok(Factors { log_n: n.trailing_zeros(), r, p })
    }

    pub(crate) fn load(self) -> Load {
        let rounds = 1u64.checked_shl(self.log_n).unwrap_or(u64::MAX).saturating_mul(self.r.into());
        Load::operations(rounds.saturating_mul(self.p.into()), PER_BLOCK).in_memory(rounds / 8)
    }
}

/// scrypt with its salt and parameters.
pub(crate) struct ScryptHash {
    params: ::scrypt::Params,
    load: Load,
    salt: Vec<u8>,
    length: usize,
}

impl ScryptHash {
    pub(crate) fn new(factors: Factors, salt: Vec<u8>, length: usize) -> Result<ScryptHash, Refused> {
        let Factors { log_n, r, p } = factors;
        factors.load().check(&format!("N=2^{log_n},r={r},p={p}"))?;
        let params = u8::try_from(log_n)
            .ok()
            .and_then(|log_n| ::scrypt::Params::new(log_n, r, p).ok())
            .ok_or_else(|| Refused::new(format!("scrypt does not allow N=2^{log_n},r={r},p={p}")))?;
        Ok(ScryptHash { params, load: factors.load(), salt, length })
    }
}

impl Computation for ScryptHash {
    fn load(&self, _password: u64) -> Load {
        self.load
    }

    fn compute(&self, password: &[u8], _means: &mut Means<'_>) -> Result<Secret, Unusable> {
        let mut out = Zeroizing::new(vec![0; self.length]);
        ::scrypt::scrypt(password, &self.salt, &self.params, &mut out)
            .map_err(|error| Unusable::Hash(Refused::new(error.to_string())))?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use crate::format::tests::{refused, right};

    #[test]
    fn the_vector_of_rfc_7914() {
        // Section 12: N=1024, r=8, p=16, "password", "NaCl".
        let hash = crate::alphabet::unhex(
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
        )
        .unwrap();
        right(&format!("$scrypt$ln=10,r=8,p=16$TmFDbA${}", crate::alphabet::phc(&hash)), "password");
    }

    #[test]
    fn too_much_work_and_damage_are_refused() {
        let end = "c2Vhc2FsdDBzZWFzYWx0MPv/$tLCQ9/GRdnqSQrQW2doXWcaknByiYWPJk4T5fwU7TFA";
        assert_eq!(
            refused(&format!("$scrypt$ln=30,r=8,p=1${end}")),
            "N=2^30,r=8,p=1 takes 1048576 MiB of memory; at most 256 MiB are given"
        );
        for params in [
            "ln=64,r=8,p=1",
            "ln=10,r=8,p=100000",
            "ln=0,r=8,p=1",
            "r=8,ln=10,p=1",
            "ln=10",
            "ln=10,r=8,p=1,x=1",
        ] {
            refused(&format!("$scrypt${params}${end}"));
        }
        refused(&format!("$scrypt$ln=10,r=8,p=1${end}="));
        refused("$scrypt$ln=10,r=8,p=1$c2Fs$");
    }
}
