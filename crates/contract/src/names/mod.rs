//! The names that templates may use in each place of a contract: inputs, replies, shapes.

mod key;
mod null_asked;
mod phrase;
mod reply;
mod request;
mod shape;

pub(crate) use key::ReplyKey;
pub(crate) use phrase::phrase;

pub(crate) use reply::{Facts, ReplyNames, StatusKnown, View};
pub(crate) use request::{BodyType, InputNames, Members, RequestTypes};
pub(crate) use shape::{ShapeNames, is_parameter};
