//! Request bodies: read under a limit, parsed strictly. One rule for all of them: what two readers could
//! understand differently (a name twice, broken encoding, something left over) is refused whole.

pub(crate) mod form;
pub(crate) mod json;
pub(crate) mod multipart;

use crate::app::Bounds;
use bytes::{Bytes, BytesMut};
use doorward_core::violation::Violation;
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Body;
use std::error::Error;

/// A body as it arrives.
pub(crate) type Payload = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// Why a body could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// Larger than allowed.
    TooLarge,
    /// It broke off, or came too slowly.
    Broken,
}

/// A body that does not parse. It says nothing about the content, so that nothing is ever quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken;

impl Broken {
    /// The violation that tells of it.
    pub(crate) fn violation(self) -> Violation {
        Violation::new("", "json")
    }
}

/// Reads a whole body.
pub(crate) async fn read(body: Payload, bounds: &Bounds) -> Result<Bytes, Unread> {
    match tokio::time::timeout(bounds.body_time, collect(body, bounds.body_bytes)).await {
        Ok(read) => read,
        Err(_) => Err(Unread::Broken),
    }
}

async fn collect(mut body: Payload, most: usize) -> Result<Bytes, Unread> {
    if body.size_hint().lower() > most as u64 {
        return Err(Unread::TooLarge);
    }
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else { continue };
        if whole.len() + data.len() > most {
            return Err(Unread::TooLarge);
        }
        if whole.is_empty() && body.is_end_stream() {
            return Ok(data);
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}
