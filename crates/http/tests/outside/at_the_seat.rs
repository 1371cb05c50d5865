//! What an operator meets at their page and beside it: whose notice it is, notes, colleagues, leaving, the
//! strip on other pages.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header::COOKIE;
use cuptel_core::at_seat::{AskingNow, PassedNow, PersonNow};
use cuptel_core::id::{AssignmentId, AttemptId};
use cuptel_core::snapshot::{CallNow, ConsultNow, Snapshot};
use cuptel_core::step::Command;
use cuptel_core::words::{Chosen, WorkState};

use crate::console::{anna, page, sends};
use crate::desk::{AT_MS, CALLER, Centre, busy, conversation, local};

/// Anna, at seat 101, does this with whoever made a call.
fn at_work(work: WorkState, attempt: i64) -> Snapshot {
    let mut look = busy();
    let seat = &mut look.seats[0];
    seat.work = work;
    seat.person = Some(PersonNow {
        number: Some("+39…567".to_owned()),
        attempt: Some(AttemptId(attempt)),
        waits_since_ms: Some(AT_MS - 60_000),
        answered_ms: None,
        another_person: false,
        returned: false,
        passed: None,
    });
    look
}

fn talking(attempt: i64) -> Snapshot {
    let mut look = at_work(WorkState::Talking, attempt);
    look.seats[0].result = Some(conversation(12));
    look.seats[0].call = Some(CallNow {
        held_since_ms: None,
        held_by_phone: false,
        consult: None,
    });
    look
}

fn goes_on(centre: &Centre, look: Snapshot) {
    centre.desk.looks.send_replace(Arc::new(look));
}

#[tokio::test]
async fn a_number_that_was_told_goes_with_whose_it_is() {
    let centre = Centre::open().await;
    let cookie = anna(&centre).await;
    let national = CALLER.strip_prefix("+39").unwrap();
    let shows = async |attempt: i64, path: &str| {
        goes_on(&centre, talking(centre.attempt));
        sends(&centre, "/seats/101/number", &cookie, &[]).await;
        goes_on(&centre, talking(attempt));
        page(&centre, path, &cookie).await
    };
    let own = shows(centre.attempt, "/seats/101").await;
    assert!(own.contains(national), "{own}");
    let about = format!("data-about=\"a{}\"", centre.attempt);
    assert!(own.contains(&about), "{own}");
    let next = shows(centre.attempt + 1, "/seats/101").await;
    assert!(!next.contains(national), "{next}");
    let elsewhere = shows(centre.attempt, "/day").await;
    assert!(!elsewhere.contains(national), "{elsewhere}");
}

#[tokio::test]
async fn a_note_can_be_written_of_whoever_is_owed_nothing_and_after_the_result() {
    let centre = Centre::open().await;
    let cookie = anna(&centre).await;
    let mut look = talking(centre.attempt);
    goes_on(&centre, look.clone());
    let shown = page(&centre, "/seats/101", &cookie).await;
    assert!(shown.contains("name=\"note\"") && shown.contains("Salva la nota"));
    assert!(shown.contains("data-conversation=\"12\""), "{shown}");
    // What else stands in the form is for another time.
    let told = [("conversation", "12"), ("shown", "7"), ("note", " torna ")];
    let heard = sends(&centre, "/seats/101/note", &cookie, &told).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    let noted = Command::NoteConversation {
        seat: "101".to_owned(),
        note: "torna".to_owned(),
        conversation: Some(AssignmentId(12)),
    };
    assert_eq!(centre.desk.commands.lock().unwrap().pop(), Some(noted));
    sends(&centre, "/seats/101/note", &cookie, &[("note", " ")]).await;
    assert!(centre.desk.commands.lock().unwrap().is_empty());
    let shown = page(&centre, "/seats/101", &cookie).await;
    assert!(shown.contains("La nota è vuota"), "{shown}");
    let result = look.seats[0].result.as_mut().unwrap();
    result.told = Some(cuptel_core::words::Disposition::Done);
    goes_on(&centre, look);
    let shown = page(&centre, "/seats/101", &cookie).await;
    assert_eq!(shown.matches("id=\"note\"").count(), 1, "{shown}");
    assert!(shown.contains("Un’altra nota"), "{shown}");
}

#[tokio::test]
async fn a_note_goes_before_the_person_who_is_given_on() {
    let centre = Centre::open().await;
    let cookie = anna(&centre).await;
    goes_on(&centre, talking(centre.attempt));
    let told = [("queue", "prenotazioni"), ("note", "cerca la radiologia")];
    let path = "/api/v1/seats/101/transfer";
    let heard = sends(&centre, path, &cookie, &told).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    let commands = centre.desk.commands.lock().unwrap();
    assert!(
        matches!(
            &commands[..],
            [Command::NoteConversation { .. }, Command::Handle { .. }]
        ),
        "{commands:?}"
    );
}

#[tokio::test]
async fn whoever_gets_a_person_reads_who_gave_them_on_why_and_how_long_they_wait() {
    let centre = Centre::open().await;
    let cookie = anna(&centre).await;
    let mut look = at_work(WorkState::Ringing, centre.attempt);
    look.seats[0].person.as_mut().unwrap().passed = Some(PassedNow {
        seat: "102".to_owned(),
        operator: Some("bruno".to_owned()),
        at_ms: AT_MS - 60_000,
        waited_ms: 240_000,
        note: Some("cerca la <radiologia>".to_owned()),
    });
    goes_on(&centre, look.clone());
    let shown = page(&centre, "/seats/101", &cookie).await;
    for said in [
        "Passata da bruno (postazione 102) alle 18:37.\nNota: cerca la &#60;radiologia&#62;",
        "Aspetta da 1 minuto dopo il passaggio, 5 minuti in tutto",
    ] {
        assert!(shown.contains(said), "{said} in {shown}");
    }
    look.seats[0].person = None;
    look.seats[0].beside = Some(ConsultNow {
        whom: "102".to_owned(),
        is_up: false,
        asking: Some(AskingNow {
            operator: Some("bruno".to_owned()),
            queue: Some("prenotazioni".to_owned()),
            tenant: Some("asl-teramo".to_owned()),
            note: Some("vuole spostare".to_owned()),
        }),
    });
    goes_on(&centre, look);
    let shown = page(&centre, "/seats/101", &cookie).await;
    let asked = "Ti consulta bruno (postazione 102): la persona aspetta con la musica.\n\
        Per: Prenotazioni &#60;CUP&#62;, ASL di Teramo.\nNota: vuole spostare";
    assert!(shown.contains(asked), "{shown}");
    // Who has not signed in learns nothing of it.
    let open = centre.get("/seats/101").await.text;
    assert!(
        !open.contains("bruno") && !open.contains("spostare"),
        "{open}"
    );
    let open = centre.get("/api/v1/snapshot").await.json();
    assert!(open["seats"][0]["beside"]["asking"].is_null(), "{open}");
}

#[tokio::test]
async fn whoever_leaves_in_a_call_is_asked_first_without_a_script_too() {
    let centre = Centre::open().await;
    let cookie = anna(&centre).await;
    goes_on(&centre, talking(centre.attempt));
    let asked = sends(&centre, "/session/end", &cookie, &[]).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
    assert!(
        asked
            .text
            .contains("Sei in conversazione alla postazione 101.")
    );
    page(&centre, "/seats/101", &cookie).await;
    let asked = sends(&centre, "/seats/101/sign-out", &cookie, &[]).await;
    assert!(asked.text.contains("Finisci questa, poi fine servizio"));
    assert!(centre.desk.commands.lock().unwrap().is_empty());
    let sure = sends(&centre, "/seats/101/sign-out", &cookie, &[("sure", "1")]).await;
    assert_eq!(sure.status, StatusCode::SEE_OTHER, "{}", sure.text);
    let told = centre.desk.commands.lock().unwrap().pop();
    assert!(
        matches!(
            told,
            Some(Command::Choose {
                chosen: Chosen::SignedOut,
                ..
            })
        ),
        "{told:?}"
    );
    let left = sends(&centre, "/session/end?sure", &cookie, &[]).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.text);
    let heard = centre
        .ask(local("GET", "/day").header(COOKIE, &cookie), "")
        .await;
    assert_ne!(heard.status, StatusCode::OK, "the session is over");
}

#[tokio::test]
async fn whoever_leaves_nobody_is_not_asked() {
    let centre = Centre::open().await;
    let cookie = anna(&centre).await;
    let mut look = busy();
    look.seats[0].work = WorkState::Idle;
    goes_on(&centre, look);
    let gone = sends(&centre, "/seats/101/sign-out", &cookie, &[]).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text);
    let left = sends(&centre, "/session/end", &cookie, &[]).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.text);
}

#[tokio::test]
async fn a_number_that_is_too_short_is_refused_and_a_right_one_is_read_back_whole() {
    let centre = Centre::open().await;
    let cookie = anna(&centre).await;
    goes_on(&centre, talking(centre.attempt));
    let path = "/seats/101/in-charge";
    let with = |number: &'static str| {
        [
            ("queue", "asl-teramo/prenotazioni"),
            ("class", "U"),
            ("note", "visita"),
            ("number", number),
        ]
    };
    for (number, said) in [
        ("333123456", "Il numero ha 9 cifre, troppo poche"),
        ("08615", "Il numero ha 5 cifre, troppo poche"),
        ("33312345678", "Il numero ha 11 cifre, troppe"),
    ] {
        let heard = sends(&centre, path, &cookie, &with(number)).await;
        assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY, "{number}");
        assert!(heard.text.contains(said), "{said} in {}", heard.text);
    }
    let heard = sends(&centre, path, &cookie, &with("0861 555911")).await;
    let said =
        "Rileggi il numero alla persona: 0861 555 911. Richiamiamo entro il 26/11/2026 18:38.";
    assert!(heard.text.contains(said), "{}", heard.text);
    assert!(heard.text.contains("aria-describedby=\"read-back\""));
    let log = centre.get_with_token("/api/v1/access-log").await.text;
    assert!(!log.contains("look_at_number"), "they typed it: {log}");
    let heard = sends(&centre, path, &cookie, &with("")).await;
    assert!(heard.text.contains("333 123 4567"), "{}", heard.text);
    let log = centre.get_with_token("/api/v1/access-log").await.text;
    assert!(log.contains("look_at_number"), "{log}");
}

#[tokio::test]
async fn every_other_page_of_an_operator_tells_of_their_seat() {
    let centre = Centre::open().await;
    let cookie = anna(&centre).await;
    goes_on(&centre, at_work(WorkState::Ringing, centre.attempt));
    for path in ["/find", "/preferences", "/day", "/password", "/board"] {
        let shown = page(&centre, path, &cookie).await;
        assert!(shown.contains("data-strip=\"/live?seat=101\""), "{path}");
        assert!(
            shown.contains("<strong id=\"strip-state\">squilla"),
            "{path}"
        );
        assert!(shown.contains("id=\"strip-ring\" role=\"alert\""), "{path}");
    }
    let own = page(&centre, "/seats/101", &cookie).await;
    assert!(!own.contains("data-strip"), "{own}");
}
