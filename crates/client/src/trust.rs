//! Whom a client believes about a server's certificate.

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::sync::Arc;

/// Whom a client believes: authorities, and servers whose certificate it was given.
#[derive(Clone, Debug)]
pub struct Trust {
    roots: RootCertStore,
    named: Vec<CertificateDer<'static>>,
}

impl Trust {
    /// The authorities that the system trusts (`SSL_CERT_FILE` and `SSL_CERT_DIR` name others). What cannot be read
    /// of them is left out.
    #[must_use]
    pub fn of_system() -> Trust {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Trust { roots, named: Vec::new() }
    }

    /// Nobody yet.
    #[must_use]
    pub fn of_nobody() -> Trust {
        Trust { roots: RootCertStore::empty(), named: Vec::new() }
    }

    /// Also the certificates in this PEM text: of authorities, or a server's own, which is then believed as it is,
    /// whoever signed it and whatever names are in it.
    ///
    /// # Errors
    /// A sentence: there is no certificate in it, or one that cannot be read.
    pub fn and(mut self, pem: &[u8]) -> Result<Trust, String> {
        let before = self.named.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|_| "a certificate in it cannot be read".to_owned())?;
            let added = self.roots.add(certificate.clone());
            added.map_err(|error| format!("a certificate in it cannot be used: {error}"))?;
            self.named.push(certificate);
        }
        if self.named.len() == before {
            return Err("there is no certificate in it: PEM is expected, BEGIN CERTIFICATE".to_owned());
        }
        Ok(self)
    }

    /// How TLS is spoken by who believes these, for one of these protocols if there are any.
    pub(crate) fn config(self, protocols: &[&str]) -> Result<Arc<ClientConfig>, String> {
        let provider = Arc::new(default_provider());
        let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(self.roots), Arc::clone(&provider));
        let chain = chain.build().map_err(|_| {
            "no authority is trusted here: the system has none (ca-certificates, or SSL_CERT_FILE)".to_owned()
        })?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("TLS cannot be set up: {error}"))?;
        let verifier = Arc::new(Verifier { chain, named: self.named });
        let mut config = config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        Ok(Arc::new(config))
    }
}

/// The usual rules, and before them: a certificate that was given needs nobody to vouch for it.
#[derive(Debug)]
struct Verifier {
    chain: Arc<WebPkiServerVerifier>,
    named: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.named.iter().any(|named| named == end_entity) {
            return Ok(ServerCertVerified::assertion());
        }
        self.chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chain.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chain.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chain.supported_verify_schemes()
    }
}

/// Why TLS did not come about, in one sentence; and whether it is because nobody who is trusted vouches.
pub(crate) fn refusal(error: &std::io::Error, authority: &str) -> (String, bool) {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match inner {
        Some(Error::InvalidCertificate(why)) => of_certificate(why, authority),
        Some(Error::InvalidMessage(_)) => (format!("{authority} does not speak TLS"), false),
        Some(other) => (format!("{authority} and we do not come together over TLS: {other}"), false),
        None => (format!("{authority} ended the connection instead of speaking TLS: {error}"), false),
    }
}

fn of_certificate(why: &CertificateError, authority: &str) -> (String, bool) {
    let (what, untrusted) = match why {
        // Another authority of the same name has another key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            ("is signed by no authority that is trusted here".to_owned(), true)
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ("has expired".to_owned(), false)
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("is not valid yet".to_owned(), false)
        }
        CertificateError::NotValidForName => ("is for another name".to_owned(), false),
        CertificateError::NotValidForNameContext { presented, .. } => {
            (format!("is for another name: {}", names(presented)), false)
        }
        CertificateError::Revoked => ("was revoked".to_owned(), false),
        other if other.to_string().contains("CaUsedAsEndEntity") => ("is signed by itself".to_owned(), true),
        other => (format!("cannot be verified: {other}"), true),
    };
    (format!("the certificate of {authority} {what}"), untrusted)
}

/// The names that a certificate has, as people write them.
fn names(presented: &[String]) -> String {
    let name = |text: &String| {
        let inside = text.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
        inside.unwrap_or(text).trim_matches('"').to_owned()
    };
    let names: Vec<String> = presented.iter().map(name).collect();
    if names.is_empty() { "it has none".to_owned() } else { names.join(", ") }
}
