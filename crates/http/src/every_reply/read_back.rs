//! Every reply is read back by the patterns of its own contract: its outcome, or a group that holds it, and its values.

use super::{Case, Contract};
use crate::reject::Reply;
use crate::scope::ReplyScope;
use doorward_contract::backwards::pattern::Found;
use doorward_contract::backwards::{Observed, Recognised, Recogniser};
use doorward_contract::expression::Scope;
use doorward_contract::plan::{BodyReply, GuardedReply};
use doorward_contract::scope::Root;
use serde_json::Value;
use std::sync::Arc;

/// A reply as a client sees it.
fn observed(reply: &Reply, body: &[u8]) -> Observed {
    let json = reply
        .headers()
        .get("content-type")
        .is_some_and(|kind| kind.to_str().is_ok_and(|kind| kind.contains("json")));
    let text = || Value::from(String::from_utf8_lossy(body).into_owned());
    let body = match body {
        [] if !reply.headers().contains_key("content-type") => None,
        body if json => serde_json::from_slice(body).ok(),
        _ => Some(text()),
    };
    let (mut sets, mut clears) = (Vec::new(), Vec::new());
    for line in reply.headers().get_all("set-cookie") {
        let line = line.to_str().expect("text");
        let (name, rest) = line.split_once('=').expect("a cookie");
        let list = if rest.is_empty() || rest.starts_with(';') { &mut clears } else { &mut sets };
        list.push(name.to_owned());
    }
    Observed { status: reply.status().as_u16(), body, sets, clears }
}

/// What of a reply does not read back as it was written.
pub(super) fn misread(
    case: &Case<'_>,
    recogniser: &Recogniser,
    (reply, body): (&Reply, &[u8]),
    scope: &ReplyScope<'_>,
) -> Vec<String> {
    let observed = observed(reply, body);
    let (recognised, found) = recogniser.recognise(&observed);
    if !recognised.holds(case.outcome) {
        return vec![format!("read back as {recognised:?} from {observed:?}")];
    }
    let pattern = match &case.reply().reply.body {
        BodyReply::Json { template, .. } | BodyReply::Text { template, .. } => template.pattern(),
        BodyReply::None => return Vec::new(),
    };
    let mut own = Vec::new();
    let Some(body) = observed.body.as_ref() else { return Vec::new() };
    if !pattern.read(body, &mut own) {
        return vec![format!("{body} does not fit its own pattern {pattern:?}")];
    }
    let alone = matches!(recognised, Recognised::Outcome(_));
    let told = if alone && has_one_reply(case) { found.iter().chain(&own) } else { own.iter().chain(&[]) };
    told.filter_map(|one| wrong_value(one, scope)).collect()
}

/// Whether the outcome has one reply in the whole operation, so that its values are of that reply.
fn has_one_reply(case: &Case<'_>) -> bool {
    let bindings = case.place.0.map_or(&[][..], |operation| &operation.bindings);
    let other = |guarded: &GuardedReply| !Arc::ptr_eq(&guarded.reply, &case.reply().reply);
    let elsewhere = bindings.iter().flat_map(|binding| binding.replies.of(case.outcome)).any(other);
    case.tried.len() == 1 && case.reply().when.is_none() && !elsewhere
}

/// A value that is not what was written.
fn wrong_value(found: &Found, scope: &ReplyScope<'_>) -> Option<String> {
    let root = Root::of(found.path.slot)?;
    // Tokens are minted anew; the status is the reply's own; items of lists are told by their lists.
    if found.list.is_some() || matches!(root, Root::Tokens | Root::Status | Root::Outcome) {
        return None;
    }
    let expected = scope.read(&found.path).into_owned();
    let written = |value: &Value| match &found.time {
        Some(format) if !value.is_string() => format.render(value),
        _ => value.clone(),
    };
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let same = text(&written(&found.value)) == text(&written(&expected));
    (!same).then(|| format!("{:?} read back as {} instead of {expected}", found.path, found.value))
}

/// The recognisers of a contract's operations.
pub(super) fn recognisers(contract: &Contract) -> Vec<Recogniser> {
    contract.plan.operations.iter().map(|operation| Recogniser::of(&contract.plan, operation)).collect()
}
