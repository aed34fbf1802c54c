//! What the text of a violation reads: `label`, `limit`, `params`.

use super::Texts;
use crate::expression::{Kind, Path, Scope, Slot, Type, follow};
use crate::root_names::RootNames;
use doorward_core::violation::Violation;
use serde_json::Value;
use std::borrow::Cow;

const LABEL: Slot = Slot(0);
const LIMIT: Slot = Slot(1);
const PARAMS: Slot = Slot(2);

/// Rules with a limit.
const LIMITED: [&str; 12] = [
    "maxLength",
    "minLength",
    "maxItems",
    "minItems",
    "maxProperties",
    "minProperties",
    "maximum",
    "minimum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "multipleOf",
    "min_age",
];

/// The other rules that are known by name; a key that ends with none is a field's.
const UNLIMITED: [&str; 19] = [
    "null",
    "required",
    "additionalProperties",
    "unevaluatedProperties",
    "type",
    "pattern",
    "format",
    "enum",
    "const",
    "uniqueItems",
    "contains",
    "json",
    "confirm",
    "cookie",
    "upper",
    "lower",
    "digit",
    "other",
    "alphabet",
];

/// Every rule that is known by name; a contract's checks may have more.
pub(crate) fn rules() -> impl Iterator<Item = &'static str> {
    LIMITED.into_iter().chain(UNLIMITED).chain(OTHERS)
}

/// Rules that say nothing in a key of `violations.texts` by standing at its end: members may be called so.
const OTHERS: [&str; 14] = [
    "check",
    "anyOf",
    "oneOf",
    "allOf",
    "not",
    "if",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedItems",
    "prefixItems",
    "maxContains",
    "minContains",
    "false schema",
];

/// The rule that a key of `violations.texts` ends with; a key that ends with none is a field's.
pub(crate) fn rule_of(key: &str) -> Option<&'static str> {
    let last = key.rsplit('.').next().unwrap_or_default();
    LIMITED.into_iter().chain(UNLIMITED).find(|rule| *rule == last)
}

/// The names in the text of a rule; `None` for the text of a field, which any rule may need.
pub(crate) fn names_of_rule<'a>(rule: Option<&str>) -> RootNames<'a> {
    let has_limit = rule.is_some_and(|rule| LIMITED.contains(&rule));
    let limit = Type { kind: Kind::Number, nullable: !has_limit };
    RootNames::new().with("label", Type::text(), LABEL).with("limit", limit, LIMIT).with(
        "params",
        params(rule),
        PARAMS,
    )
}

fn params(rule: Option<&str>) -> Type {
    let member = match rule {
        Some("required") => ("missingProperty", Type::text()),
        Some("additionalProperties") => ("additionalProperty", Type::text()),
        Some("pattern") => ("pattern", Type::text()),
        Some("format") => ("format", Type::text()),
        _ => return Type::new(Kind::AnyObject),
    };
    Type::new(Kind::Object(vec![(member.0.to_owned(), member.1)]))
}

/// A violation as its text reads it.
pub(super) struct ViolationScope<'v> {
    label: Value,
    params: Value,
    limit: &'v Value,
    language: &'v str,
    texts: &'v Texts,
}

impl<'v> ViolationScope<'v> {
    pub(super) fn new(violation: &'v Violation, label: &str, language: &'v str, texts: &'v Texts) -> Self {
        let params = Value::Object(violation.params.clone());
        Self { label: Value::from(label), params, limit: &violation.limit, language, texts }
    }
}

impl Scope for ViolationScope<'_> {
    fn read(&self, path: &Path) -> Cow<'_, Value> {
        let root = match path.slot {
            LABEL => &self.label,
            LIMIT => self.limit,
            _ => &self.params,
        };
        follow(root, &path.rest).map_or(Cow::Owned(Value::Null), Cow::Borrowed)
    }

    fn text(&self, key: &str) -> Option<String> {
        self.texts.get(key, self.language, self)
    }
}
