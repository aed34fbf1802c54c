//! Messages as signed requests.

use super::{Bench, to};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_client::{Address, Client};
use doorward_core::mail::Mail;
use doorward_core::port::Clock;
use doorward_mail::webhook::{SigningSecret, Webhook};
use doorward_mail::{Transport, Transports};
use doorward_testkit::samples::id;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const SECRET: &str = "a secret of some length for tests";

/// A gateway that answers with this status, and what it was sent.
async fn gateway(status: &'static str) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let shared = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            while !String::from_utf8_lossy(&bytes).ends_with('}') {
                if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                    break;
                }
            }
            shared.lock().unwrap().push(String::from_utf8(bytes).unwrap());
            if status.is_empty() {
                std::future::pending::<()>().await;
            }
            let reply = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(reply.as_bytes()).await.unwrap();
        }
    });
    (port, heard)
}

fn bench(port: u16, timeout: Duration) -> Bench {
    let webhook = Webhook {
        address: Address::parse(&format!("http://127.0.0.1:{port}/hooks/mail")).unwrap(),
        client: Client::plain(),
        secret: SigningSecret::parse(SECRET).ok().unwrap(),
        timeout,
    };
    Bench::new(Transports::all(Transport::Webhook(Arc::new(webhook))))
}

const PATIENT: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_message_is_a_signed_request() {
    let (port, heard) = gateway("202 Accepted").await;
    let bench = bench(port, PATIENT);
    let language = Some("de".to_owned());
    bench.queue(1, &Mail { language, ..Mail::sms("+14165550100", "135790 ist der Code".to_owned()) }).await;
    assert_eq!(bench.deliver().await, 1);
    let request = heard.lock().unwrap()[0].clone();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /hooks/mail HTTP/1.1\r\n"), "{head}");
    assert_eq!(
        serde_json::from_str::<Value>(body).unwrap(),
        json!({"id": id(1).to_string(), "realm": "r", "channel": "sms", "to": "+14165550100", "subject": null,
            "text": "135790 ist der Code", "html": null, "purpose": null, "language": "de"})
    );
    // As a receiver verifies it.
    let header = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap().to_owned()
    };
    let signed = format!("{}.{}.{body}", header("webhook-id"), header("webhook-timestamp"));
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(hmac::sign(&key, signed.as_bytes())));
    assert_eq!(header("webhook-signature"), expected);
    assert_eq!(header("webhook-id"), id(1).to_string());
    assert_eq!(header("webhook-timestamp"), bench.clock.now().seconds().to_string());
}

#[tokio::test]
async fn what_the_gateway_answers_decides() {
    for (status, dead, tried) in [
        ("200 OK", None, 0),
        ("204 No Content", None, 0),
        ("422 Unprocessable", Some(true), 1),
        ("503 Busy", Some(false), 1),
        ("429 Slowly", Some(false), 1),
        ("401 Unauthorized", Some(false), 1),
        ("302 Found", Some(false), 1),
    ] {
        let (port, _) = gateway(status).await;
        let bench = bench(port, PATIENT);
        bench.queue(1, &to("kim@example.org")).await;
        bench.deliver().await;
        let left = bench.mail(1).await;
        assert_eq!(left.as_ref().map(|mail| mail.dead_at.is_some()), dead, "{status}");
        assert_eq!(left.map_or(0, |mail| mail.attempts), tried, "{status}");
    }
}

#[tokio::test]
async fn a_slow_gateway_is_waited_for_only_so_long() {
    let (port, heard) = gateway("").await;
    let bench = bench(port, Duration::from_millis(50));
    bench.queue(1, &to("kim@example.org")).await;
    assert_eq!(bench.deliver().await, 0);
    assert!(bench.mail(1).await.unwrap().failure.unwrap().contains("did not answer within 0.05 s"));
    assert!(heard.lock().unwrap()[0].starts_with("POST"));
}
