//! Removes what nobody can ask for any more, once a minute.

use doorward_core::action::{Services, remove_closed};
use doorward_core::fault::Fault;
use std::sync::Arc;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(60);

/// Sweeps the store every minute until it is dropped. The first time is a minute after the start: starting is for
/// answering.
pub(crate) async fn sweep_each_minute(services: Arc<Services>, on_fault: Arc<dyn Fn(&Fault) + Send + Sync>) {
    loop {
        tokio::time::sleep(EVERY).await;
        loop {
            match sweep(&services).await {
                // A sweep removes so many rows at most; what is left does not wait a minute.
                Ok(removed) if removed > 0 => tokio::task::yield_now().await,
                Ok(_) => break,
                Err(fault) => {
                    on_fault(&fault);
                    break;
                }
            }
        }
    }
}

/// Sweeps once: accounts whose closing is over, then the store. Says how many rows and accounts went.
pub(crate) async fn sweep(services: &Services) -> Result<u64, Fault> {
    let closed = remove_closed(services).await?;
    Ok(closed + services.store.sweep(services.clock.now()).await?)
}
