//! Metrics: the agreed names, and nobody's number or name in them.

use cuptel_core::words::WorkState;

use crate::desk::{AT_MS, Centre, add_trouble};

#[tokio::test]
async fn what_is_true_now_is_written_from_the_look() {
    let centre = Centre::open().await;
    centre.desk.looks.send_modify(add_trouble);
    let text = centre.get("/metrics").await.text;
    for line in [
        "# TYPE cuptel_queue_waiting gauge",
        "cuptel_queue_waiting{tenant=\"asl-teramo\",queue=\"prenotazioni\"} 2",
        "cuptel_queue_wait_seconds{tenant=\"asl-teramo\",queue=\"prenotazioni\"} 125",
        "cuptel_callbacks_open{tenant=\"asl-teramo\",queue=\"prenotazioni\",state=\"ready\"} 4",
        "cuptel_callbacks_open{tenant=\"asl-teramo\",queue=\"prenotazioni\",state=\"pending\"} 3",
        "cuptel_dials_in_flight 1",
        "cuptel_seats{state=\"talking\",tenant=\"\"} 1",
        "cuptel_seats{state=\"paused\",tenant=\"\"} 1",
        "cuptel_seats{state=\"signed_out\",tenant=\"\"} 1",
        "cuptel_notice_lines_in_use{trunk=\"carrier\"} 0",
        "cuptel_storm{trunk=\"carrier\"} 0",
        "cuptel_trunk_full{trunk=\"carrier\"} 0",
        "cuptel_trunk_up{trunk=\"carrier\"} 1",
        "cuptel_operators_at_home{tenant=\"asl-teramo\"} 4",
        "cuptel_operators_lent{tenant=\"asl-teramo\"} 2",
        "cuptel_callbacks_unseen{tenant=\"asl-teramo\"} 2",
        "cuptel_operators_borrowed{tenant=\"asl-teramo\"} 1",
        "cuptel_wait_p95_seconds{tenant=\"asl-teramo\",window=\"recent\"} 95",
        "cuptel_wait_p95_seconds{tenant=\"asl-teramo\",window=\"recent\",class=\"U\"} 40",
        "cuptel_fairness_drift{what=\"waits\",class=\"U\"} 0",
        "cuptel_abandoned_ratio{tenant=\"asl-teramo\",window=\"recent\"} 0.125",
        "cuptel_fairness_drift{what=\"waits\"} 1",
        "cuptel_stop_pressed{button=\"outgoing\",tenant=\"asl-teramo\",queue=\"\"} 1",
        "cuptel_campaign_entries{tenant=\"asl-teramo\",campaign=\"cardiologia\",state=\"reached\"} 4",
        "cuptel_campaign_entries{tenant=\"asl-teramo\",campaign=\"cardiologia\",state=\"released\"} 0",
        "cuptel_fairness_drift{what=\"abandoned\"} 0",
    ] {
        assert!(
            text.lines().any(|written| written == line),
            "{line}\n{text}"
        );
    }
    assert!(!text.contains("anna") && !text.contains("101"), "{text}");
}

#[tokio::test]
async fn a_queue_that_is_gone_disappears() {
    let centre = Centre::open().await;
    centre.desk.looks.send_modify(|look| {
        let look = std::sync::Arc::make_mut(look);
        look.queues.clear();
        look.campaigns.clear();
        look.seats[0].work = WorkState::WrapUp;
        look.at_ms = AT_MS + 1;
    });
    let text = centre.get("/metrics").await.text;
    assert!(!text.contains("prenotazioni"), "{text}");
    assert!(text.contains("cuptel_seats{state=\"wrap_up\",tenant=\"\"} 1"));
}

#[test]
fn recorded_metrics_have_their_buckets_and_one_recorder() {
    let handle = cuptel_http::install_metrics().unwrap();
    metrics::histogram!("cuptel_callback_age_seconds").record(1_000.0);
    metrics::counter!("cuptel_attempts_total", "outcome" => "served").increment(1);
    let text = handle.render();
    assert!(
        text.contains("cuptel_callback_age_seconds_bucket{le=\"1800\"} 1"),
        "{text}"
    );
    assert!(
        text.contains("cuptel_callback_age_seconds_bucket{le=\"900\"} 0"),
        "{text}"
    );
    assert!(text.contains("# HELP cuptel_attempts_total"), "{text}");
    assert!(
        text.contains("cuptel_attempts_total{outcome=\"served\"} 1"),
        "{text}"
    );
    assert!(cuptel_http::install_metrics().is_err());
}
