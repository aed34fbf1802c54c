//! Seals the audit trail each second.

use doorward_core::action::Services;
use doorward_core::audit::{Head, seal_key, seal_next};
use doorward_core::fault::Fault;
use doorward_core::key::{MacKey, MasterKey};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

const EVERY: Duration = Duration::from_secs(1);

/// Seals, and remembers where it was.
pub(crate) struct Sealer {
    services: Arc<Services>,
    key: MacKey,
    head: Mutex<Option<Head>>,
}

impl Sealer {
    /// Seals each second from now on, among the workers.
    pub(crate) fn start(
        services: &Arc<Services>,
        master: &MasterKey,
        on_fault: Arc<dyn Fn(&Fault) + Send + Sync>,
        workers: &mut JoinSet<()>,
    ) -> Arc<Sealer> {
        let services = Arc::clone(services);
        let sealer = Arc::new(Sealer { services, key: seal_key(master), head: Mutex::new(None) });
        workers.spawn(Arc::clone(&sealer).seal_each_second(on_fault));
        sealer
    }

    /// Seals everything that is not sealed, and says how many events that were.
    ///
    /// # Errors
    /// The store failed, or the segment that was sealed last is gone or another: somebody has changed the trail
    /// behind the server, and sealing on would cover it up.
    pub(crate) async fn seal(&self) -> Result<usize, Fault> {
        let mut head = self.head.lock().await;
        let store = self.services.store.as_ref();
        let mut sealed = 0;
        loop {
            if let Some(head) = head.as_ref() {
                let there = store.segments_after(head.segment.saturating_sub(1), 1).await?;
                let same = |one: &doorward_core::audit::Segment| {
                    one.number == head.segment && one.chain == head.chain
                };
                // Where it was pruned, a later one stands there.
                if !there.first().is_some_and(|one| same(one) || one.number > head.segment) {
                    return Err(Fault::Store(format!(
                        "segment {} of the audit trail is not the one that was sealed: see doorward audit verify",
                        head.segment
                    )));
                }
            }
            let more = seal_next(store, &self.key, self.services.clock.now()).await?;
            let last = store.last_segment().await?;
            *head = last.map(|last| Head { segment: last.number, chain: last.chain });
            sealed += more;
            if more == 0 {
                return Ok(sealed);
            }
        }
    }

    /// Seals each second until it is dropped. A fault is told once, until it is over.
    async fn seal_each_second(self: Arc<Sealer>, on_fault: Arc<dyn Fn(&Fault) + Send + Sync>) {
        let mut failing = false;
        loop {
            tokio::time::sleep(EVERY).await;
            match self.seal().await {
                Ok(_) => failing = false,
                Err(fault) if !failing => {
                    on_fault(&fault);
                    failing = true;
                }
                Err(_) => {}
            }
        }
    }
}
