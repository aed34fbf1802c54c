//! From the request's bytes to the values that a contract's templates read.

mod inputs;
mod media;

pub(crate) use inputs::{placed, read_inputs};
pub(crate) use media::acceptable;

use crate::app::Bounds;
use crate::body::{self, Broken, Payload, Unread, form, json as json_body, multipart};
use crate::call::Call;
use crate::credentials::basic;
use crate::header::text_of;
use bytes::Bytes;
use doorward_contract::plan::{Operation, Parameter, ParameterPlace, Plan};
use doorward_contract::schema::Schema;
use doorward_core::outcome::{Answer, Outcome};
use doorward_core::violation::Violation;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use media::{Kind, essence};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The parts of a request, as templates read them.
#[derive(Default)]
pub(crate) struct Sources {
    pub(crate) body: Value,
    pub(crate) path: Value,
    pub(crate) query: Value,
    pub(crate) header: Value,
    pub(crate) cookie: Value,
    pub(crate) basic: Value,
}

impl Sources {
    /// Everything but the body, and whether the query parses. Junk among cookies does not matter.
    pub(crate) fn of_head(
        call: &Call,
        path: Map<String, Value>,
        plan: &Plan,
    ) -> (Sources, Result<(), Broken>) {
        let query = form::parse(call.query().unwrap_or("").as_bytes());
        let (mut query, parsed) = query.map_or_else(|broken| (Map::new(), Err(broken)), |q| (q, Ok(())));
        drop_empty(&mut query, plan);
        let mut cookies = Map::new();
        for (name, value) in call.cookies() {
            cookies.entry(name).or_insert_with(|| Value::from(value));
        }
        let sources = Sources {
            body: Value::Null,
            path: Value::Object(path),
            query: Value::Object(query),
            header: headers(&call.head.headers),
            cookie: Value::Object(cookies),
            basic: basic(call).map_or(
                Value::Null,
                |(username, password)| json!({"username": username, "password": password}),
            ),
        };
        (sources, parsed)
    }

    fn at(&mut self, place: ParameterPlace) -> &mut Value {
        match place {
            ParameterPlace::Path => &mut self.path,
            ParameterPlace::Query => &mut self.query,
            ParameterPlace::Header => &mut self.header,
            ParameterPlace::Cookie => &mut self.cookie,
        }
    }
}

fn headers(headers: &HeaderMap) -> Value {
    let pairs = headers.iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), text_of(value)?)));
    let mut members = Map::new();
    for (name, value) in pairs {
        members.entry(name).or_insert_with(|| Value::from(value));
    }
    Value::Object(members)
}

/// `request: {empty: absent}`: an empty text is as good as none.
fn drop_empty(members: &mut Map<String, Value>, plan: &Plan) {
    if plan.request.empty_is_absent {
        members.retain(|_, value| value.as_str() != Some(""));
    }
}

/// A body that was read, and the schema that its content type has.
pub(crate) struct Body {
    value: Value,
    schema: Option<Arc<Schema>>,
}

/// Reads the body as the operation takes it; `Err` is the answer to one that cannot be taken.
pub(crate) async fn read_body(
    operation: &Operation,
    plan: &Plan,
    call: &Call,
    (payload, bounds): (Payload, &Bounds),
) -> Result<Body, Answer> {
    let nothing = Body { value: Value::Null, schema: None };
    let read = body::read(payload, bounds).await;
    call.activity.set(true);
    // Also where the operation takes no body: a request that did not arrive whole does nothing.
    let bytes = read.map_err(|unread| match unread {
        Unread::TooLarge => Answer::bare(Outcome::TooLarge),
        Unread::Broken => malformed(Broken),
    })?;
    if !operation.body.taken {
        return Ok(nothing);
    }
    if bytes.is_empty() && !operation.body.required {
        return Ok(nothing);
    }
    let Some((content_type, schema)) = chosen_type(operation, plan, call, bytes.is_empty()) else {
        return Err(Answer::bare(Outcome::UnsupportedMedia));
    };
    let value = parse(bytes, &content_type).await.map_err(malformed)?;
    let Some(mut value) = value else { return Err(Answer::bare(Outcome::UnsupportedMedia)) };
    if let Value::Object(members) = &mut value {
        drop_empty(members, plan);
    }
    if let Some(schema) = &schema
        && Kind::of(essence(&content_type)) != Kind::Json
    {
        value = schema.coerce(value);
    }
    Ok(Body { value, schema })
}

/// The answer to what does not parse.
pub(crate) fn malformed(broken: Broken) -> Answer {
    Answer::bare(Outcome::Malformed).violating(vec![broken.violation()])
}

/// The content type of the body, as sent or assumed, with the schema that the operation has for it. An empty body
/// has the operation's first type.
fn chosen_type(
    operation: &Operation,
    plan: &Plan,
    call: &Call,
    empty: bool,
) -> Option<(String, Option<Arc<Schema>>)> {
    let types = &operation.body.types;
    if empty {
        return types.first().map(|(media, schema)| (media.clone(), schema.clone()));
    }
    let mut sent = call.head.headers.get_all(CONTENT_TYPE).iter();
    let encoded = call.head.headers.get(CONTENT_ENCODING);
    if encoded.is_some_and(|coding| coding != "identity") {
        return None;
    }
    let mut content_type = match (sent.next(), sent.next()) {
        (Some(value), None) => text_of(value)?.to_owned(),
        (None, _) => plan.request.assume.clone()?,
        (Some(_), Some(_)) => return None,
    };
    let mut essence = essence(&content_type);
    if let Some((_, held)) = plan.request.read_as.iter().find(|(sent, _)| *sent == essence) {
        essence.clone_from(held);
        content_type.clone_from(held);
    }
    if types.is_empty() {
        let known = plan.request.types.iter().any(|known| known.eq_ignore_ascii_case(&essence));
        return known.then_some((content_type, None));
    }
    let schema = types.iter().find(|(media, _)| media.eq_ignore_ascii_case(&essence))?.1.clone();
    Some((content_type, schema))
}

/// The value of a body; `None` for a type that nobody here reads.
async fn parse(bytes: Bytes, content_type: &str) -> Result<Option<Value>, Broken> {
    if bytes.is_empty() {
        return Ok(Some(Value::Object(Map::new())));
    }
    match Kind::of(essence(content_type)) {
        Kind::Json => json_body::parse(&bytes).map(Some),
        Kind::Form => form::parse(&bytes).map(|members| Some(Value::Object(members))),
        Kind::Multipart => multipart::parse(bytes, content_type).await.map(|m| Some(Value::Object(m))),
        Kind::Other => Ok(None),
    }
}

/// Puts body and parameters in place and tells which of their schemas' rules they break.
pub(crate) fn validate(operation: &Operation, body: Body, sources: &mut Sources) -> Vec<Violation> {
    let mut violations = Vec::new();
    for parameter in &operation.parameters {
        violations.append(&mut check_parameter(parameter, sources));
    }
    if let Some(schema) = &body.schema {
        violations.append(&mut schema.violations(&body.value));
    }
    sources.body = body.value;
    violations
}

fn check_parameter(parameter: &Parameter, sources: &mut Sources) -> Vec<Violation> {
    let place = sources.at(parameter.place);
    let Some(slot) = place.get_mut(&parameter.name) else {
        return if parameter.required { vec![Violation::required(&parameter.name)] } else { Vec::new() };
    };
    let Some(schema) = &parameter.schema else { return Vec::new() };
    *slot = schema.coerce(slot.take());
    schema.violations(slot).into_iter().map(|violation| violation.under(&parameter.name)).collect()
}
