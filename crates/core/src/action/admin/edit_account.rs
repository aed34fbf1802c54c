//! `edit_account`: an administrator changes an account. The identifiers are the new ones; whom it is about says `account_id`, or `account`: an identifier that it has now.

use super::{ACCOUNT_ID, command, invalid, time};
use crate::action::find::any_name;
use crate::action::operator::{self, Whom};
use crate::action::update_account::{self, names};
use crate::action::{Context, Entry, Inputs, Named, Options};
use crate::fault::Fault;
use crate::identifier::IdentifierKind;
use crate::outcome::{Answer, Outcome as Name};
use crate::profile::Setter;
use crate::session::SessionId;
use crate::spec::{A, ActionSpec, AnswerSpec, Caller, Identifiers, InputSpec, Kind};
use crate::violation::Violation;
use async_trait::async_trait;
use serde_json::Value;
use uuid::Uuid;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "edit_account",
    sentence: "Changes identifiers, profile, proofs, end and must-change flag of an account at an administrator's word.",
    caller: Caller::Administrator,
    identifiers: Identifiers::Any,
    claims: false,
    profile: true,
    inputs: &[
        ACCOUNT_ID,
        InputSpec::optional("account", Kind::Text),
        InputSpec::optional("remove", Kind::Any),
        InputSpec::optional("email_verified", Kind::Boolean),
        InputSpec::optional("phone_verified", Kind::Boolean),
        InputSpec::optional("expires_at", Kind::Time),
        InputSpec::optional("must_change_password", Kind::Boolean),
    ],
    options: &[],
    answers: &[AnswerSpec::new(Name::Updated, A)],
    failures: &[Name::Forbidden, Name::UnknownAccount, Name::Taken],
    only_with: &[],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct EditAccount;

#[async_trait]
impl Entry for EditAccount {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, _options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let Some(mut remove) = names(inputs.value("remove")) else {
            return Ok(invalid(vec![Violation::of_type(&inputs.wire_name("remove"), "array")]));
        };
        remove.extend(inputs.removed.iter().map(|kind| kind.name().to_owned()));
        let endless = remove.iter().any(|name| name == "expires_at");
        remove.retain(|name| name != "expires_at");
        let whom = match (inputs.loose_text("account_id"), inputs.text("account")) {
            (Some(id), _) => Whom::Id(id),
            (None, Some(text)) => any_name(&text, cx).await?.map_or(Whom::Nobody, Whom::Named),
            (None, None) => Whom::Nobody,
        };
        let flag = |name: &str| inputs.value(name).and_then(Value::as_bool);
        let said = [
            (IdentifierKind::Email, flag("email_verified")),
            (IdentifierKind::Phone, flag("phone_verified")),
        ];
        let order = operator::EditAccount {
            edit: update_account::Input {
                session: SessionId(Uuid::nil()),
                identifiers: Named::all(&inputs.identifiers, cx.setting.policy),
                profile: inputs.profile.clone(),
                remove,
                new_password: None,
                password: None,
                needs_password: false,
                setter: Setter::Operator,
                wire: inputs.wire.clone(),
            },
            verified: said.into_iter().filter_map(|(kind, said)| Some((kind, said?))).collect(),
            expires_at: time(inputs, "expires_at").map(Some).or(endless.then_some(None)),
            must_change: flag("must_change_password"),
        };
        command(SPEC.name, whom, order, cx).await
    }
}
