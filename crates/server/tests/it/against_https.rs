//! `contract test --against https://…`: a backend behind TLS, whose certificate an authority signed that the test is.

use crate::program::{Said, Serving, run};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::path::Path;
use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Speaks TLS in front of `backend`: the address, and the certificate of the authority.
async fn behind_tls(backend: String) -> (String, String) {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let signed =
        CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![signed.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, backend) = (acceptor.clone(), backend.clone());
            tokio::spawn(async move {
                let Ok(mut inside) = acceptor.accept(stream).await else { return };
                let mut outside = TcpStream::connect(backend).await.unwrap();
                let _ = copy_bidirectional(&mut inside, &mut outside).await;
            });
        }
    });
    (format!("https://localhost:{port}"), authority.pem())
}

async fn told(folder: &Path, arguments: &[&str]) -> Said {
    let folder = folder.to_owned();
    let arguments: Vec<String> = ["contract", "test", "cakes", "--against"]
        .into_iter()
        .chain(arguments.iter().copied())
        .map(str::to_owned)
        .collect();
    tokio::task::spawn_blocking(move || {
        run(&folder, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn stories_are_told_over_tls_to_whom_the_named_authority_vouches_for() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let serving = tokio::task::spawn_blocking(move || Serving::start(&data, &["cakes"])).await.unwrap();
    let (url, authority) = behind_tls(serving.address().to_owned()).await;
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, authority).unwrap();
    let file = file.to_str().unwrap();

    let good = told(folder.path(), &[&url, "--ca", file]).await;
    assert_eq!(good.code, 0, "{}{}", good.out, good.err);
    assert!(good.out.contains("9 stories good, 2 SKIPPED"), "{}", good.out);

    let stranger = told(folder.path(), &[&url]).await;
    assert_eq!((stranger.code, stranger.out.as_str()), (2, ""), "nothing is said to a stranger");
    let port = url.rsplit_once(':').unwrap().1;
    assert_eq!(
        stranger.err,
        format!(
            "doorward: the certificate of localhost:{port} is signed by no authority that is trusted here; --ca FILE names an authority of your own, or the backend's own certificate\n"
        )
    );
    let plain = told(folder.path(), &[&format!("https://{}", serving.address())]).await;
    assert!(plain.code == 2 && plain.err.contains("does not speak TLS"), "{}", plain.err);
    let missing = told(folder.path(), &[&url, "--ca", "nosuch.pem"]).await;
    assert!(
        missing.err.contains("cannot trust the certificates in nosuch.pem: no such file"),
        "{}",
        missing.err
    );
    let alone = run(folder.path(), &["contract", "test", "cakes", "--ca", file]);
    assert!(alone.code == 2 && alone.err.contains("--against"), "{}", alone.err);
}
