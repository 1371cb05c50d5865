//! The operator's page: who it is, what was told, what is taken in charge, how somebody wants it.

use axum::http::StatusCode;
use axum::http::header::{COOKIE, SET_COOKIE};
use cuptel_core::at_seat::{PersonNow, ResultNow};
use cuptel_core::by_hand::ByHandError;
use cuptel_core::id::{AssignmentId, AttemptId, CallbackId};
use cuptel_core::own_result::{OwnResultNow, ResultTold};
use cuptel_core::snapshot::{QueueName, Snapshot};
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::{Disposition, KindByHand, Meaning, PriorityClass};
use cuptel_http::Refusal;

use crate::desk::{AT_MS, CALLER, Centre, Heard, busy, conversation, form, local};

const OWN: &str = "una frase che ricordo";

/// Anna, who works at seat 101, has signed in.
pub(crate) async fn anna(centre: &Centre) -> String {
    let told = serde_json::json!({ "name": "anna", "role": "operator" });
    let heard = centre.post_json("/api/v1/users", &told.to_string()).await;
    let once = heard.json()["password"].as_str().unwrap().to_owned();
    let cookie = signs_in(centre, &once).await;
    let body = fields(&[("old", &once), ("new", OWN), ("again", OWN)]);
    let heard = centre
        .ask(form("/password").header(COOKIE, &cookie), body)
        .await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    signs_in(centre, OWN).await
}

async fn signs_in(centre: &Centre, password: &str) -> String {
    let body = fields(&[("name", "anna"), ("password", password)]);
    let heard = centre.ask(form("/session"), body).await;
    let cookie = heard.header(SET_COOKIE.as_str());
    cookie.split(';').next().unwrap().to_owned()
}

fn fields(fields: &[(&str, &str)]) -> String {
    serde_urlencoded::to_string(fields).unwrap()
}

pub(crate) async fn sends(
    centre: &Centre,
    path: &str,
    cookie: &str,
    told: &[(&str, &str)],
) -> Heard {
    centre
        .ask(form(path).header(COOKIE, cookie), fields(told))
        .await
}

pub(crate) async fn page(centre: &Centre, path: &str, cookie: &str) -> String {
    let heard = centre
        .ask(local("GET", path).header(COOKIE, cookie), "")
        .await;
    assert_eq!(heard.status, StatusCode::OK, "{path}: {}", heard.text);
    heard.text
}

/// Seat 101 talks with whoever made a call.
fn talks(attempt: i64) -> Snapshot {
    let mut look = busy();
    look.seats[0].person = Some(PersonNow {
        number: Some("+39…567".to_owned()),
        attempt: Some(AttemptId(attempt)),
        waits_since_ms: Some(AT_MS - 400_000),
        answered_ms: Some(AT_MS - 125_000),
        another_person: false,
        returned: true,
        passed: None,
    });
    look.seats[0].result = Some(ResultNow {
        conversation: AssignmentId(12),
        told: None,
        code: None,
        until_ms: None,
        ends_with_it: true,
        given_on: false,
    });
    look
}

async fn talking() -> (Centre, String) {
    let centre = Centre::open().await;
    let look = talks(centre.attempt);
    centre.desk.looks.send_replace(std::sync::Arc::new(look));
    let cookie = anna(&centre).await;
    (centre, cookie)
}

#[tokio::test]
async fn the_person_is_told_in_the_order_in_which_one_says_it() {
    let (centre, cookie) = talking().await;
    let page = page(&centre, "/seats/101", &cookie).await;
    let told = [
        "id=\"person-who\">+39…567, Prenotazioni &#60;CUP&#62;, ASL di Teramo<",
        "Ha aspettato 4 minuti\nRichiama dopo una nostra chiamata<",
        "Mostra il numero intero",
        "<h3>Esito della conversazione</h3>",
        "Presa in carico",
    ];
    let mut from = 0;
    for said in told {
        let at = page[from..].find(said);
        from += at.unwrap_or_else(|| panic!("{said} in {page}"));
    }
    // Who has not signed in sees nobody.
    let open = centre.get("/seats/101").await.text;
    assert!(!open.contains("+39…567") && !open.contains("console.js"));
    let open = centre.get("/api/v1/snapshot").await.json();
    assert!(open["seats"][0]["person"].is_null());
}

#[tokio::test]
async fn the_whole_number_is_told_once_and_the_look_is_written_down() {
    let (centre, cookie) = talking().await;
    let heard = sends(&centre, "/seats/101/number", &cookie, &[]).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER);
    let national = CALLER.strip_prefix("+39").unwrap();
    let shown = page(&centre, "/seats/101", &cookie).await;
    assert!(
        shown.contains(&format!("Numero intero: {national}")),
        "{shown}"
    );
    let again = page(&centre, "/seats/101", &cookie).await;
    assert!(!again.contains(national), "it is told once");
    let log = centre.get_with_token("/api/v1/access-log").await.text;
    assert!(
        log.contains("look_at_number") && !log.contains(national),
        "{log}"
    );
    // Another's person is nobody's business.
    let heard = sends(&centre, "/seats/102/number", &cookie, &[]).await;
    assert_eq!(heard.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_there_is_to_tell_is_not_taken_by_a_look_of_the_page_itself() {
    let (centre, cookie) = talking().await;
    let heard = sends(&centre, "/seats/101/number", &cookie, &[]).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER);
    let by_itself = local("GET", "/seats/101")
        .header(COOKIE, &cookie)
        .header("cuptel-look", "1");
    let looked = centre.ask(by_itself, "").await.text;
    assert!(looked.contains("id=\"doing\""), "{looked}");
    assert!(!looked.contains("Numero intero: "), "{looked}");
    let shown = page(&centre, "/seats/101", &cookie).await;
    assert!(shown.contains("Numero intero: "), "{shown}");
}

#[tokio::test]
async fn a_note_goes_before_the_result_and_what_was_told_hides_the_form() {
    let (centre, cookie) = talking().await;
    let told = [("disposition", "done"), ("note", " torna martedì ")];
    let path = "/api/v1/seats/101/disposition";
    let heard = sends(&centre, path, &cookie, &told).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER);
    {
        let commands = centre.desk.commands.lock().unwrap();
        let note = Command::NoteConversation {
            seat: "101".to_owned(),
            note: "torna martedì".to_owned(),
            conversation: None,
        };
        assert_eq!(commands[0], note);
        assert!(matches!(&commands[1], Command::Dispose { .. }));
    }
    let mut look = talks(centre.attempt);
    look.seats[0].result = Some(ResultNow {
        told: Some(Disposition::Done),
        code: None,
        until_ms: Some(AT_MS + 42_000),
        ..conversation(12)
    });
    centre.desk.looks.send_replace(std::sync::Arc::new(look));
    let page = page(&centre, "/seats/101", &cookie).await;
    assert!(page.contains("Esito dato: risolta."), "{page}");
    assert!(page.contains("<summary>Correggi l’esito</summary>"));
    assert!(page.contains("Restano 42 secondi dopo la chiamata"));
}

fn own(code: &str, means: Meaning, queue: &str) -> OwnResultNow {
    OwnResultNow {
        code: code.parse().unwrap(),
        means,
        class: None,
        it: format!("Nostro {code}"),
        en: format!("Our {code}"),
        tenant: Some("asl-teramo".to_owned()),
        queue: Some(queue.to_owned()),
    }
}

#[tokio::test]
async fn the_centres_own_results_are_offered_where_they_belong_and_told_by_their_code() {
    let (centre, cookie) = talking().await;
    let mut look = talks(centre.attempt);
    let queue = look.seats[0].queue.clone().unwrap();
    look.own_results = vec![
        own("disdetta", Meaning::Settled, &queue),
        own("altrove", Meaning::Improper, "another"),
    ];
    centre
        .desk
        .looks
        .send_replace(std::sync::Arc::new(look.clone()));
    let shown = page(&centre, "/seats/101", &cookie).await;
    assert!(
        shown.contains("value=\"disdetta\">Nostro disdetta (chiuso)"),
        "{shown}"
    );
    assert!(!shown.contains("altrove"), "{shown}");
    let path = "/api/v1/seats/101/disposition";
    let heard = sends(&centre, path, &cookie, &[("disposition", "disdetta")]).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER);
    let told = centre.desk.commands.lock().unwrap().pop();
    let code = "disdetta".parse().unwrap();
    let Some(Command::Dispose { disposition, .. }) = told else {
        panic!("{told:?}");
    };
    assert_eq!(disposition, ResultTold::Own(code));
    let wrong = sends(&centre, path, &cookie, &[("disposition", "Not A Code")]).await;
    assert!(wrong.status.is_client_error(), "{}", wrong.text);
    // One that is not in the configuration any more is read by its code.
    look.own_results.clear();
    look.seats[0].result = Some(ResultNow {
        told: Some(Disposition::Done),
        code: Some("disdetta".parse().unwrap()),
        until_ms: None,
        ..conversation(12)
    });
    centre.desk.looks.send_replace(std::sync::Arc::new(look));
    let shown = page(&centre, "/seats/101", &cookie).await;
    assert!(shown.contains("disdetta (risolta)"), "{shown}");
}

#[tokio::test]
async fn a_note_that_is_not_taken_keeps_the_result_from_being_told() {
    let (centre, cookie) = talking().await;
    let refused = CommandError::from(ByHandError::NoteTooLong);
    centre
        .desk
        .answers
        .lock()
        .unwrap()
        .push_back(Err(Refusal::Refused(refused)));
    let told = [("disposition", "done"), ("note", "torna")];
    sends(&centre, "/api/v1/seats/101/disposition", &cookie, &told).await;
    assert_eq!(centre.desk.commands.lock().unwrap().len(), 1);
    let page = page(&centre, "/seats/101", &cookie).await;
    assert!(page.contains("Non riuscito.</strong> "), "{page}");
}

#[tokio::test]
async fn what_is_wrong_with_a_taking_in_charge_is_told_by_its_field_with_all_that_was_typed() {
    let (centre, cookie) = talking().await;
    let told = [
        ("queue", "asl-teramo/prenotazioni"),
        ("nre", "1300A40000"),
        ("tax_code", "RSSMRA85T10A562T"),
        ("note", "visita <cardiologica>"),
        ("number", "boh"),
    ];
    let heard = sends(&centre, "/seats/101/in-charge", &cookie, &told).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in [
        "<a href=\"#class\">Scegli la classe di priorità",
        "<a href=\"#nre\">L’NRE ha 15 caratteri, qui sono 10.",
        "<a href=\"#tax-code\">L’ultima lettera del codice fiscale non corrisponde",
        "<a href=\"#their-number\">Questo non è un numero di telefono",
        "value=\"visita &#60;cardiologica&#62;\"",
        "value=\"1300A40000\"",
        "value=\"RSSMRA85T10A562T\"",
        "value=\"boh\"",
    ] {
        assert!(heard.text.contains(said), "{said} in {}", heard.text);
    }
    assert!(centre.desk.commands.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_deadline_is_read_before_anything_is_entered_and_no_tax_code_is_kept() {
    let (centre, cookie) = talking().await;
    let mut told = vec![
        ("queue", "asl-teramo/prenotazioni"),
        ("class", "U"),
        ("nre", "1300a 4000000248"),
        ("keep_nre", "1"),
        ("tax_code", "RSSMRA85T10A562S"),
        ("note", "visita cardiologica"),
    ];
    let path = "/seats/101/in-charge";
    let heard = sends(&centre, path, &cookie, &told).await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    // 72 hours after 2026-11-23 18:38.
    assert!(
        heard.text.contains("<dd>26/11/2026 18:38</dd>"),
        "{}",
        heard.text
    );
    assert!(heard.text.contains("<dd>333 123 4567</dd>"));
    {
        let commands = centre.desk.commands.lock().unwrap();
        assert!(matches!(&commands[..], [Command::CheckCallback { .. }]));
    }
    let key = heard.text.split("name=\"key\" value=\"").nth(1).unwrap();
    let key = key.split('"').next().unwrap().to_owned();
    told.extend([("key", key.as_str()), ("step", "confirm")]);
    let heard = sends(&centre, path, &cookie, &told).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER);
    for (known, status) in [
        // Pressed twice.
        (
            ByHandError::SameRequest(CallbackId(9)),
            StatusCode::SEE_OTHER,
        ),
        // A second case for the same number is not the first.
        (
            ByHandError::OpenAlready(CallbackId(9)),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        let known = Refusal::Refused(known.into());
        centre.desk.answers.lock().unwrap().push_back(Err(known));
        let heard = sends(&centre, path, &cookie, &told).await;
        assert_eq!(heard.status, status, "{}", heard.text);
    }
    let commands = centre.desk.commands.lock().unwrap();
    let Command::AddCallback(entered) = &commands[1] else {
        panic!("{commands:?}");
    };
    assert_eq!(entered.kind, KindByHand::TakenInCharge);
    assert_eq!(entered.class, Some(PriorityClass::U));
    assert_eq!(
        entered.note.as_deref(),
        Some("visita cardiologica · NRE 1300A4000000248")
    );
    assert_eq!(entered.by.as_deref(), Some("anna"));
    assert_eq!(entered.request_key.as_ref(), Some(&key));
    assert_eq!(entered.person.number.as_ref().unwrap().reveal(), CALLER);
    assert!(!format!("{commands:?}").contains("RSSMRA"));
}

#[tokio::test]
async fn preferences_hold_over_a_restart_and_are_put_back() {
    let mut centre = Centre::open().await;
    let cookie = anna(&centre).await;
    let plain = page(&centre, "/seats/101", &cookie).await;
    assert!(plain.contains("<kbd>F2</kbd>") && plain.contains("<html lang=\"it\">"));
    let mut told = vec![
        ("shortcuts", "1"),
        ("key_who", "w"),
        ("size", "150"),
        ("contrast", "1"),
    ];
    let heard = sends(&centre, "/preferences", &cookie, &told).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        heard.text.contains("una lettera o una cifra da sola no"),
        "{}",
        heard.text
    );
    assert!(heard.text.contains("value=\"w\""), "it is still there");
    told[1] = ("key_who", "alt+maiusc+w");
    let heard = sends(&centre, "/preferences", &cookie, &told).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER);
    centre.restart();
    let changed = page(&centre, "/seats/101", &cookie).await;
    assert!(
        changed.contains("<html lang=\"it\" class=\"contrast text-150\">"),
        "{changed}"
    );
    assert!(changed.contains("<kbd>Alt+Shift+W</kbd>") && !changed.contains("<kbd>F4</kbd>"));
    sends(&centre, "/preferences", &cookie, &[("standard", "1")]).await;
    let plain = page(&centre, "/seats/101", &cookie).await;
    assert!(plain.contains("<kbd>F2</kbd>") && plain.contains("<html lang=\"it\">"));
    // Keys that are switched off are not listed.
    sends(&centre, "/preferences", &cookie, &[("key_who", "F2")]).await;
    let off = page(&centre, "/seats/101", &cookie).await;
    assert!(!off.contains("<kbd>"), "{off}");
}

#[tokio::test]
async fn a_day_is_shown_to_whose_it_is() {
    let centre = Centre::open().await;
    let cookie = anna(&centre).await;
    let day = page(&centre, "/day", &cookie).await;
    assert!(day.contains("Questa pagina la vedi solo tu."), "{day}");
    assert!(day.contains("<th scope=\"row\">Chiamate ricevute</th><td class=\"n\">0</td>"));
    let system = centre.sign_in().await;
    let heard = centre
        .ask(local("GET", "/day").header(COOKIE, &system), "")
        .await;
    assert_eq!(
        heard.status,
        StatusCode::SEE_OTHER,
        "who is no operator has none"
    );
    for path in ["/day", "/preferences"] {
        assert_ne!(centre.get(path).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn a_number_is_found_in_the_body_of_a_request_and_the_look_is_written_down() {
    let centre = Centre::open().await;
    let cookie = anna(&centre).await;
    let heard = sends(&centre, "/find", &cookie, &[("number", "boh")]).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(heard.text.contains("value=\"boh\""), "it is still there");
    let national = CALLER.strip_prefix("+39").unwrap();
    let heard = sends(&centre, "/find", &cookie, &[("number", national)]).await;
    assert!(
        heard.text.contains("Questioni aperte a questo numero: 1"),
        "{}",
        heard.text
    );
    assert!(
        heard
            .text
            .contains("Prenotazioni &#60;CUP&#62;, ASL di Teramo, dal 23/11/2026 18:38")
    );
    let heard = sends(&centre, "/find", &cookie, &[("number", "0861999999")]).await;
    assert!(
        heard.text.contains("Questioni aperte a questo numero: 0"),
        "{}",
        heard.text
    );
    let log = centre.get_with_token("/api/v1/access-log").await.text;
    assert_eq!(log.matches("find_by_number").count(), 2, "{log}");
    assert!(!log.contains(national));
    let open = centre.get("/find").await;
    assert_eq!(open.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn who_finds_a_number_goes_on_from_their_seat() {
    let (centre, cookie) = talking().await;
    let national = CALLER.strip_prefix("+39").unwrap();
    let asked = [("number", national)];
    let found = sends(&centre, "/find", &cookie, &asked).await.text;
    assert!(!found.contains("/take"), "their queue lets nobody choose");
    let in_charge = "action=\"/seats/101/in-charge\"";
    assert!(found.contains(in_charge), "{found}");
    let mut look = talks(centre.attempt);
    look.seats[0].chooses = vec![QueueName {
        tenant: "asl-teramo".to_owned(),
        queue: "prenotazioni".to_owned(),
    }];
    centre.desk.looks.send_replace(std::sync::Arc::new(look));
    let found = sends(&centre, "/find", &cookie, &asked).await.text;
    assert!(
        found.contains("action=\"/api/v1/seats/101/take\""),
        "{found}"
    );
    assert!(
        !found.contains("/supervisor/callbacks"),
        "that is for who leads"
    );
    // The form has the number, and it stands in no address.
    let form = [("number", national), ("step", "back")];
    let form = sends(&centre, "/seats/101/in-charge", &cookie, &form).await;
    assert_eq!(form.status, StatusCode::OK);
    let typed = format!("value=\"{national}\"");
    assert!(form.text.contains(&typed), "{}", form.text);
    let system = centre.sign_in().await;
    let found = sends(&centre, "/find", &system, &asked).await.text;
    assert!(found.contains("href=\"/supervisor/callbacks/"), "{found}");
    assert!(
        !found.contains(in_charge),
        "who works at no seat has no such form"
    );
}
