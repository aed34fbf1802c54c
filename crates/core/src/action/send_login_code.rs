//! `send_login_code`: sends a code or a link with which its receiver can sign in, whether or not the account has a
//! password. It is a request for a `login` code that names nothing but the account.

use super::input::Named;
use super::send_verification as sending;
use super::{Context, Entry, Inputs, Options, perform};
use crate::code::Purpose;
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::spec::{ActionSpec, AnswerSpec, Caller, Identifiers, OnlyWith, OptionSpec, OptionValues};
use async_trait::async_trait;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "send_login_code",
    sentence: "Sends a code or a link to sign in with, to the account's own address; with `create`, to an address of nobody too.",
    caller: Caller::Anybody,
    identifiers: Identifiers::One,
    claims: false,
    profile: false,
    inputs: &[sending::RETURN_URL],
    options: &[
        sending::BY,
        OptionSpec { name: "tell", values: OptionValues::Words(&["always_sent", "truth"]) },
        OptionSpec { name: "create", values: OptionValues::Flag(false) },
    ],
    answers: &[AnswerSpec::new(Name::Sent, sending::SENT)],
    failures: sending::OF_AN_ACCOUNT,
    only_with: &[
        OnlyWith { failures: sending::OF_AN_ACCOUNT, option: "tell", words: &["truth"] },
        OnlyWith { failures: &[Name::UnknownAccount], option: "create", words: &["false"] },
    ],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct SendLoginCode;

#[async_trait]
impl Entry for SendLoginCode {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let request = sending::Input {
            action: SPEC.name,
            names: Named::all(&[inputs.identifier()?], cx.setting.policy),
            purpose: Purpose::Login,
            by: sending::By::read(inputs, options),
            create: options.flag("create"),
            tell_truth: options.word("tell") == "truth",
            wire: inputs.wire.clone(),
        };
        perform(&request, cx).await
    }
}
