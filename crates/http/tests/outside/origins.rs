//! Behind a proxy: whose word is believed on who asks, and what hangs on it.

use std::net::SocketAddr;

use axum::http::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpSocket;
use tokio::sync::oneshot;

use crate::desk::{Centre, TOKEN};

/// Asks over a socket of this address; head and body of the answer.
async fn ask(from: &str, to: SocketAddr, request: &str) -> String {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    let mut stream = socket.connect(to).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut heard = String::new();
    stream.read_to_string(&mut heard).await.unwrap();
    heard
}

fn get(path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: cup.example\r\nConnection: close\r\n{headers}\r\n")
}

fn sign_in(headers: &str) -> String {
    let body = format!("token={TOKEN}");
    format!(
        "POST /session HTTP/1.1\r\nHost: cup.example\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

fn status(heard: &str) -> StatusCode {
    heard.split(' ').nth(1).unwrap().parse().unwrap()
}

/// The proxy that the centre trusts.
const PROXY: &str = "127.0.0.2";
const STRANGER: &str = "127.0.0.3";

/// Runs a test beside the real listener.
async fn served<T>(test: impl AsyncFnOnce(SocketAddr, &Centre) -> T) -> T {
    let centre = Centre::open().await;
    let listener = cuptel_http::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = cuptel_http::serve(
        listener,
        centre.app(),
        None,
        async move { drop(stopped.await) },
    );
    let asking = async {
        let result = test(address, &centre).await;
        stop.send(()).unwrap();
        result
    };
    let (served, result) = tokio::join!(serving, asking);
    served.unwrap();
    result
}

#[tokio::test]
async fn who_guesses_behind_a_proxy_holds_back_nobody_else_behind_it() {
    served(async |address, _: &Centre| {
        let wrong = |who: &str| {
            get(
                "/api/v1/me",
                &format!("Authorization: Bearer wrong\r\nX-Forwarded-For: {who}\r\n"),
            )
        };
        for _ in 0..20 {
            let heard = ask(PROXY, address, &wrong("192.0.2.1")).await;
            assert_eq!(status(&heard), StatusCode::UNAUTHORIZED);
        }
        let held = ask(PROXY, address, &wrong("192.0.2.1")).await;
        assert_eq!(status(&held), StatusCode::TOO_MANY_REQUESTS);
        // What the guesser writes before the proxy's own word makes nobody else of them.
        let held = ask(PROXY, address, &wrong("203.0.113.5, 192.0.2.1")).await;
        assert_eq!(status(&held), StatusCode::TOO_MANY_REQUESTS);
        let other = ask(PROXY, address, &wrong("192.0.2.2")).await;
        assert_eq!(status(&other), StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn who_is_no_proxy_of_ours_is_who_they_are() {
    served(async |address, _: &Centre| {
        for n in 0..20 {
            let claims = format!("Authorization: Bearer wrong\r\nX-Forwarded-For: 192.0.2.{n}\r\n");
            let heard = ask(STRANGER, address, &get("/api/v1/me", &claims)).await;
            assert_eq!(status(&heard), StatusCode::UNAUTHORIZED);
        }
        let claims = "Authorization: Bearer wrong\r\nX-Forwarded-For: 192.0.2.99\r\n";
        let held = ask(STRANGER, address, &get("/api/v1/me", claims)).await;
        assert_eq!(status(&held), StatusCode::TOO_MANY_REQUESTS);
    })
    .await;
}

#[tokio::test]
async fn the_log_of_access_has_who_asked_the_proxy_and_the_cookie_is_for_tls_alone() {
    served(async |address, centre: &Centre| {
        let through = "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n";
        let begun = ask(PROXY, address, &sign_in(through)).await;
        assert_eq!(status(&begun), StatusCode::SEE_OTHER, "{begun}");
        assert!(begun.contains("; Secure"), "{begun}");
        assert!(
            begun.contains("strict-transport-security: max-age="),
            "{begun}"
        );
        let plainly = ask(PROXY, address, &sign_in("X-Forwarded-For: 192.0.2.8\r\n")).await;
        assert!(!plainly.contains("; Secure"), "{plainly}");
        assert!(!plainly.contains("strict-transport"), "{plainly}");
        let stranger = ask(STRANGER, address, &sign_in(through)).await;
        assert!(!stranger.contains("strict-transport"), "{stranger}");
        let log = centre.get_with_token("/api/v1/access-log").await.json();
        let origins = log["log"].as_array().unwrap().iter();
        let origins: Vec<_> = origins
            .map(|entry| entry["origin"].as_str().unwrap_or_default())
            .collect();
        for origin in ["192.0.2.7", "192.0.2.8", STRANGER] {
            assert!(origins.contains(&origin), "{origin} in {origins:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_a_proxy_brings_is_not_on_this_machine() {
    served(async |address, _: &Centre| {
        let local =
            |headers: &str| get("/api/v1/queues", headers).replace("cup.example", "localhost");
        let here = ask("127.0.0.1", address, &local("")).await;
        assert_eq!(status(&here), StatusCode::OK);
        let through = ask(PROXY, address, &local("Forwarded: for=192.0.2.7\r\n")).await;
        assert_eq!(status(&through), StatusCode::UNAUTHORIZED);
    })
    .await;
}
