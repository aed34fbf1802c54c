//! Stories: what a client says to an API and what it must hear back, as data beside the contract.
//!
//! `docs/stories.md` is the format. A file is read ([`read`]) into [`Stories`]; what stands in its texts and
//! bodies are patterns ([`Text`], [`Wanted`]) over the names that earlier steps kept.

mod order;
mod read;
mod story;
mod text;
mod wanted;

pub use order::Order;
pub use read::read;
pub use story::{
    Body, BodyWanted, CookiesWanted, Exchange, Expect, JwtWanted, Keep, KeepFrom, MailWanted, Step, StepKind,
    Stories, Story,
};
pub use text::{Hole, Piece, Text};
pub use wanted::Wanted;
