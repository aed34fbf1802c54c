//! Stories of the sealed audit trail.

use super::{done, refused};
use crate::samples::{event, later};
use doorward_core::audit::{Finding, Head, Segment, pruned_mark, seal_next, verify};
use doorward_core::change::Change;
use doorward_core::key::MacKey;
use doorward_core::port::Store;

fn key(n: u8) -> MacKey {
    MacKey::new("seal".to_owned(), &[n; 32])
}

async fn write(store: &dyn Store, numbers: std::ops::Range<u64>) {
    for n in numbers {
        done(store, vec![Change::Audit(Box::new(event(if n % 2 == 0 { "r" } else { "s" }, n)))]).await;
    }
}

async fn seal(store: &dyn Store, seconds: u64) -> usize {
    seal_next(store, &key(1), later(seconds)).await.expect("the store works")
}

async fn last(store: &dyn Store) -> Segment {
    store.last_segment().await.expect("the store works").expect("one is sealed")
}

pub(super) async fn is_sealed_in_order(store: &dyn Store) {
    assert_eq!(store.last_segment().await.expect("works"), None);
    assert_eq!(seal(store, 0).await, 0, "there is nothing to seal");
    write(store, 0..3).await;
    let all = store.audit_after(0, 10).await.expect("works");
    assert_eq!(all.iter().map(|one| one.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(all[1].event, event("s", 1));
    assert_eq!(store.audit_after(2, 10).await.expect("works"), all[2..]);
    assert_eq!(store.audit_after(0, 1).await.expect("works"), all[..1]);

    assert_eq!((seal(store, 1).await, seal(store, 1).await), (3, 0));
    let first = last(store).await;
    assert_eq!((first.number, first.last, first.sealed_at), (1, 3, later(1)));
    write(store, 3..5).await;
    assert_eq!(seal(store, 2).await, 2);
    let segments = store.segments_after(0, 10).await.expect("works");
    assert_eq!(segments, [first.clone(), last(store).await]);
    assert_eq!(store.segments_after(1, 10).await.expect("works"), segments[1..]);
    // Who seals beside somebody else comes too late.
    refused(store, vec![Change::SealAudit(Box::new(first))]).await;
    refused(store, vec![Change::SealAudit(Box::new(Segment { number: 3, ..last(store).await }))]).await;

    write(store, 5..7).await;
    let verdict = verify(store, &key(1), None).await.expect("works");
    assert_eq!(verdict.findings, []);
    assert_eq!((verdict.segments, verdict.sealed, verdict.unsealed), (2, 5, Some((6, 7, 2))));
    let other = verify(store, &key(2), None).await.expect("works");
    assert_eq!(other.findings, [Finding::Forged(1), Finding::Forged(2)], "another key's seals");
}

pub(super) async fn is_pruned_by_segments(store: &dyn Store) {
    for n in 0..3 {
        write(store, 2 * n..2 * n + 2).await;
        seal(store, n).await;
    }
    let segments = store.segments_after(0, 10).await.expect("works");
    let noted = |at: usize| Head { segment: segments[at].number, chain: segments[at].chain };
    let prune = |at: usize| {
        vec![Change::PruneAudit { through: segments[at].number, mark: pruned_mark(&key(1), &segments[at]) }]
    };
    refused(store, prune(2)).await;
    done(store, prune(1)).await;
    refused(store, prune(1)).await;
    refused(store, prune(0)).await;
    let left: Vec<u64> =
        store.audit_after(0, 10).await.expect("works").iter().map(|one| one.number).collect();
    assert_eq!(left, [5, 6]);
    let verdict = verify(store, &key(1), Some(noted(2))).await.expect("works");
    assert_eq!(verdict.findings, []);
    assert_eq!((verdict.pruned, verdict.sealed, verdict.head), (Some(4), 2, Some(noted(2))));
    assert_eq!(verify(store, &key(1), Some(noted(0))).await.expect("works").findings, [], "pruned since");
    let later_on = Head { segment: 9, ..noted(2) };
    let cut = verify(store, &key(1), Some(later_on)).await.expect("works").findings;
    assert_eq!(cut, [Finding::Cut(9)]);

    // Numbers go on, and so does the chain.
    write(store, 6..7).await;
    assert_eq!(seal(store, 9).await, 1);
    assert_eq!(last(store).await.last, 7);
    assert_eq!(verify(store, &key(1), None).await.expect("works").findings, []);
}
