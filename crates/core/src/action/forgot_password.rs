//! `forgot_password`: sends a code or a link with which a new password can be set, to the account's own address. It is a
//! request for a `reset_password` code that names nothing but the account.

use super::input::Named;
use super::send_verification as sending;
use super::{About, Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::change::Change;
use crate::code::Purpose;
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::session::EndReason;
use crate::spec::{
    ActionSpec, AnswerSpec, Caller, Field, Identifiers, Kind, OnlyWith, OptionSpec, OptionValues,
};
use async_trait::async_trait;

const SENT: &[Field] = &[Field::new("account", Kind::Claimed), Field::new("expires_in", Kind::Duration)];

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "forgot_password",
    sentence: "Sends a code or a link with which a new password can be set, to the account's own address.",
    caller: Caller::Anybody,
    identifiers: Identifiers::One,
    claims: false,
    profile: false,
    inputs: &[sending::RETURN_URL],
    options: &[
        sending::BY,
        OptionSpec { name: "tell", values: OptionValues::Words(&["always_sent", "truth"]) },
        OptionSpec { name: "end_sessions", values: OptionValues::Flag(false) },
    ],
    answers: &[AnswerSpec::new(Name::Sent, SENT)],
    failures: sending::OF_AN_ACCOUNT,
    only_with: &[OnlyWith { failures: sending::OF_AN_ACCOUNT, option: "tell", words: &["truth"] }],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct ForgotPassword;

#[async_trait]
impl Entry for ForgotPassword {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let request = sending::Input {
            action: SPEC.name,
            names: Named::all(&[inputs.identifier()?], cx.setting.policy),
            purpose: Purpose::ResetPassword,
            by: sending::By::read(inputs, options),
            create: false,
            tell_truth: options.word("tell") == "truth",
            wire: inputs.wire.clone(),
        };
        perform(&Input { request, end_sessions: options.flag("end_sessions") }, cx).await
    }
}

/// The input of the request.
pub struct Input {
    /// The request for a code.
    pub request: sending::Input,
    /// Whether the account's sessions end when the code is sent.
    pub end_sessions: bool,
}

#[async_trait]
impl Action for Input {
    type Loaded = sending::Loaded;
    type Outcome = sending::Outcome;

    fn name(&self) -> &'static str {
        SPEC.name
    }

    async fn load(&self, cx: &Context<'_>) -> Result<sending::Loaded, Fault> {
        self.request.load(cx).await
    }

    fn about(&self, loaded: &sending::Loaded) -> About {
        self.request.about(loaded)
    }

    fn decide(
        &self,
        loaded: &sending::Loaded,
        at: &Setting<'_>,
    ) -> Result<Decision<sending::Outcome>, Fault> {
        let mut decision = self.request.decide(loaded, at)?;
        let sent = decision.changes.iter().any(|change| matches!(change, Change::QueueMail(_)));
        if let Some(account) = loaded.named_first().filter(|_| sent && self.end_sessions) {
            decision.changes.push(Change::EndSessions {
                account: account.id,
                version: Some(account.version),
                except: None,
                reason: EndReason::PasswordForgotten,
                at: at.now,
            });
        }
        Ok(decision)
    }
}
