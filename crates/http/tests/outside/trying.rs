//! A phone is tried: from the page of its operator, by whoever sets up phones, and by a program.

use std::sync::Arc;

use axum::http::StatusCode;
use cuptel_core::snapshot::Snapshot;
use cuptel_core::step::Command;
use cuptel_core::trial::{TrialEnd, TrialError, TrialKind, TrialNow, TrialStage, Voice};
use cuptel_core::words::WorkState;

use crate::admin::{last, refuse, rita, send};
use crate::console::{anna, page, sends};
use crate::desk::{AT_MS, Centre, busy, with_token};

/// Seat 101 is free, with a trial or without.
fn free(trial: Option<TrialNow>) -> Arc<Snapshot> {
    let mut look = busy();
    let seat = &mut look.seats[0];
    (seat.work, seat.queue, seat.tenant, seat.trial) = (WorkState::Idle, None, None, trial);
    Arc::new(look)
}

fn over(voice: Option<Voice>) -> TrialNow {
    TrialNow {
        kind: TrialKind::Echo,
        begun_ms: AT_MS - 20_000,
        stage: TrialStage::Over,
        rang: true,
        answered: true,
        heard_us: true,
        end: Some(TrialEnd::HungUp),
        voice,
        practice: None,
    }
}

fn tries(kind: TrialKind) -> Option<Command> {
    let seat = "101".to_owned();
    Some(Command::TrySeat { seat, kind })
}

#[tokio::test]
async fn an_operator_tries_their_headset_from_their_page_and_reads_what_came() {
    let centre = Centre::open().await;
    let cookie = anna(&centre).await;
    let busy = page(&centre, "/seats/101", &cookie).await;
    assert!(!busy.contains("Prova la cuffia"), "she talks");
    centre.desk.looks.send_replace(free(None));
    let idle = page(&centre, "/seats/101", &cookie).await;
    assert!(idle.contains("Prova la cuffia"), "{idle}");
    let told = [("kind", "echo")];
    let heard = sends(&centre, "/api/v1/seats/101/test", &cookie, &told).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    assert_eq!(last(&centre), tries(TrialKind::Echo));

    let rings = TrialNow {
        stage: TrialStage::Echo,
        end: None,
        ..over(None)
    };
    centre.desk.looks.send_replace(free(Some(rings)));
    let now = page(&centre, "/seats/101", &cookie).await;
    assert!(now.contains("dovresti sentire la tua voce"), "{now}");
    assert!(!now.contains("Prova la cuffia"), "one at a time");
    let voice = Some(Voice {
        packets: 490,
        lost: 10,
    });
    centre.desk.looks.send_replace(free(Some(over(voice))));
    let after = page(&centre, "/seats/101", &cookie).await;
    assert!(
        after.contains("490 pacchetti, 10 mancanti (2.0 %)"),
        "{after}"
    );
    assert!(after.contains("Prova la cuffia"), "and again");
}

#[tokio::test]
async fn an_operator_tries_no_other_seat() {
    let centre = Centre::open().await;
    let cookie = anna(&centre).await;
    let told = [("kind", "echo")];
    sends(&centre, "/api/v1/seats/102/test", &cookie, &told).await;
    assert_eq!(last(&centre), None);
}

#[tokio::test]
async fn a_program_rings_a_phone_and_is_told_why_not() {
    let centre = Centre::open().await;
    let ask = |body: &'static str| {
        let request = with_token("POST", "/api/v1/seats/101/test");
        centre.ask(request.header("content-type", "application/json"), body)
    };
    let heard = ask("{}").await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    assert_eq!(last(&centre), tries(TrialKind::Test));
    assert_eq!(
        ask("{\"kind\":\"loud\"}").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    refuse(&centre, TrialError::NoPhone("101".to_owned()).into());
    let heard = ask("{\"kind\":\"test\"}").await;
    assert_eq!(heard.status, StatusCode::CONFLICT);
    let told = heard.json();
    assert_eq!(told["error"], "no phone is registered for seat 101");
    assert!(
        told["hint"]
            .as_str()
            .unwrap()
            .contains("extension and password")
    );
}

#[tokio::test]
async fn whoever_sets_up_phones_rings_one_from_the_guide_and_from_its_page() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let guide = page(&centre, "/admin", &cookie).await;
    assert!(guide.contains("action=\"/admin/test\""), "{guide}");
    let heard = send(&centre, "/admin/test", &cookie, &[("seat", "101")]).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    assert_eq!(heard.header("location"), "/admin/seats/101#try");
    assert_eq!(last(&centre), tries(TrialKind::Test));
    centre.desk.looks.send_replace(free(Some(over(Some(Voice {
        packets: 0,
        lost: 0,
    })))));
    let told = page(&centre, "/admin/seats/101", &cookie).await;
    assert!(told.contains("Dal telefono non è arrivato audio"), "{told}");
    refuse(&centre, TrialError::PhoneSilent("101".to_owned()).into());
    let heard = send(&centre, "/admin/seats/101/test", &cookie, &[]).await;
    assert!(
        heard.text.contains("è registrato e non risponde"),
        "{}",
        heard.text
    );
}
