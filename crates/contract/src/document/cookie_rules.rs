//! What browsers ask of a cookie line (RFC 6265bis): a line that breaks it is dropped without a word.

use super::members::Reader;
use crate::diagnostic::codes;
use crate::plan::CookieAttribute;
use crate::source::Node;
use crate::template::{Part, Template, TemplateKind};

/// Longer lines are dropped.
const LONGEST: usize = 4096;

/// A cookie line whose pieces were read.
pub(super) struct CookieRules<'c> {
    pub(super) node: &'c Node,
    pub(super) wire: &'c str,
    pub(super) value: &'c Template,
    /// By their names in lower case.
    pub(super) attributes: &'c [(String, CookieAttribute)],
}

impl CookieRules<'_> {
    /// Whether a browser would take the line.
    pub(super) fn check(&self, reader: &mut Reader) -> bool {
        let problem = self.of_prefix().or_else(|| self.of_attributes()).or_else(|| self.of_length());
        if let Some((message, help)) = &problem {
            reader.refuse(codes::COOKIE_LINE, self.node, message, help);
        }
        problem.is_none()
    }

    fn has(&self, name: &str) -> bool {
        self.attributes.iter().any(|(known, _)| known == name)
    }

    fn of_prefix(&self) -> Option<(String, &'static str)> {
        let lower = self.wire.to_ascii_lowercase();
        let root = || {
            let is_root = |text: &str| text.split_once('=').is_some_and(|(_, path)| path.trim() == "/");
            let mut fixed = self.attributes.iter().filter(|(name, _)| name == "path");
            fixed.any(|(_, attribute)| matches!(attribute, CookieAttribute::Fixed(text) if is_root(text)))
        };
        if lower.starts_with("__host-") && !(self.has("secure") && root() && !self.has("domain")) {
            let message = "browsers drop a `__Host-` cookie without `Secure` and `Path=/`, or with `Domain`";
            return Some((message.to_owned(), "write `Path=/; Secure`, and no `Domain`"));
        }
        if lower.starts_with("__secure-") && !self.has("secure") {
            let message = "browsers drop a `__Secure-` cookie without `Secure`";
            return Some((message.to_owned(), "add `Secure`"));
        }
        None
    }

    fn of_attributes(&self) -> Option<(String, &'static str)> {
        let none = |attribute: &CookieAttribute| match attribute {
            CookieAttribute::Fixed(text) => {
                text.split_once('=').is_some_and(|(_, value)| value.trim().eq_ignore_ascii_case("none"))
            }
            _ => false,
        };
        let cross = self.attributes.iter().any(|(name, attribute)| name == "samesite" && none(attribute));
        let wants = if cross {
            "SameSite=None"
        } else if self.has("partitioned") {
            "Partitioned"
        } else {
            return None;
        };
        let message = format!("browsers drop a cookie with `{wants}` and without `Secure`");
        (!self.has("secure")).then_some((message, "add `Secure`"))
    }

    /// What stands in the line whatever the token is.
    fn of_length(&self) -> Option<(String, &'static str)> {
        let value = match &self.value.kind {
            TemplateKind::Constant(value) => value.as_str().map_or(0, str::len),
            TemplateKind::Text(parts) => parts
                .iter()
                .map(|part| match part {
                    Part::Constant(text) => text.len(),
                    Part::Hole(_) => 0,
                })
                .sum(),
            _ => 0,
        };
        let attributes: usize = self
            .attributes
            .iter()
            .map(|(name, attribute)| match attribute {
                CookieAttribute::Fixed(text) => text.len() + 2,
                _ => name.len() + 2,
            })
            .sum();
        let message = format!("the line is longer than {LONGEST} bytes: browsers drop it");
        (self.wire.len() + 1 + value + attributes > LONGEST).then_some((message, "shorten it"))
    }
}
