//! The pages of one queue, call, callback or seat: that they are live, what stands in the way there, in which
//! order people are served, and who did what.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::COOKIE;
use cuptel_core::id::CallbackId;
use cuptel_core::in_line::WaiterNow;
use cuptel_core::snapshot::{HoursNow, StopNow};
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::Button;
use serde_json::Value;

use crate::desk::{AT_MS, Centre, busy, local};
use crate::leading::{sends, supervisor, waiter};
use crate::streams::{Listening, later};

const QUEUE: &str = "/supervisor/queues/asl-teramo/prenotazioni";

async fn listens(centre: &Centre, cookie: &str, of: &str) -> Listening {
    let request = local("GET", &format!("/live?of={of}")).header(COOKIE, cookie);
    Listening::to(centre, request).await
}

fn mark(texts: &Value) -> String {
    texts["mark"].as_str().expect("it has a mark").to_owned()
}

/// What is between two words of a page, the first time.
fn between<'p>(page: &'p str, begin: &str, end: &str) -> &'p str {
    let (_, rest) = page.split_once(begin).expect("it begins");
    rest.split_once(end).expect("it ends").0
}

#[tokio::test]
async fn a_page_of_the_desk_tells_its_age_and_hears_when_something_changes() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let page = centre.page_of(QUEUE, &cookie).await.text;
    assert!(
        page.contains("<span id=\"taken\">23/11/2026 18:38"),
        "{page}"
    );
    let of = between(&page, "data-live=\"/live?of=", "\"");
    let mut stream = listens(&centre, &cookie, of).await;
    let texts = stream.next().await.unwrap().data;
    assert_eq!(mark(&texts), between(&page, "data-mark=\"", "\""));
    // A figure changes by itself, and the page need not be loaded for it.
    assert!(
        texts["qf-owed"]
            .as_str()
            .unwrap()
            .starts_with("Da richiamare")
    );
    *centre.desk.line.lock().unwrap() = vec![waiter(centre.attempt)];
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    later(&centre, 2_000, 1);
    let changed = stream.next().await.unwrap().data;
    assert_ne!(mark(&changed), mark(&texts));
    let since = format!("w{}-since", centre.attempt);
    assert_eq!(changed[since.as_str()], "2 min");
}

#[tokio::test]
async fn every_story_is_live_and_says_so_only_to_whoever_may_read_it() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    for path in [
        format!("/supervisor/calls/{}", centre.attempt),
        format!("/supervisor/callbacks/{}", centre.callback),
        "/supervisor/seats/101".to_owned(),
        "/supervisor/calls".to_owned(),
    ] {
        let page = centre.page_of(&path, &cookie).await.text;
        let of = between(&page, "data-live=\"/live?of=", "\"");
        let mut stream = listens(&centre, &cookie, of).await;
        let texts = stream.next().await.unwrap().data;
        let own = between(&page, "data-mark=\"", "\"");
        assert_eq!(mark(&texts), own, "{path}");
    }
    let stranger = centre.get("/live?of=calls").await;
    assert_eq!(stranger.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_emergency_message_is_told_on_the_page_of_the_queue_and_on_the_floor() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let stop = |button, tenant: Option<&str>| StopNow {
        button,
        tenant: tenant.map(str::to_owned),
        queue: None,
        since_ms: AT_MS - 60_000,
        until_ms: None,
        supervisor: Some("rosa".to_owned()),
        reason: Some("sistema fermo".to_owned()),
        message: None,
        announcement: None,
    };
    let mut look = busy();
    let elsewhere = stop(Button::Outgoing, Some("asl-altrove"));
    look.stops = vec![stop(Button::Emergency, None), elsewhere];
    centre.desk.looks.send_replace(Arc::new(look));
    let page = centre.page_of(QUEUE, &cookie).await.text;
    let here = between(&page, "class=\"stopped\"", "</div>");
    assert!(here.contains("Chi chiama sente il messaggio"), "{here}");
    assert!(here.contains("sistema fermo") && here.contains("rosa"));
    assert!(!here.contains("asl-altrove"), "of others nothing is said");
    assert!(page.contains("Nessuno entra in coda"), "{page}");
    assert!(!page.contains("La coda è aperta."));
    let floor = centre.page_of("/supervisor", &cookie).await.text;
    assert!(floor.contains("ferma: in onda il messaggio di emergenza"));
}

#[tokio::test]
async fn callers_and_callbacks_stand_in_one_order_with_the_place_that_why_tells() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let due = WaiterNow {
        attempt: None,
        callback: Some(CallbackId(centre.callback)),
        on_line: false,
        priority_ms: 0,
        ahead: 0,
        ..waiter(0)
    };
    let caller = WaiterNow {
        ahead: 1,
        ..waiter(centre.attempt)
    };
    *centre.desk.line.lock().unwrap() = vec![due, caller];
    let page = centre.page_of(QUEUE, &cookie).await.text;
    let rows: Vec<&str> = between(&page, "id=\"line-caption\"", "</table>")
        .split("<tr>")
        .skip(2)
        .collect();
    assert!(rows[0].contains(">1</th>") && rows[0].contains("da richiamare"));
    let why = format!("/supervisor/callbacks/{}", centre.callback);
    assert!(rows[0].contains(&why), "{}", rows[0]);
    assert!(rows[1].contains(">2</th>") && rows[1].contains("chiama, davanti"));
}

#[tokio::test]
async fn a_story_says_who_stepped_in_and_nothing_of_what_was_refused() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let call = format!("/supervisor/calls/{}", centre.attempt);
    let refused = CommandError::NoQueue("disdette".to_owned());
    centre
        .desk
        .answers
        .lock()
        .unwrap()
        .push_back(Err(refused.into()));
    let queue = [("queue", "asl-teramo/disdette")];
    sends(&centre, &cookie, &format!("{call}/move"), &queue).await;
    let page = centre.page_of(&call, &cookie).await.text;
    assert!(!page.contains("l’ha spostata"), "nothing was done");
    sends(&centre, &cookie, &format!("{call}/move"), &queue).await;
    let page = centre.page_of(&call, &cookie).await.text;
    assert!(
        page.contains("rosa l’ha spostata in un’altra coda"),
        "{page}"
    );
    let callback = format!("/supervisor/callbacks/{}", centre.callback);
    let ahead = [("minutes", "10")];
    sends(&centre, &cookie, &format!("{callback}/ahead"), &ahead).await;
    let page = centre.page_of(&callback, &cookie).await.text;
    assert!(page.contains("rosa ha cambiato la precedenza"), "{page}");
}

#[tokio::test]
async fn a_callback_is_closed_only_after_a_page_that_says_whom_it_is_about() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let callback = format!("/supervisor/callbacks/{}", centre.callback);
    let page = centre.page_of(&callback, &cookie).await.text;
    assert!(page.contains(&format!("<form method=\"get\" action=\"{callback}/close\"")));
    let asked = format!("{callback}/close");
    let page = centre.page_of(&asked, &cookie).await.text;
    for said in [
        "Riguarda +39…567",
        "name=\"because\" maxlength=\"100\" required",
        "Sì, fallo",
        "No, torna indietro",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(centre.desk.commands.lock().unwrap().is_empty());
    let because = [("because", "doppia")];
    sends(&centre, &cookie, &format!("{callback}/close"), &because).await;
    let commands = centre.desk.commands.lock().unwrap();
    assert!(matches!(commands.last(), Some(Command::CloseCallback(_))));
}

#[tokio::test]
async fn callbacks_are_narrowed_down_by_plain_forms_the_oldest_first() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let link = format!("/supervisor/callbacks/{}\"", centre.callback);
    for (asked, is_there) in [
        ("", true),
        ("?which=open&queue=asl-teramo/prenotazioni", true),
        ("?class=none", true),
        ("?class=U", false),
        ("?late=1", false),
        ("?which=hand", false),
        ("?order=newest", true),
        ("?which=all&class=U", true),
    ] {
        let path = format!("/supervisor/callbacks{asked}");
        let page = centre.page_of(&path, &cookie).await.text;
        assert_eq!(page.contains(&link), is_there, "{asked}: {page}");
    }
    let page = centre.page_of("/supervisor/callbacks", &cookie).await.text;
    assert!(page.contains("Le più vecchie prima") && page.contains("Scadenza"));
    let page = centre
        .page_of("/supervisor/callbacks?order=newest", &cookie)
        .await
        .text;
    assert!(
        page.contains("<caption id=\"callbacks-caption\">Le più nuove prima"),
        "{page}"
    );
    let all = centre.page_of("/supervisor/callbacks?which=all&class=U", &cookie);
    assert!(all.await.text.contains("In questo elenco vale solo l’ASL"));
}

#[tokio::test]
async fn an_hour_that_is_past_today_is_said_to_be_tomorrows() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let page = async |until: &str| {
        let path = format!("{QUEUE}/close?until={until}");
        centre.page_of(&path, &cookie).await.text
    };
    assert!(page("09:00").await.contains("Fino a: domani alle 09:00"));
    assert!(page("20:00").await.contains("Fino a: 20:00"));
}

#[tokio::test]
async fn the_floor_says_since_when_it_counts_what_it_calls_today() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let floor = centre.page_of("/supervisor", &cookie).await.text;
    assert!(floor.contains("«Oggi» conta dalle 18:3"), "{floor}");
}

#[tokio::test]
async fn history_says_in_what_it_differs_from_what_was_asked() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let path = "/supervisor/history?from=2026-11-01&to=2026-11-20&step=quarter";
    let page = centre.page_of(path, &cookie).await.text;
    assert!(page.contains("è mostrato un dato ogni giorno"), "{page}");
    let path = "/supervisor/history?from=2026-11-20";
    let page = centre.page_of(path, &cookie).await.text;
    assert!(page.contains("Dove manca un giorno vale oggi."), "{page}");
}

#[tokio::test]
async fn a_spreadsheet_in_italy_opens_the_file_for_people_by_itself() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let page = centre.page_of("/supervisor/history", &cookie).await.text;
    let path = between(&page, "<a href=\"/supervisor/history/sheet", "\"").replace("&amp;", "&");
    let path = format!("/supervisor/history/sheet{path}").replace("&#38;", "&");
    let file = centre.page_of(&path, &cookie).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.text);
    let heads = "\u{feff}Giorno;Dalle ore;ASL;Servizio;Chiamate arrivate;";
    assert!(file.text.starts_with(heads), "{}", file.text);
    let attachment = file.header("content-disposition");
    assert!(attachment.starts_with("attachment"), "{attachment}");
}

#[tokio::test]
async fn the_wall_marks_who_waits_without_anybody_to_answer_by_shape_and_word() {
    let centre = Centre::open().await;
    let mut look = busy();
    look.queues[0].waiting = 3;
    look.queues[0].wait = None;
    centre.desk.looks.send_replace(Arc::new(look));
    let wall = centre.get("/supervisor/wall").await.text;
    assert!(wall.contains("✕ 3 senza operatore"), "{wall}");
    assert!(
        wall.contains("id=\"w0-waiting-box\" data-level=\"bad\""),
        "{wall}"
    );
}

#[tokio::test]
async fn a_page_that_cannot_be_read_hears_nothing_rather_than_an_empty_look() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let mut stream = listens(&centre, &cookie, "seat/999").await;
    later(&centre, 1_000, 1);
    let heard = tokio::time::timeout(Duration::from_millis(400), stream.next()).await;
    assert!(heard.is_err(), "{heard:?}");
}

#[tokio::test]
async fn nobody_is_signed_out_before_it_was_said_what_becomes_of_their_work() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let seat = "/supervisor/seats/101";
    let page = centre.page_of(seat, &cookie).await.text;
    assert!(page.contains(&format!("<form method=\"get\" action=\"{seat}/sign-out\"")));
    let page = centre
        .page_of(&format!("{seat}/sign-out"), &cookie)
        .await
        .text;
    for said in [
        "Fai uscire dal servizio: Postazione 101",
        "La conversazione in corso continua fino alla fine",
        "Ci lavora: anna",
        "Sì, fallo",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(centre.desk.commands.lock().unwrap().is_empty());
    let pause = centre.page_of(&format!("{seat}/pause"), &cookie).await;
    assert_eq!(pause.status, StatusCode::NOT_FOUND);
    let empty = centre
        .page_of("/supervisor/seats/103/sign-out", &cookie)
        .await;
    assert_eq!(empty.status, StatusCode::SEE_OTHER);
    sends(&centre, &cookie, &format!("{seat}/sign-out"), &[]).await;
    let page = centre.page_of(seat, &cookie).await.text;
    assert!(
        page.contains("rosa l’ha fatta uscire dal servizio"),
        "{page}"
    );
}

/// The one queue, held by rosa, while its hours say the other thing.
async fn held(button: Button) -> (Centre, String, String) {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let mut look = busy();
    let is_open = button == Button::Opened;
    look.queues[0].is_open = is_open;
    look.queues[0].hours = Some(HoursNow {
        is_open: !is_open,
        until_ms: Some(AT_MS + 82 * 60_000),
    });
    look.stops = vec![StopNow {
        button,
        tenant: Some("asl-teramo".to_owned()),
        queue: Some("prenotazioni".to_owned()),
        since_ms: AT_MS - 60_000,
        until_ms: None,
        supervisor: Some("rosa".to_owned()),
        reason: None,
        message: None,
        announcement: None,
    }];
    centre.desk.looks.send_replace(Arc::new(look));
    let page = centre.page_of(QUEUE, &cookie).await.text;
    (centre, cookie, page)
}

#[tokio::test]
async fn what_undoes_a_closing_stands_first_and_an_opening_has_an_end() {
    let (_, _, page) = held(Button::Closed).await;
    let at = |text: &str| {
        page.find(text)
            .unwrap_or_else(|| panic!("{text} in {page}"))
    };
    assert!(at("<h3>Torna agli orari</h3>") < at("<h3>Apri fuori orario</h3>"));
    assert!(page.contains("Annulla la chiusura a mano"), "{page}");
    assert!(page.contains("Gli orari adesso dicono aperta, fino alle 20:00."));
    assert!(page.contains("name=\"until\" type=\"time\" value=\"20:00\""));
    let (_, _, page) = held(Button::Opened).await;
    let at = |text: &str| {
        page.find(text)
            .unwrap_or_else(|| panic!("{text} in {page}"))
    };
    assert!(at("<h3>Torna agli orari</h3>") < at("<h3>Chiudi la coda</h3>"));
    assert!(page.contains("Gli orari adesso dicono chiusa, fino alle 20:00."));
}

#[tokio::test]
async fn of_a_closed_queue_no_wait_is_told_and_both_who_waits_and_who_is_owed_are_named() {
    let (centre, cookie, page) = held(Button::Closed).await;
    assert!(!page.contains("Chi entra adesso"), "{page}");
    assert!(!page.contains("Nessuno può servire chi entra adesso"));
    let page = centre
        .page_of(&format!("{QUEUE}/open?until=20:00"), &cookie)
        .await
        .text;
    assert!(
        page.contains("In linea adesso aspettano 2 persone."),
        "{page}"
    );
    assert!(page.contains("7 persone vanno richiamate"), "{page}");
}
