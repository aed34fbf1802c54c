//! The certificate of a server and its key, as they were read.

use crate::start_error::StartError;
use doorward_http::Tls;
use std::path::PathBuf;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A certificate and its key, as PEM.
#[derive(Clone)]
pub struct TlsFiles {
    /// Where the certificate lies: for messages, and to look at it again.
    pub file: PathBuf,
    /// The certificates, the server's own first.
    pub certificate: Vec<u8>,
    /// The private key.
    pub key: Zeroizing<String>,
}

impl TlsFiles {
    /// What a server shows.
    ///
    /// # Errors
    /// One sentence: they cannot be used.
    pub fn open(&self) -> Result<Arc<Tls>, StartError> {
        Tls::new(&self.certificate, self.key.as_bytes()).map(Arc::new).map_err(|why| self.refused(&why))
    }

    /// From now on a server shows these.
    pub(crate) fn put_into(&self, tls: &Tls) -> Result<(), StartError> {
        tls.replace(&self.certificate, self.key.as_bytes()).map_err(|why| self.refused(&why))
    }

    fn refused(&self, why: &str) -> StartError {
        StartError::new(format!("the certificate {} cannot be used: {why}", self.file.display()))
    }
}
