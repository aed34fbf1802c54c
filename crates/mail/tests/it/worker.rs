//! What the worker makes of servers that refuse, delay, break or sleep.

use super::smtp::{settings, speaking_to};
use super::{Bench, to};
use doorward_core::channel::Channel;
use doorward_core::mail::Mail;
use doorward_mail::smtp::{Security, SmtpSettings};
use doorward_mail::{Mailbox, Transport, Transports};
use doorward_testkit::{Manner, Secured, SmtpServer};
use std::sync::Arc;
use std::time::Duration;

/// A worker that sends e-mails to a server of this manner, and text messages to a mailbox.
async fn bench(manner: Manner) -> (Bench, SmtpServer, Mailbox) {
    let server = SmtpServer::start(manner, Secured::No).await;
    let patient = settings(&server, Security::None);
    let timeout = if manner == Manner::Silent { Duration::from_millis(50) } else { patient.timeout };
    let smtp = speaking_to(&server, SmtpSettings { timeout, ..patient });
    let mailbox = Mailbox::new();
    let transports =
        Transports { email: Transport::Smtp(Arc::new(smtp)), sms: Transport::Mailbox(mailbox.clone()) };
    assert!(transports.channels().have(Channel::Email));
    (Bench::new(transports), server, mailbox)
}

#[tokio::test]
async fn what_is_taken_is_wiped() {
    let (bench, server, _) = bench(Manner::Fine).await;
    for n in 1..=9 {
        bench.queue(n, &to(&format!("kim{n}@example.org"))).await;
    }
    assert_eq!(bench.deliver().await, 9);
    assert_eq!((server.taken().len(), bench.mail(1).await), (9, None));
    assert!(server.connections() <= 4, "{} connections", server.connections());
    assert!(bench.told.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_refused_mail_dies_at_once_and_holds_no_other_up() {
    let (bench, server, _) = bench(Manner::RefusesRecipients).await;
    bench.queue(1, &to("nobody@example.org")).await;
    assert_eq!(bench.deliver().await, 0);
    let dead = bench.mail(1).await.unwrap();
    assert_eq!((dead.dead_at.is_some(), dead.attempts), (true, 1));
    assert!(dead.failure.unwrap().contains("550"));
    let told = bench.told.lock().unwrap().join("\n");
    assert!(told.contains("given up") && !told.contains("nobody@") && !told.contains("135790"), "{told}");

    server.behave(Manner::Fine);
    bench.queue(2, &to("kim@example.org")).await;
    assert_eq!(bench.deliver().await, 1);
}

#[tokio::test]
async fn a_greylisting_server_gets_it_a_little_later() {
    let (bench, server, _) = bench(Manner::Greylists).await;
    bench.queue(1, &to("kim@example.org")).await;
    assert_eq!(bench.deliver().await, 0);
    let waiting = bench.mail(1).await.unwrap();
    assert_eq!((waiting.attempts, waiting.dead_at), (1, None));
    assert_eq!(bench.deliver().await, 0, "not before its time");
    bench.later(20);
    assert_eq!(bench.deliver().await, 1);
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn a_server_that_breaks_off_gets_it_again_under_the_same_id() {
    let (bench, server, _) = bench(Manner::ClosesInData).await;
    bench.queue(1, &to("kim@example.org")).await;
    assert_eq!(bench.deliver().await, 0);
    server.behave(Manner::Fine);
    bench.later(20);
    assert_eq!(bench.deliver().await, 1);
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn a_silent_server_is_left_alone_while_other_channels_go_on() {
    let (bench, server, mailbox) = bench(Manner::Silent).await;
    for n in 1..=20 {
        bench.queue(n, &to(&format!("kim{n}@example.org"))).await;
    }
    bench.queue(21, &Mail::sms("+14165550100", "135790".to_owned())).await;
    assert_eq!(bench.deliver().await, 1);
    assert_eq!(mailbox.mails(None).len(), 1);
    assert_eq!(server.connections(), 4, "after the first four nobody was sent there");
    let untried = bench.mail(20).await.unwrap();
    assert_eq!((untried.attempts, untried.failure), (0, None));

    server.behave(Manner::Fine);
    bench.later(30);
    assert_eq!(bench.deliver().await, 20);
    assert_eq!(server.taken().len(), 20);
}

#[tokio::test]
async fn an_expired_code_is_not_delivered_late() {
    let (bench, server, _) = bench(Manner::Silent).await;
    bench.queue(1, &to("kim@example.org")).await;
    assert_eq!(bench.deliver().await, 0);
    server.behave(Manner::Fine);
    bench.later(600);
    assert_eq!(bench.deliver().await, 0);
    assert!(server.taken().is_empty());
    let dead = bench.mail(1).await.unwrap();
    assert!(dead.dead_at.is_some());
    assert!(dead.failure.unwrap().contains("too late"));
}

#[tokio::test]
async fn the_last_try_is_before_the_code_expires() {
    let (bench, server, _) = bench(Manner::Closing).await;
    bench.queue(1, &to("kim@example.org")).await;
    let mut tries = 0;
    while bench.mail(1).await.unwrap().dead_at.is_none() {
        tries += usize::from(bench.deliver().await == 0);
        bench.later(5);
        assert!(tries < 200);
    }
    let attempts = bench.mail(1).await.unwrap().attempts;
    assert!((4..9).contains(&attempts), "{attempts}");
    assert!(server.connections() < 9, "{}", server.connections());
}
