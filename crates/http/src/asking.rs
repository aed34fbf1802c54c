//! Who is asking, where inputs of a binding say so: a token in the body, and the id that the caller must have.

use crate::face::Face;
use crate::scope::{Asked, ReplyScope, account_member};
use doorward_contract::expression::Evaluated;
use doorward_contract::plan::{Binding, InputPlan, InputTarget};
use doorward_core::action::Services;
use doorward_core::authenticate::{ACCESS, Alive, Presented, Rejection};
use doorward_core::fault::Fault;
use doorward_core::outcome::{Answer, Outcome};
use doorward_core::violation::Violation;
use serde_json::Value;

/// A binding and the request that it is to take.
pub(crate) struct Asking<'a> {
    pub(crate) face: &'a Face,
    pub(crate) services: &'a Services,
    pub(crate) binding: &'a Binding,
    pub(crate) asked: Asked<'a>,
}

impl Asking<'_> {
    /// Whoever `security` found, or the session of the first good token among the inputs; `Err` is the answer. A
    /// token that is missing where the request breaks rules leaves the answer to these.
    pub(crate) async fn caller(
        &self,
        known: Option<Alive>,
        broken: &[Violation],
    ) -> Result<Result<Option<Alive>, Answer>, Fault> {
        let verifier = self.face.verifier(self.services, self.asked.call.now);
        let mut why: Option<(Rejection, &str)> = None;
        for (plan, token) in self.binding.inputs.iter().filter_map(credential) {
            let raw = self.text(plan).filter(|raw| !raw.is_empty());
            let presented = Presented { token, raw: raw.as_deref(), accept_expired: false };
            match verifier.check(&presented).await? {
                Ok(alive) => return Ok(Ok(Some(alive))),
                Err(rejection) => {
                    // One that was sent and is bad says more than one that was not sent; the last is the likeliest.
                    if rejection != Rejection::Missing || why.is_none() {
                        why = Some((rejection, token));
                    }
                }
            }
        }
        let Some((rejection, token)) = why else { return Ok(Ok(known)) };
        let optional = !self.binding.action.spec().caller.signed_in();
        if rejection == Rejection::Missing && (optional || !broken.is_empty()) {
            return Ok(Ok(known));
        }
        Ok(Err(rejection.answer(token)))
    }

    /// The answer to a request without the key of its client where an input brings it: as where a header does.
    pub(crate) fn without_client_key(&self) -> Option<Answer> {
        self.binding.inputs.iter().find_map(|plan| {
            let InputTarget::ClientKey(scheme) = plan.target else { return None };
            let why = match self.text(plan).filter(|shown| !shown.is_empty()) {
                None => Rejection::Missing,
                Some(shown) if self.face.is_client_key(scheme, &shown) => return None,
                Some(_) => Rejection::Invalid,
            };
            Some(why.answer(&self.face.plan.schemes.get(scheme)?.token))
        })
    }

    /// The answer where an input says that it is about an account other than the caller's, or names one while nobody
    /// says who is calling.
    pub(crate) fn about_another(&self, caller: Option<&Alive>) -> Option<Answer> {
        let mut plans = self.binding.inputs.iter().filter(|plan| plan.target == InputTarget::OwnId);
        plans.find_map(|plan| {
            let sent = self.text(plan);
            if sent.is_none() && !plan.required {
                return None;
            }
            let Some(alive) = caller else { return Some(Rejection::Missing.answer(ACCESS)) };
            let own = loose(&account_member(self.asked, &alive.account, &["id".to_owned()]));
            let theirs = own.is_some() && sent == own;
            (!theirs).then(|| Answer::bare(Outcome::Forbidden))
        })
    }

    fn text(&self, plan: &InputPlan) -> Option<String> {
        match plan.value.eval(&ReplyScope::of_request(self.asked)) {
            Evaluated::Value(value) => loose(&value),
            Evaluated::Omit | Evaluated::Unlisted => None,
        }
    }
}

fn credential(plan: &InputPlan) -> Option<(&InputPlan, &'static str)> {
    match plan.target {
        InputTarget::Credential(token) => Some((plan, token)),
        _ => None,
    }
}

/// A text, or a number as text: ids are both.
fn loose(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
