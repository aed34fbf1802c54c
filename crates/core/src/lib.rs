//! The pure core of Doorward: accounts, sessions, tokens, codes and the actions on them.
//!
//! The rule of this crate: no input or output, no async runtime, no HTTP, no SQL, no clock and no dice of
//! its own. What it needs from outside it asks for through the traits in [`port`].
//!
//! Start reading at [`action`]: an action is three steps, *load* (reads), *decide* (pure) and *apply*
//! (guarded [`change`]s). Everything else here is what those steps speak about.

pub mod account;
pub mod action;
mod answer;
pub mod audit;
pub mod authenticate;
pub mod calendar;
pub mod change;
pub mod channel;
pub mod code;
pub mod fault;
pub mod identifier;
pub mod key;
mod legacy;
pub mod live;
pub mod mail;
pub mod mail_caps;
pub mod opaque;
pub mod outcome;
pub mod password;
pub mod policy;
pub mod port;
pub mod profile;
pub mod public_id;
pub mod return_url;
pub mod session;
pub mod spec;
pub mod stage;
pub mod stage_token;
pub mod standing;
pub mod time;
pub mod token;
pub mod violation;
