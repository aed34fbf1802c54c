//! TLS of our own: the certificate that is shown can be changed while connections go on.

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The certificate that connections are shown from now on.
pub struct Tls(RwLock<Arc<ServerConfig>>);

impl Tls {
    /// Shows these certificates (the server's own first), with this key; both as PEM.
    ///
    /// # Errors
    /// A sentence: one cannot be read, or they do not belong together.
    pub fn new(certificates: &[u8], key: &[u8]) -> Result<Tls, String> {
        Ok(Tls(RwLock::new(config(certificates, key)?)))
    }

    /// From now on shows these. Connections that are open stay as they are.
    ///
    /// # Errors
    /// As [`Tls::new`]; then nothing has changed.
    pub fn replace(&self, certificates: &[u8], key: &[u8]) -> Result<(), String> {
        let config = config(certificates, key)?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    /// Shakes hands. Who does not get that far is no concern of the log.
    pub(crate) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        let config = Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner));
        TlsAcceptor::from(config).accept(stream).await
    }
}

fn config(certificates: &[u8], key: &[u8]) -> Result<Arc<ServerConfig>, String> {
    let chain: Result<Vec<CertificateDer<'static>>, _> =
        CertificateDer::pem_slice_iter(certificates).collect();
    let chain = chain.map_err(|_| "a certificate in it cannot be read".to_owned())?;
    if chain.is_empty() {
        return Err("there is no certificate in it: PEM is expected, BEGIN CERTIFICATE".to_owned());
    }
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|_| "its key is no private key as PEM: BEGIN PRIVATE KEY is expected".to_owned())?;
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key));
    let mut config = config.map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => "its key belongs to another certificate".to_owned(),
        error => error.to_string(),
    })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
