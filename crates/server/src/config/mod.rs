//! The configuration file: TOML, of which this version reads `[limits]`.
//!
//! Nothing in it is passed over in silence: what this version does not know is an error with its line and column.

mod limits;
mod value;

pub use limits::LimitsSection;

use crate::folder::plain;
use crate::start_error::StartError;
use std::ops::Range;
use std::path::Path;
use toml::de::{DeTable, DeValue};
use value::{names, unknown};

/// The sections that this version reads.
const SECTIONS: [&str; 1] = ["limits"];

/// What a configuration file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// `[limits]`
    pub limits: LimitsSection,
}

/// What is wrong in a file, and where.
#[derive(Debug)]
struct Mistake {
    at: Range<usize>,
    said: String,
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or says something that this version does not know.
    pub fn read(path: &Path) -> Result<Config, StartError> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            StartError::new(format!("cannot read the configuration {}: {}", path.display(), plain(&error)))
        })?;
        Config::parse(&path.display().to_string(), &text)
    }

    /// Reads the text of a file of this name.
    ///
    /// # Errors
    /// One sentence that begins with `file:line:column`.
    pub fn parse(name: &str, text: &str) -> Result<Config, StartError> {
        sections(text).map_err(|mistake| {
            let (line, column) = position(text, mistake.at.start);
            StartError::new(format!("{name}:{line}:{column}: {}", mistake.said))
        })
    }
}

fn sections(text: &str) -> Result<Config, Mistake> {
    let document = DeTable::parse(text).map_err(|error| Mistake {
        at: error.span().unwrap_or(0..0),
        said: format!("not TOML: {}", error.message().lines().collect::<Vec<_>>().join(", ")),
    })?;
    let mut config = Config::default();
    for (name, section) in document.get_ref() {
        let DeValue::Table(members) = section.get_ref() else {
            let said = if SECTIONS.contains(&name.get_ref().as_ref()) {
                format!("`{0}` is a section: write [{0}], and its members below", name.get_ref())
            } else {
                format!(
                    "`{}` stands in no section: this version knows {}",
                    name.get_ref(),
                    names(&SECTIONS, "[", "]")
                )
            };
            return Err(Mistake { at: name.span(), said });
        };
        match name.get_ref().as_ref() {
            "limits" => config.limits = LimitsSection::read(members)?,
            other => {
                let known = names(&SECTIONS, "[", "]");
                return Err(unknown(&format!("section [{other}]"), other, name.span(), (&SECTIONS, &known)));
            }
        }
    }
    Ok(config)
}

/// Line and column of a byte, both from 1; columns count characters.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    (line, before.get(start..).unwrap_or("").chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::LimitPolicy;
    use crate::options::Options;
    use std::time::Duration;

    fn said(text: &str) -> String {
        Config::parse("d.toml", text).unwrap_err().to_string()
    }

    #[test]
    fn limits_are_read() {
        let text =
            "# budgets\n[limits]\ntries_per_pair = 1_000\nlongest_delay = \"15m\"\nbody_bytes = 1024\n";
        let limits = Config::parse("d.toml", text).unwrap().limits;
        assert_eq!(limits.policy.per_pair, 1000);
        assert_eq!(limits.policy.longest_delay, Duration::from_secs(900));
        assert_eq!(limits.body_bytes, Some(1024));
        assert_eq!(Config::parse("d.toml", "").unwrap(), Config::default());
    }

    #[test]
    fn the_documented_file_is_the_default() {
        let page = include_str!("../../../../docs/configuration.md");
        let (_, rest) = page.split_once("```toml").unwrap();
        let written = Config::parse("d.toml", rest.split_once("```").unwrap().0).unwrap();
        assert_eq!(written.limits.policy, LimitPolicy::default());
        let (mut options, defaults) = (Options::demo("/nowhere"), Options::demo("/nowhere").bounds);
        written.limits.apply(&mut options);
        let of = |bounds: &doorward_http::Bounds| {
            let times = (bounds.body_time, bounds.head_time);
            (bounds.body_bytes, bounds.head_bytes, bounds.connections, times)
        };
        assert_eq!(of(&options.bounds), of(&defaults));
    }

    #[test]
    fn what_is_not_known_is_said_with_its_place() {
        for (text, start, words) in [
            ("[limits]\ntries_per_par = 5", "d.toml:2:1: ", "did you mean `tries_per_pair`?"),
            ("[limits]\nα = 5", "d.toml:2:1: ", "not TOML"),
            ("[limit]\n", "d.toml:1:2: ", "this version knows [limits]; did you mean `limits`?"),
            ("\n[store]\nurl = 'x'", "d.toml:2:2: ", "unknown section [store]: this version knows [limits]"),
            ("listen = 'x'", "d.toml:1:1: ", "stands in no section"),
            ("limits = 5", "d.toml:1:1: ", "write [limits]"),
            ("[limits]\n  window = 5", "d.toml:2:12: ", "a duration such as \"15m\" is expected"),
            ("[limits]\nwindow = \"5x\"", "d.toml:2:10: ", "a duration"),
            ("[limits]\nbody_bytes = \"1k\"", "d.toml:2:14: ", "a whole number from 1"),
            ("[limits]\ntries_per_pair = 0", "d.toml:2:18: ", "a whole number from 1"),
            ("[limits]\ntries_per_pair = 5\ntries_per_pair = 6", "d.toml:3:1: ", "not TOML: duplicate key"),
            ("[limits\n", "d.toml:1:8: ", "not TOML"),
        ] {
            let said = said(text);
            assert!(said.starts_with(start) && said.contains(words), "{text:?}: {said}");
            assert!(!said.contains('\n'), "{said}");
        }
    }
}
