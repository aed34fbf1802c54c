//! A hash kept under Argon2id: `$wrapped$argon2id$v=19$m=…,t=…,p=…$salt$hash$of$INNER`.
//!
//! From the import of fast hashes: what a stolen MD5 would give away in a minute is hashed again at once, without the
//! password. INNER is the stored hash with nothing in place of its result: its salt and parameters are needed to compute
//! the result again, and Argon2id's hash is of that.

use crate::cost::HashCost;
use crate::digest::Secret;
use crate::format::{self, Computation, Example, Format, Means, Parsed, Unusable};
use crate::load::Load;
use crate::own;
use crate::refused::Refused;
use crate::stored::USUAL_PASSWORD;

/// What the string begins with, and what stands between its layers.
const START: &str = "$wrapped";
const OF: &str = "$of$";

/// The format.
pub(crate) struct Wrapped;

impl Format for Wrapped {
    fn name(&self) -> &'static str {
        "wrapped"
    }

    fn origin(&self) -> &'static str {
        "hashes that were put under Argon2id when they were brought; our own spelling"
    }

    fn examples(&self) -> &'static [Example] {
        &[Example {
            stored: "$wrapped$argon2id$v=19$m=64,t=1,p=1$c2Vhc2FsdDBzZWFzYWx0MA$m9xyhSyv2jW/Sib4pPBize9YoZdVIGAFN5+PAcVYheM$of${SHA}AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            password: "correct horse",
            made_by: "argon2-cffi 25.1 over Python's hashlib",
        }]
    }

    fn claims(&self, text: &str) -> bool {
        text.starts_with("$wrapped$")
    }

    fn parse(&self, text: &str) -> Result<Parsed, Refused> {
        let (outer, _) = layers(text)?;
        wrapped(text, format::argon2::Argon2Phc.parse(outer)?, true)
    }
}

/// Reads one that was made at the operator's cost, whatever that is.
pub(crate) fn ours(text: &str) -> Result<Parsed, Refused> {
    let (outer, _) = layers(text)?;
    wrapped(text, format::argon2::ours(outer)?, false)
}

/// Whether its outer layer is a hash of this cost.
pub(crate) fn current(text: &str, cost: HashCost) -> bool {
    layers(text).is_ok_and(|(outer, _)| own::current(outer, cost))
}

/// The string of an outer hash and a blank inner one.
pub(crate) fn spell(outer: &str, blank: &str) -> String {
    format!("{START}{outer}{OF}{blank}")
}

fn layers(text: &str) -> Result<(&str, &str), Refused> {
    text.strip_prefix(START)
        .and_then(|rest| rest.split_once(OF))
        .filter(|(outer, _)| outer.starts_with("$argon2id$"))
        .ok_or_else(|| Refused::new("it is not spelt `$wrapped$argon2id$…$of$INNER`"))
}

fn wrapped(text: &str, outer: Parsed, bounded: bool) -> Result<Parsed, Refused> {
    let (_, inner_text) = layers(text)?;
    let (name, inner) = format::parse(inner_text)?;
    if name == Wrapped.name() {
        return Err(Refused::new("a wrapped hash within a wrapped hash"));
    }
    if inner.blank != inner_text {
        return Err(Refused::new("the inner hash is still there"));
    }
    inner.computation.load(USUAL_PASSWORD).check("the inner hash")?;
    let blank = spell(&outer.blank, inner_text);
    let computation = Layers { inner: inner.computation, outer: outer.computation, bounded };
    Ok(Parsed { computation: Box::new(computation), expected: outer.expected, blank })
}

struct Layers {
    inner: Box<dyn Computation>,
    outer: Box<dyn Computation>,
    /// Whether the outer layer is not the operator's choice, and so counts.
    bounded: bool,
}

impl Computation for Layers {
    fn load(&self, password: u64) -> Load {
        let outer = if self.bounded { self.outer.load(128) } else { Load::default() };
        self.inner.load(password).and(outer)
    }

    fn keys(&self) -> Vec<String> {
        self.inner.keys()
    }

    fn compute(&self, password: &[u8], means: &mut Means<'_>) -> Result<Secret, Unusable> {
        let result = self.inner.compute(password, means)?;
        self.outer.compute(&result, means)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::FORMATS;
    use crate::format::tests::{check, refused};
    use crate::memory::Memory;
    use crate::stored::{Check, StoredHash};
    use doorward_testkit::SeededDice;

    fn wrap(text: &str) -> Result<StoredHash, Refused> {
        let stored = StoredHash::parse(text).unwrap();
        stored.wrap(HashCost::least(), &SeededDice::new(5), &mut Memory::default())
    }

    #[test]
    fn every_format_but_argon2_can_be_wrapped_and_loses_its_result() {
        for format in FORMATS {
            for example in format.examples() {
                let Ok(wrapped) = wrap(example.stored) else {
                    assert!(
                        ["argon2", "wrapped"].contains(&format.name()) || example.stored.contains("argon2")
                    );
                    continue;
                };
                let text = wrapped.text();
                let parsed = format.parse(example.stored).unwrap();
                assert!(text.ends_with(&parsed.blank), "{text}");
                assert_eq!(check(text, example.password), Check::Right, "{text}");
                assert_eq!(check(text, "something else"), Check::Wrong, "{text}");
                assert!(wrapped.needs_upgrade(HashCost::least()));
                assert!(wrapped.is_one_hash(HashCost::least()));
                assert!(!wrapped.is_one_hash(HashCost::default()));
                assert!(StoredHash::of_store(text, HashCost::least()).is_ok());
            }
        }
    }

    #[test]
    fn which_are_fast_enough_to_wrap_is_known() {
        let fast = |text: &str| StoredHash::parse(text).unwrap().load().is_fast();
        assert!(fast("{SHA}L55TUjtiq8FBorTWAZ0jy6g129A="));
        assert!(fast("$1$12345678$pi.G6emtL4uL66v2z.IvR1"));
        assert!(fast("$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0"));
        assert!(!fast("$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqvM/BG"));
    }

    #[test]
    fn what_is_spelt_otherwise_is_refused() {
        let text = wrap("{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=").unwrap().text().to_owned();
        assert!(refused(&text.replace("AAAAAAAAAAA", "L55TUjtiq8F")).contains("still there"));
        let twice = format!("{text}$of${{SHA}}AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        refused(&twice);
        refused(&text.replace("$of$", "$of"));
        refused(&text.replace("argon2id", "argon2i"));
        refused(&text.replacen("$of$", &format!("$of${text}"), 1));
    }
}
