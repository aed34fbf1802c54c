//! From an answer to the contract's reply.

use crate::cookie::{LONGEST, clear_line, set_line};
use crate::header::{name, safe};
use crate::reject::{Reply, empty, error};
use crate::scope::{Asked, ReplyScope};
use crate::tokens::Tokens;
use bytes::Bytes;
use doorward_contract::expression::{Evaluated, Scope};
use doorward_contract::plan::{self, BodyReply, ReplyTable, StatusPlan};
use doorward_contract::template::CompiledTemplate;
use doorward_core::account::Account;
use doorward_core::action::Preview;
use doorward_core::fault::Fault;
use doorward_core::outcome::{Answer, Outcome};
use doorward_core::public_id::{PublicId, PublicIdKind};
use doorward_core::token::TokenNote;
use doorward_core::violation::Violation;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::Full;
use hyper::ext::ReasonPhrase;
use serde::Serialize;
use serde_json::Value;
use serde_json::ser::PrettyFormatter;
use std::sync::Arc;

/// A reply, and what it does to cookies.
pub(crate) struct Rendered {
    /// What goes out.
    pub(crate) reply: Reply,
    /// The cookies it sets or clears (indexes into the plan's cookies).
    pub(crate) cookies: Vec<usize>,
    /// A token in it that nobody knows until this is kept.
    pub(crate) note: Option<TokenNote>,
}

/// Renders the reply to an answer. `table` is tried first, the contract's own table next.
///
/// # Errors
/// A token could not be minted.
pub(crate) fn render(asked: Asked<'_>, table: &ReplyTable, answer: &Answer) -> Result<Rendered, Fault> {
    let tokens = Tokens::of_answer(asked, answer);
    let scope = ReplyScope::of_answer(asked, answer, tokens.as_ref());
    let Some(plan) = choose(asked, table, answer.outcome, &scope) else {
        // The checker sees to it that `failure` answers everything.
        return Ok(Rendered {
            reply: error(StatusCode::INTERNAL_SERVER_ERROR, "broken"),
            cookies: Vec::new(),
            note: None,
        });
    };
    let status = status(&plan.status, &scope);
    scope.set_status(status.as_u16());
    let mut reply = empty(status);
    body(&mut reply, plan, asked, &scope);
    headers(reply.headers_mut(), plan, asked, &scope);
    let set = plan.set_cookies.iter().filter_map(|at| asked.face.plan.cookies.get(*at));
    for cookie in set {
        let line = set_line(cookie, asked.face, tokens.as_ref(), (&scope, asked.call.https));
        reply.headers_mut().append(SET_COOKIE, safe(&line));
    }
    for cookie in plan.clear_cookies.iter().filter_map(|at| asked.face.plan.cookies.get(*at)) {
        reply.headers_mut().append(SET_COOKIE, safe(&clear_line(cookie, asked.call.https)));
    }
    if let Some(phrase) = reason(plan, status, &scope) {
        reply.extensions_mut().insert(phrase);
    }
    obligations(&mut reply, answer);
    if let Some(fault) = tokens.as_ref().and_then(Tokens::fault) {
        return Err(fault);
    }
    let cookies = [plan.set_cookies.as_slice(), &plan.clear_cookies].concat();
    Ok(Rendered { reply, cookies, note: tokens.and_then(Tokens::into_note) })
}

fn choose<'a>(
    asked: Asked<'a>,
    table: &'a ReplyTable,
    outcome: Outcome,
    scope: &dyn Scope,
) -> Option<&'a plan::Reply> {
    let holds = |guarded: &&plan::GuardedReply| guarded.when.as_ref().is_none_or(|when| when.holds(scope));
    let near = table.of(outcome).iter().find(holds);
    let found = near.or_else(|| asked.face.plan.replies.of(outcome).iter().find(holds));
    found.map(|guarded| guarded.reply.as_ref())
}

fn status(plan: &StatusPlan, scope: &dyn Scope) -> StatusCode {
    let number = match plan {
        StatusPlan::Fixed(status) => Some(*status),
        StatusPlan::Computed(template) => match template.eval(scope) {
            Evaluated::Value(Value::Number(number)) => number.as_u64().and_then(|n| u16::try_from(n).ok()),
            Evaluated::Value(Value::String(text)) => text.parse().ok(),
            _ => None,
        },
    };
    let allowed = number.filter(|number| (200..=999).contains(number));
    allowed.and_then(|number| StatusCode::from_u16(number).ok()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The contract's own reason phrase. A status that no standard knows has an empty one, where the HTTP library
/// would make something up.
fn reason(plan: &plan::Reply, status: StatusCode, scope: &dyn Scope) -> Option<ReasonPhrase> {
    let own = plan.reason.as_ref().and_then(|reason| text(reason, scope));
    let own = own.and_then(|phrase| ReasonPhrase::try_from(safe(&phrase).as_bytes()).ok());
    own.or_else(|| status.canonical_reason().is_none().then(|| ReasonPhrase::from_static(b"")))
}

/// A template as text; nothing where it is left out or null.
pub(crate) fn text(template: &CompiledTemplate, scope: &dyn Scope) -> Option<String> {
    match template.eval(scope) {
        Evaluated::Value(Value::Null) | Evaluated::Omit | Evaluated::Unlisted => None,
        Evaluated::Value(Value::String(text)) => Some(text),
        Evaluated::Value(value) => Some(value.to_string()),
    }
}

fn headers(out: &mut HeaderMap, plan: &plan::Reply, asked: Asked<'_>, scope: &dyn Scope) {
    for (name, value) in &asked.face.headers {
        out.insert(name.clone(), value.clone());
    }
    for (header, template) in asked.face.plan.response.headers.iter().filter(|(_, t)| t.constant().is_none())
    {
        if let Some((header, text)) = name(header).zip(text(template, scope)) {
            out.insert(header, safe(&text));
        }
    }
    for (header, template) in &plan.headers {
        let Some(header) = name(header) else { continue };
        match text(template, scope) {
            Some(text) if header == SET_COOKIE => drop(out.append(header, safe(&text))),
            Some(text) => drop(out.insert(header, safe(&text))),
            None => drop(out.remove(header)),
        }
    }
}

fn body(reply: &mut Reply, plan: &plan::Reply, asked: Asked<'_>, scope: &dyn Scope) {
    if matches!(reply.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        return;
    }
    let (content_type, bytes) = match &plan.body {
        BodyReply::None => return,
        BodyReply::Json { content_type, constant: Some(bytes), .. } => {
            (content_type, Bytes::copy_from_slice(bytes))
        }
        BodyReply::Json { content_type, template, constant: None } => {
            let value = match template.eval(scope) {
                Evaluated::Value(value) => value,
                Evaluated::Omit | Evaluated::Unlisted => Value::Null,
            };
            (content_type, json(&value, asked.face.plan.response.indent))
        }
        BodyReply::Text { content_type, template } => {
            (content_type, Bytes::from(text(template, scope).unwrap_or_default()))
        }
    };
    reply.headers_mut().insert(CONTENT_TYPE, safe(content_type));
    *reply.body_mut() = Full::new(bytes);
}

/// A value as JSON in its own order, compact or indented.
fn json(value: &Value, indent: u8) -> Bytes {
    if indent == 0 {
        return Bytes::from(value.to_string());
    }
    let spaces = vec![b' '; usize::from(indent)];
    let mut out = Vec::new();
    let formatter = PrettyFormatter::with_indent(&spaces);
    let mut writer = serde_json::Serializer::with_formatter(&mut out, formatter);
    // Writing a value into memory cannot fail.
    let _ = value.serialize(&mut writer);
    Bytes::from(out)
}

/// What HTTP demands of some answers, whatever the contract says.
fn obligations(reply: &mut Reply, answer: &Answer) {
    let retry = matches!(answer.outcome, Outcome::Throttled | Outcome::Overloaded | Outcome::TooSoon);
    if retry && !reply.headers().contains_key(RETRY_AFTER) {
        let seconds = answer.datum("retry_after").and_then(Value::as_u64).unwrap_or(1).max(1);
        reply.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if reply.status() == StatusCode::METHOD_NOT_ALLOWED && !reply.headers().contains_key(ALLOW) {
        let allow = answer.datum("allow").and_then(Value::as_str).unwrap_or("");
        reply.headers_mut().insert(ALLOW, safe(allow));
    }
}

/// Looks at the cookie lines of the reply that an answer would get; after an update at all of the contract's, or the
/// next sign-in would be impossible.
pub(crate) struct CookiePreview<'a> {
    /// What is known of the request.
    pub(crate) asked: Asked<'a>,
    /// The replies of the binding.
    pub(crate) table: &'a ReplyTable,
}

impl Preview for CookiePreview<'_> {
    fn violations(&self, answer: &Answer) -> Vec<Violation> {
        let asked = self.asked;
        if asked.face.plan.cookies.is_empty() {
            return Vec::new();
        }
        let answer = numbered(answer, &asked.face.plan.account.id);
        let tokens = Tokens::of_answer(asked, &answer);
        let scope = ReplyScope::of_answer(asked, &answer, tokens.as_ref());
        let all = &asked.face.plan.cookies;
        let changed = matches!(answer.outcome, Outcome::Updated | Outcome::Changed);
        let cookies: Vec<&plan::CookiePlan> = if changed {
            all.iter().collect()
        } else {
            let plan = choose(asked, self.table, answer.outcome, &scope);
            plan.into_iter().flat_map(|plan| &plan.set_cookies).filter_map(|at| all.get(*at)).collect()
        };
        let too_long = |cookie: &&plan::CookiePlan| {
            set_line(cookie, asked.face, tokens.as_ref(), (&scope, asked.call.https)).len() > LONGEST
        };
        let broken = cookies.into_iter().filter(too_long);
        broken.map(|cookie| Violation::new(&cookie.wire, "cookie").with_limit(LONGEST as u64)).collect()
    }
}

/// The answer with the longest number that its account may be given, where it has none yet.
fn numbered(answer: &Answer, kind: &PublicIdKind) -> Answer {
    let mut answer = answer.clone();
    if let Some(account) = &answer.account
        && account.public_id(kind).is_none()
    {
        let mut named = Account::clone(account);
        let value = i64::MAX.to_string();
        named.public_ids.push(PublicId { kind: kind.name(), value });
        answer.account = Some(Arc::new(named));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_keeps_its_order_and_indents() {
        let value = json!({"z": 1, "a": [true, "é"]});
        assert_eq!(json(&value, 0), r#"{"z":1,"a":[true,"é"]}"#);
        assert_eq!(json(&value, 4), "{\n    \"z\": 1,\n    \"a\": [\n        true,\n        \"é\"\n    ]\n}");
    }

    #[test]
    fn retry_after_is_always_a_whole_second() {
        let mut reply = empty(StatusCode::TOO_MANY_REQUESTS);
        obligations(&mut reply, &Answer::bare(Outcome::Throttled).with("retry_after", 17));
        assert_eq!(reply.headers()[RETRY_AFTER], "17");
        let mut reply = empty(StatusCode::OK);
        obligations(&mut reply, &Answer::bare(Outcome::Overloaded).with("retry_after", 0));
        assert_eq!(reply.headers()[RETRY_AFTER], "1");
    }

    #[test]
    fn allow_stands_only_on_a_405() {
        let answer = Answer::bare(Outcome::MethodNotAllowed).with("allow", "GET, HEAD");
        let mut reply = empty(StatusCode::METHOD_NOT_ALLOWED);
        obligations(&mut reply, &answer);
        assert_eq!(reply.headers()[ALLOW], "GET, HEAD");
        let mut reply = empty(StatusCode::NOT_FOUND);
        obligations(&mut reply, &answer);
        assert!(!reply.headers().contains_key(ALLOW));
    }
}
