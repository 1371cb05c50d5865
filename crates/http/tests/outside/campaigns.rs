//! Campaigns over HTTP: a list comes in by chunks and names who is left out, digits go out of nowhere,
//! and the page shows how far one is.

use axum::http::StatusCode;
use cuptel_core::campaign::{CampaignCommand, CampaignError, EntryTold, LeftOut};
use cuptel_core::id::CampaignId;
use cuptel_core::number::Caller;
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::{CampaignState, DialOrder, WhyLeftOut};
use cuptel_http::Refusal;
use serde_json::json;

use crate::api::{described, fields};
use crate::desk::{CALLER, CAMPAIGN, Centre};

fn commands(centre: &Centre) -> Vec<CampaignCommand> {
    let told = std::mem::take(&mut *centre.desk.commands.lock().unwrap());
    let told = told.into_iter().map(|command| {
        let Command::Campaign(command) = command else {
            panic!("{command:?}");
        };
        *command
    });
    told.collect()
}

fn entry(line: u32, number: &str) -> EntryTold {
    EntryTold {
        line,
        person: Caller::from_user_part(number),
        note: None,
        due_ms: None,
        not_before_ms: None,
        reference: (line == 2).then(|| "A-1".to_owned()),
        appointment: None,
    }
}

#[tokio::test]
async fn who_is_left_out_of_a_chunk_is_named_and_the_others_are_told_again_without() {
    let centre = Centre::open().await;
    let left_out = LeftOut {
        line: 3,
        why: WhyLeftOut::DoNotCall,
    };
    let refused = CommandError::Campaign(CampaignError::LeftOut(vec![left_out]));
    let answers = || centre.desk.answers.lock().unwrap();
    answers().push_back(Err(Refusal::Refused(refused)));
    let body = json!({ "entries": [
        { "line": 2, "number": "0861123499", "ref": "A-1" },
        { "line": 3, "number": "0861123498" },
    ]});
    let path = format!("/api/v1/campaigns/{CAMPAIGN}/entries");
    let heard = centre.post_json(&path, &body.to_string()).await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    let expected = json!({ "taken": 1, "left_out": [{ "line": 3, "why": "do_not_call" }] });
    assert_eq!(heard.json(), expected);
    let shown = centre
        .get_with_token(&format!("/api/v1/campaigns/{CAMPAIGN}"))
        .await
        .json();
    let campaign = CampaignId(shown["campaign"]["id"].as_i64().unwrap());
    let both = vec![entry(2, "0861123499"), entry(3, "0861123498")];
    let told = [both, vec![entry(2, "0861123499")]]
        .map(|entries| CampaignCommand::Add { campaign, entries });
    assert_eq!(commands(&centre), told);
    let refused = CommandError::Campaign(CampaignError::LineTwice(2));
    answers().push_back(Err(Refusal::Refused(refused)));
    let heard = centre.post_json(&path, &body.to_string()).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(heard.text.contains("its own `line`"), "{}", heard.text);
    assert_eq!(commands(&centre).len(), 1, "nothing is told again without");
    let many: Vec<_> = (0..501)
        .map(|n| json!({ "line": n, "number": "1" }))
        .collect();
    let many = json!({ "entries": many }).to_string();
    let heard = centre.post_json(&path, &many).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(heard.text.contains("several requests"), "{}", heard.text);
    assert_eq!(commands(&centre), []);
}

#[tokio::test]
async fn what_is_done_with_one_goes_by_its_identifier_and_says_how_it_stands() {
    let centre = Centre::open().await;
    let by = || Some("Carla".to_owned());
    let path = format!("/api/v1/campaigns/{CAMPAIGN}");
    let shown = centre.get_with_token(&path).await.json();
    let id = shown["campaign"]["id"].as_i64().unwrap();
    let campaign = CampaignId(id);
    for (what, command) in [
        ("start", CampaignCommand::Start { campaign, by: by() }),
        ("pause", CampaignCommand::Pause { campaign, by: by() }),
        ("resume", CampaignCommand::Resume { campaign, by: by() }),
        ("end", CampaignCommand::End { campaign, by: by() }),
    ] {
        let path = format!("/api/v1/campaigns/{id}/{what}");
        let heard = centre.post_json(&path, r#"{"by":" Carla "}"#).await;
        assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
        assert_eq!(heard.json()["campaign"]["counts"]["waiting"], 1);
        assert_eq!(commands(&centre), [command]);
    }
    let name = CAMPAIGN.to_owned();
    let state = CampaignState::Running;
    let refused = CommandError::Campaign(CampaignError::State { name, state });
    let refused = Refusal::Refused(refused);
    centre.desk.answers.lock().unwrap().push_back(Err(refused));
    let path = format!("/api/v1/campaigns/{CAMPAIGN}/start");
    let heard = centre.post_json(&path, "{}").await;
    assert_eq!(heard.status, StatusCode::CONFLICT);
    assert!(heard.text.contains("is running"), "{}", heard.text);
    let nobodys = centre
        .post_json("/api/v1/campaigns/ortopedia/start", "{}")
        .await;
    assert_eq!(nobodys.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_name_is_taken_once_and_numbers_are_masked() {
    let centre = Centre::open().await;
    let body = json!({ "name": CAMPAIGN, "tenant": "asl-teramo", "queue": "prenotazioni" });
    let heard = centre
        .post_json("/api/v1/campaigns", &body.to_string())
        .await;
    assert_eq!(heard.status, StatusCode::CONFLICT, "{}", heard.text);
    assert_eq!(commands(&centre), []);
    let path = format!("/api/v1/campaigns/{CAMPAIGN}/entries");
    let heard = centre.get_with_token(&path).await;
    assert_eq!(heard.json()["entries"][0]["number"], "+39…567");
    assert!(!heard.text.contains(&CALLER[3..]), "{}", heard.text);
    let behind = heard.json()["entries"][0]["id"].to_string();
    let rest = centre
        .get_with_token(&format!("{path}?after={behind}"))
        .await;
    assert_eq!(rest.json()["entries"], json!([]));
    assert_eq!(centre.get(&path).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_is_to_be_said_to_a_person_is_shown_to_who_signed_in() {
    let centre = Centre::open().await;
    centre.desk.looks.send_modify(|look| {
        let look = std::sync::Arc::make_mut(look);
        look.seats[0].notes = vec!["spostata <al 9>".to_owned(), "ecografia".to_owned()];
    });
    let page = centre.get_with_token("/seats/101").await.text;
    assert!(
        page.contains("spostata &#60;al 9&#62; · ecografia"),
        "{page}"
    );
    let without = centre.get("/seats/101").await.text;
    let snapshot = centre.get("/api/v1/snapshot").await.text;
    assert!(!without.contains("ecografia") && !snapshot.contains("ecografia"));
}

#[tokio::test]
async fn the_description_has_the_fields_of_real_campaigns() {
    let centre = Centre::open().await;
    let document = centre.get("/api/v1/openapi.json").await.json();
    let snapshot = centre.get("/api/v1/snapshot").await.json();
    let list = centre.get_with_token("/api/v1/campaigns").await.json();
    let path = format!("/api/v1/campaigns/{CAMPAIGN}/entries");
    let people = centre.get_with_token(&path).await.json();
    for (name, value) in [
        ("Campaigns", &list),
        ("Campaign", &list["campaigns"][0]),
        ("CampaignCounts", &list["campaigns"][0]["counts"]),
        ("CampaignEntries", &people),
        ("CampaignEntry", &people["entries"][0]),
        ("CampaignNow", &snapshot["campaigns"][0]),
    ] {
        assert_eq!(described(&document, name), fields(value), "{name}");
    }
}

#[tokio::test]
async fn the_page_shows_how_far_each_campaign_is() {
    let centre = Centre::open().await;
    let page = centre.get("/").await.text;
    for said in [
        "Campagne di richiamata",
        ">cardiologia<",
        ">in pausa<",
        "<td id=\"c0-waiting\">5</td>",
        "<td id=\"c0-reached\">4</td>",
        "<td id=\"c0-others\">3</td>",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    centre.desk.looks.send_modify(|look| {
        std::sync::Arc::make_mut(look).campaigns.clear();
    });
    assert!(
        !centre
            .get("/")
            .await
            .text
            .contains("Campagne di richiamata")
    );
}

#[tokio::test]
async fn a_check_looks_at_the_campaign_too_and_tells_how_its_people_are_called() {
    let centre = Centre::open().await;
    let campaign = |name: &str, cli: &str| {
        json!({
            "name": name, "tenant": "asl-teramo", "queue": "prenotazioni",
            "order": "person_first", "cli": cli,
        })
    };
    let check = |campaign: serde_json::Value| {
        json!({
            "tenant": "asl-teramo", "queue": "prenotazioni", "campaign": campaign,
            "entries": [{ "line": 2, "number": "0861123499" }],
        })
        .to_string()
    };
    let path = "/api/v1/campaigns/check";
    let heard = centre
        .post_json(path, &check(campaign(CAMPAIGN, "+390861000000")))
        .await;
    assert_eq!(heard.status, StatusCode::CONFLICT, "{}", heard.text);
    let heard = centre
        .post_json(path, &check(campaign("nuova", "zero")))
        .await;
    assert_eq!(
        heard.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        heard.text
    );
    assert_eq!(commands(&centre), []);
    let heard = centre
        .post_json(path, &check(campaign("nuova", "+390861000000")))
        .await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    let told = commands(&centre);
    let [
        CampaignCommand::Check {
            campaign: Some(told),
            ..
        },
    ] = &told[..]
    else {
        panic!("{told:?}");
    };
    assert_eq!(told.name, "nuova");
    assert_eq!(told.order, Some(DialOrder::PersonFirst));
    assert_eq!(
        told.cli.as_ref().map(|cli| cli.reveal()),
        Some("+390861000000")
    );
}
