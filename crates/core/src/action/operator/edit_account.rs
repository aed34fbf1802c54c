//! `edit`: identifiers, profile, proofs of addresses, the end of an account and the must-change flag, by somebody in
//! charge. Only what is given changes, and what an owner may set once or seldom may be changed here.

use super::{Order, Outcome, Prepared};
use crate::account::Account;
use crate::action::held::held_by_another;
use crate::action::update_account::{self, forgotten, taken};
use crate::action::{Context, Decision, Setting};
use crate::change::{AccountUpdate, Change};
use crate::fault::Fault;
use crate::identifier::IdentifierKind;
use crate::standing::Standing;
use crate::time::Timestamp;
use async_trait::async_trait;
use std::sync::Arc;

/// The order.
pub struct EditAccount {
    /// Identifiers and profile, as an owner would change them but with an operator's rights.
    pub edit: update_account::Input,
    /// Whether the address of each kind counts as proved from now on.
    pub verified: Vec<(IdentifierKind, bool)>,
    /// The account's end; nothing inside takes it away.
    pub expires_at: Option<Option<Timestamp>>,
    /// Whether the password must be changed at the next sign-in.
    pub must_change: Option<bool>,
}

#[async_trait]
impl Order for EditAccount {
    fn name(&self) -> &'static str {
        "edit"
    }

    async fn prepare(&self, account: &Account, cx: &Context<'_>) -> Result<Prepared, Fault> {
        let mut wanted = match self.edit.wanted(account, &cx.setting) {
            Ok(wanted) => wanted,
            Err(violations) => return Ok(Prepared::Refused(Outcome::InvalidInput(violations))),
        };
        if let Some((kind, verified)) = taken(account, &wanted.identifiers, cx).await? {
            return Ok(Prepared::Refused(Outcome::Taken(kind, verified)));
        }
        if let Some(field) = held_by_another(Some(account.id), &wanted.profile, cx).await? {
            return Ok(Prepared::Refused(Outcome::ValueTaken(field)));
        }
        for identifier in &mut wanted.identifiers {
            let said = self.verified.iter().find(|(kind, _)| *kind == identifier.kind);
            identifier.verified = said.map_or(identifier.verified, |(_, verified)| *verified);
        }
        Ok(Prepared::Wanted(wanted))
    }

    fn decide(&self, account: &Account, prepared: &Prepared, at: &Setting<'_>) -> Decision<Outcome> {
        let mut changed = account.clone();
        let mut changes = Vec::new();
        let mut update = |changed: &mut Account, update| {
            let (id, version) = (changed.id, changed.version);
            changes.push(Change::UpdateAccount { account: id, version, update, at: at.now });
            (changed.version, changed.updated_at) = (version + 1, at.now);
        };
        if let Prepared::Wanted(wanted) = prepared {
            if wanted.identifiers != account.identifiers {
                update(&mut changed, AccountUpdate::Identifiers(wanted.identifiers.clone()));
                changed.identifiers.clone_from(&wanted.identifiers);
            }
            if wanted.profile != account.profile {
                update(&mut changed, AccountUpdate::Profile(wanted.profile.clone()));
                changed.profile.clone_from(&wanted.profile);
            }
        }
        if let Some(expires_at) = self.expires_at.filter(|end| *end != account.standing.expires_at) {
            let standing = Standing { expires_at, ..account.standing.clone() };
            update(&mut changed, AccountUpdate::Standing(standing.clone()));
            changed.standing = standing;
        }
        if let Some(must) = self.must_change.filter(|must| *must != account.must_change_password) {
            update(&mut changed, AccountUpdate::MustChange(must));
            changed.must_change_password = must;
        }
        if let Prepared::Wanted(wanted) = prepared {
            changes.extend(forgotten(account, &wanted.identifiers));
        }
        Decision { outcome: Outcome::Updated(Arc::new(changed)), changes }
    }

    fn harms_self(&self, _at: &Setting<'_>) -> bool {
        matches!(self.expires_at, Some(Some(_)))
    }
}
