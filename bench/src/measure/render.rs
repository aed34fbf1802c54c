//! A login's reply from the contract's template, beside the same bytes written by hand.

use super::Bench;
use crate::Broken;
use crate::clock::now;
use crate::report::{Bar, Report};
use doorward_contract::expression::{Evaluated, Path, Scope};
use doorward_contract::plan::{BodyReply, Plan};
use doorward_contract::scope::Root;
use doorward_contract::{builtin, json_bytes, load, open_builtin};
use doorward_core::outcome::Outcome;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::hint::black_box;

/// Whose login.
const CONTRACT: &str = "cbs";
/// Replies per round.
const REPLIES: u32 = 5_000;
/// Rounds; their median counts.
const ROUNDS: usize = 15;

/// What the reply names. Minting the tokens is the same work either way, so they are made already.
struct Values {
    token: Value,
    seconds: Value,
    no: Value,
}

impl Scope for Values {
    fn read(&self, path: &Path) -> Cow<'_, Value> {
        Cow::Borrowed(match (Root::of(path.slot), path.rest.len()) {
            (Some(Root::Tokens), 1) => &self.token,
            (Some(Root::Tokens), _) => &self.seconds,
            _ => &self.no,
        })
    }

    fn text(&self, _key: &str) -> Option<String> {
        None
    }
}

/// Prints both, and what the template costs beyond.
pub(super) fn measure(_bench: &Bench<'_>, report: &mut Report) -> Result<(), Broken> {
    let text = builtin(CONTRACT).ok_or("the contract is not built in")?;
    let plan = load(CONTRACT, CONTRACT, text, &open_builtin).plan.ok_or("the contract does not load")?;
    let values = Values { token: Value::from("a".repeat(300)), seconds: json!(900), no: json!(false) };
    let (rendered, written) = (|| rendered(&plan, &values), || written(&values));
    if rendered() != Some(written()) {
        return Err("the two replies differ".into());
    }
    let (mut by_template, mut by_hand) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        by_template.push(micros(|| drop(black_box(rendered()))));
        by_hand.push(micros(|| drop(black_box(written()))));
    }
    let (by_template, by_hand) = (median(by_template), median(by_hand));
    report.part("a login's reply, rendered and written by hand");
    report.tell("rendered", &format!("{by_template:.2} us, {:.2} times by hand", by_template / by_hand));
    report.tell("by hand", &format!("{by_hand:.2} us"));
    report.judge("beyond by hand", by_template - by_hand, " us", Bar::AtMost(5.0));
    Ok(())
}

fn rendered(plan: &Plan, values: &Values) -> Option<Vec<u8>> {
    let mut bindings = plan.operations.iter().flat_map(|operation| &operation.bindings);
    let login = bindings.find(|binding| binding.action.spec().name == "login")?;
    let reply = login.replies.of(Outcome::SignedIn).last()?;
    match &reply.reply.body {
        BodyReply::Json { template, .. } => match template.eval(values) {
            Evaluated::Value(value) => Some(json_bytes(&value, 0)),
            _ => None,
        },
        _ => None,
    }
}

fn written(values: &Values) -> Vec<u8> {
    let body = json!({"code": 0, "result": {
        "token_type": "Bearer",
        "access_token": values.token,
        "access_token_expires_in": values.seconds,
        "refresh_token": values.token,
        "refresh_token_expires_in": values.seconds,
    }});
    body.to_string().into_bytes()
}

fn micros(work: impl Fn()) -> f64 {
    let begin = now();
    for _ in 0..REPLIES {
        work();
    }
    begin.elapsed().as_secs_f64() * 1e6 / f64::from(REPLIES)
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds.get(rounds.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_the_same_bytes() {
        let plan = load(CONTRACT, CONTRACT, builtin(CONTRACT).unwrap(), &open_builtin).plan.unwrap();
        let values = Values { token: json!("t"), seconds: json!(9), no: json!(false) };
        assert_eq!(rendered(&plan, &values).unwrap(), written(&values));
    }
}
