//! What goes over the wire to mail servers of all manners.

use super::to;
use doorward_client::Trust;
use doorward_core::mail::Mail;
use doorward_core::time::Timestamp;
use doorward_mail::smtp::{Login, Security, Sender, Smtp, SmtpSettings};
use doorward_mail::{Letter, NotDelivered, Why};
use doorward_testkit::samples::id;
use doorward_testkit::{Manner, Secured, SmtpServer};
use std::collections::BTreeMap;
use std::time::Duration;
use zeroize::Zeroizing;

const NOW: Timestamp = Timestamp(1_700_000_000_000);

pub(super) fn settings(server: &SmtpServer, security: Security) -> SmtpSettings {
    SmtpSettings {
        host: if security == Security::None { "127.0.0.1".to_owned() } else { "localhost".to_owned() },
        port: server.addr.port(),
        security,
        credentials: None,
        hello: "auth.example".to_owned(),
        timeout: Duration::from_secs(20),
        sender: Sender::parse("Example <no-reply@example.org>", None).unwrap(),
        senders: BTreeMap::new(),
    }
}

pub(super) fn speaking_to(server: &SmtpServer, settings: SmtpSettings) -> Smtp {
    Smtp::new(settings, Trust::of_nobody().and(server.authority.as_bytes()).unwrap()).unwrap()
}

async fn deliver(smtp: &Smtp, mail: &Mail) -> (Result<(), NotDelivered>, Vec<String>) {
    let mut told = Vec::new();
    let letter = Letter { id: id(1), realm: "r", mail };
    (smtp.deliver(&letter, NOW, &mut told).await, told)
}

async fn failure(manner: Manner) -> NotDelivered {
    let server = SmtpServer::start(manner, Secured::No).await;
    let smtp = speaking_to(&server, settings(&server, Security::None));
    let failed = deliver(&smtp, &to("kim@example.org")).await.0.unwrap_err();
    assert!(server.taken().is_empty());
    failed
}

#[tokio::test]
async fn a_mail_arrives_whole_and_for_one() {
    let server = SmtpServer::start(Manner::Fine, Secured::No).await;
    let smtp = speaking_to(&server, settings(&server, Security::None));
    let mail = Mail { html: Some("<p>135790</p>\n.\n".to_owned()), ..to("kim@example.org") };
    let (sent, told) = deliver(&smtp, &mail).await;
    sent.unwrap();
    let taken = server.taken();
    assert_eq!(
        (taken[0].from.as_str(), taken[0].to.as_slice()),
        ("<no-reply@example.org>", &["<kim@example.org>".to_owned()][..])
    );
    assert!(taken[0].text.contains("<p>135790</p>\r\n.\r\n"), "a lone dot ends nothing: {}", taken[0].text);
    assert!(taken[0].text.contains(&format!("Message-ID: <{}@example.org>", id(1).simple())));
    assert!(server.heard().contains(&"EHLO auth.example".to_owned()));
    assert_eq!(told.last().unwrap(), "accepted: 250 2.0.0 queued");
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let server = SmtpServer::start(Manner::Fine, Secured::StartTls).await;
    let smtp = speaking_to(&server, settings(&server, Security::StartTls));
    for _ in 0..3 {
        deliver(&smtp, &to("kim@example.org")).await.0.unwrap();
    }
    assert_eq!((server.taken().len(), server.connections()), (3, 1));
    server.behave(Manner::Closing);
    let failed = deliver(&smtp, &to("kim@example.org")).await.0.unwrap_err();
    assert_eq!(failed.why, Why::Unreachable, "{failed:?}");
    server.behave(Manner::Fine);
    deliver(&smtp, &to("kim@example.org")).await.0.unwrap();
    assert_eq!(server.taken().len(), 4);
}

#[tokio::test]
async fn every_positive_answer_is_one_in_however_many_lines() {
    let server = SmtpServer::start(Manner::Wordy, Secured::No).await;
    let smtp = speaking_to(&server, settings(&server, Security::None));
    let (sent, told) = deliver(&smtp, &to("kim@example.org")).await;
    sent.unwrap();
    assert_eq!(told.last().unwrap(), "accepted: 252 maybe / likely / surely");
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn what_is_refused_for_good_and_what_for_now() {
    for (manner, why, words) in [
        (Manner::RefusesRecipients, Why::Refused, "no such user here"),
        (Manner::RefusesTexts, Why::Refused, "not this"),
        (Manner::Greylists, Why::Later, "come back later"),
        (Manner::ClosesInData, Why::Later, "the text"),
        (Manner::Closing, Why::Unreachable, "closing"),
    ] {
        let failed = failure(manner).await;
        assert_eq!(failed.why, why, "{failed:?}");
        assert!(failed.sentence.contains(words), "{failed:?}");
    }
}

#[tokio::test]
async fn a_silent_server_is_waited_for_only_so_long() {
    let server = SmtpServer::start(Manner::Silent, Secured::No).await;
    let short = SmtpSettings { timeout: Duration::from_millis(50), ..settings(&server, Security::None) };
    let failed = deliver(&speaking_to(&server, short), &to("kim@example.org")).await.0.unwrap_err();
    assert_eq!(failed.why, Why::Unreachable);
    assert!(failed.sentence.ends_with("did not answer within 0.05 s"), "{failed:?}");
}

#[tokio::test]
async fn nobody_there_is_said() {
    let server = SmtpServer::start(Manner::Fine, Secured::No).await;
    let smtp = speaking_to(&server, settings(&server, Security::None));
    let port = server.addr.port();
    drop(server);
    tokio::task::yield_now().await;
    let failed = deliver(&smtp, &to("kim@example.org")).await.0.unwrap_err();
    assert_eq!(failed.why, Why::Unreachable);
    assert!(failed.sentence.starts_with(&format!("cannot reach 127.0.0.1:{port}")), "{failed:?}");
}

#[tokio::test]
async fn tls_is_spoken_where_it_is_wanted() {
    for (secured, security) in [(Secured::StartTls, Security::StartTls), (Secured::Tls, Security::Tls)] {
        let server = SmtpServer::start(Manner::Fine, secured).await;
        let smtp = speaking_to(&server, settings(&server, security));
        let (sent, told) = deliver(&smtp, &to("kim@example.org")).await;
        sent.unwrap_or_else(|failed| panic!("{security:?}: {failed:?} {told:?}"));
        let strangers = Smtp::new(settings(&server, security), {
            let other = SmtpServer::start(Manner::Fine, Secured::No).await;
            Trust::of_nobody().and(other.authority.as_bytes()).unwrap()
        });
        let failed = deliver(&strangers.unwrap(), &to("kim@example.org")).await.0.unwrap_err();
        assert_eq!(failed.why, Why::Unreachable);
        assert!(failed.sentence.contains("no authority that is trusted"), "{failed:?}");
        assert_eq!(server.taken().len(), 1);
    }
}

#[tokio::test]
async fn without_starttls_nothing_is_said_to_the_server() {
    // It speaks no TLS, so it offers none.
    let server = SmtpServer::start(Manner::Fine, Secured::No).await;
    let login = Login { username: "kim".to_owned(), password: Zeroizing::new("s3cret".to_owned()) };
    let wanted = SmtpSettings { credentials: Some(login), ..settings(&server, Security::StartTls) };
    let failed = deliver(&speaking_to(&server, wanted), &to("kim@example.org")).await.0.unwrap_err();
    assert_eq!(failed.why, Why::Unreachable);
    assert!(failed.sentence.contains("does not offer it; nothing was sent"), "{failed:?}");
    assert_eq!(server.heard(), ["EHLO auth.example"]);

    let smuggler = SmtpServer::start(Manner::Fine, Secured::Smuggles).await;
    let smtp = speaking_to(&smuggler, settings(&smuggler, Security::StartTls));
    let failed = deliver(&smtp, &to("kim@example.org")).await.0.unwrap_err();
    assert!(failed.sentence.contains("more than it should before TLS"), "{failed:?}");
}

#[tokio::test]
async fn signing_in_comes_after_tls_and_its_refusal_stops_all() {
    let server = SmtpServer::start(Manner::Fine, Secured::StartTls).await;
    let login = Login { username: "kim".to_owned(), password: Zeroizing::new("s3cret".to_owned()) };
    let wanted = SmtpSettings { credentials: Some(login), ..settings(&server, Security::StartTls) };
    let smtp = speaking_to(&server, wanted.clone());
    deliver(&smtp, &to("kim@example.org")).await.0.unwrap();
    let heard = server.heard();
    let at = |start: &str| heard.iter().position(|line| line.starts_with(start)).unwrap();
    assert!(at("STARTTLS") < at("AUTH PLAIN ") && at("AUTH PLAIN ") < at("MAIL FROM"), "{heard:?}");

    server.behave(Manner::RefusesLogins);
    let failed = deliver(&speaking_to(&server, wanted), &to("kim@example.org")).await.0.unwrap_err();
    assert_eq!(failed.why, Why::Unreachable);
    assert!(failed.sentence.starts_with("signing in: ") && !failed.sentence.contains("s3cret"), "{failed:?}");
}

#[tokio::test]
async fn local_parts_beyond_ascii_need_a_server_that_takes_them() {
    let server = SmtpServer::start(Manner::Fine, Secured::Tls).await;
    let smtp = speaking_to(&server, settings(&server, Security::Tls));
    deliver(&smtp, &to("käthe@bücher.example")).await.0.unwrap();
    let taken = server.taken();
    assert_eq!(taken[0].to, ["<käthe@xn--bcher-kva.example>"]);
    assert!(taken[0].from.ends_with(" SMTPUTF8 BODY=8BITMIME"), "{taken:?}");
    assert!(taken[0].text.contains("To: käthe@xn--bcher-kva.example\r\n"), "{}", taken[0].text);
}

#[tokio::test]
async fn a_realm_has_its_own_sender() {
    let server = SmtpServer::start(Manner::Fine, Secured::No).await;
    let own = Sender::parse("Shop <shop@shop.example>", Some("help@shop.example")).unwrap();
    let settings = SmtpSettings {
        senders: BTreeMap::from([("r".to_owned(), own)]),
        ..settings(&server, Security::None)
    };
    deliver(&speaking_to(&server, settings), &to("kim@example.org")).await.0.unwrap();
    let taken = server.taken();
    assert_eq!(taken[0].from, "<shop@shop.example>");
    assert!(taken[0].text.contains("Reply-To: help@shop.example\r\n"), "{}", taken[0].text);
}
