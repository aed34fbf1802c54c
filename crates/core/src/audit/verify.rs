//! Whether the trail is as it was sealed, and if not, which event is not.

use super::{NumberedEvent, Segment};
use crate::fault::Fault;
use crate::key::MacKey;
use crate::port::Store;
use std::collections::BTreeMap;
use std::fmt;

const PAGE: u32 = 50;
const EVENTS: u32 = 1000;
/// How many findings are told at most.
const FINDINGS: usize = 100;

/// Something that is not as it was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// This event is another than was sealed.
    Altered(u64),
    /// This event was sealed and is gone.
    Deleted(u64),
    /// This event was not there when its neighbours were sealed.
    Inserted(u64),
    /// This segment's seal is not ours.
    Forged(u64),
    /// This segment does not follow the one before.
    Broken(u64),
    /// The segment after this one is missing.
    Missing(u64),
    /// The head that was kept elsewhere is not in the chain.
    Cut(u64),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Altered(row) => write!(f, "event {row} was altered after it was sealed"),
            Finding::Deleted(row) => write!(f, "event {row} was deleted after it was sealed"),
            Finding::Inserted(row) => write!(f, "event {row} was inserted among events that were sealed"),
            Finding::Forged(segment) => write!(f, "the seal of segment {segment} is not of this master key"),
            Finding::Broken(segment) => write!(f, "segment {segment} does not follow the one before it"),
            Finding::Missing(segment) => write!(f, "the segment after segment {segment} is gone"),
            Finding::Cut(segment) => {
                write!(
                    f,
                    "segment {segment} is not the one that was noted: the end of the trail was cut off, or replaced"
                )
            }
        }
    }
}

/// A segment to remember elsewhere: a trail that was cut off does not contain it any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub segment: u64,
    /// Its chain.
    pub chain: [u8; 32],
}

/// What a look through the whole trail found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// How many segments there are.
    pub segments: u64,
    /// How many sealed events.
    pub sealed: u64,
    /// The first and last event that are not sealed yet, and how many they are.
    pub unsealed: Option<(u64, u64, u64)>,
    /// The last event that was pruned, if any was.
    pub pruned: Option<u64>,
    /// The newest segment.
    pub head: Option<Head>,
    /// What is wrong; at most a hundred findings.
    pub findings: Vec<Finding>,
}

impl Verdict {
    fn find(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS {
            self.findings.push(finding);
        }
    }
}

/// Looks through the whole trail. `noted` is a head of an earlier time that must still be in it.
///
/// # Errors
/// The store failed; an event that makes no sense at all is told as a corrupt row with its number.
pub async fn verify(store: &dyn Store, key: &MacKey, noted: Option<Head>) -> Result<Verdict, Fault> {
    let mut verdict = Verdict::default();
    let mut before: Option<Segment> = None;
    let mut seen = noted.is_none();
    loop {
        let after = before.as_ref().map_or(0, |before| before.number);
        let page = store.segments_after(after, PAGE).await?;
        if page.is_empty() {
            break;
        }
        for segment in page {
            if let Some(head) = noted.filter(|head| head.segment == segment.number) {
                seen = head.chain == segment.chain;
            }
            link(&segment, before.as_ref(), key, &mut verdict);
            events(store, &segment, before.as_ref(), &mut verdict).await?;
            verdict.segments += 1;
            verdict.head = Some(Head { segment: segment.number, chain: segment.chain });
            before = Some(segment);
        }
    }
    if let Some(head) = noted.filter(|_| !seen) {
        // What was pruned since is not there either, and that is no finding.
        if verdict.pruned.is_none() || before.as_ref().is_none_or(|last| last.number < head.segment) {
            verdict.find(Finding::Cut(head.segment));
        }
    }
    tail(store, before.map_or(0, |before| before.last), &mut verdict).await?;
    Ok(verdict)
}

fn link(segment: &Segment, before: Option<&Segment>, key: &MacKey, verdict: &mut Verdict) {
    if !segment.genuine(key) {
        verdict.find(Finding::Forged(segment.number));
    }
    match before {
        // The trail begins here, because we pruned what came before.
        None if segment.pruned.is_some() => verdict.pruned = Some(segment.last),
        None if segment.number != 1 => verdict.find(Finding::Missing(0)),
        Some(before) if segment.number != before.number + 1 => {
            verdict.find(Finding::Missing(before.number));
        }
        before => {
            if !segment.follows(before.map(|before| &before.chain)) {
                verdict.find(Finding::Broken(segment.number));
            }
        }
    }
}

/// Compares a segment's events with what lies where they were.
async fn events(
    store: &dyn Store,
    segment: &Segment,
    before: Option<&Segment>,
    verdict: &mut Verdict,
) -> Result<(), Fault> {
    let mut wanted: BTreeMap<u64, [u8; 32]> = segment.rows().map(|row| (row.number, row.digest)).collect();
    verdict.sealed += wanted.len() as u64;
    let mut after = before.map_or(0, |before| before.last);
    loop {
        let page = store.audit_after(after, EVENTS).await?;
        let full = page.len() >= EVENTS as usize;
        let ours = page.iter().take_while(|event| event.number <= segment.last);
        let mut last = None;
        for event in ours {
            compare(event, wanted.remove(&event.number), verdict);
            last = Some(event.number);
        }
        match last {
            Some(number) if full && number < segment.last => after = number,
            _ => break,
        }
    }
    for number in wanted.into_keys() {
        verdict.find(Finding::Deleted(number));
    }
    Ok(())
}

fn compare(event: &NumberedEvent, sealed: Option<[u8; 32]>, verdict: &mut Verdict) {
    match sealed {
        None => verdict.find(Finding::Inserted(event.number)),
        Some(digest) if digest != event.digest() => verdict.find(Finding::Altered(event.number)),
        Some(_) => {}
    }
}

async fn tail(store: &dyn Store, mut after: u64, verdict: &mut Verdict) -> Result<(), Fault> {
    loop {
        let page = store.audit_after(after, EVENTS).await?;
        let (Some(first), Some(last)) = (page.first(), page.last()) else { return Ok(()) };
        let (from, _, count) = verdict.unsealed.unwrap_or((first.number, 0, 0));
        verdict.unsealed = Some((from, last.number, count + page.len() as u64));
        after = last.number;
    }
}
