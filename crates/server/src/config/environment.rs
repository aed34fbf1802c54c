//! The environment: read once, in one place; `DOORWARD__SECTION__KEY` lies over the file.

use super::given::{Named, lay_over, loose};
use super::mistake::{Mistake, Place};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// What the names of such variables begin with.
const PREFIX: &str = "DOORWARD__";

/// The variables of a process, or of a test.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, Zeroizing<String>>);

impl Environment {
    /// Those of this process.
    #[must_use]
    pub fn of_process() -> Environment {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, Zeroizing::new(value.into_string().ok()?)))
        };
        Environment(std::env::vars_os().filter_map(text).collect())
    }

    /// These.
    #[must_use]
    pub fn of(pairs: &[(&str, &str)]) -> Environment {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), Zeroizing::new((*value).to_owned()));
        Environment(pairs.iter().map(own).collect())
    }

    /// The value of a variable.
    pub(crate) fn get(&self, name: &str) -> Option<&Zeroizing<String>> {
        self.0.get(name)
    }

    /// The first variable that lies over a configuration.
    #[must_use]
    pub fn first_override(&self) -> Option<&str> {
        self.0.keys().find(|name| name.starts_with(PREFIX)).map(String::as_str)
    }

    /// Lays the variables over the sections of a file.
    pub(super) fn lay_over(&self, sections: &mut Vec<Named>, mistakes: &mut Vec<Mistake>) {
        for (name, value) in &self.0 {
            let Some(path) = name.strip_prefix(PREFIX) else { continue };
            let at = Place::Variable(name.clone());
            let path: Vec<&str> = path.split("__").collect();
            if path.len() < 2 || path.iter().any(|part| part.is_empty()) {
                let mistake = Mistake::new(&at, format!("{name} names no member of a section"));
                mistakes
                    .push(mistake.help("such as DOORWARD__SERVER__LISTEN, or DOORWARD__REALMS__SHOP__HOSTS"));
                continue;
            }
            lay_over(sections, &path, loose(value, &at));
        }
    }
}
