//! The certificate of the pages: read from files, checked against its key, and shown to every
//! connection that begins from then on.

use std::fmt;
use std::sync::Arc;

use cuptel_core::time::UtcMs;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use x509_cert::der::Decode as _;

/// Why a certificate or its key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The file has no certificate.
    #[error(
        "there is no certificate: expected PEM, \"-----BEGIN CERTIFICATE-----\", ours first and then \
         those of its issuers"
    )]
    NoCertificate,
    /// PEM that cannot be read.
    #[error("the certificates cannot be read: expected PEM")]
    Pem(#[source] pem::Error),
    /// No certificate of X.509.
    #[error("the first certificate cannot be read")]
    Certificate(#[source] x509_cert::der::Error),
    /// The file has no private key, or one of a kind that we do not know.
    #[error(
        "there is no private key: expected PEM, like \"-----BEGIN PRIVATE KEY-----\", without a password"
    )]
    NoKey(#[source] pem::Error),
    /// Each may be right, together they are not.
    #[error("the key does not belong to the first certificate")]
    OtherKey(#[source] rustls::Error),
    /// Neither is of use.
    #[error("certificate and key cannot be used: {0}")]
    Unusable(#[source] rustls::Error),
}

impl CertificateError {
    /// Whether the key is at fault, rather than the certificate.
    #[must_use]
    pub fn is_of_key(&self) -> bool {
        match self {
            Self::NoKey(_) | Self::OtherKey(_) => true,
            Self::NoCertificate | Self::Pem(_) | Self::Certificate(_) | Self::Unusable(_) => false,
        }
    }
}

/// A certificate with its key, ready to be shown.
#[derive(Clone)]
pub struct Certificate {
    config: Arc<ServerConfig>,
    from_ms: UtcMs,
    until_ms: UtcMs,
    fingerprint: [u8; 32],
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("from_ms", &self.from_ms)
            .field("until_ms", &self.until_ms)
            .finish_non_exhaustive()
    }
}

impl Certificate {
    /// Reads both as PEM.
    ///
    /// # Errors
    /// What is wrong with one of them, or with both together.
    pub fn read(certificates: &[u8], key: &[u8]) -> Result<Self, CertificateError> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(certificates)
            .collect::<Result<_, _>>()
            .map_err(CertificateError::Pem)?;
        let first = chain.first().ok_or(CertificateError::NoCertificate)?;
        let fingerprint = Sha256::digest(first.as_ref()).into();
        let parsed =
            x509_cert::Certificate::from_der(first).map_err(CertificateError::Certificate)?;
        let validity = parsed.tbs_certificate().validity();
        let ms = |time: x509_cert::time::Time| {
            i64::try_from(time.to_unix_duration().as_millis()).unwrap_or(UtcMs::MAX)
        };
        let (from_ms, until_ms) = (ms(validity.not_before), ms(validity.not_after));
        let key = PrivateKeyDer::from_pem_slice(key).map_err(CertificateError::NoKey)?;
        let provider = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(CertificateError::Unusable)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|error| {
                if matches!(error, rustls::Error::InconsistentKeys(_)) {
                    CertificateError::OtherKey(error)
                } else {
                    CertificateError::Unusable(error)
                }
            })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            config: Arc::new(config),
            from_ms,
            until_ms,
            fingerprint,
        })
    }

    /// From when it holds.
    #[must_use]
    pub fn from_ms(&self) -> UtcMs {
        self.from_ms
    }

    /// Until when it holds.
    #[must_use]
    pub fn until_ms(&self) -> UtcMs {
        self.until_ms
    }

    /// SHA-256 of the certificate, which tells it from the one before.
    #[must_use]
    pub fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }

    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }
}

/// The certificate that is shown to those who come next; what is sent in there takes the place of the
/// one before, and open connections go on.
pub type Shown = watch::Receiver<Certificate>;

#[cfg(test)]
mod tests {
    use rcgen::{CertifiedKey, generate_simple_self_signed};

    use super::*;

    fn made() -> (String, String) {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(vec!["cup.example".to_owned()]).unwrap();
        (cert.pem(), signing_key.serialize_pem())
    }

    #[test]
    fn a_certificate_is_read_with_its_key_and_no_other() {
        let (certificate, key) = made();
        let read = Certificate::read(certificate.as_bytes(), key.as_bytes()).unwrap();
        assert!(read.from_ms() < read.until_ms());
        let (_, other) = made();
        let wrong = Certificate::read(certificate.as_bytes(), other.as_bytes()).unwrap_err();
        assert!(matches!(wrong, CertificateError::OtherKey(_)), "{wrong:?}");
        assert!(wrong.is_of_key());
    }

    #[test]
    fn what_is_missing_is_named() {
        let (certificate, key) = made();
        let none = Certificate::read(b"", key.as_bytes()).unwrap_err();
        assert!(matches!(none, CertificateError::NoCertificate), "{none:?}");
        let none = Certificate::read(certificate.as_bytes(), certificate.as_bytes()).unwrap_err();
        assert!(matches!(none, CertificateError::NoKey(_)), "{none:?}");
        let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let broken = Certificate::read(broken, key.as_bytes()).unwrap_err();
        assert!(
            matches!(broken, CertificateError::Certificate(_)),
            "{broken:?}"
        );
    }
}
