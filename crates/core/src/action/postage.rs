//! What sending a message costs: the caps per recipient, network and instance, counted in the store with the message
//! itself, so that neither a restart nor many requests side by side get past them.

use super::codes::network;
use super::{Context, Setting};
use crate::change::Change;
use crate::code::Purpose;
use crate::fault::Fault;
use std::time::Duration;

/// Messages are counted over all realms.
const EVERYWHERE: &str = "";

/// Why no message may be sent now, and how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overdrawn {
    /// So many have gone to this recipient. It tells something of an account where only accounts get messages.
    Recipient(Duration),
    /// So many were asked for from here, or sent in all. It tells nothing of anybody.
    Everybody(Duration),
}

/// One cap: what is counted, and how far it may come.
struct Cap {
    key: String,
    below: u32,
}

fn of_recipient(to: &str, purpose: Purpose, at: &Setting<'_>) -> Cap {
    let caps = &at.mail_caps;
    Cap { key: format!("mails to {to}"), below: caps.for_purpose(caps.per_recipient, purpose) }
}

fn of_network(at: &Setting<'_>) -> Cap {
    Cap {
        key: format!("mails asked for from {}", network(at.client.address)),
        below: at.mail_caps.per_network,
    }
}

fn of_all(purpose: Purpose, at: &Setting<'_>) -> Cap {
    let caps = &at.mail_caps;
    Cap { key: "mails".to_owned(), below: caps.for_purpose(caps.in_all, purpose) }
}

impl Cap {
    /// How long to wait for it, if it is reached.
    async fn wait(&self, cx: &Context<'_>) -> Result<Option<Duration>, Fault> {
        let (store, now) = (&cx.services.store, cx.setting.now);
        if store.tally(EVERYWHERE, &self.key, now).await? < self.below {
            return Ok(None);
        }
        let ends = store.tally_ends(EVERYWHERE, &self.key, now).await?;
        Ok(ends.map(|ends| ends.since(now)))
    }

    fn count(self, at: &Setting<'_>) -> Change {
        Change::Count {
            realm: EVERYWHERE.to_owned(),
            key: self.key,
            below: self.below,
            at: at.now,
            until: at.now.plus(at.mail_caps.window),
        }
    }
}

/// Whether a message to this canonical address may not be sent now.
pub(super) async fn overdrawn(
    purpose: Purpose,
    to: &str,
    cx: &Context<'_>,
) -> Result<Option<Overdrawn>, Fault> {
    for cap in [of_network(&cx.setting), of_all(purpose, &cx.setting)] {
        if let Some(wait) = cap.wait(cx).await? {
            return Ok(Some(Overdrawn::Everybody(wait)));
        }
    }
    Ok(of_recipient(to, purpose, &cx.setting).wait(cx).await?.map(Overdrawn::Recipient))
}

/// What is counted with a message to this canonical address. Guard: no cap is reached.
pub(super) fn spend(purpose: Purpose, to: &str, at: &Setting<'_>) -> Vec<Change> {
    [of_network(at), of_all(purpose, at), of_recipient(to, purpose, at)].map(|cap| cap.count(at)).into()
}

/// What is counted where nothing is sent and the answer must not say so: as much as the one who asks could see.
pub(super) fn pretend(at: &Setting<'_>) -> Change {
    of_network(at).count(at)
}
