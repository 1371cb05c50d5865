//! The certificate of the pages: its files, and until when it holds.

use std::fmt::Display;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use cuptel_core::calendar::{Zone, local_text};
use cuptel_core::dialplan::fields::{Doubt, Faults, Fields};
use cuptel_core::time::UtcMs;
use cuptel_core::words::DoubtKind;
use cuptel_http::Certificate;

use super::secret::Secret;

const DAY_MS: i64 = 86_400_000;
/// A certificate that ends within this is told of.
const ENDS_SOON_MS: i64 = 14 * DAY_MS;

/// Files of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TlsSettings {
    /// Ours first, then those of its issuers.
    pub(crate) certificate: PathBuf,
    /// Its private key.
    pub(crate) key: Secret,
}

/// What `tls` says, and the certificate where it can be used.
pub(super) fn tls(
    mut table: Fields<'_>,
    warnings: &Faults,
    now_ms: UtcMs,
) -> (Option<TlsSettings>, Option<Certificate>) {
    let faults = table.faults();
    let expected = "a PEM file, like \"/etc/cuptel/pages.pem\"";
    let certificate = table.required_text("certificate", expected);
    let expected = "\"file:PATH\" of a PEM file, or \"env:NAME\"";
    let key = table.required_text("key", expected);
    table.finish();
    let (Some(certificate), Some(key)) = (certificate, key) else {
        return (None, None);
    };
    let settings = TlsSettings {
        certificate: certificate.value.into(),
        key: Secret::parse(key.value),
    };
    if settings.key.here().is_some() {
        let message =
            "a key does not stand in the configuration: expected \"file:PATH\" or \"env:NAME\"";
        faults.add(key.at, message);
        return (Some(settings), None);
    }
    let chain = match fs::read(&settings.certificate) {
        Ok(chain) => chain,
        Err(error) => {
            let message = format!("{} cannot be read: {error}", certificate.value);
            faults.add(certificate.at, message);
            return (Some(settings), None);
        }
    };
    let secret = match settings.key.reveal() {
        Ok(secret) => secret,
        Err(error) => {
            let cause = std::error::Error::source(&error);
            let why = cause.map_or_else(String::new, |cause| format!(": {cause}"));
            faults.add(key.at, format!("{error}{why}"));
            return (Some(settings), None);
        }
    };
    match Certificate::read(&chain, secret.as_bytes()) {
        Ok(read) => {
            doubt(
                &read,
                certificate.at,
                &settings.certificate,
                warnings,
                now_ms,
            );
            (Some(settings), Some(read))
        }
        Err(error) => {
            let (at, what) = if error.is_of_key() {
                (key.at, "`key`")
            } else {
                (certificate.at, certificate.value)
            };
            faults.add(at, format!("{what}: {error}"));
            (Some(settings), None)
        }
    }
}

/// A certificate out of its time is shown all the same: without it there were no pages at all.
fn doubt(
    certificate: &Certificate,
    at: Range<usize>,
    file: &Path,
    warnings: &Faults,
    now_ms: UtcMs,
) {
    let file = file.display();
    let day = |ms| local_text(ms, Zone::Europe__Rome);
    let until = day(certificate.until_ms());
    let left_ms = certificate.until_ms() - now_ms;
    let (message, kind) = if now_ms < certificate.from_ms() {
        let from = day(certificate.from_ms());
        let message = format!("{file} does not hold before {from}: browsers refuse it until then");
        (message, DoubtKind::CertificateEarly)
    } else if left_ms <= 0 {
        let message = format!(
            "{file} has expired on {until}: browsers refuse it; put a new one there and reload"
        );
        (message, DoubtKind::CertificateOver)
    } else if left_ms < ENDS_SOON_MS {
        let days = left_ms / DAY_MS;
        let message =
            format!("{file} expires on {until}, in {days} days: put a new one there and reload");
        (message, DoubtKind::CertificateEnds)
    } else {
        return;
    };
    let from = day(certificate.from_ms());
    let about: [(_, &dyn Display); 3] = [("file", &file), ("from", &from), ("until", &until)];
    warnings.doubt(at, message, Doubt::of(kind, &about));
}
