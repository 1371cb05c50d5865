//! What a new administrator meets on the first day: a status that says what is stopped, addresses of forms
//! that are opened, secrets that are guessed, a log that is searched by what it shows.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE};
use cuptel_core::dialplan::fields::Doubt;
use cuptel_core::words::{Button, DoubtKind};
use cuptel_http::{DoubtShown, FailedReload};
use serde_json::json;

use crate::accounts::{enter, get};
use crate::admin::{rita, send, tea};
use crate::desk::{AT_MS, Centre, local, stop};

const ALL_WELL: &str = "tutto funziona";

#[tokio::test]
async fn the_status_says_what_is_stopped_and_what_is_not_in_force_and_then_not_that_all_works() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let page = get(&centre, "/admin/status", &cookie).await.text;
    assert!(page.contains(ALL_WELL), "{page}");
    assert!(
        page.contains("<dt>Configurazione in vigore dal</dt>"),
        "{page}"
    );
    let mut look = centre.desk.looks.borrow().clone();
    let look_of = Arc::make_mut(&mut look);
    look_of.stops.push(stop());
    let mut pescara = stop();
    pescara.button = Button::Emergency;
    pescara.tenant = Some("asl-pescara".to_owned());
    look_of.stops.push(pescara);
    look_of.queues[0].is_open = false;
    centre.desk.looks.send_replace(look);
    let page = get(&centre, "/admin/status", &cookie).await.text;
    assert!(!page.contains(ALL_WELL), "{page}");
    let shut = "<dt>Code chiuse adesso</dt><dd>Prenotazioni";
    for said in [
        "Carla Capo",
        "linea guasta",
        "asl-teramo",
        "asl-pescara",
        shut,
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(page.contains("href=\"/supervisor/stops\""), "{page}");
    let of_teramo = get(&centre, "/admin/status", &tea(&centre).await)
        .await
        .text;
    assert!(of_teramo.contains("linea guasta"), "{of_teramo}");
    assert!(!of_teramo.contains("asl-pescara"), "{of_teramo}");
    let english = format!("{cookie}; cuptel_language=en");
    let page = get(&centre, "/admin/status", &english).await.text;
    assert!(page.contains("something is stopped"), "{page}");
}

#[tokio::test]
async fn the_status_says_that_the_files_are_not_in_force() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    {
        let mut health = centre.desk.health.lock().unwrap();
        let mut shown = health.configuration.as_ref().clone();
        shown.failed = Some(FailedReload {
            at_ms: AT_MS,
            faults: vec!["config/cuptel.toml:7:3: unknown key".to_owned()],
        });
        health.configuration = shown.into();
    }
    let page = get(&centre, "/admin/status", &cookie).await.text;
    assert!(!page.contains(ALL_WELL), "{page}");
    let list = page.split("id=\"held\"").nth(1).unwrap();
    assert!(list.contains("non è valida"), "{list}");
    assert!(list.contains("href=\"/admin/configuration\""), "{list}");
    // What a reader of the file says has no Italian: every page says so, and in which language it is.
    let place = "config/cuptel.toml, riga 7, colonna 3. Testo tecnico (in inglese):";
    let said = format!("{place} <span lang=\"en\">unknown key</span>");
    assert!(page.contains(&said), "{page}");
    let page = get(&centre, "/admin/configuration", &cookie).await.text;
    assert!(
        page.contains("<td><span lang=\"en\">unknown key</span></td>"),
        "{page}"
    );
}

/// What only takes forms, and where a browser is led that opens it.
const OPENED: [(&str, &str); 19] = [
    ("/admin/operators/import", "/admin/operators"),
    ("/admin/operators/anna/pin", "/admin/operators/anna"),
    (
        "/admin/operators/Gina%20Nuova/remove",
        "/admin/operators/Gina%20Nuova",
    ),
    ("/admin/seats/101/password", "/admin/seats/101"),
    ("/admin/test", "/admin/seats"),
    ("/admin/users/rita/password", "/admin/users/rita"),
    ("/admin/tokens/revoke", "/admin/tokens"),
    ("/admin/numbers/import", "/admin/numbers"),
    ("/admin/numbers/release", "/admin/numbers"),
    (
        "/admin/campaigns/cardiologia/start",
        "/admin/campaigns/cardiologia",
    ),
    ("/admin/closures/remove", "/admin/closures"),
    ("/admin/directory/remove", "/admin/directory"),
    ("/admin/configuration/reload", "/admin/configuration"),
    ("/supervisor/stops/release", "/supervisor/stops"),
    ("/supervisor/bulk/preview", "/supervisor/bulk"),
    ("/supervisor/calls/17/move", "/supervisor/calls/17"),
    ("/seats/101/note", "/seats/101"),
    ("/seat", "/"),
    ("/session/end", "/session"),
];

#[tokio::test]
async fn the_address_of_a_form_that_is_opened_leads_to_the_page_that_the_form_stands_on() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    for (path, page) in OPENED {
        let asked = local("GET", path)
            .header(COOKIE, &cookie)
            .header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8");
        let heard = centre.ask(asked, "").await;
        assert_eq!(
            heard.status,
            StatusCode::SEE_OTHER,
            "{path}: {}",
            heard.text
        );
        assert_eq!(heard.header("location"), page, "{path}");
    }
    assert!(centre.desk.commands.lock().unwrap().is_empty());
    let memo = local("GET", "/supervisor/memos/5/withdraw").header(ACCEPT, "text/html");
    let heard = centre.ask(memo, "").await;
    assert_eq!(heard.header("location"), "/supervisor/memos");
}

#[tokio::test]
async fn a_program_that_asks_by_the_wrong_method_is_told_so() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    for (path, accepts) in [
        ("/admin/numbers/import", "*/*"),
        ("/api/v1/reload", "text/html"),
        ("/api/v1/reload", "application/json"),
    ] {
        let asked = local("GET", path)
            .header(COOKIE, &cookie)
            .header(ACCEPT, accepts);
        let heard = centre.ask(asked, "").await;
        assert_eq!(heard.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
}

#[tokio::test]
async fn nobody_chooses_a_password_or_a_pin_that_is_tried_first() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    for weak in [
        "password1234",
        "Benvenuto2026",
        "Amministratore1",
        "rita-rita-26",
    ] {
        let fields = [("old", "x"), ("new", weak), ("again", weak)];
        let heard = send(&centre, "/password", &cookie, &fields).await;
        assert!(
            heard.text.contains("si indovina subito"),
            "{weak}: {}",
            heard.text
        );
    }
    let of_teramo = tea(&centre).await;
    let fields = [
        ("old", "x"),
        ("new", "teramo-2026-tea"),
        ("again", "teramo-2026-tea"),
    ];
    let heard = send(&centre, "/password", &of_teramo, &fields).await;
    assert!(heard.text.contains("si indovina subito"), "{}", heard.text);
    let fields = [
        ("name", "107"),
        ("site", "teramo"),
        ("password", "password1234"),
    ];
    let heard = send(&centre, "/admin/seats", &cookie, &fields).await;
    assert!(
        heard.text.contains("si indovina facilmente"),
        "{}",
        heard.text
    );
    for pin in ["123456", "654321", "121212"] {
        let fields = [("number", "27"), ("pin", pin), ("again", pin)];
        let heard = send(&centre, "/admin/operators/anna/pin", &cookie, &fields).await;
        assert!(heard.text.contains("non in fila"), "{pin}: {}", heard.text);
    }
    assert!(centre.desk.commands.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_log_is_found_by_the_words_that_it_shows() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let fields = [("number", "0861123499"), ("mark", "do_not_call")];
    send(&centre, "/admin/numbers", &cookie, &fields).await;
    send(&centre, "/admin/seats/101/test", &cookie, &[]).await;
    let gone = "/admin/operators/Gina%20Nuova/remove";
    send(&centre, gone, &cookie, &[]).await;
    let seats = json!({ "seats": [
        { "name": "107", "site": "teramo", "password": "k7wq-9fxm-3hdp" },
        { "name": "108", "site": "teramo", "password": "k7wq-9fxm-3hdq" },
    ] });
    let asked = local("POST", "/api/v1/seats")
        .header(COOKIE, &cookie)
        .header(CONTENT_TYPE, "application/json");
    let heard = centre.ask(asked, seats.to_string()).await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    let log = get(&centre, "/admin/log", &cookie).await.text;
    let rows = log.split("<tbody>").nth(1).unwrap();
    for said in [
        "è entrato",
        "ha segnato un numero",
        "2 postazioni",
        "ha aggiunto o cambiato postazioni",
    ] {
        assert!(rows.contains(said), "{said}: {rows}");
    }
    for code in ["POST /", "2 seats", "0861123499", "390861123499"] {
        assert!(!rows.contains(code), "{code}: {rows}");
    }
    let tried = rows.split("<tr>").find(|row| row.contains("squillare"));
    assert!(tried.unwrap().contains("<td>101</td>"), "{rows}");
    assert!(log.contains("Scarica il registro (CSV)"), "{log}");
    for query in [
        "act=%C3%A8+entrato",
        "did=sign_in",
        "did=sign_in&act=entrato",
    ] {
        let path = format!("/admin/log?{query}");
        let found = get(&centre, &path, &cookie).await.text;
        let rows = found.split("<tbody>").nth(1).unwrap();
        assert!(rows.contains("è entrato"), "{query}: {rows}");
        assert!(!rows.contains("ha segnato un numero"), "{query}: {rows}");
        assert!(found.contains("Scarica quello che hai trovato"), "{query}");
    }
    let both = get(
        &centre,
        "/admin/log?did=POST+%2Fapi%2Fv1%2Fnumbers",
        &cookie,
    )
    .await
    .text;
    let rows = both.split("<tbody>").nth(1).unwrap();
    assert!(rows.contains("ha segnato un numero"), "{rows}");
    let file = get(&centre, "/admin/log/export?act=segnato", &cookie)
        .await
        .text;
    assert!(file.contains("POST /admin/numbers"), "{file}");
    assert!(file.contains("ha segnato un numero"), "{file}");
}

#[tokio::test]
async fn an_auditor_sees_who_has_which_rights_and_keys_and_changes_none() {
    let centre = Centre::open().await;
    rita(&centre).await;
    tea(&centre).await;
    for (name, tenant) in [("cruscotto", None), ("teramo", Some("asl-teramo"))] {
        let told = json!({ "name": name, "role": "supervisor", "tenant": tenant });
        let heard = centre.post_json("/api/v1/tokens", &told.to_string()).await;
        assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    }
    let whole = enter(&centre, json!({ "name": "aldo", "role": "auditor" })).await;
    let bound = json!({ "name": "ada", "role": "auditor", "tenant": "asl-teramo" });
    let bound = enter(&centre, bound).await;
    for (cookie, is_whole) in [(&whole, true), (&bound, false)] {
        let users = get(&centre, "/admin/users", cookie).await;
        assert_eq!(users.status, StatusCode::OK, "{}", users.text);
        assert!(users.text.contains("/admin/users/tea"), "{}", users.text);
        assert_eq!(users.text.contains("/admin/users/rita"), is_whole);
        let tokens = get(&centre, "/admin/tokens", cookie).await.text;
        assert!(tokens.contains("<th scope=\"row\">teramo</th>"), "{tokens}");
        assert_eq!(tokens.contains("cruscotto"), is_whole, "{tokens}");
        let one = get(&centre, "/admin/users/tea", cookie).await.text;
        let configuration = get(&centre, "/admin/configuration", cookie).await.text;
        assert!(
            configuration.contains("<dt>Impronta</dt>"),
            "{configuration}"
        );
        for page in [&users.text, &tokens, &one, &configuration] {
            let main = page.split("<main").nth(1).unwrap();
            let main = main.split("</main>").next().unwrap();
            assert!(!main.contains("method=\"post\""), "{main}");
            assert!(!main.contains("argon2"), "{main}");
        }
        for path in ["/api/v1/users", "/api/v1/tokens", "/api/v1/configuration"] {
            let heard = get(&centre, path, cookie).await;
            assert_eq!(heard.status, StatusCode::OK, "{path}: {}", heard.text);
            let seen = heard.text.contains("\"rita\"") || heard.text.contains("cruscotto");
            assert!(is_whole || !seen, "{path}: {}", heard.text);
        }
    }
    let people = get(&centre, "/admin/operators", &whole).await.text;
    assert!(!people.contains("Ogni modifica"), "{people}");
}

#[tokio::test]
async fn the_last_administrator_who_ever_signed_in_stays() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let rino = json!({ "name": "rino", "role": "region_administrator" });
    let heard = centre.post_json("/api/v1/users", &rino.to_string()).await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    let heard = centre.post_json("/api/v1/users/rita/remove", "{}").await;
    assert_eq!(heard.status, StatusCode::CONFLICT, "{}", heard.text);
    let remove = [("sure", "yes")];
    let heard = send(&centre, "/admin/users/rita/remove", &cookie, &remove).await;
    assert!(heard.text.contains("non conta"), "{}", heard.text);
    let heard = send(&centre, "/admin/users/rino/remove", &cookie, &remove).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    enter(&centre, rino).await;
    let heard = centre.post_json("/api/v1/users/rita/remove", "{}").await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
}

#[tokio::test]
async fn an_operator_without_a_phone_is_no_step_that_is_done() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let step = |page: &str| {
        let steps = page.split("<li");
        let mut of = steps.filter(|it| it.contains("Fai entrare in servizio un operatore"));
        of.next().unwrap().to_owned()
    };
    let page = get(&centre, "/admin", &cookie).await.text;
    assert!(step(&page).contains("Fatto"), "{page}");
    for done in page.split("<li").filter(|it| it.contains("</span> Fatto")) {
        assert!(!done.contains("Il passo è fatto"), "{done}");
    }
    let mut look = centre.desk.looks.borrow().clone();
    for seat in &mut Arc::make_mut(&mut look).seats {
        seat.reachable = false;
    }
    centre.desk.looks.send_replace(look);
    let page = get(&centre, "/admin", &cookie).await.text;
    assert!(!step(&page).contains("Fatto"), "{page}");
    assert!(step(&page).contains("telefono"), "{page}");
}

#[tokio::test]
async fn what_is_doubted_of_the_configuration_is_told_in_the_language_of_whoever_reads() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    {
        let mut health = centre.desk.health.lock().unwrap();
        let mut shown = health.configuration.as_ref().clone();
        let about: [(_, &dyn std::fmt::Display); 2] = [("names", &"101, 102"), ("more", &0)];
        shown.setup.doubts = vec![DoubtShown {
            place: "config/first-start.csv".to_owned(),
            message: "the delivered passwords".to_owned(),
            doubt: Some(Doubt::of(DoubtKind::DeliveredPasswords, &about)),
        }];
        health.configuration = shown.into();
    }
    let page = get(&centre, "/admin/configuration", &cookie).await.text;
    assert!(
        page.contains("Le password consegnate delle postazioni 101, 102 le"),
        "{page}"
    );
    assert!(!page.contains("the delivered passwords"), "{page}");
    let english = format!("{cookie}; cuptel_language=en");
    let page = get(&centre, "/admin/configuration", &english).await.text;
    assert!(
        page.contains("The delivered passwords of seats 101, 102 are"),
        "{page}"
    );
}
