//! The desk of whoever leads: what its pages say, to whom, and what their forms do.

use axum::http::StatusCode;
use axum::http::header::{COOKIE, SET_COOKIE};
use cuptel_core::id::{AttemptId, CallbackId, MemoId};
use cuptel_core::in_line::WaiterNow;
use cuptel_core::memo::{AudienceTold, MemoNow, SeatMemo};
use cuptel_core::snapshot::{QueueNow, Snapshot};
use cuptel_core::step::{Command, CommandError};
use cuptel_core::stepping_in::NotSteppedIn;
use cuptel_core::words::{Button, Chosen, WorkState};
use cuptel_http::Reach;
use serde_json::{Value, json};

use crate::desk::{AT_MS, Centre, Heard, busy, form, local, seat, stop};

const OWN: &str = "una frase che ricordo";

/// Somebody with a password of their own, signed in; gives the cookie back.
async fn enter(centre: &Centre, told: Value) -> String {
    let name = told["name"].as_str().unwrap().to_owned();
    let heard = centre.post_json("/api/v1/users", &told.to_string()).await;
    let once = heard.json()["password"].as_str().unwrap().to_owned();
    let cookie = signed_in(centre, &name, &once).await;
    let again = [("old", once.as_str()), ("new", OWN), ("again", OWN)];
    let again = serde_urlencoded::to_string(again).unwrap();
    let changed = centre
        .ask(form("/password").header(COOKIE, &cookie), again)
        .await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text);
    signed_in(centre, &name, OWN).await
}

async fn signed_in(centre: &Centre, name: &str, password: &str) -> String {
    let body = serde_urlencoded::to_string([("name", name), ("password", password)]).unwrap();
    let heard = centre.ask(form("/session"), body).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    let cookie = heard.header(SET_COOKIE.as_str());
    cookie.split(';').next().unwrap().to_owned()
}

pub(crate) async fn supervisor(centre: &Centre) -> String {
    enter(centre, json!({ "name": "rosa", "role": "supervisor" })).await
}

pub(crate) async fn sends(
    centre: &Centre,
    cookie: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> Heard {
    let body = serde_urlencoded::to_string(fields).unwrap();
    centre.ask(form(path).header(COOKIE, cookie), body).await
}

fn last_command(centre: &Centre) -> Command {
    let commands = centre.desk.commands.lock().unwrap();
    commands.last().cloned().expect("something was asked for")
}

/// The pages that whoever leads has, with what is there.
fn pages(centre: &Centre) -> Vec<String> {
    let (attempt, callback) = (centre.attempt, centre.callback);
    [
        "/supervisor".to_owned(),
        "/supervisor/queues/asl-teramo/prenotazioni".to_owned(),
        "/supervisor/queues/asl-teramo/prenotazioni/close?until=18:00".to_owned(),
        format!("/supervisor/calls/{attempt}"),
        "/supervisor/calls".to_owned(),
        "/supervisor/callbacks".to_owned(),
        "/supervisor/callbacks?late=1&class=B".to_owned(),
        "/supervisor/callbacks?which=unseen".to_owned(),
        "/supervisor/bulk".to_owned(),
        format!("/supervisor/bulk/{}", centre.bulk),
        format!("/supervisor/callbacks/{callback}"),
        format!("/supervisor/callbacks/{callback}/close"),
        "/supervisor/seats/101".to_owned(),
        "/supervisor/sites/teramo".to_owned(),
        "/supervisor/sites/teramo/outage".to_owned(),
        "/supervisor/stops".to_owned(),
        "/supervisor/stops/press?button=outgoing".to_owned(),
        "/supervisor/memos".to_owned(),
        "/supervisor/history".to_owned(),
        "/supervisor/operators".to_owned(),
        "/admin/agreement".to_owned(),
    ]
    .into()
}

#[tokio::test]
async fn every_page_has_what_a_screen_reader_needs_in_both_languages() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    for path in pages(&centre) {
        for language in ["it", "en"] {
            let cookies = format!("{cookie}; cuptel_language={language}");
            let page = centre.page_of(&path, &cookies).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
            let count = |what: &str| page.text.matches(what).count();
            assert_eq!(count("<h1>"), 1, "{path}");
            assert_eq!(count("<table"), count("<caption"), "{path}");
            assert_eq!(count("<th "), count("<th scope="), "{path}");
            assert!(
                !page.text.contains("desk-link") && !page.text.contains("(null)"),
                "{path}"
            );
            for inline in [" style=", "<script>", " onclick=", "http://www.w3"] {
                assert!(!page.text.contains(inline), "{path}: {inline}");
            }
            let mut ids: Vec<&str> = page.text.split(" id=\"").skip(1).collect();
            ids.iter_mut()
                .for_each(|it| *it = it.split('"').next().unwrap());
            let all = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), all, "{path}: two elements of one name");
        }
    }
}

#[tokio::test]
async fn an_operator_is_led_to_what_is_theirs_and_nobody_is_asked_anything() {
    let centre = Centre::open().await;
    let cookie = enter(&centre, json!({ "name": "anna", "role": "operator" })).await;
    for path in pages(&centre) {
        let page = centre.page_of(&path, &cookie).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        assert!(page.text.contains("Questa pagina non è per te"), "{path}");
    }
    let wall = centre.page_of("/supervisor/wall", &cookie).await;
    assert_eq!(wall.status, StatusCode::OK, "the figures are for everybody");
    let sent = sends(&centre, &cookie, "/supervisor/seats/101/pause", &[]).await;
    assert_eq!(sent.status, StatusCode::FORBIDDEN);
    assert!(centre.desk.commands.lock().unwrap().is_empty());
    let live = centre.page_of("/live?desk=1", &cookie).await;
    assert_eq!(live.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_has_not_signed_in_is_asked_who_they_are() {
    let centre = Centre::open().await;
    for path in pages(&centre) {
        let page = centre.get(&path).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{path}");
        assert!(page.text.contains("<h1>Accedi</h1>"), "{path}");
    }
}

#[tokio::test]
async fn an_auditor_reads_everything_and_has_no_form() {
    let centre = Centre::open().await;
    let cookie = enter(&centre, json!({ "name": "aldo", "role": "auditor" })).await;
    for path in pages(&centre) {
        let page = centre.page_of(&path, &cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        let form = "method=\"post\" action=\"/supervisor";
        assert!(!page.text.contains(form), "{path}");
    }
    for (path, fields) in [
        ("/supervisor/seats/101/pause", vec![]),
        (
            "/supervisor/memos",
            vec![("to", "everybody"), ("text", "x")],
        ),
        ("/supervisor/queues/asl-teramo/prenotazioni/close", vec![]),
        ("/api/v1/memos", vec![]),
        ("/api/v1/agreement", vec![]),
    ] {
        let sent = sends(&centre, &cookie, path, &fields).await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(centre.desk.commands.lock().unwrap().is_empty());
}

pub(crate) fn queue(name: &str, waiting: u32, oldest_s: i64) -> QueueNow {
    QueueNow {
        name: name.to_owned(),
        title: name.to_owned(),
        waiting,
        oldest_ms: (waiting > 0).then_some(AT_MS - oldest_s * 1_000),
        ..busy().queues.remove(0)
    }
}

#[tokio::test]
async fn queues_in_trouble_stand_first_with_a_shape_and_words() {
    let mut look = busy();
    look.queues = vec![
        queue("quieta", 0, 0),
        queue("lenta", 1, 400),
        queue("sola", 2, 30),
    ];
    look.queues[2].wait = None;
    let centre = Centre::with(look, Reach::ThisMachine).await;
    let cookie = supervisor(&centre).await;
    let page = centre.page_of("/supervisor", &cookie).await.text;
    let at = |text: &str| {
        page.find(text)
            .unwrap_or_else(|| panic!("{text} in {page}"))
    };
    assert!(at(">sola</a>") < at(">lenta</a>") && at(">lenta</a>") < at(">quieta</a>"));
    for said in [
        "aspettano e nessuno può rispondere",
        "oltre il tempo obiettivo",
        "6:40 su 1:30",
        "tranquilla",
    ] {
        assert!(page.contains(said), "{said}");
    }
}

#[tokio::test]
async fn seats_stand_by_site_with_who_works_there_and_the_empty_ones_apart() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let page = centre.page_of("/supervisor", &cookie).await.text;
    for said in [
        "Sede teramo",
        "1 al telefono · 0 libere · 1 in pausa · 0 altro",
        "<strong>101</strong>",
        "anna",
        "Postazioni vuote: 1",
        "<a href=\"/supervisor/seats/103\">103</a>",
        "7 persone da richiamare, la prima da 1 h 5.",
        "Da rivedere, chiuse senza aver parlato: 2",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
}

#[tokio::test]
async fn a_crowd_of_forty_queues_and_three_hundred_seats_has_its_page() {
    let mut look = busy();
    let queues = (0..40).map(|n| queue(&format!("coda-{n}"), n % 3, i64::from(n) * 10));
    look.queues = queues.collect();
    let seats = (0..300).map(|n| {
        let work = if n % 2 == 0 {
            WorkState::Talking
        } else {
            WorkState::Idle
        };
        seat(
            &format!("{}", 1_000 + n),
            Some("anna"),
            Chosen::Available,
            work,
        )
    });
    look.seats = seats.collect();
    let centre = Centre::with(look, Reach::ThisMachine).await;
    let cookie = supervisor(&centre).await;
    let page = centre.page_of("/supervisor", &cookie).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.text.matches("class=\"tile\"").count(), 300);
    // What needs nobody is folded, in one line each; what is wrong stands open and first.
    assert!(page.text.contains("Altre code, dove nessuno aspetta: 14"));
    assert!(
        page.text
            .contains("<details class=\"site fold\"><summary><h3>Sede")
    );
    let (open, folded) = page.text.split_once("id=\"calm\"").unwrap();
    assert!(open.contains(">coda-1</a>") && folded.contains(">coda-39</a>"));
}

#[tokio::test]
async fn what_the_database_does_not_tell_is_no_zero() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let debts = "Oltre la scadenza: ";
    let whole = "<p id=\"wanting\" class=\"alert\"></p>";
    // Where it takes longer than a page may, the next one has it.
    let mut before = centre.page_of("/supervisor", &cookie).await.text;
    for _ in 0..100 {
        if before.contains(whole) {
            break;
        }
        assert!(before.contains("Si stanno leggendo"), "{before}");
        tokio::task::yield_now().await;
        before = centre.page_of("/supervisor", &cookie).await.text;
    }
    assert!(before.contains(&format!("{debts}0")), "{before}");
    let without = Centre::open().await;
    let cookie = supervisor(&without).await;
    without.app().store.close().await.unwrap();
    let mut page = without.page_of("/supervisor", &cookie).await.text;
    for _ in 0..100 {
        if !page.contains("Si stanno leggendo") {
            break;
        }
        page = without.page_of("/supervisor", &cookie).await.text;
    }
    assert!(page.contains("La base dati non risponde"), "{page}");
    assert!(page.contains(&format!("{debts}–")), "{page}");
    assert!(page.contains("id=\"dd-none\">–<"), "{page}");
    assert_eq!(page.matches("<td class=\"n\" id=\"dd-").count(), 11);
}

#[tokio::test]
async fn with_nothing_yet_the_floor_says_what_to_do_first() {
    let look = Snapshot {
        at_ms: AT_MS,
        ..Snapshot::default()
    };
    let centre = Centre::with(look, Reach::ThisMachine).await;
    let cookie = supervisor(&centre).await;
    let page = centre.page_of("/supervisor", &cookie).await.text;
    assert!(
        page.contains("[[queue]]") && page.contains("config/first-start.csv"),
        "{page}"
    );
}

pub(crate) fn waiter(attempt: i64) -> WaiterNow {
    WaiterNow {
        attempt: Some(AttemptId(attempt)),
        callback: None,
        number: Some("+39…567".to_owned()),
        since_ms: AT_MS - 125_000,
        place_ms: AT_MS - 125_000,
        priority_ms: 600_000,
        told_min: Some(5),
        seat: None,
        ahead: 0,
        on_line: true,
    }
}

#[tokio::test]
async fn a_queue_shows_who_waits_in_order_with_masked_numbers() {
    let centre = Centre::open().await;
    centre
        .desk
        .line
        .lock()
        .unwrap()
        .push(waiter(centre.attempt));
    let cookie = supervisor(&centre).await;
    let path = "/supervisor/queues/asl-teramo/prenotazioni";
    let page = centre.page_of(path, &cookie).await.text;
    for said in [
        "+39…567",
        "2 min",
        "chiama, davanti di 10 min",
        "entro 5 min",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    let link = format!("/supervisor/calls/{}", centre.attempt);
    assert!(page.contains(&link));
    let none = centre
        .page_of("/supervisor/queues/asl-teramo/altro", &cookie)
        .await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_supervisor_of_one_authority_sees_and_leads_that_one() {
    let centre = Centre::open().await;
    let told = json!({ "name": "lia", "role": "supervisor", "tenant": "asl-pescara" });
    let cookie = enter(&centre, told).await;
    for path in [
        "/supervisor/queues/asl-teramo/prenotazioni".to_owned(),
        format!("/supervisor/calls/{}", centre.attempt),
        format!("/supervisor/callbacks/{}", centre.callback),
    ] {
        let page = centre.page_of(&path, &cookie).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
    }
    let floor = centre.page_of("/supervisor", &cookie).await.text;
    assert!(!floor.contains("Prenotazioni &#60;CUP&#62;</a>"), "{floor}");
    let id = centre.attempt;
    let withdraw = format!("/supervisor/calls/{id}/withdraw");
    sends(&centre, &cookie, &withdraw, &[]).await;
    let everybody = [("to", "everybody"), ("text", "ciao"), ("hours", "1")];
    sends(&centre, &cookie, "/supervisor/memos", &everybody).await;
    assert!(
        centre.desk.commands.lock().unwrap().is_empty(),
        "nothing was done"
    );
}

#[tokio::test]
async fn a_call_tells_its_story_and_why() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let page = centre
        .page_of(&format!("/supervisor/calls/{}", centre.attempt), &cookie)
        .await
        .text;
    for said in [
        "È arrivata la chiamata",
        "Richiamata dovuta",
        "non c’è nulla da spiegare",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(!page.contains("333123"), "numbers are masked");
    let page = centre
        .page_of(
            &format!("/supervisor/callbacks/{}", centre.callback),
            &cookie,
        )
        .await
        .text;
    for said in ["l’unica libera; rifiutata", "Cambia la precedenza"] {
        assert!(page.contains(said), "{said} in {page}");
    }
}

#[tokio::test]
async fn forms_act_under_the_name_of_who_signed_in_and_tell_how_it_went() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let (attempt, callback) = (AttemptId(centre.attempt), CallbackId(centre.callback));
    let by = Some("rosa".to_owned());
    let call = format!("/supervisor/calls/{attempt}");
    let back = sends(&centre, &cookie, &format!("{call}/withdraw"), &[]).await;
    assert_eq!(back.header("location"), call);
    let withdrawn = Command::WithdrawCaller {
        attempt,
        by: by.clone(),
    };
    assert_eq!(last_command(&centre), withdrawn);
    let page = centre.page_of(&call, &cookie).await.text;
    assert!(
        page.contains("La persona sente che la richiamiamo."),
        "{page}"
    );
    let queue = [("queue", "asl-teramo/prenotazioni")];
    sends(&centre, &cookie, &format!("{call}/move"), &queue).await;
    let moved = Command::MoveCaller {
        attempt,
        tenant: Some("asl-teramo".to_owned()),
        queue: "prenotazioni".to_owned(),
        by: by.clone(),
    };
    assert_eq!(last_command(&centre), moved);
    sends(
        &centre,
        &cookie,
        &format!("{call}/ahead"),
        &[("minutes", "10")],
    )
    .await;
    let ahead = Command::PutCallerAhead {
        attempt,
        ahead_s: 600,
        by: by.clone(),
    };
    assert_eq!(last_command(&centre), ahead);
    let path = format!("/supervisor/callbacks/{callback}/ahead");
    sends(&centre, &cookie, &path, &[("minutes", "2")]).await;
    let ahead = Command::PutCallbackAhead {
        callback,
        ahead_s: 120,
        by,
    };
    assert_eq!(last_command(&centre), ahead);
    sends(
        &centre,
        &cookie,
        "/supervisor/seats/101/pause",
        &[("reason", "caffè")],
    )
    .await;
    let paused = Command::Choose {
        seat: "101".to_owned(),
        chosen: Chosen::Paused,
        reason: Some("caffè".to_owned()),
        supervisor: Some("rosa".to_owned()),
    };
    assert_eq!(last_command(&centre), paused);
}

#[tokio::test]
async fn what_is_refused_says_why_and_that_nothing_changed() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let id = AttemptId(centre.attempt);
    let refusal = CommandError::NotSteppedIn(NotSteppedIn::NotWaiting(id));
    centre
        .desk
        .answers
        .lock()
        .unwrap()
        .push_back(Err(refusal.into()));
    let path = format!("/supervisor/calls/{id}");
    sends(&centre, &cookie, &format!("{path}/withdraw"), &[]).await;
    let page = centre.page_of(&path, &cookie).await.text;
    assert!(page.contains("La chiamata non aspetta più"), "{page}");
    assert!(page.contains("Nulla è stato cambiato."));
    let asked = sends(
        &centre,
        &cookie,
        &format!("{path}/ahead"),
        &[("minutes", "molti")],
    )
    .await;
    assert_eq!(asked.header("location"), path);
    assert!(
        centre.desk.commands.lock().unwrap().len() == 1,
        "nothing was asked for"
    );
}

#[tokio::test]
async fn what_hits_many_is_confirmed_on_a_page_that_says_what_will_happen() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let path = "/supervisor/queues/asl-teramo/prenotazioni";
    let asked = format!("{path}/close?until=23%3A00&reason=guasto&x=y");
    let page = centre.page_of(&asked, &cookie).await.text;
    for said in [
        "Da subito chi chiama sente che è chiuso",
        "In linea adesso aspettano 2 persone.",
        "<input id=\"why\" name=\"reason\"",
        "name=\"until\" value=\"23:00\"",
        "No, torna indietro",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(
        !page.contains("guasto") && !page.contains("name=\"x\""),
        "words go by the form"
    );
    assert!(
        centre.desk.commands.lock().unwrap().is_empty(),
        "nothing is done yet"
    );
    let fields = [("until", "23:00"), ("reason", "guasto")];
    sends(&centre, &cookie, &format!("{path}/close"), &fields).await;
    let Command::PressStop { told, pressed } = last_command(&centre) else {
        panic!("a button is pressed");
    };
    assert_eq!(
        (told.button, told.queue.as_deref()),
        (Button::Closed, Some("prenotazioni"))
    );
    assert_eq!(pressed.supervisor.as_deref(), Some("rosa"));
    // Eleven in the evening in Rome.
    assert_eq!(pressed.ends_ms, Some(AT_MS + (4 * 60 + 22) * 60_000));
    let page = centre
        .page_of(
            "/supervisor/stops/press?button=emergency&tenant=asl-teramo",
            &cookie,
        )
        .await
        .text;
    assert!(
        page.contains("messaggio di emergenza") && page.contains("ASL di Teramo"),
        "{page}"
    );
    let page = centre
        .page_of("/supervisor/sites/teramo/outage", &cookie)
        .await
        .text;
    assert!(page.contains("Operatori in servizio: 2"), "{page}");
}

#[tokio::test]
async fn a_button_that_is_pressed_can_be_released_there() {
    let mut look = busy();
    look.stops.push(stop());
    let centre = Centre::with(look, Reach::ThisMachine).await;
    let cookie = supervisor(&centre).await;
    let page = centre.page_of("/supervisor/stops", &cookie).await.text;
    assert!(
        page.contains("linea guasta") && page.contains("Rilascia: "),
        "{page}"
    );
    let fields = [
        ("button", "outgoing"),
        ("tenant", "asl-teramo"),
        ("queue", ""),
    ];
    sends(&centre, &cookie, "/supervisor/stops/release", &fields).await;
    let Command::ReleaseStop { told, .. } = last_command(&centre) else {
        panic!("a button is released");
    };
    assert_eq!(
        (told.tenant.as_deref(), told.queue),
        (Some("asl-teramo"), None)
    );
}

#[tokio::test]
async fn a_memo_is_written_for_whom_it_names_and_read_at_a_seat() {
    let mut look = busy();
    look.seats[0].memos.push(SeatMemo {
        id: MemoId(41),
        text: "Riunione <alle> 14".to_owned(),
        by: Some("rosa".to_owned()),
        made_ms: AT_MS - 60_000,
    });
    look.memos.push(MemoNow {
        id: MemoId(41),
        audience: "site",
        tenant: None,
        name: Some("teramo".to_owned()),
        text: "Riunione <alle> 14".to_owned(),
        by: Some("rosa".to_owned()),
        made_ms: AT_MS - 60_000,
        ends_ms: AT_MS + 3_600_000,
        read: 0,
        unread: 1,
    });
    let centre = Centre::with(look, Reach::ThisMachine).await;
    let cookie = supervisor(&centre).await;
    let page = centre.page_of("/supervisor/memos", &cookie).await.text;
    assert!(
        page.contains("Riunione &#60;alle&#62; 14") && page.contains("Sede teramo"),
        "{page}"
    );
    let fields = [
        ("to", "queue/asl-teramo/prenotazioni"),
        ("text", "Pausa"),
        ("hours", "2"),
    ];
    sends(&centre, &cookie, "/supervisor/memos", &fields).await;
    let Command::WriteMemo(told) = last_command(&centre) else {
        panic!("a memo is written");
    };
    let to = AudienceTold::Queue(Some("asl-teramo".to_owned()), "prenotazioni".to_owned());
    assert_eq!((told.to, told.by.as_deref()), (to, Some("rosa")));
    assert_eq!(told.ends_ms, Some(AT_MS + 7_200_000));
    // At the seat of whom it is for.
    let anna = enter(&centre, json!({ "name": "anna", "role": "operator" })).await;
    let page = centre.page_of("/seats/101", &anna).await.text;
    assert!(
        page.contains("rosa, 18:37: Riunione &#60;alle&#62; 14"),
        "{page}"
    );
    let read = sends(
        &centre,
        &anna,
        "/api/v1/seats/101/memos/read",
        &[("memo", "41")],
    )
    .await;
    assert_eq!(read.header("location"), "/seats/101");
    let seat = "101".to_owned();
    let memo = MemoId(41);
    assert_eq!(last_command(&centre), Command::ReadMemo { seat, memo });
    // Nobody else's seat has it, and who looks without a name is told nothing.
    let open = centre.get("/seats/101").await.text;
    assert!(!open.contains("Riunione"), "{open}");
    let snapshot = centre.get("/api/v1/snapshot").await.text;
    assert!(!snapshot.contains("Riunione"));
}

#[tokio::test]
async fn history_has_a_table_beside_each_chart_and_says_what_is_counted() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let page = centre.page_of("/supervisor/history", &cookie).await.text;
    assert_eq!(page.matches("<svg ").count(), 4);
    assert_eq!(page.matches("<desc ").count(), 4);
    assert_eq!(page.matches("class=\"beside\"").count(), 4);
    for said in [
        "Che cosa si conta",
        "dal 23/11/2026 al 23/11/2026",
        "18:30",
        "format=csv",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    let wrong = "/supervisor/history?from=2026-11-30&to=2026-11-01";
    let page = centre.page_of(wrong, &cookie).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("Questo periodo non c’è"),
        "{}",
        page.text
    );
    let export = "/api/v1/reports/quarters?format=csv&from=2026-11-23&to=2026-11-23";
    let csv = centre.page_of(export, &cookie).await;
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert!(
        csv.text.starts_with("tenant,queue,at_ms,offered,answered,"),
        "{}",
        csv.text
    );
}

#[tokio::test]
async fn figures_of_operators_are_shown_only_under_an_agreement_in_force() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let off = centre.page_of("/supervisor/operators", &cookie).await.text;
    assert!(
        off.contains("Questi dati sono spenti") && off.contains("articolo 4"),
        "{off}"
    );
    let page = centre.page_of("/admin/agreement", &cookie).await.text;
    assert!(page.contains("Solo chi amministra la regione"), "{page}");
    let fields = [
        ("reached_on", "2026-10-01"),
        ("protocol", "12/2026"),
        ("per_operator_figures", "yes"),
    ];
    let refused = sends(&centre, &cookie, "/api/v1/agreement", &fields).await;
    assert_eq!(
        refused.status,
        StatusCode::FORBIDDEN,
        "a supervisor enters none"
    );
    let told = json!({ "name": "dora", "role": "region_administrator" });
    let admin = enter(&centre, told).await;
    let future = [("reached_on", "2027-01-01"), ("protocol", "12/2026")];
    let nothing = [("reached_on", "2026-10-01"), ("protocol", "12/2026")];
    let no_number = [
        ("reached_on", "2026-10-01"),
        ("protocol", " "),
        ("listening", "yes"),
    ];
    let wrong = [
        (&future[..], "è nel futuro", "reached-on"),
        (
            &nothing[..],
            "non permette nulla non cambia nulla",
            "figures",
        ),
        (&no_number[..], "Manca il numero di protocollo", "protocol"),
    ];
    for (fields, said, field) in wrong {
        let refused = sends(&centre, &admin, "/admin/agreement", fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text;
        assert!(page.contains(said), "{said} in {page}");
        assert!(page.contains(&format!("<a href=\"#{field}\">")), "{page}");
        assert!(
            page.contains(&format!("value=\"{}\"", fields[0].1)),
            "{page}"
        );
        assert_eq!(page.matches("autofocus").count(), 1, "{page}");
        assert!(page.contains("Nessun accordo è in vigore"));
    }
    let told = json!({ "reached_on": "2026-10-01", "protocol": "12/2026" }).to_string();
    let refused = centre.post_json("/api/v1/agreement", &told).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("allows nothing changes nothing"));
    let entered = sends(&centre, &admin, "/admin/agreement", &fields).await;
    assert_eq!(entered.header("location"), "/admin/agreement");
    let page = centre.page_of("/admin/agreement", &admin).await.text;
    assert!(
        page.contains("Accordo 12/2026 del 01/10/2026, registrato da dora"),
        "{page}"
    );
    assert!(page.contains("Permette: dati per operatore."));
    let on = centre.page_of("/supervisor/operators", &cookie).await.text;
    assert!(on.contains("Permesso dall’accordo 12/2026"), "{on}");
    let log = centre.get_with_token("/api/v1/access-log").await.text;
    assert!(log.contains("12/2026"), "{log}");
    sends(&centre, &admin, "/api/v1/agreement/end", &[]).await;
    let off = centre.page_of("/supervisor/operators", &cookie).await.text;
    assert!(off.contains("Questi dati sono spenti"));
}

#[tokio::test]
async fn a_program_moves_withdraws_and_tells_and_is_told_why_not() {
    let centre = Centre::open().await;
    let id = centre.attempt;
    let moved = centre
        .post_json(
            &format!("/api/v1/attempts/{id}/move"),
            "{\"queue\":\"prenotazioni\"}",
        )
        .await;
    assert_eq!(moved.json(), json!({ "changed": 1 }));
    let full = CommandError::NotSteppedIn(NotSteppedIn::Full("prenotazioni".to_owned()));
    centre
        .desk
        .answers
        .lock()
        .unwrap()
        .push_back(Err(full.into()));
    let heard = centre
        .post_json(
            &format!("/api/v1/attempts/{id}/move"),
            "{\"queue\":\"prenotazioni\"}",
        )
        .await;
    assert_eq!(heard.status, StatusCode::CONFLICT);
    assert!(heard.text.contains("is full"), "{}", heard.text);
    centre.desk.line.lock().unwrap().push(waiter(id));
    let line = centre
        .get_with_token("/api/v1/queues/asl-teramo/prenotazioni/line")
        .await;
    assert_eq!(line.json()["line"][0]["number"], "+39…567");
    let both = "{\"text\":\"x\",\"site\":\"teramo\",\"seat\":\"101\"}";
    let heard = centre.post_json("/api/v1/memos", both).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    let request = local("GET", "/api/v1/memos");
    assert_eq!(
        centre.ask(request, "").await.status,
        StatusCode::UNAUTHORIZED
    );
}

/// The fields that a form of the page sends unseen.
fn hidden(page: &str) -> Vec<(String, String)> {
    let inputs = page.split("<input type=\"hidden\" name=\"").skip(1);
    let field = inputs.map(|it| {
        let (name, rest) = it.split_once('"').unwrap();
        let value = rest.split_once("value=\"").unwrap().1;
        (name.to_owned(), value.split('"').next().unwrap().to_owned())
    });
    field.collect()
}

#[tokio::test]
async fn what_many_callbacks_come_to_is_said_first_and_done_once() {
    let centre = Centre::open().await;
    let cookie = supervisor(&centre).await;
    let page = centre.page_of("/supervisor/bulk", &cookie).await;
    assert!(page.text.contains("agenda spostata"), "{}", page.text);
    let wish = [
        ("action", "postpone"),
        ("of", "asl-teramo/prenotazioni"),
        ("older_h", "two"),
        ("class", "U"),
        ("until", "2030-01-02T08:00"),
        ("because", "sciopero"),
    ];
    let wrong = sends(&centre, &cookie, "/supervisor/bulk/preview", &wish).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("role=\"alert\""), "{}", wrong.text);
    let kept = [
        "value=\"sciopero\"",
        "value=\"2030-01-02T08:00\"",
        "value=\"U\" selected",
    ];
    for kept in kept {
        assert!(wrong.text.contains(kept), "{kept}: {}", wrong.text);
    }
    assert!(centre.desk.commands.lock().unwrap().is_empty());
    // Nothing is done that was not looked at.
    let mut wish = wish;
    wish[2].1 = "2";
    let unseen = sends(&centre, &cookie, "/supervisor/bulk", &wish).await;
    assert_eq!(unseen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(centre.desk.commands.lock().unwrap().is_empty());
    sends(&centre, &cookie, "/supervisor/bulk/preview", &wish).await;
    let Command::Bulk(told) = last_command(&centre) else {
        panic!("a bulk");
    };
    assert!(told.is_preview && told.until_ms.is_some());
    assert_eq!(told.by.as_deref(), Some("rosa"));
    assert_eq!(told.queue.as_deref(), Some("prenotazioni"));
    assert_eq!(told.opened_before_ms, Some(AT_MS - 2 * 3_600_000));
    assert!(hidden(&page.text).is_empty());
    // Who looks at what was done may take it back, of their own authority alone.
    let path = format!("/supervisor/bulk/{}", centre.bulk);
    let result = centre.page_of(&path, &cookie).await;
    assert!(result.text.contains("Carla Capo"), "{}", result.text);
    let none = centre.page_of("/supervisor/bulk/1", &cookie).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    let bound = json!({ "name": "vera", "role": "supervisor", "tenant": "asl-pescara" });
    let cookie = enter(&centre, bound).await;
    assert_eq!(
        centre.page_of(&path, &cookie).await.status,
        StatusCode::NOT_FOUND
    );
    let form = centre.page_of("/supervisor/bulk", &cookie).await;
    assert!(!form.text.contains("prenotazioni"), "{}", form.text);
}
