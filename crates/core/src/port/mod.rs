//! What the core asks of the world outside. Each is one small trait; an adapter implements it in a crate of
//! its own. To add a port: write the trait here in the core's words, implement it in `testkit` first (so that
//! stories can run), then in the adapter, and hand it to the actions through [`crate::action::Services`].

mod clock;
mod dice;
mod hasher;
mod limits;
mod store;

pub use clock::Clock;
pub use dice::{Dice, draw_text, uuid_v7};
pub use hasher::Hasher;
pub use limits::{Attempt, Limits, Settled, Tries};
pub use store::{
    AccountOrder, AccountPage, AccountSearch, DEAD_MAILS_KEPT, FoundAccounts, KEPT_AFTER_EXPIRY,
    SessionWithAccount, Store,
};
