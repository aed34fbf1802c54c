//! `health`: the process answers. `ready`: it can do its work: the store answers, and it is not stopping.

use crate::app::App;
use crate::call::Call;
use crate::reject::{Reply, json};
use http::StatusCode;
use serde_json::json;

pub(super) fn alive() -> Reply {
    json(StatusCode::OK, &json!({"status": "ok"}))
}

pub(super) async fn ready(app: &App, call: &Call) -> Reply {
    let store = app.services.store.tally("", "ready", call.now).await;
    if let Err(fault) = &store {
        tracing::warn!(%fault, "not ready");
    }
    match (app.is_stopping(), store) {
        (false, Ok(_)) => json(StatusCode::OK, &json!({"status": "ready"})),
        (true, _) => json(StatusCode::SERVICE_UNAVAILABLE, &json!({"status": "stopping"})),
        (false, Err(_)) => json(StatusCode::SERVICE_UNAVAILABLE, &json!({"status": "store"})),
    }
}
