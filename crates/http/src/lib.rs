//! The HTTP face: runs any compiled contract ([`doorward_contract::plan::Plan`]) on hyper.
//!
//! One request goes through: [`accept`] (connections) → `call` (what the request is) → `route` → `extract`
//! (body, parameters, inputs) → `credentials` → the action of the core → `render` (the contract's reply) →
//! `cors`, metrics and the access log. Operators' paths under `/_doorward/` are in `ops`.

pub mod accept;
mod app;
mod asking;
mod body;
mod call;
mod client_ip;
mod cookie;
mod cors;
mod credentials;
mod extract;
mod face;
mod handle;
mod header;
mod log;
mod metrics;
mod ops;
mod pages;
mod places;
mod reject;
mod render;
mod renew;
mod route;
mod run;
mod scope;
mod tls;
mod tokens;

#[cfg(test)]
mod every_reply;
#[cfg(test)]
mod testing;

pub use app::{App, Bounds, ClientKey, Mount, Parts, RealmParts};
pub use call::{Activity, Door, Peer};
pub use cors::Origins;
pub use log::{AccessEntry, AccessLog, Stopwatch};
pub use metrics::Metrics;
pub use pages::{Author, NoPages, Page, PageRequest, Pages};
pub use route::overlap;
pub use tls::Tls;
