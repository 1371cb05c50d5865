//! Event streams and the listener: the latest at once, each change after that, an end.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::StatusCode;
use axum::http::header::COOKIE;
use axum::http::request::Builder;
use cuptel_core::snapshot::Snapshot;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tower::ServiceExt as _;

use crate::accounts::enter;
use crate::desk::{AT_MS, Centre, busy, local, with_token};

pub(crate) struct Listening {
    body: BodyDataStream,
    heard: String,
}

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Event {
    name: String,
    id: String,
    pub(crate) data: Value,
}

impl Listening {
    pub(crate) async fn to(centre: &Centre, request: Builder) -> Self {
        let request = request.body(Body::empty()).unwrap();
        let response = centre.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            body: response.into_body().into_data_stream(),
            heard: String::new(),
        }
    }

    /// The next event; none at the end of the stream.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.heard.split_once("\n\n") {
                let event = parse(block);
                self.heard = rest.to_owned();
                if let Some(event) = event {
                    return Some(event);
                }
                continue;
            }
            let chunk = self.body.next().await?.unwrap();
            self.heard.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

fn parse(block: &str) -> Option<Event> {
    let mut event = Event::default();
    for line in block.lines() {
        match line.split_once(": ") {
            Some(("event", name)) => event.name = name.to_owned(),
            Some(("id", id)) => event.id = id.to_owned(),
            Some(("data", data)) => event.data = serde_json::from_str(data).unwrap(),
            Some(_) | None => {}
        }
    }
    (!event.name.is_empty()).then_some(event)
}

/// What the id says after that of the process.
fn number_of(event: &Event) -> u64 {
    event.id.split_once('-').unwrap().1.parse().unwrap()
}

async fn resumed(centre: &Centre, id: &str) -> Listening {
    let request = with_token("GET", "/api/v1/events").header("last-event-id", id);
    Listening::to(centre, request).await
}

#[tokio::test]
async fn who_comes_back_is_not_told_again_what_they_have_seen() {
    let centre = Centre::open().await;
    let first = resumed(&centre, "").await.next().await.unwrap();
    let mut again = resumed(&centre, &first.id).await;
    let nothing = tokio::time::timeout(Duration::from_millis(600), again.next()).await;
    assert!(nothing.is_err(), "{nothing:?}");
    later(&centre, 300, 5);
    let second = again.next().await.unwrap();
    assert_eq!(second.data["queues"][0]["waiting"], json!(5));
    assert!(number_of(&second) > number_of(&first));
    // Whoever missed it gets the present one at once, and none of those between.
    later(&centre, 600, 6);
    let present = resumed(&centre, &first.id).await.next().await.unwrap();
    assert_eq!(present.data["queues"][0]["waiting"], json!(6));
}

#[tokio::test]
async fn a_change_out_of_turn_is_told_at_once_and_the_next_one_in_its_turn() {
    let centre = Centre::open().await;
    let mut stream = resumed(&centre, "").await;
    stream.next().await.unwrap();
    tokio::time::pause();
    let within = |ms| Duration::from_millis(ms);
    later(&centre, 20, 5);
    let soon = tokio::time::timeout(within(5), stream.next()).await;
    assert!(soon.is_ok());
    later(&centre, 40, 6);
    let too_soon = tokio::time::timeout(within(400), stream.next()).await;
    assert!(too_soon.is_err(), "{too_soon:?}");
    let in_turn = tokio::time::timeout(within(110), stream.next()).await;
    assert!(in_turn.is_ok());
}

#[tokio::test]
async fn after_a_restart_the_stream_says_so_and_sends_the_present_look() {
    let mut centre = Centre::open().await;
    let before = resumed(&centre, "").await.next().await.unwrap();
    centre.restart();
    let mut stream = resumed(&centre, &before.id).await;
    let said = stream.next().await.unwrap();
    assert_eq!((said.name.as_str(), said.data), ("restarted", json!({})));
    let present = stream.next().await.unwrap();
    assert_eq!(present.name, "snapshot");
    assert_ne!(present.id, before.id);
}

pub(crate) fn later(centre: &Centre, by_ms: i64, waiting: u32) {
    let mut look = busy();
    look.at_ms = AT_MS + by_ms;
    look.queues[0].waiting = waiting;
    centre.desk.looks.send_replace(Arc::new(look));
}

#[tokio::test]
async fn whoever_listens_gets_the_latest_at_once_and_then_each_change() {
    let centre = Centre::open().await;
    let request = with_token("GET", "/api/v1/events").header("last-event-id", "nonsense");
    let mut stream = Listening::to(&centre, request).await;
    let first = stream.next().await.unwrap();
    assert_eq!(first.name, "snapshot");
    assert_eq!(first.data, serde_json::to_value(busy()).unwrap());
    later(&centre, 300, 5);
    let second = stream.next().await.unwrap();
    assert!(number_of(&second) > number_of(&first));
    assert_eq!(second.data["queues"][0]["waiting"], json!(5));
}

#[tokio::test]
async fn a_flood_of_looks_is_told_four_times_a_second() {
    let centre = Centre::open().await;
    let mut stream = Listening::to(&centre, local("GET", "/api/v1/events")).await;
    stream.next().await.unwrap();
    tokio::time::pause();
    let mut told = 0;
    let desk = Arc::clone(&centre.desk);
    let flood = async move {
        for n in 1..=1_000_i64 {
            desk.looks.send_replace(Arc::new(Snapshot {
                at_ms: AT_MS + n,
                ..busy()
            }));
            tokio::time::advance(Duration::from_millis(1)).await;
        }
    };
    let listen = async {
        loop {
            let event = stream.next().await.unwrap();
            told += 1;
            if event.data["at_ms"] == json!(AT_MS + 1_000) {
                break;
            }
        }
    };
    tokio::join!(flood, listen);
    assert!((2..=5).contains(&told), "{told} events in a second");
}

#[tokio::test]
async fn the_page_gets_texts_for_elements_that_it_has() {
    let centre = Centre::open().await;
    for (page, live, least) in [
        ("/", "/live", 25),
        ("/supervisor/wall", "/live?wall=1", 12),
        ("/seats/101", "/live?seat=101", 12),
        ("/seats/103", "/live?seat=103", 12),
    ] {
        let page = centre.get(page).await.text;
        let mut stream = Listening::to(&centre, local("GET", live)).await;
        let event = stream.next().await.unwrap();
        assert_eq!(event.name, "texts");
        let texts = event.data.as_object().unwrap();
        assert!(texts.len() > least, "{live}: {texts:?}");
        for (id, text) in texts {
            let text = text.as_str().unwrap();
            let text = &text.replace('<', "&#60;").replace('>', "&#62;");
            if id == "layout" {
                assert!(page.contains(&format!(" data-layout=\"{text}\"")));
            } else if ["seat-title", "strip-ring", "free-seats"].contains(&id.as_str()) {
                // For scripts, and for the strip of other pages.
                continue;
            } else if id == "mark" {
                // Whoever only looks on has nothing to choose, and asks for nothing again.
                assert_eq!(text, "");
                assert!(!page.contains("data-mark"), "{page}");
            } else if id == "seat-forms" {
                assert!(page.contains(&format!(" data-forms=\"{text}\"")), "{text}");
            } else if let Some(id) = id.strip_prefix('@') {
                let leveled = format!(" id=\"{id}\" data-level=\"{text}\"");
                assert!(page.contains(&leveled), "{leveled}");
            } else {
                let (_, element) = page.split_once(&format!(" id=\"{id}\"")).unwrap();
                let (_, shown) = element.split_once('>').unwrap();
                assert!(shown.starts_with(&format!("{text}</")), "{id}: {text}");
            }
        }
        assert!(!event.data.to_string().contains("anna"), "{live}");
    }
}

#[tokio::test]
async fn rows_that_come_or_go_change_the_layout() {
    let centre = Centre::open().await;
    let mut stream = Listening::to(&centre, local("GET", "/live")).await;
    let before = stream.next().await.unwrap().data["layout"].clone();
    later(&centre, 300, 9);
    assert_eq!(
        stream.next().await.unwrap().data["layout"],
        before,
        "figures are not layout"
    );
    let mut look = busy();
    look.at_ms = AT_MS + 600;
    look.seats.pop();
    centre.desk.looks.send_replace(Arc::new(look));
    assert_ne!(stream.next().await.unwrap().data["layout"], before);
}

#[tokio::test]
async fn streams_end_when_the_pages_close() {
    let centre = Centre::open().await;
    let mut stream = Listening::to(&centre, local("GET", "/api/v1/events")).await;
    stream.next().await.unwrap();
    centre.pages.close();
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn one_listener_too_many_is_sent_away() {
    let centre = Centre::open().await;
    let mut streams = Vec::new();
    for _ in 0..768 {
        streams.push(Listening::to(&centre, local("GET", "/api/v1/events")).await);
    }
    let heard = centre.get("/api/v1/events").await;
    assert_eq!(heard.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(heard.header("retry-after"), "2");
    streams.pop();
    Listening::to(&centre, local("GET", "/api/v1/events")).await;
}

#[tokio::test]
async fn an_operator_takes_so_many_places_and_leaves_the_others_theirs() {
    let centre = Centre::open().await;
    let anna = enter(&centre, json!({ "name": "anna", "role": "operator" })).await;
    let of_anna = || local("GET", "/live").header(COOKIE, &anna);
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(Listening::to(&centre, of_anna()).await);
    }
    let refused = centre.ask(of_anna(), "").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    let rosa = enter(&centre, json!({ "name": "rosa", "role": "supervisor" })).await;
    let mut walls = Vec::new();
    for _ in 0..9 {
        walls.push(Listening::to(&centre, local("GET", "/live").header(COOKIE, &rosa)).await);
    }
    open.pop();
    Listening::to(&centre, of_anna()).await;
}

#[tokio::test]
async fn a_stream_ends_with_the_token_that_opened_it() {
    let centre = Centre::open().await;
    let told = json!({ "name": "cruscotto", "role": "auditor", "ends_ms": AT_MS + 5_000 });
    let heard = centre.post_json("/api/v1/tokens", &told.to_string()).await;
    let token = heard.json()["token"].as_str().unwrap().to_owned();
    let with = local("GET", "/api/v1/events").header("authorization", format!("Bearer {token}"));
    let mut listening = Listening::to(&centre, with).await;
    assert_eq!(listening.next().await.unwrap().name, "snapshot");
    for (later_ms, goes_on) in [(4_999, true), (5_000, false)] {
        later(&centre, later_ms, 5);
        assert_eq!(listening.next().await.is_some(), goes_on, "{later_ms}");
    }
}

#[tokio::test]
async fn the_listener_serves_and_ends_with_a_stream_open() {
    let centre = Centre::open().await;
    let listener = cuptel_http::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let taken = cuptel_http::bind(address).unwrap_err().to_string();
    assert!(
        taken.contains("the port is in use") && taken.contains("[http]"),
        "{taken}"
    );
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = cuptel_http::serve(
        listener,
        centre.app(),
        None,
        async move { drop(stopped.await) },
    );
    let asking = async move {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let ask = format!("GET /api/v1/events HTTP/1.1\r\nHost: {address}\r\n\r\n");
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut head = [0_u8; 15];
        stream.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 200 OK");
        stop.send(()).unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        assert!(
            rest.ends_with(b"0\r\n\r\n"),
            "the stream ends in good order"
        );
    };
    let (served, ()) = tokio::join!(serving, asking);
    served.unwrap();
}
