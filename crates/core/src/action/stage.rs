//! What the actions on stages share: reaching one, and presenting its token.

use super::destination::own;
use super::{Context, Setting};
use crate::account::Account;
use crate::authenticate::{Rejection, Verifier};
use crate::change::Change;
use crate::code::{Code, Purpose, Stage};
use crate::fault::Fault;
use crate::identifier::IdentifierKind;
use crate::policy::Policy;
use crate::port::uuid_v7;
use crate::stage::Reached;
use crate::stage_token::stage_id;
use std::sync::Arc;

/// Who has reached a stage.
pub(super) struct Holder {
    /// The canonical address they have proved, or the id of their account: one stage each counts.
    pub(super) destination: String,
    /// Their account, if there is one.
    pub(super) account: Option<crate::account::AccountId>,
    /// The canonical identifiers they have named.
    pub(super) claims: Vec<(IdentifierKind, String)>,
}

impl Holder {
    /// The owner of an account.
    pub(super) fn of(account: &Account) -> Holder {
        let address = own(account, &[]);
        Holder {
            destination: address
                .map_or_else(|| account.id.0.to_string(), |address| address.canonical.clone()),
            account: Some(account.id),
            claims: Vec::new(),
        }
    }

    /// Whoever held a code.
    pub(super) fn of_code(code: &Code) -> Holder {
        Holder { destination: code.destination.clone(), account: code.account, claims: code.claims.clone() }
    }
}

/// A stage that is reached, and the change that notes it; nothing where the contract has no token for it. The newest
/// counts.
pub(super) fn reach(stage: Stage, holder: Holder, at: &Setting<'_>) -> Option<(Arc<Code>, Change)> {
    let lifetime = at.policy.stage_token(stage)?.lifetime;
    let id = uuid_v7(at.now, at.dice);
    let purpose = Purpose::Stage(stage);
    // A JWT says whole seconds: the row says the same, so that both end together.
    let began = at.now.whole_second();
    let code = Code {
        id,
        realm: at.policy.realm.clone(),
        purpose,
        destination: holder.destination,
        account: holder.account,
        claims: holder.claims,
        mac: super::codes::code_mac(id, &stage_id(id, purpose, at.keys.code()), at.keys.code()),
        created_at: began,
        expires_at: began.plus(lifetime),
        used_at: None,
    };
    Some((Arc::new(code.clone()), Change::PutCode(Box::new(code))))
}

/// The stage that a presented token names, or why there is none. Going on must spend its row:
/// [`Change::SpendCode`] is the guard that it is done once.
pub(super) async fn present(
    stage: Stage,
    raw: Option<&str>,
    cx: &Context<'_>,
) -> Result<Result<Reached, Rejection>, Fault> {
    let (at, services) = (&cx.setting, cx.services);
    let verifier = Verifier {
        policy: at.policy,
        keys: at.keys,
        store: services.store.as_ref(),
        live: &services.live,
        now: at.now,
    };
    verifier.check_stage(stage, raw).await
}

/// The name that the contract gives the token of a stage.
pub(super) fn token_name(stage: Stage, policy: &Policy) -> String {
    policy.stage_token(stage).map_or("stage_token", |token| token.name.as_str()).to_owned()
}
