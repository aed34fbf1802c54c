//! Languages, texts and the wording of violations.

mod languages;
mod localized;
mod messages;
mod violation_text;

pub(crate) use languages::Languages;
pub(crate) use localized::Localized;
pub(crate) use violation_text::{names_of_rule, rule_of, rules};

use crate::expression::{Kind, Scope, Type};
use crate::template::CompiledTemplate;
use doorward_core::violation::Violation;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use violation_text::ViolationScope;

/// The texts of a contract by key.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    pub(crate) default: String,
    pub(crate) list: Vec<(String, Localized)>,
}

impl Texts {
    /// A text as it reads. Texts that it names are read in the same scope; the checker sees to it that none leads
    /// back to itself.
    pub(crate) fn get(&self, key: &str, language: &str, scope: &dyn Scope) -> Option<String> {
        let (_, text) = self.list.iter().find(|(known, _)| known == key)?;
        Some(text.render(language, &self.default, scope))
    }
}

/// A contract's texts.
#[derive(Default)]
pub struct Wording {
    pub(crate) languages: Languages,
    pub(crate) texts: Arc<Texts>,
    /// Rule to the contract's own code.
    pub(crate) codes: Vec<(String, Value)>,
    /// `rule`, `field` or `field.rule` to text.
    pub(crate) violations: Vec<(String, Localized)>,
    pub(crate) labels: HashMap<String, String>,
}

impl Wording {
    /// The language to answer in: the best of the offered ones for an `Accept-Language` text (RFC 9110
    /// section 12.5.4), or the default.
    #[must_use]
    pub fn language(&self, accept_language: Option<&str>) -> String {
        self.languages.negotiate(accept_language.unwrap_or_default()).to_owned()
    }

    /// `languages.from`: what the language is read from instead of `Accept-Language`, evaluated over
    /// [`crate::scope::Root::Header`], `Query`, `Cookie`, `PathParameters` and `Request`. Its text goes into
    /// [`Wording::language`].
    #[must_use]
    pub fn from(&self) -> Option<&CompiledTemplate> {
        self.languages.from.as_ref()
    }

    /// The keys of `texts`.
    #[must_use]
    pub fn text_keys(&self) -> Vec<String> {
        self.texts.list.iter().map(|(key, _)| key.clone()).collect()
    }

    /// A text by key, for [`Scope::text`]. `scope` is that of the request; texts read `request` of it.
    #[must_use]
    pub fn text(&self, key: &str, language: &str, scope: &dyn Scope) -> Option<String> {
        self.texts.get(key, language, scope)
    }

    /// The titles of request members ([`crate::schema::Schema::titles`]), used as `label`; the first one said
    /// of a member stays.
    pub fn add_labels(&mut self, titles: Vec<(String, String)>) {
        for (field, title) in titles {
            self.labels.entry(field).or_insert(title);
        }
    }

    /// The type of an item of `violations`.
    #[must_use]
    pub fn violation_type(&self) -> Type {
        let codes_are_text = self.codes.iter().all(|(_, code)| code.is_string());
        let code = if codes_are_text { Type::text() } else { Type::any().not_null() };
        let members = [
            ("field", Type::text()),
            ("name", Type::text()),
            ("path", Type::list(Type::text())),
            ("pointer", Type::text()),
            ("member_pointer", Type::text()),
            ("rule", Type::text()),
            ("code", code),
            ("message", Type::text()),
            ("label", Type::text()),
            ("limit", Type::new(Kind::Number).or_null()),
            ("params", Type::new(Kind::AnyObject)),
            ("args", Type::list(Type::any())),
        ];
        Type::new(Kind::Object(members.map(|(name, ty)| (name.to_owned(), ty)).into()))
    }

    /// A violation as templates see it: field path pointer member_pointer rule code message label limit params args.
    #[must_use]
    pub fn violation(&self, violation: &Violation, language: &str) -> Value {
        let label = self.label(violation);
        let message = self.message(violation, &label, language);
        let code = |wanted: &str| self.codes.iter().find(|(rule, _)| *rule == wanted);
        let of_null = violation.null.then_some(NULL).and_then(code);
        let code = of_null.or_else(|| code(&violation.rule)).map(|(_, code)| code.clone());
        let args = if violation.limit.is_null() { Vec::new() } else { vec![violation.limit.clone()] };
        json!({
            "field": violation.field,
            // Of `user.email` what stands in the form: `email`.
            "name": violation.path.last().unwrap_or(&violation.field),
            "path": violation.path,
            "pointer": violation.pointer,
            "member_pointer": member_pointer(&violation.path),
            "rule": violation.rule,
            "code": code.unwrap_or_else(|| Value::from(violation.rule.clone())),
            "message": message,
            "label": label,
            "limit": violation.limit,
            "params": violation.params,
            "args": args,
        })
    }

    /// The schema's title of the member, else its wire name in words.
    fn label(&self, violation: &Violation) -> String {
        let title = self.labels.get(&violation.field);
        title.cloned().unwrap_or_else(|| words(violation.path.last().unwrap_or(&violation.field)))
    }

    /// The contract's words, the most specific ones, else the built-in ones.
    fn message(&self, violation: &Violation, label: &str, language: &str) -> String {
        let both = format!("{}.{}", violation.field, violation.rule);
        // A member may be called `type` or `format`; a bare key of that name is the rule's text, not its own.
        let field = Some(violation.field.as_str()).filter(|field| rule_of(field).is_none());
        let null = violation.null.then_some(NULL);
        let null_of_field = null.map(|null| format!("{}.{null}", violation.field));
        let keys =
            [null_of_field.as_deref(), Some(both.as_str()), field, null, Some(violation.rule.as_str())];
        let text = |wanted: &str| self.violations.iter().find(|(key, _)| key == wanted);
        let own = keys.into_iter().flatten().find_map(text);
        match own {
            Some((_, text)) => {
                let scope = ViolationScope::new(violation, label, language, &self.texts);
                text.render(language, &self.languages.default, &scope)
            }
            None => messages::message(violation),
        }
    }
}

/// The words of a null where there may be none: they come before those of `type`, the rule that it breaks.
const NULL: &str = "null";

/// Where the member itself is, or would be: a JSON Pointer (RFC 6901).
fn member_pointer(path: &[String]) -> String {
    path.iter().map(|name| format!("/{}", name.replace('~', "~0").replace('/', "~1"))).collect()
}

/// A wire name in words: `authId` is "auth id", `new_password` is "new password".
fn words(name: &str) -> String {
    let mut words = String::new();
    let mut before_is_small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            words.push(' ');
        } else {
            if c.is_uppercase() && before_is_small {
                words.push(' ');
            }
            words.extend(c.to_lowercase());
        }
        before_is_small = c.is_lowercase() || c.is_ascii_digit();
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
