//! Stories: what a client says to an API and what it must hear back, as data beside the contract.
//!
//! `docs/stories.md` is the format. A file is read ([`read()`]) into [`Stories`]; what stands in its texts and
//! bodies are patterns ([`Text`], [`Wanted`]) over the names that earlier steps kept. [`Replay`] tells a story to a
//! Doorward in this process or to another backend, and [`Report`] says what became of all of them.

mod compare;
mod coverage;
mod difference;
mod examples;
mod files;
mod members;
mod order;
mod own;
mod read;
mod replay;
mod report;
mod request;
mod story;
mod text;
mod wanted;

pub use coverage::{Asked, Coverage, asked_for};
pub use difference::Difference;
pub use examples::examples;
pub use files::StoryFile;
pub use order::Order;
pub use own::Answered;
pub use read::read;
pub use replay::{Ending, Failure, Replay, Subject, Told};
pub use report::Report;
pub use story::{
    Body, BodyWanted, CookiesWanted, Exchange, Expect, JwtWanted, Keep, KeepFrom, MailWanted, Step, StepKind,
    Stories, Story,
};
pub use text::{Hole, Piece, Text};
pub use wanted::Wanted;
