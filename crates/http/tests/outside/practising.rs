//! An operator practises: their page is that of a call, marked as practice, and its forms count nowhere.

use std::sync::Arc;

use axum::http::StatusCode;
use cuptel_core::id::{AssignmentId, NeedId};
use cuptel_core::keeping::NeedsSaid;
use cuptel_core::practice::{PracticeDeed, PracticeNeed, PracticeNow};
use cuptel_core::snapshot::Snapshot;
use cuptel_core::step::Command;
use cuptel_core::trial::{TrialEnd, TrialError, TrialKind, TrialNow, TrialStage};
use cuptel_core::words::{Disposition, Exercise, NeedKind, WorkState};

use crate::admin::{last, refuse, rita};
use crate::api::{described, fields};
use crate::console::{anna, page, sends};
use crate::desk::{AT_MS, Centre, busy, with_token};

fn practice() -> PracticeNow {
    PracticeNow {
        id: AssignmentId(77),
        exercise: Exercise::Owed,
        tenant: Some("asl-teramo".to_owned()),
        queue: Some("prenotazioni".to_owned()),
        answered_ms: Some(AT_MS - 10_000),
        held_since_ms: None,
        keys: 0,
        wraps_up_until_ms: None,
        ends_with_it: true,
        gives_way_ms: None,
        told: None,
        code: None,
        opens: None,
        noted: false,
        interrupted: false,
        needs: vec![
            PracticeNeed {
                need: NeedId(1),
                kind: NeedKind::TakenInCharge,
                closes: false,
            },
            PracticeNeed {
                need: NeedId(2),
                kind: NeedKind::Missed,
                closes: true,
            },
        ],
    }
}

fn trial(stage: TrialStage, practice: PracticeNow) -> TrialNow {
    TrialNow {
        kind: TrialKind::Practice,
        begun_ms: AT_MS - 20_000,
        stage,
        rang: true,
        answered: practice.answered_ms.is_some(),
        heard_us: false,
        end: (stage == TrialStage::Over).then_some(TrialEnd::HungUp),
        voice: None,
        practice: Some(practice),
    }
}

/// Seat 101 does nothing, but that somebody practises there.
fn at(trial: Option<TrialNow>) -> Arc<Snapshot> {
    let mut look = busy();
    let seat = &mut look.seats[0];
    (seat.work, seat.queue, seat.tenant, seat.trial) = (WorkState::Idle, None, None, trial);
    Arc::new(look)
}

fn shows(centre: &Centre, stage: TrialStage, practice: PracticeNow) {
    centre
        .desk
        .looks
        .send_replace(at(Some(trial(stage, practice))));
}

fn does(deed: PracticeDeed, conversation: Option<i64>) -> Option<Command> {
    Some(Command::Practise {
        seat: "101".to_owned(),
        deed,
        conversation: conversation.map(AssignmentId),
    })
}

#[tokio::test]
async fn an_operator_begins_to_practise_from_their_page_and_chooses_with_whom() {
    let centre = Centre::open().await;
    let cookie = anna(&centre).await;
    let busy = page(&centre, "/seats/101", &cookie).await;
    assert!(!busy.contains("Comincia l’esercitazione"), "she talks");
    centre.desk.looks.send_replace(at(None));
    let idle = page(&centre, "/seats/101", &cookie).await;
    assert!(idle.contains("Comincia l’esercitazione"), "{idle}");
    assert!(idle.contains("<option value=\"upset\">"), "{idle}");
    let told = [("exercise", "upset")];
    let heard = sends(&centre, "/api/v1/seats/101/practice", &cookie, &told).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    assert_eq!(
        last(&centre),
        does(PracticeDeed::Begin(Exercise::Upset), None)
    );
}

#[tokio::test]
async fn the_page_is_that_of_a_call_and_says_everywhere_that_it_is_none() {
    let centre = Centre::open().await;
    let cookie = anna(&centre).await;
    shows(&centre, TrialStage::Echo, practice());
    let talks = page(&centre, "/seats/101", &cookie).await;
    for said in [
        "<title>ESERCITAZIONE: in conversazione",
        "ESERCITAZIONE: la persona è inventata",
        "id=\"person-who\">ESERCITAZIONE: Carla Prova, Prenotazioni",
        "Ha aspettato 2 minuti",
        "Dovevate richiamarmi per la risonanza",
        "presa in carico",
        "action=\"/api/v1/seats/101/practice/disposition\"",
        "action=\"/api/v1/seats/101/practice/hold\"",
        "action=\"/api/v1/seats/101/practice/keys\"",
        "name=\"conversation\" value=\"77\"",
        "id=\"need2\" name=\"close\" value=\"2\" checked",
    ] {
        assert!(talks.contains(said), "{said} in {talks}");
    }
    for said in [
        "Mostra il numero intero",
        "<summary id=\"in-charge\">",
        "/transfer",
        "/seats/101/disposition",
        "Prova la cuffia",
    ] {
        assert!(!talks.contains(said), "{said} in {talks}");
    }
    let held_since_ms = Some(AT_MS - 2_000);
    let held = PracticeNow {
        held_since_ms,
        ..practice()
    };
    shows(&centre, TrialStage::Echo, held);
    let held = page(&centre, "/seats/101", &cookie).await;
    assert!(held.contains("/seats/101/practice/resume"), "{held}");
    assert!(held.contains("ESERCITAZIONE: chiamata in attesa"), "{held}");
    let wraps_up_until_ms = Some(AT_MS + 30_000);
    let after = PracticeNow {
        wraps_up_until_ms,
        ..practice()
    };
    shows(&centre, TrialStage::WrapUp, after);
    let after = page(&centre, "/seats/101", &cookie).await;
    assert!(after.contains("Restano 30 secondi"), "{after}");
    assert!(after.contains("Termina l’esercitazione"), "{after}");
}

#[tokio::test]
async fn the_forms_of_a_practice_call_lead_to_it_alone() {
    let centre = Centre::open().await;
    let cookie = anna(&centre).await;
    shows(&centre, TrialStage::Echo, practice());
    let told = [
        ("conversation", "77"),
        ("disposition", "done"),
        ("shown", "1"),
        ("shown", "2"),
        ("close", "2"),
        ("note", "richiamare dopo le 15"),
    ];
    let path = "/api/v1/seats/101/practice/disposition";
    let heard = sends(&centre, path, &cookie, &told).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    let deed = PracticeDeed::Dispose {
        result: Disposition::Done.into(),
        said: NeedsSaid {
            keep: vec![NeedId(1)],
            close: vec![NeedId(2)],
        },
        noted: true,
    };
    assert_eq!(
        last(&centre),
        does(deed, Some(77)),
        "the words of the note are nowhere"
    );
    for (path, deed) in [
        ("hold", PracticeDeed::Hold),
        ("resume", PracticeDeed::Resume),
        ("hang-up", PracticeDeed::HangUp),
    ] {
        let path = format!("/api/v1/seats/101/practice/{path}");
        let heard = sends(&centre, &path, &cookie, &[("conversation", "77")]).await;
        assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
        assert_eq!(last(&centre), does(deed, Some(77)));
    }
    let keys = [("keys", "1 2#")];
    sends(&centre, "/api/v1/seats/101/practice/keys", &cookie, &keys).await;
    assert_eq!(
        last(&centre),
        does(PracticeDeed::Keys("12#".to_owned()), None)
    );
}

#[tokio::test]
async fn at_the_end_the_page_says_what_a_real_call_had_done() {
    let centre = Centre::open().await;
    let cookie = anna(&centre).await;
    let told = PracticeNow {
        told: Some(Disposition::Done),
        noted: true,
        keys: 2,
        ..practice()
    };
    shows(&centre, TrialStage::Over, told);
    let over = page(&centre, "/seats/101", &cookie).await;
    for said in [
        "Niente è stato registrato",
        "In una chiamata vera:",
        "L’esito sarebbe: risolta.",
        "resterebbe aperta, finché qualcuno non la chiude",
        "sarebbe chiusa.",
        "La nota resterebbe accanto alla questione",
        "sentito 2 tasti",
        "Comincia l’esercitazione",
    ] {
        assert!(over.contains(said), "{said} in {over}");
    }
    assert!(!over.contains("Carla Prova"), "she is gone");
    let cut_off = PracticeNow {
        interrupted: true,
        ..practice()
    };
    shows(&centre, TrialStage::Over, cut_off);
    let over = page(&centre, "/seats/101", &cookie).await;
    assert!(over.contains("varrebbe come caduta"), "{over}");
}

#[tokio::test]
async fn whoever_leads_sees_that_somebody_practises_and_no_invented_person() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    shows(&centre, TrialStage::Echo, practice());
    for path in ["/supervisor", "/board"] {
        let seen = page(&centre, path, &cookie).await;
        assert!(seen.contains("si esercita"), "{path}: {seen}");
        assert!(!seen.contains("Carla Prova"), "{path}");
    }
    let open = centre.get("/seats/101").await.text;
    assert!(!open.contains("Carla Prova"), "who has not signed in");
}

#[tokio::test]
async fn how_it_goes_is_described_and_the_result_that_was_told_is_in_it() {
    let centre = Centre::open().await;
    shows(&centre, TrialStage::Echo, practice());
    let document = centre.get("/api/v1/openapi.json").await.json();
    let look = centre.get_with_token("/api/v1/snapshot").await.json();
    let told = &look["seats"][0]["trial"];
    assert_eq!(described(&document, "TrialNow"), fields(told));
    let practice = &told["practice"];
    assert_eq!(described(&document, "PracticeNow"), fields(practice));
    let need = &practice["needs"][0];
    assert_eq!(described(&document, "PracticeNeed"), fields(need));
}

#[tokio::test]
async fn a_program_is_told_why_nobody_practises_now() {
    let centre = Centre::open().await;
    let ask = |body: &'static str| {
        let request = with_token("POST", "/api/v1/seats/101/practice");
        centre.ask(request.header("content-type", "application/json"), body)
    };
    let heard = ask("{}").await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    assert_eq!(
        last(&centre),
        does(PracticeDeed::Begin(Exercise::Booking), None)
    );
    let heard = ask("{\"exercise\":\"opera\"}").await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    let wait = TrialError::PeopleWait {
        seat: "101".to_owned(),
        waiting: 4,
    };
    refuse(&centre, wait.into());
    let heard = ask("{}").await;
    assert_eq!(heard.status, StatusCode::CONFLICT);
    let told = heard.json();
    assert!(
        told["error"]
            .as_str()
            .unwrap()
            .starts_with("4 wait whom seat 101")
    );
    assert!(told["hint"].as_str().unwrap().contains("pause"));
}

#[tokio::test]
async fn an_operator_practises_at_no_other_seat() {
    let centre = Centre::open().await;
    let cookie = anna(&centre).await;
    let told = [("exercise", "booking")];
    sends(&centre, "/api/v1/seats/102/practice", &cookie, &told).await;
    assert_eq!(last(&centre), None);
}
