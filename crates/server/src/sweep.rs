//! Removes what nobody can ask for any more, once an hour.

use doorward_core::action::Services;
use doorward_core::fault::Fault;
use std::sync::Arc;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(60 * 60);

/// Sweeps the store every hour until it is dropped. The first time is an hour after the start: starting is for
/// answering.
pub(crate) async fn sweep_hourly(services: Arc<Services>, on_fault: Arc<dyn Fn(&Fault) + Send + Sync>) {
    loop {
        tokio::time::sleep(EVERY).await;
        loop {
            match services.store.sweep(services.clock.now()).await {
                // A sweep removes so many rows at most; what is left waits no hour.
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
