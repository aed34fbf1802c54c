//! What `doorward account …` asks for, and how it is done: the same in a running server and without one.

mod keys;
mod operate;
mod profile;
mod request;
mod view;

pub use keys::BroughtKey;
pub(crate) use operate::names;
pub use operate::operate;
pub use request::{Reply, Request, Work};
pub use view::{human, table};
