//! What whoever sets up one authority alone is shown and not shown; and the delivered example, which those
//! of the region take away together.

use std::sync::Arc;

use axum::http::StatusCode;
use cuptel_core::id::OperatorId;
use cuptel_core::record::{OperatorRow, Record};
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::{Chosen, WorkState};
use cuptel_store::{Batch, Names};
use serde_json::json;

use crate::accounts::{enter, get};
use crate::admin::{as_delivered, refuse, rita, send, tea};
use crate::desk::{Centre, busy, seat};

/// Somebody of another authority works at the second seat.
async fn with_another_authority() -> Centre {
    let centre = Centre::open().await;
    let names = Names {
        tenants: vec!["asl-teramo".to_owned(), "asl-pescara".to_owned()],
        ..Names::default()
    };
    let store = centre.app().store;
    let names = store.intern(&names).await.unwrap();
    let operator = OperatorRow {
        id: OperatorId(2),
        name: "Piero Pescarese".to_owned(),
        employer: "asl".to_owned(),
        skills: Vec::new(),
        home: Some(names.tenants["asl-pescara"]),
        removed_ms: None,
    };
    let batch = Batch {
        last_seq: 2,
        records: vec![Record::Operator(operator)],
    };
    store.writer().commit(&mut vec![batch]).await.unwrap();
    centre.desk.looks.send_modify(|look| {
        let look = Arc::make_mut(look);
        look.seats[0].operator = Some("Piero Pescarese".to_owned());
        look.seats[0].home = Some("asl-pescara".to_owned());
    });
    centre
}

#[tokio::test]
async fn who_works_for_another_authority_is_named_on_no_page_of_one() {
    let centre = with_another_authority().await;
    let (tea, rita) = (tea(&centre).await, rita(&centre).await);
    // In the database the operator of that seat is anna: neither name is for them.
    for path in [
        "/admin",
        "/admin/seats",
        "/admin/seats/101",
        "/admin/configuration",
    ] {
        let page = get(&centre, path, &tea).await.text;
        for name in ["Piero", "anna"] {
            assert!(!page.contains(name), "{name} in {path}: {page}");
        }
    }
    let found = get(&centre, "/admin/seats?q=anna", &tea).await.text;
    assert!(found.contains("Nessuna postazione corrisponde"), "{found}");
    let all = get(&centre, "/admin/seats", &rita).await.text;
    assert!(all.contains("<td>anna</td>"), "{all}");
}

#[tokio::test]
async fn a_phone_that_would_not_be_rung_has_no_button_and_a_sentence_says_so() {
    let others = with_another_authority().await;
    let cookie = tea(&others).await;
    let page = get(&others, "/admin/seats/101", &cookie).await.text;
    assert!(page.contains("Qui non puoi fare nulla"), "{page}");
    assert!(!page.contains("Fai squillare"), "{page}");
    let guide = get(&others, "/admin", &cookie).await.text;
    assert!(!guide.contains("<option value=\"101\""), "{guide}");
    assert!(guide.contains("<option value=\"103\""), "{guide}");
    // Anna, who is nobody's, is led by any of them.
    let centre = Centre::open().await;
    let cookie = tea(&centre).await;
    let page = get(&centre, "/admin/seats/101", &cookie).await.text;
    assert!(page.contains("Fai squillare"), "{page}");
    assert!(
        page.contains("Le postazioni le cambia chi amministra"),
        "{page}"
    );
    let rosa = enter(&centre, json!({ "name": "rosa", "role": "supervisor" })).await;
    let page = get(&centre, "/admin/seats/101", &rosa).await.text;
    assert!(page.contains("Qui non puoi cambiare nulla"), "{page}");
    assert!(!page.contains("Fai squillare"), "{page}");
}

#[tokio::test]
async fn the_guide_of_one_authority_has_its_own_steps_and_nothing_of_the_region() {
    let centre = Centre::open().await;
    as_delivered(&centre);
    let tea = tea(&centre).await;
    let page = get(&centre, "/admin", &tea).await.text;
    for said in [
        "Aggiungi gli operatori",
        "Fai entrare nelle pagine",
        "Fai una chiamata di prova",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    for hidden in [
        "secondo amministratore",
        "di esempio",
        "dell’esempio",
        "password consegnat",
        "Collega la linea",
        "anna",
    ] {
        assert!(!page.contains(hidden), "{hidden} in {page}");
    }
    let english = format!("{tea}; cuptel_language=en");
    let page = get(&centre, "/admin", &english).await.text;
    assert!(
        page.contains("Let your operators in to the pages"),
        "{page}"
    );
}

#[tokio::test]
async fn the_example_goes_together_and_whoever_is_at_work_stays_and_is_named() {
    let centre = Centre::open().await;
    as_delivered(&centre);
    let rita = rita(&centre).await;
    let path = "/admin/example";
    let guide = get(&centre, "/admin", &rita).await.text;
    assert!(guide.contains("href=\"/admin/example\""), "{guide}");
    let page = get(&centre, path, &rita).await.text;
    assert!(page.contains("resta: è in servizio") && page.contains("resta: ci lavora"));
    let heard = send(&centre, path, &rita, &[]).await;
    assert!(heard.text.contains("Manca la conferma"), "{}", heard.text);
    assert!(centre.desk.commands.lock().unwrap().is_empty());
    // Anna works at 101.
    let heard = send(&centre, path, &rita, &[("sure", "yes")]).await;
    assert_eq!(heard.header("location"), path);
    assert!(centre.desk.commands.lock().unwrap().is_empty());
    let page = get(&centre, path, &rita).await.text;
    for said in [
        "anna: resta: è in servizio",
        "101: resta: ci lavora",
        "Restano 2",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    // She has gone.
    let mut look = busy();
    look.seats[0] = seat("101", None, Chosen::SignedOut, WorkState::Idle);
    centre.desk.looks.send_replace(Arc::new(look));
    let page = get(&centre, path, &rita).await.text;
    assert_eq!(page.matches("<td>se ne va</td>").count(), 2, "{page}");
    let heard = send(&centre, path, &rita, &[("sure", "yes")]).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    let asked = std::mem::take(&mut *centre.desk.commands.lock().unwrap());
    let gone = [
        Command::RemoveOperator("anna".to_owned()),
        Command::RemoveSeat("101".to_owned()),
    ];
    assert_eq!(asked, gone);
    // By a program, with the rules against one of them.
    refuse(&centre, CommandError::NoOperator("anna".to_owned()));
    let told = centre.post_json("/api/v1/example/remove", "{}").await;
    let expected = json!({ "operators": [], "seats": ["101"],
        "left": [{ "name": "anna", "why": "refused" }] });
    assert_eq!(told.json(), expected);
}
