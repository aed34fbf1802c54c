//! A client and servers whose certificates come from an authority that the test is.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a broken expectation in a test is a failed test; tests spawn tasks"
)]

use doorward_client::{Address, Client, Said, Trust};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const REPLY: &[u8] = b"HTTP/1.1 200 Fine\r\nContent-Length: 2\r\n\r\nyes";

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server that answers every connection with `reply`, and leaves it open.
async fn serve(certificate: CertificateDer<'static>, key: &KeyPair, reply: &'static [u8]) -> u16 {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream.write_all(reply).await;
            let _ = stream.flush().await;
            open.push(stream);
        }
    });
    port
}

fn at(host: &str, port: u16) -> Address {
    Address::parse(&format!("https://{host}:{port}")).unwrap()
}

fn said() -> Said {
    Said { method: "GET".to_owned(), target: "/".to_owned(), headers: Vec::new(), body: None }
}

fn trusting(pem: &str) -> Client {
    Client::trusting(Trust::of_nobody().and(pem.as_bytes()).unwrap()).unwrap()
}

#[tokio::test]
async fn a_private_authority_is_believed_where_it_is_named() {
    let (ours, theirs) = (authority(), authority());
    let key = KeyPair::generate().unwrap();
    let names = ["localhost".to_owned(), "api.local".to_owned()];
    let signed = CertificateParams::new(names).unwrap().signed_by(&key, &ours).unwrap();
    let port = serve(signed.der().clone(), &key, b"HTTP/1.1 200 Fine\r\nContent-Length: 3\r\n\r\nyes").await;

    let client = trusting(&ours.pem());
    client.reach(&at("localhost", port)).await.unwrap();
    let heard = client.exchange(&at("localhost", port), &said()).await.unwrap();
    assert_eq!(
        (heard.status, heard.reason.as_str(), heard.body.as_slice()),
        (200, "Fine", b"yes".as_slice())
    );

    let stranger = trusting(&theirs.pem()).reach(&at("localhost", port)).await.unwrap_err();
    let said = format!("the certificate of localhost:{port} is signed by no authority that is trusted here");
    assert_eq!((stranger.sentence, stranger.untrusted), (said, true));
    let by_number = client.reach(&at("127.0.0.1", port)).await.unwrap_err();
    assert!(by_number.sentence.ends_with("is for another name: localhost, api.local"), "{by_number:?}");
    assert!(!by_number.untrusted);
}

#[tokio::test]
async fn a_certificate_that_signs_itself_is_believed_where_it_is_named() {
    let no_authority = "is signed by no authority that is trusted here";
    for (is_ca, why) in
        [(IsCa::NoCa, no_authority), (IsCa::Ca(BasicConstraints::Unconstrained), "is signed by itself")]
    {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(["staging.local".to_owned()]).unwrap();
        params.is_ca = is_ca;
        let own = params.self_signed(&key).unwrap();
        let port = serve(own.der().clone(), &key, REPLY).await;
        let refused = trusting(&authority().pem()).reach(&at("127.0.0.1", port)).await.unwrap_err();
        assert!(refused.untrusted && refused.sentence.ends_with(why), "{refused:?}");
        trusting(&own.pem()).reach(&at("127.0.0.1", port)).await.unwrap();
    }
}

#[tokio::test]
async fn a_reply_longer_than_it_says_is_told_on_an_open_connection_too() {
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(["a".to_owned()]).unwrap().self_signed(&key).unwrap();
    let port = serve(own.der().clone(), &key, REPLY).await;
    let wrong = trusting(&own.pem()).exchange(&at("127.0.0.1", port), &said()).await.unwrap_err();
    assert_eq!(wrong.sentence, "the body is 3 bytes long, and Content-Length says 2");
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let (ours, key) = (authority(), KeyPair::generate().unwrap());
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    let signed = params.signed_by(&key, &ours).unwrap();
    let port = serve(signed.der().clone(), &key, REPLY).await;
    let refused = trusting(&ours.pem()).reach(&at("localhost", port)).await.unwrap_err();
    assert_eq!(refused.sentence, format!("the certificate of localhost:{port} has expired"));
}

#[tokio::test]
async fn who_speaks_no_tls_is_told_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let refused = trusting(&authority().pem()).reach(&at("localhost", port)).await.unwrap_err();
    assert_eq!(refused.sentence, format!("localhost:{port} does not speak TLS"));
    let plain = Client::plain().reach(&at("localhost", port)).await.unwrap_err();
    assert!(plain.sentence.contains("not set up here"), "{plain:?}");
}

#[test]
fn what_is_no_certificate_is_said() {
    let nothing = Trust::of_nobody().and(b"hello").unwrap_err();
    assert!(nothing.starts_with("there is no certificate in it"), "{nothing}");
    let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(Trust::of_nobody().and(broken).unwrap_err().contains("cannot be used"));
    assert!(Client::trusting(Trust::of_nobody()).unwrap_err().contains("no authority is trusted"));
}
