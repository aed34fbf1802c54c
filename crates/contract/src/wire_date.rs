//! Dates and times of the profile: kept as ISO, written and read on the wire as the contract says.

use crate::account_plan::AccountPlan;
use crate::expression::{Kind, Type};
use crate::template::{TimeFormat, kept_time};
use doorward_core::profile::{Field, FieldType};
use doorward_core::violation::Violation;
use serde_json::{Value, json};

/// How one field is written on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireDate {
    /// The field.
    pub field: String,
    /// As the contract says it.
    pub written: String,
    /// The same, understood.
    pub format: TimeFormat,
}

impl AccountPlan {
    fn wire(&self, field: &str) -> Option<&WireDate> {
        self.wire.iter().find(|wire| wire.field == field)
    }

    /// What a field is on the wire, where the contract says so.
    #[must_use]
    pub fn wire_kind(&self, field: &str) -> Option<Kind> {
        self.wire(field).map(|wire| wire.format.kind())
    }

    /// The value to keep of a field that came over the wire; `time` where it is a time of ours already.
    ///
    /// # Errors
    /// It is not written as the contract says: the rule `format`, at the field.
    pub fn field_to_keep(&self, name: &str, value: Value, time: bool) -> Result<Value, Box<Violation>> {
        let Some(field) = self.profile.field(name) else { return Ok(value) };
        let own = TimeFormat::raw();
        let wire = self.wire(name);
        let (format, written) = match (wire, time) {
            (_, true) => (&own, field.kind.name()),
            (Some(wire), false) => (&wire.format, wire.written.as_str()),
            (None, false) => return Ok(value),
        };
        let kept = match field.kind {
            FieldType::Date => format.read_day(&value),
            FieldType::DateTime => format.read(&value).and_then(kept_time),
            _ => return Ok(value),
        };
        kept.map(Value::String)
            .ok_or_else(|| Box::new(Violation::new(name, "format").with_param("format", json!(written))))
    }

    /// What templates see of a field's value.
    #[must_use]
    pub(crate) fn shown(&self, field: &Field, value: &Value) -> Value {
        let text = value.as_str().unwrap_or_default();
        match (field.kind, self.wire(&field.name)) {
            _ if value.is_null() => Value::Null,
            (FieldType::Date, Some(wire)) => wire.format.render_day(text),
            (FieldType::DateTime, wire) => {
                let time = TimeFormat::default().read(value).map_or(Value::Null, Value::from);
                wire.map_or(time.clone(), |wire| wire.format.render(&time))
            }
            _ => value.clone(),
        }
    }

    /// The type of what templates see of a field.
    #[must_use]
    pub(crate) fn shown_type(&self, field: &Field, ty: Type) -> Type {
        let kind = match (field.kind, self.wire_kind(&field.name)) {
            (_, Some(kind)) => kind,
            (FieldType::DateTime, None) => Kind::Time,
            _ => return ty,
        };
        Type { kind, ..ty }
    }
}
