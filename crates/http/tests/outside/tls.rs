//! Pages over TLS, met by a real client that looks at certificates.

use std::net::SocketAddr;
use std::sync::Arc;

use cuptel_http::Certificate;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{oneshot, watch};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::desk::{Centre, TOKEN};

const NAME: &str = "cup.example";

/// A certificate, and what a client has to trust to accept it.
fn made() -> (Certificate, CertificateDer<'static>) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec![NAME.to_owned()]).unwrap();
    let key = signing_key.serialize_pem();
    let read = Certificate::read(cert.pem().as_bytes(), key.as_bytes()).unwrap();
    (read, cert.der().clone())
}

async fn connect(
    to: SocketAddr,
    trusted: &CertificateDer<'static>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(to).await?;
    let name = ServerName::try_from(NAME).unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

async fn ask(stream: &mut TlsStream<TcpStream>, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut heard = Vec::new();
    let mut chunk = [0; 4_096];
    // Until the head is there; bodies of these answers are short and come with it.
    while !heard.windows(4).any(|four| four == b"\r\n\r\n") {
        let n = stream.read(&mut chunk).await.unwrap();
        assert!(n > 0, "ended early");
        heard.extend(&chunk[..n]);
    }
    String::from_utf8_lossy(&heard).into_owned()
}

async fn served<T>(
    certificate: Certificate,
    test: impl AsyncFnOnce(SocketAddr, &watch::Sender<Certificate>) -> T,
) -> T {
    let centre = Centre::open().await;
    let listener = cuptel_http::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shown = watch::Sender::new(certificate);
    let serving = cuptel_http::serve(
        listener,
        centre.app(),
        Some(shown.subscribe()),
        async move {
            drop(stopped.await);
        },
    );
    let asking = async {
        let result = test(address, &shown).await;
        stop.send(()).unwrap();
        result
    };
    let (served, result) = tokio::join!(serving, asking);
    served.unwrap();
    result
}

const LIVE: &str = "GET /health/live HTTP/1.1\r\nHost: cup.example\r\n\r\n";

#[tokio::test]
async fn a_cookie_got_over_tls_stays_on_tls() {
    let (certificate, trusted) = made();
    served(certificate, async |address, _: &_| {
        let mut stream = connect(address, &trusted).await.unwrap();
        let alive = ask(&mut stream, LIVE).await;
        assert!(alive.starts_with("HTTP/1.1 200"), "{alive}");
        assert!(
            alive.contains("strict-transport-security: max-age=31536000"),
            "{alive}"
        );
        let body = format!("token={TOKEN}");
        let request = format!(
            "POST /session HTTP/1.1\r\nHost: cup.example\r\nOrigin: https://cup.example\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let begun = ask(&mut stream, &request).await;
        assert!(begun.starts_with("HTTP/1.1 303"), "{begun}");
        assert!(begun.contains("; Secure"), "{begun}");
    })
    .await;
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_to_who_comes_next_and_cuts_nobody_off() {
    let ((first, trusted), (second, renewed)) = (made(), made());
    served(
        first,
        async |address, shown: &watch::Sender<Certificate>| {
            let mut before = connect(address, &trusted).await.unwrap();
            ask(&mut before, LIVE).await;
            shown.send_replace(second);
            let after = connect(address, &renewed).await.unwrap();
            drop(after);
            let old = connect(address, &trusted).await;
            assert!(old.is_err(), "the one before is shown no more");
            let alive = ask(&mut before, LIVE).await;
            assert!(alive.starts_with("HTTP/1.1 200"), "{alive}");
        },
    )
    .await;
}

#[tokio::test]
async fn who_comes_without_tls_is_sent_to_where_it_is() {
    let (certificate, _) = made();
    served(certificate, async |address, _: &_| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = "GET /supervisor?a=1 HTTP/1.1\r\nHost: cup.example:8443\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut heard = String::new();
        stream.read_to_string(&mut heard).await.unwrap();
        assert!(heard.starts_with("HTTP/1.1 308"), "{heard}");
        assert!(
            heard.contains("location: https://cup.example:8443/supervisor?a=1"),
            "{heard}"
        );
    })
    .await;
}
