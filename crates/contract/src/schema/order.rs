//! What a value breaks, as violations in the contract's order.

use super::shape::Shape;
use super::unescaped;
use doorward_core::violation::Violation;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value, json};

/// More are not told: a request of many unknown members must not make a reply many times its size.
const MOST: usize = 100;

/// Where a violation comes: object by object, in each missing members, unknown members, then the members in
/// the schema's order; at a member its keywords as written, `type` first.
type Place = Vec<(u8, usize)>;

const MISSING: u8 = 0;
const UNKNOWN: u8 = 1;
const OWN: u8 = 2;
const MEMBER: u8 = 3;

pub(super) fn violations(
    validator: &Validator,
    schema: &Value,
    shape: &Shape,
    value: &Value,
) -> Vec<Violation> {
    let mut found: Vec<(Place, Violation)> = Vec::new();
    for error in validator.iter_errors(value) {
        let reading = Reading::of(&error, schema, shape);
        reading.violations(&error, &mut found);
        if found.len() >= 4 * MOST {
            break;
        }
    }
    found.sort_by(|(left, _), (right, _)| left.cmp(right));
    let mistyped: Vec<String> = found
        .iter()
        .filter(|(_, violation)| violation.rule == "type")
        .map(|(_, violation)| violation.pointer.clone())
        .collect();
    let mut kept: Vec<Violation> = Vec::new();
    for (_, violation) in found {
        // A value of the wrong type breaks no other rule worth telling.
        let beside_type =
            violation.rule != "type" && violation.rule != "required" && mistyped.contains(&violation.pointer);
        let twice = kept.contains(&violation);
        if !beside_type && !twice && kept.len() < MOST {
            kept.push(violation);
        }
    }
    kept
}

/// An error of the validator with what the schema says about its place.
struct Reading<'s> {
    path: Vec<String>,
    pointer: String,
    /// What the keyword says in the schema.
    said: Option<&'s Value>,
    /// The schema of the object that the error is about, if it has members.
    shape: Option<&'s Shape>,
    place: Place,
    keyword: usize,
}

impl<'s> Reading<'s> {
    fn of(error: &ValidationError<'_>, schema: &'s Value, root: &'s Shape) -> Self {
        let pointer = error.instance_path().as_str().to_owned();
        let path: Vec<String> = pointer.split('/').skip(1).map(unescaped).collect();
        let mut shape = Some(root);
        let mut place = Vec::new();
        for name in &path {
            let index = name.parse::<usize>().ok();
            let at = match (shape, index) {
                (Some(shape), _) if shape.property(name).is_some() => shape.position(name),
                (_, Some(index)) => index,
                (shape, None) => shape.map_or(0, |shape| shape.position(name)),
            };
            place.push((MEMBER, at));
            shape = shape.and_then(|shape| match shape.property(name) {
                Some(property) => Some(&property.shape),
                None => index.and(shape.item.as_deref()),
            });
        }
        let schema_path = error.schema_path().as_str();
        let (said, keyword) = keyword(schema, schema_path);
        Self { path, pointer, said, shape, place, keyword }
    }

    fn at(&self, kind: u8, index: usize) -> Place {
        let mut place = self.place.clone();
        place.push((kind, index));
        place
    }

    fn violations(&self, error: &ValidationError<'_>, found: &mut Vec<(Place, Violation)>) {
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                let required = self.shape.map_or(&[][..], |shape| &shape.required);
                let index = required.iter().position(|known| known == name).unwrap_or(required.len());
                let violation = self.about_member(name, "required", "missingProperty");
                found.push((self.at(MISSING, index), violation));
            }
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                self.unknown(unexpected, ("additionalProperties", "additionalProperty"), found);
            }
            ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                self.unknown(unexpected, ("unevaluatedProperties", "unevaluatedProperty"), found);
            }
            kind => {
                let (limit, params) = self.params(kind);
                let rule = if matches!(kind, ValidationErrorKind::FalseSchema) {
                    "false schema"
                } else {
                    kind.keyword()
                };
                let violation = Violation {
                    field: self.path.join("."),
                    path: self.path.clone(),
                    pointer: self.pointer.clone(),
                    rule: rule.to_owned(),
                    limit,
                    params,
                    null: rule == "type" && error.instance().is_null(),
                };
                found.push((self.at(OWN, if rule == "type" { 0 } else { self.keyword + 1 }), violation));
            }
        }
    }

    fn unknown(&self, names: &[String], rule: (&str, &str), found: &mut Vec<(Place, Violation)>) {
        for (index, name) in names.iter().take(MOST).enumerate() {
            found.push((self.at(UNKNOWN, index), self.about_member(name, rule.0, rule.1)));
        }
    }

    /// A violation of an object, about one of its members.
    fn about_member(&self, name: &str, rule: &str, param: &str) -> Violation {
        let mut path = self.path.clone();
        path.push(name.to_owned());
        Violation {
            field: path.join("."),
            path,
            pointer: self.pointer.clone(),
            rule: rule.to_owned(),
            limit: Value::Null,
            params: Map::from_iter([(param.to_owned(), json!(name))]),
            null: false,
        }
    }

    /// The limit of the rule and Ajv's `params`.
    fn params(&self, kind: &ValidationErrorKind) -> (Value, Map<String, Value>) {
        use ValidationErrorKind as Kind;
        let said = self.said.cloned().unwrap_or(Value::Null);
        let params = match kind {
            Kind::MaxLength { limit }
            | Kind::MinLength { limit }
            | Kind::MaxItems { limit }
            | Kind::MinItems { limit }
            | Kind::MaxProperties { limit }
            | Kind::MinProperties { limit } => return limited(json!(limit), None),
            Kind::Maximum { limit } => return limited(limit.clone(), Some("<=")),
            Kind::Minimum { limit } => return limited(limit.clone(), Some(">=")),
            Kind::ExclusiveMaximum { limit } => return limited(limit.clone(), Some("<")),
            Kind::ExclusiveMinimum { limit } => return limited(limit.clone(), Some(">")),
            Kind::MultipleOf { .. } => return (said.clone(), pair("multipleOf", said)),
            Kind::Type { .. } => pair("type", said),
            Kind::Enum { options } => pair("allowedValues", options.as_ref().clone()),
            Kind::Constant { expected_value } => pair("allowedValue", expected_value.as_ref().clone()),
            Kind::Pattern { pattern } => pair("pattern", json!(pattern)),
            Kind::Format { format } => pair("format", json!(format)),
            _ => Map::new(),
        };
        (Value::Null, params)
    }
}

fn limited(limit: Value, comparison: Option<&str>) -> (Value, Map<String, Value>) {
    let mut params = Map::new();
    if let Some(comparison) = comparison {
        params.insert("comparison".to_owned(), json!(comparison));
    }
    params.insert("limit".to_owned(), limit.clone());
    (limit, params)
}

fn pair(name: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), value)])
}

/// What a keyword says, and which of its schema's keywords it is.
fn keyword<'s>(schema: &'s Value, pointer: &str) -> (Option<&'s Value>, usize) {
    let said = schema.pointer(pointer);
    let Some((above, name)) = pointer.rsplit_once('/') else {
        return (said, 0);
    };
    let object = schema.pointer(above).and_then(Value::as_object);
    let at = object.and_then(|object| object.keys().position(|key| key == name));
    (said, at.unwrap_or(0))
}
