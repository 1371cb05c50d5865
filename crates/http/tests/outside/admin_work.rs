//! What administrators set up besides people, at their pages: numbers, campaigns, files, dialplans, the
//! log, days that are shut, the directory; and that what people wrote stays text.

use axum::http::StatusCode;
use axum::http::header::COOKIE;
use cuptel_core::campaign::{CampaignCommand, CampaignError, LeftOut};
use cuptel_core::mark::{MarkTold, Marked};
use cuptel_core::number::PhoneNumber;
use cuptel_core::special_day::{SpecialDayError, SpecialDayTold};
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::{Mark, WhyLeftOut};
use cuptel_http::{FailedReload, NotReloaded};
use cuptel_store::AccessMade;
use serde_json::json;

use crate::accounts::{enter, get};
use crate::admin::{last, refuse, rita, send, tea};
use crate::desk::{AT_MS, CAMPAIGN, Centre, form};

#[tokio::test]
async fn a_number_is_listed_and_released_under_the_name_of_who_did_it() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let fields = [
        ("number", "0861 123499"),
        ("mark", "do_not_call"),
        ("tenant", "asl-teramo"),
        ("ends", "2026-12-03T10:30"),
        ("reason", "lo ha chiesto"),
    ];
    let heard = send(&centre, "/admin/numbers", &cookie, &fields).await;
    let told = MarkTold {
        number: PhoneNumber::parse_e164("+390861123499").unwrap(),
        mark: Mark::DoNotCall,
        tenant: Some("asl-teramo".to_owned()),
    };
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    let marked = Box::new(Marked {
        ends_ms: Some(1_796_290_200_000),
        supervisor: Some("rita".to_owned()),
        reason: Some("lo ha chiesto".to_owned()),
    });
    let command = Command::MarkNumber {
        told: told.clone(),
        marked,
    };
    assert_eq!(last(&centre), Some(command));
    let fields = [
        ("number", "0861123499"),
        ("mark", "do_not_call"),
        ("tenant", "asl-teramo"),
    ];
    send(&centre, "/admin/numbers/release", &cookie, &fields).await;
    let supervisor = Some("rita".to_owned());
    assert_eq!(
        last(&centre),
        Some(Command::ReleaseMark { told, supervisor })
    );
    let heard = send(
        &centre,
        "/admin/numbers",
        &cookie,
        &[("number", "casa"), ("mark", "shared")],
    )
    .await;
    assert!(
        heard.text.contains("Non è un numero di telefono"),
        "{}",
        heard.text
    );
    let list = "number,mark\n0861123499,\ncasa,shared\n";
    let heard = send(&centre, "/admin/numbers/import", &cookie, &[("list", list)]).await;
    assert!(
        heard.text.contains("Riga 3: non è un numero di telefono"),
        "{}",
        heard.text
    );
    assert_eq!(last(&centre), None);
    let list = "number,reason\n0861123499,\"casa di riposo, reparto\"\n";
    let heard = send(&centre, "/admin/numbers/import", &cookie, &[("list", list)]).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    assert!(matches!(
        last(&centre),
        Some(Command::MarkNumbers { dry_run: false, .. })
    ));
}

fn campaign(list: &str) -> [(&str, &str); 5] {
    [
        ("name", "ortopedia"),
        ("queue", "asl-teramo/prenotazioni"),
        ("kind", "recall"),
        ("due", "2026-12-03T10:30"),
        ("list", list),
    ]
}

#[tokio::test]
async fn a_campaign_is_tried_made_and_thrown_away_where_its_list_fails() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let list = "number,note,ref\n0861123499,visita,A-1\n0861123498,visita,A-2\n";
    let out = LeftOut {
        line: 3,
        why: WhyLeftOut::DoNotCall,
    };
    refuse(
        &centre,
        CommandError::Campaign(CampaignError::LeftOut(vec![out])),
    );
    let look = campaign(list)
        .into_iter()
        .chain([("look", "yes")])
        .collect::<Vec<_>>();
    let heard = send(&centre, "/admin/campaigns/new", &cookie, &look).await;
    assert!(
        heard
            .text
            .contains("Prova: una persona sarebbe in elenco, una resterebbe fuori"),
        "{}",
        heard.text
    );
    assert!(
        heard.text.contains("Riga 3: non vuole essere chiamato"),
        "{}",
        heard.text
    );
    let Some(Command::Campaign(command)) = last(&centre) else {
        panic!("nothing was asked");
    };
    assert!(
        matches!(*command, CampaignCommand::Check { .. }),
        "{command:?}"
    );
    let heard = send(
        &centre,
        "/admin/campaigns/new",
        &cookie,
        &campaign("number\ncasa\n"),
    )
    .await;
    assert!(
        heard.text.contains("Riga 2: non è un numero di telefono")
            && heard
                .text
                .contains("Nessuna riga dell’elenco si può prendere"),
        "{}",
        heard.text
    );
    assert_eq!(last(&centre), None);
    // What can be taken is, as the command does it.
    let mixed =
        "number,due\n0861123499,2030-01-31T18:00\ncasa,\n0861123498,domani\n+390861123499,\n";
    let mut looked = campaign(mixed).to_vec();
    looked.push(("look", "yes"));
    let heard = send(&centre, "/admin/campaigns/new", &cookie, &looked).await;
    for said in [
        "una persona sarebbe in elenco, 3 resterebbero fuori",
        "Riga 3: non è un numero di telefono",
        "Riga 4: due non è una data",
        "Riga 5: lo stesso numero della riga 2",
    ] {
        assert!(heard.text.contains(said), "{said} in {}", heard.text);
    }
    assert!(last(&centre).is_some());
}

#[tokio::test]
async fn a_campaign_is_paused_and_ended_only_by_whoever_is_sure() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let path = format!("/admin/campaigns/{CAMPAIGN}/pause");
    let heard = send(&centre, &path, &cookie, &[]).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    let heard = send(
        &centre,
        &format!("/admin/campaigns/{CAMPAIGN}/end"),
        &cookie,
        &[],
    )
    .await;
    assert!(heard.text.contains("Manca la conferma"), "{}", heard.text);
    let page = get(&centre, &format!("/admin/campaigns/{CAMPAIGN}"), &cookie)
        .await
        .text;
    for said in ["in corso", "Metti in pausa", "da chiamare", "A-1"] {
        assert!(page.contains(said), "{said} in {page}");
    }
}

#[tokio::test]
async fn a_reload_that_fails_names_the_places_and_one_that_was_asked_elsewhere_too() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let fault = "config/cuptel.toml:7:3: \"x\" is <no> key".to_owned();
    let failed = Err(NotReloaded::Faults(vec![fault.clone()]));
    centre.desk.reloads.lock().unwrap().push_back(failed);
    let heard = send(&centre, "/admin/configuration/reload", &cookie, &[]).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        heard
            .text
            .contains("config/cuptel.toml:7:3: &#34;x&#34; is &#60;no&#62; key"),
        "{}",
        heard.text
    );
    {
        let mut health = centre.desk.health.lock().unwrap();
        let mut shown = health.configuration.as_ref().clone();
        shown.failed = Some(FailedReload {
            at_ms: AT_MS,
            faults: vec![fault],
        });
        health.configuration = shown.into();
    }
    let page = get(&centre, "/admin/configuration", &cookie).await.text;
    assert!(
        page.contains("<th scope=\"row\">config/cuptel.toml, riga 7, colonna 3</th>"),
        "{page}"
    );
    let heard = send(&centre, "/admin/configuration/reload", &cookie, &[]).await;
    assert_eq!(heard.header("location"), "/admin/configuration");
}

#[tokio::test]
async fn a_dialplan_is_drawn_with_who_is_where_and_told_as_a_table() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let page = get(&centre, "/admin/dialplans", &cookie).await.text;
    for said in [
        "<svg role=\"img\"",
        "<text class=\"count\" x=\"173\" y=\"5\" text-anchor=\"middle\">2</text>",
        "coda &#60;b&#62;",
        "scelta (inizio)",
        "1 → coda &#60;b&#62;; 2 → scelta",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(!page.contains("<b>") && !page.contains("style="), "{page}");
}

#[tokio::test]
async fn the_log_is_found_by_who_what_and_day_and_taken_along_without_formulas() {
    let centre = Centre::open().await;
    let store = centre.app().store;
    for (who, act, about, at_ms) in [
        (
            "=cmd|calc",
            "POST /api/v1/stops",
            Some("+39 a"),
            AT_MS - 86_400_000,
        ),
        ("lia", "sign_in", Some("@x"), AT_MS),
        ("100%", "sign_out", None, AT_MS),
    ] {
        let made = AccessMade {
            at_ms,
            who,
            role: None,
            origin: None,
            act,
            about,
            tenant: None,
            refused: false,
        };
        store.log_access(&made).await.unwrap();
    }
    let cookie = enter(&centre, json!({ "name": "aldo", "role": "auditor" })).await;
    let found = |query: &'static str| {
        let (centre, cookie) = (&centre, &cookie);
        async move {
            get(centre, &format!("/admin/log?{query}"), cookie)
                .await
                .text
        }
    };
    assert!(found("who=lia").await.contains("<td>lia</td>"));
    assert!(found("who=li").await.contains("Nessuna riga corrisponde"));
    assert!(found("act=STOPS").await.contains("=cmd|calc"));
    assert!(
        found("act=%25").await.contains("Nessuna riga corrisponde"),
        "a % is a %"
    );
    let yesterday = found("from=2026-11-22&to=2026-11-22").await;
    assert!(
        yesterday.contains("=cmd|calc") && !yesterday.contains("<td>lia</td>"),
        "{yesterday}"
    );
    assert!(found("from=ieri").await.contains("Una data non si legge"));
    let file = get(&centre, "/admin/log/export", &cookie).await;
    assert!(
        file.header("content-disposition")
            .contains("cuptel-access-log.csv")
    );
    for said in ["\"'=cmd|calc\"", "\"'+39 a\"", "\"'@x\""] {
        assert!(file.text.contains(said), "{said} in {}", file.text);
    }
    let log = found("act=export").await;
    assert!(
        log.contains("GET /admin/log/export"),
        "who takes it along leaves an entry: {log}"
    );
}

#[tokio::test]
async fn what_people_wrote_stays_text_on_every_page() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let nasty = "<script>alert(1)</script>\"'><img src=x>";
    for (path, field) in [
        ("/admin/operators", "name"),
        ("/admin/operators/import", "list"),
        ("/admin/seats", "name"),
        ("/admin/users", "name"),
        ("/admin/tokens", "name"),
        ("/admin/numbers", "number"),
        ("/admin/campaigns/new", "name"),
    ] {
        let refusal = || refuse(&centre, CommandError::NoOperator(nasty.to_owned()));
        refusal();
        let heard = send(
            &centre,
            path,
            &cookie,
            &[(field, nasty), ("employer", nasty)],
        )
        .await;
        centre.desk.answers.lock().unwrap().clear();
        assert!(
            !heard.text.contains("<script>alert"),
            "{path}: {}",
            heard.text
        );
        assert!(!heard.text.contains("<img"), "{path}");
    }
    let escaped = serde_urlencoded::to_string([("q", nasty), ("who", nasty)]).unwrap();
    for path in [
        "operators",
        "seats",
        "users",
        "numbers",
        "campaigns",
        "log",
        "dialplans",
    ] {
        let heard = get(&centre, &format!("/admin/{path}?{escaped}"), &cookie).await;
        assert_eq!(heard.status, StatusCode::OK, "{path}");
        assert!(
            !heard.text.contains("<script>alert") && !heard.text.contains("<img"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn what_another_site_sends_changes_nothing() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let request = form("/admin/operators/anna/remove")
        .header(COOKIE, &cookie)
        .header("origin", "https://evil.example");
    let heard = centre.ask(request, "sure=yes").await;
    assert_eq!(heard.status, StatusCode::FORBIDDEN);
    assert_eq!(last(&centre), None);
}

#[tokio::test]
async fn days_are_shut_by_a_form_of_whoever_sets_up_that_authority() {
    let centre = Centre::open().await;
    let tea = tea(&centre).await;
    let fields = |tenant| {
        [
            ("tenant", tenant),
            ("first", "2026-12-24"),
            ("last", "2026-12-26"),
            ("hours", ""),
            ("reason", "festività"),
        ]
    };
    let heard = send(&centre, "/admin/closures", &tea, &fields("asl-teramo")).await;
    assert_eq!(
        heard.header("location"),
        "/admin/closures",
        "{}",
        heard.text
    );
    let told = SpecialDayTold {
        tenant: "asl-teramo".to_owned(),
        calendar: None,
        first: "2026-12-24".to_owned(),
        last: Some("2026-12-26".to_owned()),
        hours: None,
        reason: Some("festività".to_owned()),
        by: Some("tea".to_owned()),
    };
    assert_eq!(last(&centre), Some(Command::AddSpecialDay(Box::new(told))));
    let heard = send(&centre, "/admin/closures", &tea, &fields("asl-pescara")).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(last(&centre), None);
    let why = SpecialDayError::Hours("8-12".to_owned());
    refuse(&centre, CommandError::SpecialDay(why));
    let heard = send(&centre, "/admin/closures", &tea, &fields("asl-teramo")).await;
    assert!(
        heard.text.contains("Gli orari si scrivono come"),
        "{}",
        heard.text
    );
    assert!(
        heard.text.contains("value=\"2026-12-24\""),
        "what was typed stays"
    );
}

#[tokio::test]
async fn the_directory_is_for_whoever_works_and_changed_by_whoever_sets_up() {
    let centre = Centre::open().await;
    let (rita, tea) = (rita(&centre).await, tea(&centre).await);
    let fields = |name, tenant| {
        [
            ("name", name),
            ("number", "0861 555-900"),
            ("tenant", tenant),
            ("note", "<i>mattina</i>"),
        ]
    };
    for (cookie, name, tenant) in [
        (&rita, "Radiologia", ""),
        (&rita, "Pescara <b>", "asl-pescara"),
        (&tea, "Teramo", "asl-teramo"),
    ] {
        let heard = send(&centre, "/admin/directory", cookie, &fields(name, tenant)).await;
        assert_eq!(
            heard.header("location"),
            "/admin/directory",
            "{}",
            heard.text
        );
    }
    let taken = send(&centre, "/admin/directory", &rita, &fields("Teramo", "")).await;
    assert!(
        taken.text.contains("Il nome Teramo c’è già"),
        "{}",
        taken.text
    );
    let others = send(&centre, "/admin/directory", &tea, &fields("Altra", "")).await;
    assert_eq!(others.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = get(&centre, "/admin/directory", &tea).await.text;
    assert!(
        page.contains("Radiologia") && !page.contains("Pescara &"),
        "{page}"
    );
    assert!(
        page.contains("+390861555900") && page.contains("&#60;i&#62;mattina"),
        "{page}"
    );
    let page = get(&centre, "/admin/directory?q=RADIO", &rita).await.text;
    assert!(
        page.contains("Radiologia") && !page.contains("<td>Teramo"),
        "{page}"
    );
    let anna = enter(&centre, json!({ "name": "anna", "role": "operator" })).await;
    let listed = get(&centre, "/api/v1/directory?q=tera", &anna).await;
    let listed = listed.json();
    assert_eq!(listed["directory"][0]["name"], "Teramo");
    let all = get(&centre, "/api/v1/directory", &rita).await.json();
    let id = all["directory"][0]["id"].to_string();
    let form = [("id", id.as_str()), ("sure", "yes")];
    let not_theirs = send(&centre, "/admin/directory/remove", &tea, &form).await;
    assert_eq!(
        not_theirs.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "Pescara's is not there for her"
    );
    let heard = send(&centre, "/admin/directory/remove", &rita, &form).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    let left = get(&centre, "/api/v1/directory", &rita).await.json();
    assert_eq!(left["directory"].as_array().unwrap().len(), 2);
}
