//! Which events are wanted.

use doorward_core::account::AccountId;
use doorward_core::audit::NumberedEvent;
use doorward_core::fault::Fault;
use doorward_core::port::Store;
use doorward_core::time::Timestamp;

const PAGE: u32 = 1000;

/// Which events are wanted; what is not said does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this realm.
    pub realm: Option<String>,
    /// Not before.
    pub since: Option<Timestamp>,
    /// About this account, or asked for by it.
    pub account: Option<AccountId>,
    /// Of this action.
    pub action: Option<String>,
    /// With this outcome.
    pub outcome: Option<String>,
}

impl Filter {
    /// Whether this one is.
    #[must_use]
    pub fn wants(&self, event: &NumberedEvent) -> bool {
        let event = &event.event;
        let text = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|wanted| wanted == is);
        text(&self.realm, &event.realm)
            && text(&self.action, &event.action)
            && text(&self.outcome, &event.outcome)
            && self.since.is_none_or(|since| event.at >= since)
            && self.account.is_none_or(|whom| event.account == Some(whom) || event.caller == Some(whom))
    }

    /// Gives every event that is wanted to `each`, in the order of writing.
    ///
    /// # Errors
    /// The store failed.
    pub async fn all(&self, store: &dyn Store, each: &mut dyn FnMut(NumberedEvent)) -> Result<(), Fault> {
        let mut after = 0;
        loop {
            let page = store.audit_after(after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.number;
            page.into_iter().filter(|event| self.wants(event)).for_each(&mut *each);
        }
    }

    /// The latest events that are wanted, at most so many, in the order of writing.
    ///
    /// # Errors
    /// The store failed.
    pub async fn latest(&self, store: &dyn Store, most: usize) -> Result<Vec<NumberedEvent>, Fault> {
        let mut until = self.newest(store).await?;
        let mut found: Vec<NumberedEvent> = Vec::new();
        while until > 0 && found.len() < most {
            let from = until.saturating_sub(u64::from(PAGE));
            let page = store.audit_after(from, PAGE).await?;
            let wanted = page.into_iter().filter(|event| event.number <= until && self.wants(event));
            found.splice(0..0, wanted);
            until = from;
        }
        let more = found.len().saturating_sub(most);
        found.drain(..more);
        Ok(found)
    }

    /// The number of the newest event: of those after the last that is sealed.
    async fn newest(&self, store: &dyn Store) -> Result<u64, Fault> {
        let mut newest = store.last_segment().await?.map_or(0, |segment| segment.last);
        while let Some(last) = store.audit_after(newest, PAGE).await?.last() {
            newest = last.number;
        }
        Ok(newest)
    }
}
