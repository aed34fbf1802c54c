//! Single values of the configuration, and what is said about those that are not what they should be.

use super::Mistake;
use doorward_contract::diagnostic::did_you_mean;
use std::ops::Range;
use std::time::Duration;
use toml::Spanned;
use toml::de::DeValue;

/// Names for a sentence.
pub(super) fn names(known: &[&str], before: &str, after: &str) -> String {
    let quoted: Vec<String> = known.iter().map(|name| format!("{before}{name}{after}")).collect();
    quoted.join(", ")
}

/// What is said about a name that this version does not know.
pub(super) fn unknown(what: &str, name: &str, at: Range<usize>, (known, listed): (&[&str], &str)) -> Mistake {
    let alike = did_you_mean(name, known.iter().copied());
    let alike = alike.map(|alike| format!("; did you mean `{alike}`?")).unwrap_or_default();
    Mistake { at, said: format!("unknown {what}: this version knows {listed}{alike}") }
}

/// A whole number from `least` that fits.
pub(super) fn count<N: TryFrom<u64>>(
    name: &str,
    value: &Spanned<DeValue<'_>>,
    least: u64,
) -> Result<N, Mistake> {
    let read = match value.get_ref() {
        DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    };
    read.filter(|number| *number >= least).and_then(|number| N::try_from(number).ok()).ok_or_else(|| {
        let said = format!("`{name}`: a whole number from {least} is expected");
        Mistake { at: value.span(), said }
    })
}

/// A duration such as `"15m"`: whole seconds, minutes, hours or days.
pub(super) fn duration(name: &str, value: &Spanned<DeValue<'_>>) -> Result<Duration, Mistake> {
    let text = match value.get_ref() {
        DeValue::String(text) => text.as_ref(),
        _ => "",
    };
    seconds(text).map(Duration::from_secs).ok_or_else(|| {
        let said = format!("`{name}`: a duration such as \"15m\" is expected (s, m, h or d)");
        Mistake { at: value.span(), said }
    })
}

fn seconds(text: &str) -> Option<u64> {
    let unit = text.chars().next_back()?;
    let factor = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return None,
    };
    let digits = text.strip_suffix(unit).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse::<u64>().ok()?.checked_mul(factor).filter(|seconds| *seconds > 0)
}
