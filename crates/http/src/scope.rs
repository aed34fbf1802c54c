//! The values behind the names of a contract, for one request and one reply.

use crate::call::Call;
use crate::extract::Sources;
use crate::face::Face;
use crate::tokens::Tokens;
use doorward_contract::account_view::{account_type, account_value, session_type, session_value};
use doorward_contract::expression::{Path, Scope, follow};
use doorward_contract::scope::Root;
use doorward_core::account::Account;
use doorward_core::action::Services;
use doorward_core::outcome::{Answer, Group, Outcome, SeenSession};
use doorward_core::session::Session;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::cell::OnceCell;

/// What is known once a request has been read.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The contract asked.
    pub(crate) face: &'a Face,
    /// What actions run on.
    pub(crate) services: &'a Services,
    /// The request.
    pub(crate) call: &'a Call,
    /// Its parsed parts.
    pub(crate) sources: &'a Sources,
    /// The language to answer in.
    pub(crate) language: &'a str,
}

/// The scope of guards, inputs and checks (no answer yet), and of replies.
pub(crate) struct ReplyScope<'a> {
    asked: Asked<'a>,
    answer: Option<&'a Answer>,
    tokens: Option<&'a Tokens<'a>>,
    status: OnceCell<Value>,
    violations: OnceCell<Value>,
}

impl<'a> ReplyScope<'a> {
    /// What a request alone offers.
    pub(crate) fn of_request(asked: Asked<'a>) -> ReplyScope<'a> {
        let (status, violations) = (OnceCell::new(), OnceCell::new());
        ReplyScope { asked, answer: None, tokens: None, status, violations }
    }

    /// What an answer offers.
    pub(crate) fn of_answer(
        asked: Asked<'a>,
        answer: &'a Answer,
        tokens: Option<&'a Tokens<'a>>,
    ) -> ReplyScope<'a> {
        ReplyScope { answer: Some(answer), tokens, ..ReplyScope::of_request(asked) }
    }

    /// Says which status the reply has; only the first word counts.
    pub(crate) fn set_status(&self, status: u16) {
        let _ = self.status.set(Value::from(status));
    }

    fn violations(&self) -> &Value {
        self.violations.get_or_init(|| {
            let Asked { face, language, .. } = self.asked;
            let all = self.answer.map_or(&[][..], |answer| answer.violations.as_slice());
            let worded = all.iter().map(|one| face.plan.wording.violation(one, language));
            Value::Array(worded.collect())
        })
    }

    fn of_account(&self, rest: &[String]) -> Cow<'_, Value> {
        match self.answer.and_then(|answer| answer.account.as_deref()) {
            Some(account) => account_member(self.asked, account, rest),
            None => NULL,
        }
    }

    fn of_caller(&self, rest: &[String]) -> Cow<'_, Value> {
        match self.answer.and_then(|answer| answer.caller.as_deref()) {
            Some(account) => account_member(self.asked, account, rest),
            None => NULL,
        }
    }

    fn of_session(&self, rest: &[String]) -> Cow<'_, Value> {
        let Some(answer) = self.answer else { return NULL };
        match (&answer.session, answer.sessions.first()) {
            (Some(session), _) => session_member(session, rest),
            (None, Some(seen)) => {
                let name = rest.first().map_or("", String::as_str);
                Cow::Owned(session_value(&seen.session, seen.current, name))
            }
            (None, None) => NULL,
        }
    }

    /// The accounts of a list, each with everything that a reply may name of it.
    fn accounts(&self) -> Value {
        let (plan, now) = (&self.asked.face.plan.account, self.asked.call.now);
        let all = self.answer.map_or(&[][..], |answer| answer.accounts.as_slice());
        let whole = |account: &Account| {
            let names = account_type(plan).into_iter().map(|(name, _)| name);
            names
                .map(|name| {
                    let value = account_value(account, (plan, now), &name);
                    (name, value)
                })
                .collect()
        };
        all.iter().map(whole).collect::<Vec<Map<String, Value>>>().into()
    }

    /// The sessions of a list likewise.
    fn sessions(&self) -> Value {
        let all = self.answer.map_or(&[][..], |answer| answer.sessions.as_slice());
        let whole = |seen: &SeenSession| {
            let names = session_type().into_iter().map(|(name, _)| name);
            names
                .map(|name| {
                    let value = session_value(&seen.session, seen.current, &name);
                    (name, value)
                })
                .collect()
        };
        all.iter().map(whole).collect::<Vec<Map<String, Value>>>().into()
    }

    fn datum(&self, rest: &[String]) -> Cow<'_, Value> {
        let Some((name, rest)) = rest.split_first() else { return NULL };
        match name.as_str() {
            "accounts" => return Cow::Owned(self.accounts()),
            "sessions" => return Cow::Owned(self.sessions()),
            _ => {}
        }
        self.answer.and_then(|answer| answer.datum(name)).map_or(NULL, |value| below(value, rest))
    }
}

impl Scope for ReplyScope<'_> {
    fn read(&self, path: &Path) -> Cow<'_, Value> {
        let rest = path.rest.as_slice();
        let Some(root) = Root::of(path.slot) else { return NULL };
        match root {
            Root::Account => self.of_account(rest),
            Root::Caller => self.of_caller(rest),
            Root::Session => self.of_session(rest),
            Root::Tokens => self.tokens.map_or(NULL, |tokens| tokens.read(rest)),
            Root::Datum => self.datum(rest),
            Root::Status => self.status.get().map_or(NULL, Cow::Borrowed),
            Root::Outcome => self.answer.map_or(NULL, |answer| outcome_member(answer.outcome, rest)),
            Root::Violations => below(self.violations(), rest),
            Root::FirstViolation => self.violations().get(0).map_or(NULL, |first| below(first, rest)),
            Root::ViolationCount => {
                Cow::Owned(self.answer.map_or(0, |answer| answer.violations.len()).into())
            }
            root => self.asked.read(root, rest),
        }
    }

    fn text(&self, key: &str) -> Option<String> {
        self.asked.text(key, self)
    }
}

impl Asked<'_> {
    /// What the request itself offers.
    pub(crate) fn read(&self, root: Root, rest: &[String]) -> Cow<'_, Value> {
        let sources = self.sources;
        match root {
            Root::Request => rest.first().map_or(NULL, |name| Cow::Owned(self.request_member(name))),
            Root::Body => below(&sources.body, rest),
            Root::PathParameters => below(&sources.path, rest),
            Root::Query => below(&sources.query, rest),
            Root::Header => below(&sources.header, rest),
            Root::Cookie => below(&sources.cookie, rest),
            Root::Basic => below(&sources.basic, rest),
            Root::Now => Cow::Owned(self.call.now.0.into()),
            _ => NULL,
        }
    }

    /// One of the contract's texts, whose holes are filled from the scope of its user.
    pub(crate) fn text(&self, key: &str, user: &dyn Scope) -> Option<String> {
        self.face.plan.wording.text(key, self.language, user)
    }

    fn request_member(&self, name: &str) -> Value {
        let call = self.call;
        match name {
            "id" => call.request_id.as_str().into(),
            "time" => call.now.0.into(),
            "method" => call.method().as_str().into(),
            "path" => call.path().into(),
            "url" => {
                let query = call.query().map(|query| format!("?{query}")).unwrap_or_default();
                format!("{}{}{query}", call.origin(), call.path()).into()
            }
            "base_url" => format!("{}{}", call.origin(), self.face.prefix).into(),
            "ip" => call.address.to_string().into(),
            "user_agent" => call.user_agent().into(),
            "language" => self.language.into(),
            _ => Value::Null,
        }
    }
}

pub(crate) const NULL: Cow<'static, Value> = Cow::Owned(Value::Null);

/// The member below a value.
pub(crate) fn below<'v>(value: &'v Value, rest: &[String]) -> Cow<'v, Value> {
    follow(value, rest).map_or(NULL, Cow::Borrowed)
}

/// A field of an account.
pub(crate) fn account_member<'v>(asked: Asked<'_>, account: &Account, rest: &[String]) -> Cow<'v, Value> {
    let Some((name, rest)) = rest.split_first() else { return NULL };
    let value = account_value(account, (&asked.face.plan.account, asked.call.now), name);
    if rest.is_empty() { Cow::Owned(value) } else { Cow::Owned(below(&value, rest).into_owned()) }
}

/// A field of the caller's session.
pub(crate) fn session_member<'v>(session: &Session, rest: &[String]) -> Cow<'v, Value> {
    rest.first().map_or(NULL, |name| Cow::Owned(session_value(session, true, name)))
}

/// `outcome.*` where the reply is keyed by a catch-all group: the outcome's own words, but nothing that tells an
/// unknown account from a wrong password.
fn outcome_member<'v>(outcome: Outcome, rest: &[String]) -> Cow<'v, Value> {
    let (name, status) = match outcome.group() {
        Some(group @ Group::BadCredentials) => (group.name(), group.status().unwrap_or(401)),
        _ => (outcome.name(), outcome.spec().status),
    };
    let standard = matches!(outcome.group(), Some(Group::RequestError | Group::Fault));
    match rest.first().map(String::as_str) {
        Some("name") => Cow::Owned(name.into()),
        Some("status") => Cow::Owned(status.into()),
        Some("title") if standard => {
            let status = http::StatusCode::from_u16(status).ok();
            Cow::Owned(status.and_then(|status| status.canonical_reason()).unwrap_or(name).into())
        }
        Some("title") => Cow::Owned(in_words(name).into()),
        _ => NULL,
    }
}

/// `wrong_code` → `Wrong code`.
fn in_words(name: &str) -> String {
    let mut words = name.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn catch_alls_never_tell_unknown_from_wrong() {
        let word = |outcome, name: &str| outcome_member(outcome, &[name.to_owned()]).into_owned();
        for name in ["name", "title", "status"] {
            assert_eq!(word(Outcome::UnknownAccount, name), word(Outcome::WrongPassword, name));
        }
        assert_eq!(word(Outcome::NotFound, "title"), "Not Found");
        assert_eq!(word(Outcome::Overloaded, "title"), "Service Unavailable");
        assert_eq!(word(Outcome::WeakPassword, "title"), "Weak password");
        assert_eq!(word(Outcome::Taken, "status"), 409);
    }
}
