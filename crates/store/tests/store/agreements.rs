//! Agreements with those who work here.

use cuptel_store::{Allowed, NewAgreement};

use crate::home::{Home, on_every_database};
use crate::rows::NOW;

on_every_database!(
    nothing_is_allowed_until_an_agreement_is_entered,
    the_next_agreement_takes_the_place_of_the_one_before,
);

fn agreement(protocol: &str, entered_ms: i64) -> NewAgreement {
    NewAgreement {
        reached_on: "2026-10-01".to_owned(),
        protocol: protocol.to_owned(),
        allows: Allowed {
            per_operator_figures: true,
            ..Allowed::default()
        },
        entered_ms,
        entered_by: "rosa".to_owned(),
    }
}

async fn nothing_is_allowed_until_an_agreement_is_entered(home: &Home) {
    let store = home.serve().await;
    assert_eq!(store.allowed().await.unwrap(), Allowed::default());
    store
        .enter_agreement(&agreement("12/2026", NOW))
        .await
        .unwrap();
    let allowed = store.allowed().await.unwrap();
    assert!(allowed.per_operator_figures && !allowed.listening && !allowed.recording);
    assert!(store.end_agreement(NOW + 5, "mario").await.unwrap());
    assert_eq!(store.allowed().await.unwrap(), Allowed::default());
    assert!(!store.end_agreement(NOW + 6, "mario").await.unwrap());
    let all = store.agreements().await.unwrap();
    assert_eq!(
        all[0].ended_by.as_deref(),
        Some("mario"),
        "what ended stays on record"
    );
}

async fn the_next_agreement_takes_the_place_of_the_one_before(home: &Home) {
    let store = home.serve().await;
    store
        .enter_agreement(&agreement("12/2026", NOW))
        .await
        .unwrap();
    let next = NewAgreement {
        allows: Allowed::default(),
        ..agreement("13/2026", NOW + 9)
    };
    store.enter_agreement(&next).await.unwrap();
    let all = store.agreements().await.unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(
        (all[0].protocol.as_str(), all[0].ended_ms),
        ("13/2026", None)
    );
    assert_eq!(all[1].ended_ms, Some(NOW + 9));
    assert_eq!(store.allowed().await.unwrap(), Allowed::default());
}
