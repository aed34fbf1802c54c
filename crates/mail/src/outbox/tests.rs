use super::*;
use crate::mailbox::Mailbox;
use crate::transport::Transport;
use doorward_core::mail::seal_mail;
use doorward_testkit::samples::id;
use doorward_testkit::{FakeClock, MemoryStore, SeededDice};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Bench {
    store: Arc<MemoryStore>,
    clock: FakeClock,
    mailbox: Mailbox,
    faults: Arc<AtomicUsize>,
    outbox: Outbox,
}

fn master(byte: u8) -> MasterKey {
    MasterKey::new(&[byte; 32]).unwrap()
}

fn bench() -> Bench {
    let (store, clock, mailbox) = (Arc::new(MemoryStore::new()), FakeClock::default(), Mailbox::new());
    let faults = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&faults);
    let outbox = Outbox::new(Parts {
        store: Arc::<MemoryStore>::clone(&store),
        clock: Arc::new(clock.clone()),
        dice: Arc::new(SeededDice::new(1)),
        master: Arc::new(master(1)),
        transports: Transports::all(Transport::Mailbox(mailbox.clone())),
        patience: Patience::default(),
        bell: Bell::default(),
        on_fault: Arc::new(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
        }),
    });
    Bench { store, clock, mailbox, faults, outbox }
}

async fn queue(bench: &Bench, n: u64, key: &MasterKey) {
    let mail = Mail::email("a@example.org", &n.to_string(), String::new());
    let sealed = seal_mail(id(n), &mail, key, &SeededDice::new(n)).unwrap();
    let now = bench.clock.now();
    let mail = SealedMail {
        id: id(n),
        realm: "r".to_owned(),
        sealed,
        created_at: now,
        attempts: 0,
        next_at: now,
        expires_at: None,
        failure: None,
        dead_at: None,
    };
    bench.store.apply(vec![Change::QueueMail(mail)]).await.unwrap();
}

#[tokio::test]
async fn delivers_all_that_is_due_and_wipes_it() {
    let bench = bench();
    for n in 0..120 {
        queue(&bench, n, &master(1)).await;
    }
    assert_eq!(bench.outbox.deliver_due().await.unwrap(), 120);
    assert_eq!(bench.mailbox.mails(None).len(), 120);
    assert!(bench.store.mails(None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_does_not_open_is_put_off_and_holds_nothing_up() {
    let bench = bench();
    queue(&bench, 1, &master(2)).await;
    queue(&bench, 2, &master(1)).await;
    assert_eq!(bench.outbox.deliver_due().await.unwrap(), 1);
    assert_eq!(bench.faults.load(Ordering::SeqCst), 1);
    assert_eq!(bench.outbox.deliver_due().await.unwrap(), 0);
    assert_eq!(bench.faults.load(Ordering::SeqCst), 1, "not before its time");
    bench.clock.advance(Duration::from_secs(30));
    assert_eq!(bench.outbox.deliver_due().await.unwrap(), 0);
    assert_eq!(bench.faults.load(Ordering::SeqCst), 2);
    bench.clock.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(bench.outbox.deliver_due().await.unwrap(), 0);
    assert!(bench.store.mail(id(1)).await.unwrap().unwrap().dead_at.is_some(), "a day is enough");
}

#[tokio::test]
async fn what_left_does_not_leave_again_though_it_could_not_be_written_down() {
    let bench = bench();
    bench.outbox.unwritten().push(Change::MailDelivered(id(1)));
    queue(&bench, 1, &master(1)).await;
    assert_eq!(bench.outbox.deliver_due().await.unwrap(), 0);
    assert!(bench.mailbox.mails(None).is_empty());
    assert!(bench.outbox.unwritten().is_empty());
}

#[tokio::test]
async fn a_ring_wakes_the_worker() {
    let bench = bench();
    let bell = bench.outbox.parts.bell.clone();
    queue(&bench, 1, &master(1)).await;
    bell.ring();
    let mailbox = bench.mailbox.clone();
    tokio::select! {
        () = bench.outbox.run() => {}
        () = async { while mailbox.mails(None).is_empty() { tokio::task::yield_now().await } } => {}
    }
    assert_eq!(mailbox.mails(None).len(), 1);
}

#[test]
fn a_closed_road_opens_again_and_stays_closed_longer_each_time() {
    let (road, dice) = (Road::default(), SeededDice::new(1));
    let mut now = Timestamp::from_seconds(1000);
    let mut waits = Vec::new();
    for _ in 0..8 {
        road.close(now, &dice);
        road.close(now, &dice);
        let until = road.closed_until(now).unwrap();
        waits.push(until.since(now).as_secs_f32());
        now = until;
        assert_eq!(road.closed_until(now), None);
    }
    assert!(waits[0] < 6.5 && waits[3] > 25.0 && waits[7] <= 150.0, "{waits:?}");
    road.open();
    road.close(now, &dice);
    assert!(road.closed_until(now).unwrap().since(now) < Duration::from_secs(7));
}
