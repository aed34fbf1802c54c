//! A deployment that reads its files again: nobody is dropped, and what is broken changes nothing. And its certificate.

use crate::world::World;
use doorward_server::reload::Reloaded;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A contract whose login says so in this word.
fn contract(word: &str) -> String {
    format!(
        "openapi: 3.1.0
info: {{title: Own, version: '1'}}
x-doorward:
  account: {{identifiers: [email]}}
  tokens: {{access: {{opaque: {{}}, lifetime: 1h}}}}
  shapes: {{failure: {{body: {{{word}: $outcome.name}}}}}}
  replies: {{failure: {{}}}}
paths:
  /sessions:
    post:
      x-doorward:
        action: login
        input: {{email: $body.email, password: $body.password}}
        replies: {{signed_in: {{body: {{{word}: $tokens.access}}}}}}
"
    )
}

const REALMS: &str = "[realms.shop]\ncontracts = [\"own.yaml\"]\n";

async fn login(world: &World, path: &str) -> String {
    let body = json!({"email": "ann@example.org", "password": "wrong horse"}).to_string();
    world.actor().post(path).json(&body).send().await.text()
}

/// A request that the server has begun to answer, and that waits for its body.
async fn begun(world: &World, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(world.addr()).await.expect("a connection");
    let head = format!(
        "POST /sessions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut said = [0; 25];
    stream.read_exact(&mut said).await.expect("it asks for the body");
    assert_eq!(&said, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

#[tokio::test]
async fn requests_under_way_are_finished_by_what_they_began_with() {
    let limits = "[limits]\ntries_per_pair = 1000\ntries_per_account = 1000\ntries_per_address = 1000\n";
    let world = World::configured(&format!("{REALMS}{limits}"), &[("own.yaml", &contract("old"))]).await;
    let body = r#"{"email":"ann@example.org","password":"wrong horse"}"#;
    let mut waiting = Vec::new();
    for _ in 0..50 {
        waiting.push(begun(&world, body).await);
    }
    world.save("own.yaml", &contract("new"));
    assert!(matches!(world.reload().await, Reloaded::Good(later) if later.is_empty()));
    assert_eq!(login(&world, "/sessions").await, r#"{"new":"bad_credentials"}"#);
    for mut stream in waiting {
        stream.write_all(body.as_bytes()).await.expect("sent");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.expect("a reply");
        assert!(reply.ends_with(r#"{"old":"bad_credentials"}"#), "{reply}");
    }
}

#[tokio::test]
async fn what_is_broken_changes_nothing_and_says_why() {
    let world = World::configured(REALMS, &[("own.yaml", &contract("old"))]).await;
    world.save("own.yaml", &contract("new").replace("action: login", "action: lgoin"));
    let Reloaded::Kept(error) = world.reload().await else { panic!("it is broken") };
    assert!(error.diagnostics().unwrap_or_default().contains("did you mean `login`?"), "{error}");
    assert_eq!(login(&world, "/sessions").await, r#"{"old":"bad_credentials"}"#);

    world.save("own.yaml", &contract("new"));
    world.save("doorward.toml", "[realms.shop]\ncontract = 1\n");
    let Reloaded::Kept(error) = world.reload().await else { panic!("it is broken") };
    assert!(error.diagnostics().unwrap_or_default().contains("did you mean `contracts`?"), "{error}");
    assert_eq!(login(&world, "/sessions").await, r#"{"old":"bad_credentials"}"#);
}

#[tokio::test]
async fn realms_come_and_move_and_what_must_wait_is_said() {
    let world = World::configured(REALMS, &[("own.yaml", &contract("old"))]).await;
    let head = "[server]\nlisten = \"127.0.0.1:1\"\n[ops]\nlisten = \"127.0.0.1:0\"\n[store]\nmaster_key = { file = \"master.key\" }\n\
                [limits]\ntries_per_pair = 3\n";
    let realms = "[realms.shop]\npath = \"/shop\"\ncontracts = [\"own.yaml\"]\n[realms.other]\npath = \"/other\"\ncontracts = [\"own.yaml\"]\n";
    world.save("doorward.toml", &format!("{head}{realms}"));
    let Reloaded::Good(later) = world.reload().await else { panic!("it is good") };
    assert_eq!(later, ["server.listen", "limits (tries, delays, counters)"]);
    assert_eq!(login(&world, "/shop/sessions").await, r#"{"old":"bad_credentials"}"#);
    assert_eq!(login(&world, "/other/sessions").await, r#"{"old":"bad_credentials"}"#);
    assert_eq!(login(&world, "/sessions").await, r#"{"error":"not_found"}"#);
}

/// A certificate for `localhost` that signs itself, and its key.
fn certificate() -> (String, String) {
    let key = rcgen::KeyPair::generate().expect("a key");
    let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    (params.self_signed(&key).expect("a certificate").pem(), key.serialize_pem())
}

/// What a client that believes only this certificate hears.
async fn over_tls(world: &World, certificate: &str) -> Result<String, String> {
    let trust = doorward_client::Trust::of_nobody().and(certificate.as_bytes())?;
    let client = doorward_client::Client::trusting(trust)?;
    let address = doorward_client::Address::parse(&format!("https://localhost:{}", world.addr().port()))?;
    let said = doorward_client::Said {
        method: "POST".to_owned(),
        target: "/sessions".to_owned(),
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: Some(r#"{"email":"ann@example.org","password":"wrong horse"}"#.into()),
    };
    let heard = client.exchange(&address, &said).await.map_err(|error| error.sentence)?;
    Ok(String::from_utf8_lossy(&heard.body).into_owned())
}

#[tokio::test]
async fn tls_is_spoken_in_process_and_a_renewed_certificate_is_shown() {
    let ((first, first_key), (second, second_key)) = (certificate(), certificate());
    let realms =
        format!("[server]\ntls_certificate = \"own.crt\"\ntls_key = {{ file = \"own.key\" }}\n{REALMS}");
    let own = contract("word");
    let files = [("own.yaml", own.as_str()), ("own.crt", &first), ("own.key", &first_key)];
    let world = World::configured(&realms, &files).await;
    let word = r#"{"word":"bad_credentials"}"#;
    assert_eq!(over_tls(&world, &first).await.as_deref(), Ok(word));
    assert!(over_tls(&world, &second).await.is_err(), "another certificate is not its own");

    world.save("own.crt", &second);
    let Reloaded::Kept(error) = world.reload().await else { panic!("the key is the first one's") };
    assert!(error.diagnostics().unwrap_or_default().contains("belongs to another certificate"), "{error}");
    assert_eq!(over_tls(&world, &first).await.as_deref(), Ok(word), "the last good one is shown");
    world.save("own.key", &second_key);
    assert!(matches!(world.reload().await, Reloaded::Good(later) if later.is_empty()));
    assert_eq!(over_tls(&world, &second).await.as_deref(), Ok(word));
    assert!(over_tls(&world, &first).await.is_err(), "the first one is no longer shown");

    // Whoever renews it need not tell; the key may come a moment later.
    world.save("own.crt", &first);
    world.look_at_certificate().await;
    assert_eq!(over_tls(&world, &second).await.as_deref(), Ok(word));
    world.save("own.key", &first_key);
    world.look_at_certificate().await;
    assert_eq!(over_tls(&world, &first).await.as_deref(), Ok(word));

    // Without TLS nobody is answered there; operators are spoken to in the clear.
    let mut clear = TcpStream::connect(world.addr()).await.expect("a connection");
    clear.write_all(b"GET /sessions HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sent");
    let mut heard = Vec::new();
    let _ = clear.read_to_end(&mut heard).await;
    assert!(!heard.starts_with(b"HTTP/"), "{heard:?}");
    assert_eq!(world.operator().get("/_doorward/health").send().await.status, 200);
}
