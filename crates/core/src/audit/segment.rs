//! Segments: so many events in a row, each with its digest, chained to the segment before and sealed with a key that
//! follows from the master key. Whoever has the database alone can change it, and cannot seal it again.

use super::NumberedEvent;
use crate::change::{ApplyResult, Change};
use crate::fault::Fault;
use crate::key::{MacKey, MasterKey, same_bytes};
use crate::port::Store;
use crate::time::Timestamp;
use aws_lc_rs::digest::{Context, SHA256};

/// How many events one segment seals at most.
const EVENTS: u32 = 1000;
const ROW: usize = 8 + 32;

/// An event as a segment knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentRow {
    /// The event's number.
    pub number: u64,
    /// The event's digest.
    pub digest: [u8; 32],
}

/// A sealed part of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its place in the chain, from 1.
    pub number: u64,
    /// The number of its last event. Its first is the one after the last of the segment before.
    pub last: u64,
    /// When it was sealed.
    pub sealed_at: Timestamp,
    /// Its events, as [`Segment::rows`] reads them; none once it is pruned.
    pub packed: Vec<u8>,
    /// SHA-256 over the chain of the segment before and all of the above.
    pub chain: [u8; 32],
    /// What proves that we made it.
    pub seal: [u8; 32],
    /// What proves that we removed its events, if they are.
    pub pruned: Option<[u8; 32]>,
}

/// The key that seals the trail.
#[must_use]
pub fn seal_key(master: &MasterKey) -> MacKey {
    master.derived("audit seal")
}

impl Segment {
    /// Seals these events, which are not none, after the segment before.
    #[must_use]
    pub fn of(
        key: &MacKey,
        before: Option<&Segment>,
        events: &[NumberedEvent],
        sealed_at: Timestamp,
    ) -> Segment {
        let mut packed = Vec::with_capacity(events.len() * ROW);
        for event in events {
            packed.extend_from_slice(&event.number.to_be_bytes());
            packed.extend_from_slice(&event.digest());
        }
        let mut segment = Segment {
            number: before.map_or(0, |before| before.number) + 1,
            last: events.last().map_or(0, |event| event.number),
            sealed_at,
            packed,
            chain: [0; 32],
            seal: [0; 32],
            pruned: None,
        };
        segment.chain = segment.chained(before.map(|before| &before.chain));
        segment.seal = segment.sealed(key);
        segment
    }

    /// Its events.
    pub fn rows(&self) -> impl Iterator<Item = SegmentRow> + '_ {
        self.packed.chunks_exact(ROW).filter_map(|row| {
            let (number, digest) = row.split_first_chunk::<8>()?;
            Some(SegmentRow { number: u64::from_be_bytes(*number), digest: digest.try_into().ok()? })
        })
    }

    /// Whether it follows this chain. Of a pruned one it can no longer be told.
    #[must_use]
    pub fn follows(&self, before: Option<&[u8; 32]>) -> bool {
        same_bytes(&self.chain, &self.chained(before))
    }

    /// Whether we made it, and pruned it if it is pruned.
    #[must_use]
    pub fn genuine(&self, key: &MacKey) -> bool {
        let pruned = self.pruned.is_none_or(|mark| same_bytes(&mark, &pruned_mark(key, self)));
        same_bytes(&self.seal, &self.sealed(key)) && pruned
    }

    fn chained(&self, before: Option<&[u8; 32]>) -> [u8; 32] {
        let mut context = Context::new(&SHA256);
        context.update(b"doorward audit segment 1\n");
        context.update(before.unwrap_or(&[0; 32]));
        context.update(&self.number.to_be_bytes());
        context.update(&self.last.to_be_bytes());
        context.update(&self.sealed_at.0.to_be_bytes());
        context.update(&self.packed);
        let mut out = [0u8; 32];
        out.copy_from_slice(context.finish().as_ref());
        out
    }

    fn sealed(&self, key: &MacKey) -> [u8; 32] {
        let at = self.sealed_at.0.to_be_bytes();
        key.mac(&[b"segment", &self.number.to_be_bytes(), &self.last.to_be_bytes(), &at, &self.chain])
    }
}

/// What proves that we removed a segment's events.
#[must_use]
pub fn pruned_mark(key: &MacKey, segment: &Segment) -> [u8; 32] {
    key.mac(&[b"pruned", &segment.seal])
}

/// Seals the next events, and says how many; 0 when all are sealed, or somebody else was sealing.
///
/// # Errors
/// The store failed.
pub async fn seal_next(store: &dyn Store, key: &MacKey, now: Timestamp) -> Result<usize, Fault> {
    let before = store.last_segment().await?;
    let events = store.audit_after(before.as_ref().map_or(0, |before| before.last), EVENTS).await?;
    if events.is_empty() {
        return Ok(0);
    }
    let segment = Segment::of(key, before.as_ref(), &events, now);
    match store.apply(vec![Change::SealAudit(Box::new(segment))]).await? {
        ApplyResult::Applied(_) => Ok(events.len()),
        ApplyResult::Conflict => Ok(0),
    }
}
