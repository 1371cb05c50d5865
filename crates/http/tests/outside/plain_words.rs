//! What the desk says to whoever leads: titles instead of short names, one word for one thing, figures that
//! add up, and a wall that is read from five metres.

use std::sync::Arc;

use cuptel_core::matching::{Eligibility, Skills};
use cuptel_core::why::{SeatsNow, WaitingNow};

use crate::desk::{AT_MS, Centre, busy};
use crate::leading::supervisor;

/// A callback that waits for somebody who can do this.
fn waits_for(asks: &[(&str, u8)]) -> WaitingNow {
    let seats = [
        (Eligibility::Busy, 1),
        (Eligibility::SignedOut, 3),
        (Eligibility::Eligible, 1),
    ];
    let seats = seats.map(|(eligibility, seats)| SeatsNow { eligibility, seats });
    WaitingNow {
        at_ms: AT_MS,
        seat: None,
        queue: "prenotazioni".to_owned(),
        ahead: 2,
        asks: asks
            .iter()
            .map(|(it, n)| ((*it).to_owned(), *n))
            .collect::<Skills>(),
        asks_less_at_ms: None,
        holds: Vec::new(),
        seats: seats.into(),
        declined: Vec::new(),
    }
}

async fn callback(asks: &[(&str, u8)]) -> String {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let waiting = [(centre.callback, waits_for(asks))];
    *centre.desk.waiting.lock().unwrap() = waiting.into();
    let path = format!("/supervisor/callbacks/{}", centre.callback);
    centre.page_of(&path, &cookie).await.text
}

#[tokio::test]
async fn why_is_told_with_titles_and_one_is_not_many() {
    let page = callback(&[("asl-teramo", 1), ("prenotazioni", 2)]).await;
    for said in [
        "nella coda Prenotazioni &#60;CUP&#62;.",
        "Serve chi sa rispondere per: ASL di Teramo, Prenotazioni &#60;CUP&#62; (almeno livello 2).",
        "<li>1 postazione libera e adatta</li>",
        "<li>1 occupata</li>",
        "<li>3 vuote</li>",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
}

#[tokio::test]
async fn a_callback_is_entrusted_to_somebody_of_a_list_who_can_serve_it() {
    let page = callback(&[]).await;
    assert!(
        page.contains("<select id=\"assign\" name=\"operator\">"),
        "{page}"
    );
    assert!(page.contains("<option value=\"\">Chiunque può</option>"));
    assert!(page.contains("<option value=\"anna\">anna, in servizio alla postazione 101</option>"));
    assert!(
        page.contains(
            "name=\"minutes\" type=\"number\" min=\"1\" max=\"1440\" required value=\"30\""
        )
    );
    let page = callback(&[("prenotazioni", 1)]).await;
    assert!(
        !page.contains("value=\"anna\""),
        "who lacks the skill is not there"
    );
}

#[tokio::test]
async fn calls_and_callbacks_go_by_service_and_hour_with_their_number_behind() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let (call, owed) = (centre.attempt, centre.callback);
    for (path, title, id) in [
        (
            format!("/supervisor/calls/{call}"),
            "<h1>Chiamata: Prenotazioni",
            call,
        ),
        (
            format!("/supervisor/callbacks/{owed}"),
            "<h1>Richiamata",
            owed,
        ),
        (
            "/supervisor/callbacks".to_owned(),
            ">Richiamata delle 18:38 <span",
            owed,
        ),
    ] {
        let page = centre.page_of(&path, &cookie).await.text;
        assert!(page.contains(title), "{title} in {page}");
        assert!(
            page.contains(&format!("<span class=\"of\">n. {id}</span>")),
            "{path}"
        );
    }
    let page = centre.page_of("/supervisor/callbacks", &cookie).await.text;
    assert!(page.contains("<select id=\"tenant\" name=\"tenant\"><option value=\"\">Tutte<"));
    assert!(page.contains("<select id=\"class\" name=\"class\"><option value=\"\">Tutte<"));
}

#[tokio::test]
async fn every_call_of_a_period_is_in_the_table_the_sentence_and_the_definitions() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let page = centre.page_of("/supervisor/history", &cookie).await.text;
    assert!(page.contains("<th scope=\"col\">Altro</th>"), "{page}");
    assert!(
        page.contains(" altro. Il momento con più chiamate"),
        "{page}"
    );
    assert!(page.contains("Altro: tutte le rimanenti"));
}

#[tokio::test]
async fn the_wall_has_five_figures_beside_what_they_are_to_be() {
    let centre = Centre::open().await;
    centre.desk.looks.send_replace(Arc::new(busy()));
    let wall = centre.get("/supervisor/wall").await.text;
    for said in [
        "<th scope=\"row\">Tutte le ASL</th>",
        "id=\"w0-oldest\">2:05</span>",
        "▲ oltre 1:30",
        "Nei tempi, in questo quarto d’ora",
        "id=\"w0-people-free\">0</span>",
        "id=\"w0-people-talking\">1</span>",
        "id=\"w0-people-paused\">1</span>",
        "la prima da 1 h 5",
    ] {
        assert!(wall.contains(said), "{said} in {wall}");
    }
    assert!(!wall.contains("95 su 100"));
}
