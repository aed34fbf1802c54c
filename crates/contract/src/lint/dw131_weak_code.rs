//! DW131: a code is guessed when it is short, or lives long enough to try many.

use super::mailed::{By, mails};
use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;
use doorward_core::code::{CodePolicy, Purpose};

pub(super) static LINT: Lint = Lint { code: codes::WEAK_CODE, check };

/// A code is short below this many possibilities.
const POSSIBILITIES: u128 = 1_000_000;
/// Beyond so many there is no time long enough to try them.
const BEYOND_TRYING: u128 = 1 << 64;
/// It is slow to expire when it lives longer than a quarter of an hour.
const LIFE_SECONDS: u64 = 900;

fn check(subject: &Subject<'_>, found: &mut Findings) {
    let typed = |purpose: &Purpose| mails(subject, *purpose, By::Code);
    let policies: Vec<_> = subject.plan.codes.iter().filter(|(purpose, _)| typed(purpose)).collect();
    let named = |weak: fn(&CodePolicy) -> bool| -> String {
        let of = policies.iter().filter(|(_, policy)| weak(policy));
        of.map(|(purpose, _)| format!("`{}`", purpose.name())).collect::<Vec<_>>().join(", ")
    };
    let short = named(|policy| possibilities(policy) < POSSIBILITIES);
    if !short.is_empty() {
        let message = format!("codes of {short} are short: less than a million possibilities");
        found.with_help(subject.at(&["codes"]), message, "six digits are advisable: `length: 6`");
    }
    let slow =
        named(|policy| possibilities(policy) < BEYOND_TRYING && policy.lifetime.as_secs() > LIFE_SECONDS);
    if !slow.is_empty() {
        let message =
            format!("codes of {slow} are slow to expire: they live longer than a quarter of an hour");
        found.with_help(subject.at(&["codes"]), message, "`lifetime: 15m` at most is advisable");
    }
}

fn possibilities(policy: &CodePolicy) -> u128 {
    let length = u32::try_from(policy.length).unwrap_or(u32::MAX);
    (policy.alphabet.len() as u128).saturating_pow(length)
}
