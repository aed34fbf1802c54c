//! Removing old events, by whole segments, so that what stays can still be proved.

use crate::account::Reply;
use doorward_core::action::Services;
use doorward_core::audit::{AuditEvent, Segment, pruned_mark, seal_key};
use doorward_core::change::{ApplyResult, Change};
use doorward_core::fault::Fault;
use doorward_core::key::MasterKey;
use doorward_core::port::{Clock, Dice, Store, uuid_v7};
use doorward_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// So many segments go at a time, so that nobody waits long for the writer.
const AT_A_TIME: u32 = 20;

/// What an operator asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrailRequest {
    /// What to do with the trail.
    pub trail: TrailWork,
}

/// What to do with the trail.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrailWork {
    /// Remove what was sealed before this time, in milliseconds since 1970.
    Prune {
        /// The time.
        before: i64,
    },
}

/// What pruning works on.
pub struct Pruning<'a> {
    /// The store.
    pub store: &'a dyn Store,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Randomness for the event's id.
    pub dice: &'a dyn Dice,
}

impl<'a> Pruning<'a> {
    /// On the store of a running server.
    #[must_use]
    pub fn of(services: &'a Services) -> Pruning<'a> {
        Pruning {
            store: services.store.as_ref(),
            clock: services.clock.as_ref(),
            dice: services.dice.as_ref(),
        }
    }
}

/// Does what is asked.
pub async fn prune(work: &TrailWork, on: &Pruning<'_>, master: &MasterKey) -> Reply {
    let TrailWork::Prune { before } = work;
    match pruned(Timestamp(*before), on, master).await {
        Ok(through) => Reply::Done {
            outcome: "pruned".to_owned(),
            accounts: through.map(|last| json!({"pruned_through": last})).into_iter().collect(),
        },
        Err(fault) => Reply::refused("fault", fault.to_string()),
    }
}

/// Removes the segments that were sealed before this time, but the newest. Says which event was the last to go.
async fn pruned(before: Timestamp, on: &Pruning<'_>, master: &MasterKey) -> Result<Option<u64>, Fault> {
    let mut through = None;
    let mut after = 0;
    loop {
        let newest = on.store.last_segment().await?.map_or(0, |newest| newest.number);
        let page = on.store.segments_after(after, AT_A_TIME).await?;
        let old = |one: &&Segment| one.sealed_at < before && one.number < newest;
        let Some(last) = page.iter().take_while(old).last() else { break };
        after = last.number;
        if last.pruned.is_some() {
            continue;
        }
        let mark = pruned_mark(&seal_key(master), last);
        let event = event(last, on);
        let changes = vec![Change::PruneAudit { through: last.number, mark }, Change::Audit(Box::new(event))];
        match on.store.apply(changes).await? {
            ApplyResult::Applied(_) => through = Some(last.last),
            ApplyResult::Conflict => return Err(Fault::Contention),
        }
    }
    Ok(through)
}

fn event(last: &Segment, on: &Pruning<'_>) -> AuditEvent {
    let at = on.clock.now();
    let id = uuid_v7(at, on.dice);
    AuditEvent {
        id,
        at,
        realm: String::new(),
        contract: "operator".to_owned(),
        action: "prune_audit".into(),
        outcome: "pruned".into(),
        account: None,
        caller: None,
        session: None,
        address: "127.0.0.1".to_owned(),
        user_agent: format!("doorward/{}", env!("CARGO_PKG_VERSION")),
        request_id: id.to_string(),
        note: Some(format!("events up to {}", last.last)),
    }
}
