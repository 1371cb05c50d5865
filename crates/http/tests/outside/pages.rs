//! The pages: that they say what is so, to everybody, and that their forms act.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header::{ACCEPT, COOKIE, SET_COOKIE};
use cuptel_core::id::{CallbackId, NeedId};
use cuptel_core::keeping::NeedsSaid;
use cuptel_core::preview::{NeedNow, OwedNow};
use cuptel_core::snapshot::{Snapshot, StormNow};
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::{Chosen, Disposition, NeedKind, WorkState};
use cuptel_http::Reach;

use crate::desk::{AT_MS, Centre, TOKEN, busy, conversation, drift, form, stop, with_token};

#[tokio::test]
async fn the_page_has_what_a_screen_reader_needs() {
    let centre = Centre::open().await;
    let page = centre.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.text.starts_with("<!doctype html>\n<html lang=\"it\">"));
    assert_eq!(page.text.matches("<h1>").count(), 1);
    for landmark in [
        "<header>",
        "<nav aria-label=",
        "<main id=\"main\"",
        "<footer>",
    ] {
        assert_eq!(page.text.matches(landmark).count(), 1, "{landmark}");
    }
    assert!(page.text.contains("<a class=\"skip\" href=\"#main\">"));
    let tables = page.text.matches("<table>").count();
    assert_eq!(tables, 5);
    assert_eq!(page.text.matches("<caption").count(), tables);
    assert_eq!(
        page.text.matches("<th ").count(),
        page.text.matches("<th scope=").count()
    );
    assert_eq!(
        page.text.matches("aria-live").count(),
        0,
        "figures are not read aloud"
    );
    assert_eq!(
        page.text.matches("role=\"status\"").count(),
        1,
        "only the connection is"
    );
}

#[tokio::test]
async fn no_two_elements_have_the_same_identifier() {
    let centre = Centre::open().await;
    let page = centre.get("/").await;
    let mut ids: Vec<&str> = page
        .text
        .split(" id=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    assert!(all > 30);
}

#[tokio::test]
async fn the_page_says_what_goes_on() {
    let centre = Centre::open().await;
    let page = centre.get("/").await.text;
    for said in [
        "<span class=\"value\" id=\"waiting\">2</span>",
        "la prima persona da 2 minuti",
        "<span class=\"value\" id=\"owed\">7</span>",
        "la più vecchia da 1 ora e 5 min",
        "1 in conversazione, 1 in pausa",
        "in conversazione, Prenotazioni &#60;CUP&#62;, ASL di Teramo",
        "4 di 30",
        "2 minuti (dalle 18:35)",
        "Dati del <span id=\"taken\">23/11/2026 18:38</span>",
        "<dt>Chiamate abbandonate</dt><dd>1</dd>",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
}

#[tokio::test]
async fn configured_names_are_text_and_never_markup() {
    let centre = Centre::open().await;
    let page = centre.get("/").await.text;
    assert!(!page.contains("<CUP>") && !page.contains("<Teramo>"));
    assert!(page.contains("Prenotazioni &#60;CUP&#62;"));
}

#[tokio::test]
async fn nothing_inline_and_nothing_from_elsewhere() {
    let centre = Centre::open().await;
    for path in [
        "/",
        "/seats/101",
        "/session",
        "/nothing",
        "/api/v1/nothing",
        "/app.js",
    ] {
        let heard = centre.get(path).await;
        let policy = heard.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self';"));
        assert!(!policy.contains("unsafe"));
        assert_eq!(heard.header("x-content-type-options"), "nosniff");
        for inline in [
            " style=",
            "<style",
            " onclick=",
            "<script>",
            "http://www.w3",
            "src=\"http",
        ] {
            assert!(!heard.text.contains(inline), "{path}: {inline}");
        }
    }
}

#[tokio::test]
async fn operators_are_named_only_after_signing_in() {
    let centre = Centre::open().await;
    let open = centre.get("/").await.text;
    assert!(!open.contains("anna") && !open.contains("visita medica"));
    assert!(open.contains("in servizio"));
    let cookie = centre.sign_in().await;
    let full = centre.page_of("/", &cookie).await.text;
    assert!(full.contains("anna") && full.contains("in pausa (visita medica)"));
}

#[tokio::test]
async fn with_nothing_yet_the_page_says_what_to_do_first() {
    let centre = Centre::with(
        Snapshot {
            at_ms: AT_MS,
            ..Snapshot::default()
        },
        Reach::ThisMachine,
    )
    .await;
    let page = centre.get("/").await.text;
    assert!(page.contains("http://127.0.0.1:8080/api/v1/seats/101/sign-in"));
    assert!(page.contains("nessuno aspetta"));
    assert!(!page.contains("<table>"));
}

#[tokio::test]
async fn the_band_says_what_is_wrong_and_what_to_do() {
    let mut look = busy();
    look.trunks[0].inbound = 26;
    for seat in &mut look.seats {
        seat.chosen = Chosen::SignedOut;
    }
    look.drifts.push(drift());
    let centre = Centre::with(look, Reach::ThisMachine).await;
    centre.desk.health.lock().unwrap().ready = false;
    let page = centre.get("/").await.text;
    for said in [
        "chi chiama ASL di Teramo aspetta molto più di chi chiama asl-pescara",
        "Il centro non è pronto",
        "Linee tutte occupate (carrier)",
        "nessuno è in servizio",
    ] {
        assert!(page.contains(said), "{said}");
    }
    let well = Centre::open().await.get("/").await.text;
    assert!(well.contains("<p id=\"alert\" class=\"alert\"></p>"));
}

#[tokio::test]
async fn a_pressed_button_has_its_band_and_names_people_only_to_who_signed_in() {
    let mut look = busy();
    look.stops.push(stop());
    let centre = Centre::with(look, Reach::ThisMachine).await;
    let page = centre.get("/").await.text;
    assert!(
        page.contains("Chiamate in uscita fermate (asl-teramo) dalle"),
        "{page}"
    );
    assert!(!page.contains("Carla Capo") && !page.contains("linea guasta"));
    let page = centre.get_with_token("/").await.text;
    assert!(page.contains("da Carla Capo: linea guasta."), "{page}");
    let unsigned = centre.get("/api/v1/stops").await.text;
    assert!(unsigned.contains("\"outgoing\"") && !unsigned.contains("Carla"));
    let without = Centre::open().await.get("/").await.text;
    assert!(without.contains("<p id=\"stops\" class=\"stops\"></p>"));
}

#[tokio::test]
async fn a_seat_of_a_site_that_is_cut_off_is_not_free() {
    let mut look = busy();
    let seat = &mut look.seats[0];
    (seat.chosen, seat.work) = (Chosen::Available, WorkState::Idle);
    let free = Centre::with(look.clone(), Reach::ThisMachine).await;
    assert!(free.get("/").await.text.contains(">libera"));
    look.seats[0].site_out = true;
    let out = Centre::with(look, Reach::ThisMachine).await;
    let page = out.get("/").await.text;
    assert!(page.contains(">sede isolata"), "{page}");
}

#[tokio::test]
async fn a_storm_has_a_band_of_its_own_and_a_full_trunk_is_said_to_be_blind() {
    let quiet = Centre::open().await.get("/").await.text;
    assert!(quiet.contains("<p id=\"storm\" class=\"storm\"></p>"));
    let mut look = busy();
    let trunk = &mut look.trunks[0];
    (trunk.inbound, trunk.notices) = (26, 2);
    trunk.storm = Some(StormNow {
        since_ms: AT_MS - 60_000,
        told: 31,
        listed: 12,
        refused: 4,
    });
    trunk.full_since_ms = Some(AT_MS - 5_000);
    trunk.down_since_ms = Some(AT_MS - 60_000);
    let centre = Centre::with(look, Reach::ThisMachine).await;
    let page = centre.get("/").await.text;
    for said in [
        "▲ Ondata di chiamate dalle ",
        "31 erano già in lista e l’hanno sentito dire, 12 messe in lista, 4 hanno trovato occupato.",
        "Che cosa fare: più operatori in servizio, pause rimandate.",
        "2 in uso su 2.",
        "Canali esauriti (carrier) dalle ",
        "Il fascio carrier non prende le nostre chiamate dalle ",
        "26 in entrata, 2 in avviso, 1 in uscita",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    let json = centre.get("/api/v1/snapshot").await.text;
    let storm = r#""storm":{"since_ms":"#;
    assert!(json.contains(storm), "{json}");
    let metrics = centre.get("/metrics").await.text;
    assert!(metrics.contains("cuptel_storm{trunk=\"carrier\"} 1"));
    assert!(metrics.contains("cuptel_trunk_full{trunk=\"carrier\"} 1"));
    assert!(metrics.contains("cuptel_trunk_up{trunk=\"carrier\"} 0"));
}

#[tokio::test]
async fn a_form_acts_and_leads_back_to_a_page_that_says_so_once() {
    let centre = Centre::open().await;
    let cookie = centre.sign_in().await;
    let asked = form("/api/v1/seats/101/pause").header(COOKIE, &cookie);
    let heard = centre.ask(asked, "reason=caff%C3%A8").await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER);
    assert_eq!(heard.header("location"), "/seats/101");
    let command = Command::Choose {
        seat: "101".to_owned(),
        chosen: Chosen::Paused,
        reason: Some("caffè".to_owned()),
        supervisor: None,
    };
    assert_eq!(*centre.desk.commands.lock().unwrap(), [command]);
    let page = centre.page_of("/seats/101", &cookie).await.text;
    assert!(page.contains("Postazione 101: in pausa."), "{page}");
    assert!(
        !centre
            .page_of("/seats/101", &cookie)
            .await
            .text
            .contains("Postazione 101: in pausa.")
    );
}

#[tokio::test]
async fn a_form_that_is_refused_says_why_and_that_nothing_changed() {
    let centre = Centre::open().await;
    let cookie = centre.sign_in().await;
    let refusal = CommandError::OperatorElsewhere {
        operator: "anna".to_owned(),
        seat: "102".to_owned(),
    };
    centre
        .desk
        .answers
        .lock()
        .unwrap()
        .push_back(Err(refusal.into()));
    let asked = form("/api/v1/seats/101/sign-in").header(COOKIE, &cookie);
    let heard = centre.ask(asked, "operator=anna").await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER);
    let page = centre.page_of("/seats/101", &cookie).await.text;
    assert!(
        page.contains("anna è già in servizio alla postazione 102"),
        "{page}"
    );
    assert!(page.contains("Nulla è stato cambiato."));
    assert!(page.contains("role=\"alert\""));
}

#[tokio::test]
async fn a_program_may_send_forms_too() {
    let centre = Centre::open().await;
    let request = with_token("POST", "/api/v1/seats/101/one-more").header(
        "content-type",
        "application/x-www-form-urlencoded; charset=utf-8",
    );
    let heard = centre.ask(request, "then=pause").await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER);
    centre
        .desk
        .answers
        .lock()
        .unwrap()
        .push_back(Err(CommandError::NobodyThere("101".to_owned()).into()));
    let request = with_token("POST", "/api/v1/seats/101/available")
        .header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(centre.ask(request, "").await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_session_ends_and_a_browser_is_led_to_sign_in_again() {
    let centre = Centre::open().await;
    let cookie = centre.sign_in().await;
    let ended = centre
        .ask(form("/session/end").header(COOKIE, &cookie), "")
        .await;
    assert!(ended.header(SET_COOKIE.as_str()).contains("Max-Age=0"));
    let asked = form("/api/v1/seats/101/available")
        .header(COOKIE, &cookie)
        .header(ACCEPT, "text/html,*/*");
    let heard = centre.ask(asked, "").await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER);
    assert_eq!(heard.header("location"), "/session?ended");
    assert_eq!(*centre.desk.commands.lock().unwrap(), []);
    assert!(
        centre
            .get("/session?ended")
            .await
            .text
            .contains("La sessione è finita")
    );
}

#[tokio::test]
async fn a_wrong_token_in_the_form_is_said_on_the_page() {
    let centre = Centre::open().await;
    for wrong in ["token=wrong", "token="] {
        let heard = centre.ask(form("/session"), wrong).await;
        assert_eq!(heard.status, StatusCode::UNAUTHORIZED);
        assert!(heard.text.contains("Questa chiave non è giusta"));
        assert!(heard.headers.get(SET_COOKIE).is_none());
    }
    let foreign = form("/session").header("origin", "https://evil.example");
    let heard = centre.ask(foreign, format!("token={TOKEN}")).await;
    assert_eq!(heard.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_seat_that_does_not_exist_has_no_page() {
    let centre = Centre::open().await;
    let missing = centre.get("/seats/999").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(missing.text.contains("<h1>Pagina non trovata</h1>"));
    let cookie = centre.sign_in().await;
    centre
        .desk
        .answers
        .lock()
        .unwrap()
        .push_back(Err(CommandError::NoSeat("999".to_owned()).into()));
    let heard = centre
        .ask(
            form("/api/v1/seats/999/available").header(COOKIE, &cookie),
            "",
        )
        .await;
    assert_eq!(heard.header("location"), "/");
    assert!(
        centre
            .page_of("/", &cookie)
            .await
            .text
            .contains("La postazione 999 non esiste.")
    );
}

#[tokio::test]
async fn a_pause_is_given_one_of_the_listed_reasons() {
    let centre = Centre::open().await;
    let cookie = centre.sign_in().await;
    let free = centre.page_of("/seats/101", &cookie).await.text;
    assert!(
        free.contains("<input id=\"reason\" name=\"reason\""),
        "{free}"
    );
    centre.desk.looks.send_modify(|look| {
        let mut listed = look.as_ref().clone();
        listed.pause_reasons = vec!["pranzo".to_owned(), "caffè & tè".to_owned()];
        *look = Arc::new(listed);
    });
    let page = centre.page_of("/seats/101", &cookie).await.text;
    for said in [
        "<label for=\"reason\">Motivo</label>",
        "<option>pranzo</option><option>caffè &#38; tè</option>",
        "<label for=\"afterwards\">Motivo della pausa</label>",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(!page.contains("<input id=\"reason\""));
}

#[tokio::test]
async fn whom_to_call_is_read_and_decided_on_the_seats_page_without_a_script() {
    let mut look = busy();
    look.decline_reasons = vec!["serve un'altra lingua".to_owned()];
    look.seats[0].owed = Some(owed());
    let centre = Centre::with(look, Reach::ThisMachine).await;
    let unsigned = centre.get("/seats/101").await.text;
    assert!(!unsigned.contains("0042") && !unsigned.contains("cardiologica"));
    let unsigned = centre.get("/api/v1/snapshot").await.text;
    assert!(unsigned.contains("\"owed\":null"), "{unsigned}");
    let cookie = centre.sign_in().await;
    let page = centre.page_of("/seats/101", &cookie).await.text;
    for said in [
        "+39…412, da richiamare da ",
        "presa in carico: prenotazioni",
        "visita cardiologica",
        "Parola d’ordine 0042",
        "Già restituita una volta",
        "<option>serve un&#39;altra lingua</option>",
        "name=\"callback\" value=\"9\"",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    for (action, body) in [
        ("accept", "callback=9"),
        ("decline", "callback=9&reason=lingua&note=solo+francese"),
        // The form of a page that was loaded before: nobody read whom it is about.
        ("accept", "callback="),
        ("decline", "callback=&reason=lingua"),
    ] {
        let path = format!("/api/v1/seats/101/{action}");
        let heard = centre.ask(form(&path).header(COOKIE, &cookie), body).await;
        assert_eq!(heard.status, StatusCode::SEE_OTHER, "{action}");
    }
    let page = centre.page_of("/seats/101", &cookie).await.text;
    assert!(page.contains("Non riuscito."), "{page}");
    let commands = centre.desk.commands.lock().unwrap();
    let seat = "101".to_owned();
    let callback = Some(CallbackId(9));
    let accepts = Command::AcceptCallback { seat, callback };
    let declines = Command::DeclineCallback {
        seat: "101".to_owned(),
        callback: Some(CallbackId(9)),
        reason: "lingua".to_owned(),
        note: Some("solo francese".to_owned()),
    };
    assert_eq!(*commands, [accepts, declines]);
}

#[tokio::test]
async fn the_result_has_a_box_for_each_thing_that_is_owed() {
    let mut look = busy();
    let mut talks = owed();
    (talks.is_offered, talks.needs[0].closes) = (false, true);
    look.seats[0].owed = Some(talks);
    look.seats[0].result = Some(conversation(12));
    let centre = Centre::with(look, Reach::ThisMachine).await;
    let cookie = centre.sign_in().await;
    let page = centre.page_of("/seats/101", &cookie).await.text;
    let ticked = "name=\"close\" value=\"7\" checked>";
    assert!(page.contains(ticked), "{page}");
    let asked = form("/api/v1/seats/101/disposition").header(COOKIE, &cookie);
    let heard = centre.ask(asked, "shown=7&disposition=done").await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER);
    let command = Command::Dispose {
        seat: "101".to_owned(),
        disposition: Disposition::Done.into(),
        said: NeedsSaid {
            keep: vec![NeedId(7)],
            close: Vec::new(),
        },
        conversation: None,
    };
    assert_eq!(*centre.desk.commands.lock().unwrap(), [command]);
}

fn owed() -> OwedNow {
    OwedNow {
        callback: CallbackId(9),
        number: "+39…412".to_owned(),
        opened_ms: AT_MS - 3_600_000,
        attempts: 2,
        tries: 1,
        promised_ms: Some(AT_MS + 60_000),
        chosen: None,
        code_word: Some("0042".to_owned()),
        declined: 1,
        needs: vec![NeedNow {
            need: NeedId(7),
            kind: NeedKind::TakenInCharge,
            tenant: "asl-teramo".to_owned(),
            queue: Some("prenotazioni".to_owned()),
            since_ms: AT_MS - 3_600_000,
            due_ms: Some(AT_MS + 86_400_000),
            note: Some("visita cardiologica".to_owned()),
            another_person: false,
            closes: false,
        }],
        reads_until_ms: Some(AT_MS + 20_000),
        then_dials: true,
        is_offered: true,
    }
}
