//! Accounts: who may do what, seen from outside, and that nobody gets further.

use axum::http::StatusCode;
use axum::http::header::{COOKIE, SET_COOKIE};
use cuptel_core::by_hand::ByHandError;
use cuptel_core::id::CallbackId;
use cuptel_core::step::{Command, CommandError};
use serde_json::{Value, json};

use crate::desk::{Centre, Heard, TOKEN, form, local, with_token};

/// Lets somebody in and signs them in with a password of their own; gives the cookie back.
pub(crate) async fn enter(centre: &Centre, told: Value) -> String {
    let name = told["name"].as_str().unwrap().to_owned();
    let heard = centre.post_json("/api/v1/users", &told.to_string()).await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    let once = heard.json()["password"].as_str().unwrap().to_owned();
    let cookie = signed_in(centre, &name, &once).await;
    let body = json!({ "old": once, "new": OWN }).to_string();
    let changed = ask(centre, "POST", "/api/v1/me/password", &cookie, &body).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    signed_in(centre, &name, OWN).await
}

const OWN: &str = "una frase che ricordo";

pub(crate) async fn try_in(centre: &Centre, name: &str, password: &str) -> Heard {
    let body = serde_urlencoded::to_string([("name", name), ("password", password)]).unwrap();
    centre.ask(form("/session"), body).await
}

pub(crate) async fn signed_in(centre: &Centre, name: &str, password: &str) -> String {
    let heard = try_in(centre, name, password).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    let cookie = heard.header(SET_COOKIE.as_str());
    assert!(cookie.contains("; HttpOnly; SameSite=Strict; "), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

pub(crate) async fn ask(
    centre: &Centre,
    method: &str,
    path: &str,
    cookie: &str,
    body: &str,
) -> Heard {
    let request = local(method, path)
        .header(COOKIE, cookie)
        .header("content-type", "application/json");
    centre.ask(request, body.to_owned()).await
}

pub(crate) async fn get(centre: &Centre, path: &str, cookie: &str) -> Heard {
    ask(centre, "GET", path, cookie, "").await
}

fn commands(centre: &Centre) -> usize {
    centre.desk.commands.lock().unwrap().len()
}

#[tokio::test]
async fn who_is_let_in_chooses_a_password_before_anything_else() {
    let centre = Centre::open().await;
    let told = json!({ "name": "rosa", "role": "supervisor" });
    let heard = centre.post_json("/api/v1/users", &told.to_string()).await;
    let once = heard.json()["password"].as_str().unwrap().to_owned();
    let begun = try_in(&centre, "rosa", &once).await;
    assert_eq!(begun.header("location"), "/password");
    let cookie = begun
        .header(SET_COOKIE.as_str())
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let early = get(&centre, "/api/v1/callbacks", &cookie).await;
    assert_eq!(early.status, StatusCode::FORBIDDEN);
    assert!(
        early.text.contains("choose a password of your own first"),
        "{}",
        early.text
    );
    let page = get(&centre, "/password", &cookie).await.text;
    assert!(page.contains("valeva per una volta sola, rosa"), "{page}");
    let again = [("old", once.as_str()), ("new", OWN), ("again", OWN)];
    let again = serde_urlencoded::to_string(again).unwrap();
    let heard = centre
        .ask(form("/password").header(COOKIE, &cookie), again)
        .await;
    assert_eq!(heard.header("location"), "/session?changed");
    let ended = get(&centre, "/api/v1/me", &cookie).await;
    assert_eq!(
        ended.status,
        StatusCode::UNAUTHORIZED,
        "the session ended with the password"
    );
    assert_eq!(
        try_in(&centre, "rosa", &once).await.status,
        StatusCode::UNAUTHORIZED
    );
    let cookie = signed_in(&centre, "rosa", OWN).await;
    let me = get(&centre, "/api/v1/me", &cookie).await.json();
    assert_eq!(me["me"]["role"], "supervisor");
    assert_eq!(
        get(&centre, "/api/v1/callbacks", &cookie).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_password_is_never_kept_nor_told_again() {
    let centre = Centre::open().await;
    let cookie = enter(&centre, json!({ "name": "rosa", "role": "supervisor" })).await;
    let users = centre.get_with_token("/api/v1/users").await.text;
    assert!(users.contains("\"rosa\"") && !users.contains("argon2") && !users.contains(OWN));
    let name = cookie.split('=').nth(1).unwrap();
    let kept = centre.app().store.session(name, 0).await.unwrap();
    assert!(
        kept.is_none(),
        "the database has a digest of the name and not the name"
    );
}

/// Method, path, and who may: Operator, Supervisor, administrator of a Tenant, Auditor, administrator
/// of the Region. Anna, whose profile it is, is of no health authority: those of the region set her up.
const ASKED: [(&str, &str, &str); 13] = [
    ("GET", "/api/v1/snapshot", "OSTAR"),
    ("GET", "/api/v1/callbacks", "STAR"),
    ("GET", "/api/v1/reports/service", "STAR"),
    ("POST", "/api/v1/tasks/1/finish", "STR"),
    ("POST", "/api/v1/stops", "STR"),
    ("POST", "/api/v1/operators", "TR"),
    ("GET", "/api/v1/operators/anna/profile", "R"),
    ("POST", "/api/v1/operators/anna/pin", "R"),
    ("GET", "/api/v1/users", "TAR"),
    ("POST", "/api/v1/reload", "R"),
    ("POST", "/api/v1/seats", "R"),
    ("POST", "/api/v1/tokens", "R"),
    ("GET", "/api/v1/access-log", "AR"),
];

#[tokio::test]
async fn nobody_gets_further_than_their_role() {
    let centre = Centre::open().await;
    let roles = [
        ('O', json!({ "name": "anna", "role": "operator" })),
        ('S', json!({ "name": "rosa", "role": "supervisor" })),
        (
            'T',
            json!({ "name": "tea", "role": "tenant_administrator", "tenant": "asl-teramo" }),
        ),
        ('A', json!({ "name": "aldo", "role": "auditor" })),
        (
            'R',
            json!({ "name": "rita", "role": "region_administrator" }),
        ),
    ];
    for (letter, told) in roles {
        let cookie = enter(&centre, told).await;
        for (method, path, who_may) in ASKED {
            let heard = ask(&centre, method, path, &cookie, "{}").await;
            let refused = heard.status == StatusCode::FORBIDDEN;
            let may = who_may.contains(letter);
            assert_eq!(refused, !may, "{letter} {method} {path}: {}", heard.text);
        }
    }
}

#[tokio::test]
async fn an_operator_acts_on_the_seat_where_they_are_signed_in_and_on_no_other() {
    let centre = Centre::open().await;
    let cookie = enter(&centre, json!({ "name": "anna", "role": "operator" })).await;
    let before = commands(&centre);
    for (path, body) in [
        ("/api/v1/seats/102/pause", "{}"),
        ("/api/v1/seats/102/sign-in", "{\"operator\":\"bruno\"}"),
        (
            "/api/v1/seats/102/disposition",
            "{\"disposition\":\"done\"}",
        ),
    ] {
        let heard = ask(&centre, "POST", path, &cookie, body).await;
        assert_eq!(
            heard.status,
            StatusCode::FORBIDDEN,
            "{path}: {}",
            heard.text
        );
    }
    assert_eq!(commands(&centre), before, "the rules were asked nothing");
    let own = ask(
        &centre,
        "POST",
        "/api/v1/seats/101/available",
        &cookie,
        "{\"supervisor\":\"rosa\"}",
    );
    assert_eq!(own.await.status, StatusCode::OK);
    let commands = centre.desk.commands.lock().unwrap();
    let Some(Command::Choose { supervisor, .. }) = commands.last() else {
        panic!("{commands:?}");
    };
    assert_eq!(*supervisor, None, "nobody but anna chose it");
}

#[tokio::test]
async fn what_is_done_stands_under_the_name_of_who_has_signed_in() {
    let centre = Centre::open().await;
    let cookie = enter(&centre, json!({ "name": "rosa", "role": "supervisor" })).await;
    let body = "{\"button\":\"outgoing\",\"supervisor\":\"somebody else\"}";
    let heard = ask(&centre, "POST", "/api/v1/stops", &cookie, body).await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    {
        let commands = centre.desk.commands.lock().unwrap();
        let Some(Command::PressStop { pressed, .. }) = commands.last() else {
            panic!("{commands:?}");
        };
        assert_eq!(pressed.supervisor.as_deref(), Some("rosa"));
    }
    let log = centre
        .get_with_token("/api/v1/access-log?who=rosa")
        .await
        .json();
    assert_eq!(log["log"][0]["act"], "POST /api/v1/stops", "{log}");
    assert_eq!(log["log"][0]["role"], "supervisor");
}

#[tokio::test]
async fn somebody_of_one_authority_neither_sees_nor_touches_those_of_another() {
    let centre = Centre::open().await;
    let told = json!({ "name": "lia", "role": "supervisor", "tenant": "asl-teramo" });
    let cookie = enter(&centre, told).await;
    let other = ask(
        &centre,
        "GET",
        "/api/v1/callbacks?tenant=asl-pescara",
        &cookie,
        "",
    )
    .await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    let region = "{\"button\":\"outgoing\"}";
    let heard = ask(&centre, "POST", "/api/v1/stops", &cookie, region).await;
    assert_eq!(
        heard.status,
        StatusCode::FORBIDDEN,
        "a stop of the whole region"
    );
    let own = "{\"button\":\"outgoing\",\"tenant\":\"asl-teramo\"}";
    let heard = ask(&centre, "POST", "/api/v1/stops", &cookie, own).await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    let admin = json!({ "name": "tea", "role": "tenant_administrator", "tenant": "asl-teramo" });
    let cookie = enter(&centre, admin).await;
    for told in [
        json!({ "name": "x", "role": "region_administrator" }),
        json!({ "name": "x", "role": "auditor", "tenant": "asl-teramo" }),
        json!({ "name": "x", "role": "supervisor" }),
        json!({ "name": "x", "role": "supervisor", "tenant": "asl-pescara" }),
    ] {
        let heard = ask(&centre, "POST", "/api/v1/users", &cookie, &told.to_string()).await;
        assert_eq!(
            heard.status,
            StatusCode::FORBIDDEN,
            "{told}: {}",
            heard.text
        );
    }
}

#[tokio::test]
async fn nobody_is_let_in_as_an_operator_of_others_nor_sees_those_at_work() {
    let centre = Centre::open().await;
    let told = json!({ "name": "tea", "role": "tenant_administrator", "tenant": "asl-pescara" });
    let cookie = enter(&centre, told).await;
    let told =
        json!({ "name": "x", "role": "operator", "tenant": "asl-pescara", "operator": "anna" });
    let heard = ask(&centre, "POST", "/api/v1/users", &cookie, &told.to_string()).await;
    assert_eq!(heard.status, StatusCode::FORBIDDEN, "{}", heard.text);
    // Anna is of Teramo, as the look has it.
    let look = get(&centre, "/api/v1/snapshot", &cookie).await.text;
    assert!(
        !look.contains("anna") && !look.contains("visita medica"),
        "{look}"
    );
    let page = get(&centre, "/board", &cookie).await.text;
    assert!(
        !page.contains("anna") && page.contains("in servizio"),
        "{page}"
    );
    let told = json!({ "name": "rosa", "role": "supervisor" });
    let cookie = enter(&centre, told).await;
    let look = get(&centre, "/api/v1/snapshot", &cookie).await.text;
    assert!(look.contains("anna"), "{look}");
}

#[tokio::test]
async fn who_leads_one_employer_stops_nothing_and_closes_nothing() {
    let centre = Centre::open().await;
    let told = json!({ "name": "coop", "role": "supervisor", "employer": "asl" });
    let cookie = enter(&centre, told).await;
    for (path, body) in [
        ("/api/v1/stops", "{\"button\":\"outgoing\"}"),
        (
            "/api/v1/stops",
            "{\"button\":\"outgoing\",\"tenant\":\"asl-teramo\"}",
        ),
        (
            "/api/v1/numbers",
            "{\"number\":\"0861123499\",\"mark\":\"do_not_call\"}",
        ),
    ] {
        let heard = ask(&centre, "POST", path, &cookie, body).await;
        assert_eq!(
            heard.status,
            StatusCode::FORBIDDEN,
            "{path} {body}: {}",
            heard.text
        );
    }
}

#[tokio::test]
async fn an_operator_who_owes_a_call_learns_nothing_of_what_was_owed() {
    let centre = Centre::open().await;
    let cookie = enter(&centre, json!({ "name": "anna", "role": "operator" })).await;
    let known = CommandError::ByHand(ByHandError::OpenAlready(CallbackId(centre.callback)));
    centre
        .desk
        .answers
        .lock()
        .unwrap()
        .push_back(Err(known.into()));
    let told = json!({ "tenant": "asl-pescara", "queue": "prenotazioni", "number": "0861123456",
        "kind": "taken_in_charge", "class": "B" });
    let heard = ask(
        &centre,
        "POST",
        "/api/v1/callbacks",
        &cookie,
        &told.to_string(),
    )
    .await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    let callback = heard.json()["callback"].clone();
    assert_eq!(callback["id"], centre.callback);
    assert_eq!(callback.as_object().unwrap().len(), 2, "{callback}");
}

#[tokio::test]
async fn the_log_names_what_was_done_something_about_whoever_goes_away() {
    let centre = Centre::open().await;
    let cookie = enter(
        &centre,
        json!({ "name": "rita", "role": "region_administrator" }),
    )
    .await;
    enter(&centre, json!({ "name": "lia", "role": "supervisor" })).await;
    let path = "/api/v1/users/lia/password";
    let request = local("POST", path).header(COOKIE, &cookie);
    // Whoever asked is gone before the answer comes.
    let asking = Box::pin(centre.ask(request, ""));
    drop(futures_util::future::select(asking, std::future::ready(())).await);
    let mut log = json!({});
    for _ in 0..500 {
        log = centre
            .get_with_token("/api/v1/access-log?who=rita")
            .await
            .json();
        if log["log"][0]["about"] == "lia" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(
        log["log"][0]["act"], "POST /api/v1/users/{user}/password",
        "{log}"
    );
    assert_eq!(log["log"][0]["about"], "lia");
    let stop = "{\"button\":\"outgoing\",\"tenant\":\"asl-teramo\"}";
    ask(&centre, "POST", "/api/v1/stops", &cookie, stop).await;
    let log = centre
        .get_with_token("/api/v1/access-log?who=rita")
        .await
        .json();
    assert_eq!(log["log"][0]["about"], "outgoing asl-teramo", "{log}");
}

#[tokio::test]
async fn what_cannot_be_a_name_reaches_no_database() {
    let centre = Centre::open().await;
    for name in ["%00", "%1b%5b31m", &"a".repeat(101)] {
        let heard = centre
            .ask(form("/session"), format!("name={name}&password=una+frase"))
            .await;
        assert_eq!(heard.status, StatusCode::UNAUTHORIZED, "{name}");
    }
    let mistaken = [
        ("name", "una password nel posto sbagliato"),
        ("password", "x"),
    ];
    let body = serde_urlencoded::to_string(mistaken).unwrap();
    centre.ask(form("/session"), body).await;
    let log = centre.get_with_token("/api/v1/access-log").await.text;
    assert!(
        log.contains("\"unknown\"") && !log.contains("posto sbagliato"),
        "{log}"
    );
}

#[tokio::test]
async fn a_session_that_was_planted_is_not_taken_over() {
    let centre = Centre::open().await;
    let told = json!({ "name": "rosa", "role": "supervisor" });
    let mine = enter(&centre, told).await;
    let planted = "cuptel_session=".to_owned() + &"a".repeat(64);
    let body = serde_urlencoded::to_string([("name", "rosa"), ("password", OWN)]).unwrap();
    let heard = centre
        .ask(form("/session").header(COOKIE, &planted), body.clone())
        .await;
    let given = heard
        .header(SET_COOKIE.as_str())
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    assert_ne!(given, planted);
    assert_eq!(
        get(&centre, "/api/v1/me", &planted).await.status,
        StatusCode::UNAUTHORIZED
    );
    let heard = centre
        .ask(form("/session").header(COOKIE, &mine), body)
        .await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER);
    let old = get(&centre, "/api/v1/me", &mine).await;
    assert_eq!(
        old.status,
        StatusCode::UNAUTHORIZED,
        "who signs in anew leaves the old session"
    );
}

#[tokio::test]
async fn sessions_outlive_a_restart_and_end_with_their_account() {
    let mut again = Centre::open().await;
    let cookie = enter(&again, json!({ "name": "rosa", "role": "supervisor" })).await;
    again.restart();
    assert_eq!(
        get(&again, "/api/v1/me", &cookie).await.status,
        StatusCode::OK
    );
    let removed = again.post_json("/api/v1/users/rosa/remove", "{}").await;
    assert_eq!(removed.status, StatusCode::OK);
    assert_eq!(
        get(&again, "/api/v1/me", &cookie).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        try_in(&again, "rosa", OWN).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn who_guesses_is_held_back_by_name_and_is_told_nothing() {
    let centre = Centre::open().await;
    enter(&centre, json!({ "name": "rosa", "role": "supervisor" })).await;
    let known = try_in(&centre, "rosa", "sbagliata di sicuro").await;
    let unknown = try_in(&centre, "nessuno", "sbagliata di sicuro").await;
    assert_eq!(known.status, StatusCode::UNAUTHORIZED);
    // The name that was typed stays in the form; nothing else tells them apart.
    let typed = |name: &str| format!("value=\"{name}\"");
    let blank = unknown.text.replace(&typed("nessuno"), &typed("rosa"));
    assert_eq!(known.text, blank);
    for _ in 0..20 {
        try_in(&centre, "rosa", "sbagliata di sicuro").await;
    }
    let held = try_in(&centre, "rosa", OWN).await;
    assert_eq!(held.status, StatusCode::TOO_MANY_REQUESTS);
    let log = centre
        .get_with_token("/api/v1/access-log?who=rosa")
        .await
        .json();
    assert_eq!(log["log"][0]["act"], "wrong_sign_in", "{log}");
}

#[tokio::test]
async fn the_log_says_what_was_refused_and_each_authority_sees_its_own() {
    let centre = Centre::open().await;
    let tea = json!({ "name": "tea", "role": "tenant_administrator", "tenant": "asl-teramo" });
    let tea = enter(&centre, tea).await;
    let heard = ask(&centre, "POST", "/api/v1/reload", &tea, "{}").await;
    assert_eq!(heard.status, StatusCode::FORBIDDEN);
    let request = form("/supervisor/memos").header(COOKIE, &tea);
    let heard = centre.ask(request, "to=nobody&text=x").await;
    assert_eq!(
        heard.status,
        StatusCode::SEE_OTHER,
        "to a page that says why not"
    );
    let told = json!({ "name": "aldo", "role": "auditor", "tenant": "asl-teramo" });
    let aldo = enter(&centre, told).await;
    enter(&centre, json!({ "name": "rosa", "role": "supervisor" })).await;
    let log = get(&centre, "/api/v1/access-log?limit=1000", &aldo).await;
    let log = log.json();
    let entries: Vec<&Value> = log["log"].as_array().unwrap().iter().collect();
    assert!(
        entries.iter().all(|it| it["tenant"] == "asl-teramo"),
        "{log}"
    );
    for act in ["POST /api/v1/reload", "POST /supervisor/memos"] {
        let entry = entries.iter().find(|it| it["act"] == act);
        let entry = entry.unwrap_or_else(|| panic!("{act} is not in {log}"));
        assert_eq!(
            (&entry["who"], &entry["refused"]),
            (&json!("tea"), &json!(true))
        );
    }
    let others = get(&centre, "/api/v1/access-log?tenant=asl-pescara", &aldo).await;
    assert_eq!(others.status, StatusCode::FORBIDDEN);
    let page = get(&centre, "/admin/log?refused=yes", &aldo).await.text;
    assert!(
        page.contains("Rifiutato") && !page.contains("<td>rosa</td>"),
        "{page}"
    );
}

#[tokio::test]
async fn a_look_at_what_an_operator_needs_and_a_question_about_a_number_are_written_down() {
    let centre = Centre::open().await;
    centre
        .get_with_token("/api/v1/operators/anna/profile")
        .await;
    let told = json!({ "tenant": "asl-teramo", "queue": "book", "number": "0861123456",
        "kind": "manual", "dry_run": true });
    centre
        .post_json("/api/v1/callbacks", &told.to_string())
        .await;
    let log = centre.get_with_token("/api/v1/access-log").await.json();
    for (act, about) in [
        ("look_at_profile", json!("anna")),
        ("look_for_number", Value::Null),
    ] {
        let mut entries = log["log"].as_array().unwrap().iter();
        let entry = entries.find(|it| it["act"] == act);
        let entry = entry.unwrap_or_else(|| panic!("{act} is not in {log}"));
        assert_eq!(entry["about"], about, "never a number");
    }
}

#[tokio::test]
async fn no_account_and_no_token_go_by_the_same_name() {
    let centre = Centre::open().await;
    enter(&centre, json!({ "name": "rosa", "role": "supervisor" })).await;
    let told = json!({ "name": "rosa", "role": "auditor" }).to_string();
    let heard = centre.post_json("/api/v1/tokens", &told).await;
    assert_eq!(heard.status, StatusCode::CONFLICT, "{}", heard.text);
    let told = json!({ "name": "cruscotto", "role": "auditor" }).to_string();
    let heard = centre.post_json("/api/v1/tokens", &told).await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    let heard = centre.post_json("/api/v1/users", &told).await;
    assert_eq!(heard.status, StatusCode::CONFLICT, "{}", heard.text);
}

#[tokio::test]
async fn a_token_of_a_program_does_what_it_is_for_until_it_is_revoked() {
    let centre = Centre::open().await;
    let told = json!({ "name": "cruscotto", "role": "auditor" }).to_string();
    let heard = centre.post_json("/api/v1/tokens", &told).await;
    let token = heard.json()["token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("cuptel_"), "{token}");
    let with = |method: &str, path: &str| {
        local(method, path).header("authorization", format!("Bearer {token}"))
    };
    let heard = centre.ask(with("GET", "/api/v1/callbacks"), "").await;
    assert_eq!(heard.status, StatusCode::OK);
    let heard = centre.ask(with("POST", "/api/v1/reload"), "").await;
    assert_eq!(heard.status, StatusCode::FORBIDDEN);
    let told = centre.post_json("/api/v1/tokens", &told).await;
    assert_eq!(told.status, StatusCode::CONFLICT);
    centre
        .post_json("/api/v1/tokens/cruscotto/revoke", "{}")
        .await;
    let heard = centre.ask(with("GET", "/api/v1/callbacks"), "").await;
    assert_eq!(heard.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_whole_number_is_shown_once_the_look_is_written_down() {
    let centre = Centre::open().await;
    let cookie = enter(&centre, json!({ "name": "rosa", "role": "supervisor" })).await;
    let path = format!("/api/v1/callbacks/{}/number", centre.callback);
    let heard = ask(&centre, "POST", &path, &cookie, "{}").await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    assert!(heard.json()["number"].as_str().unwrap().starts_with('+'));
    let log = centre
        .get_with_token("/api/v1/access-log?who=rosa")
        .await
        .json();
    let looks = log["log"].as_array().unwrap().iter();
    let looks: Vec<&Value> = looks.filter(|it| it["act"] == "look_at_number").collect();
    assert_eq!(looks.len(), 1, "{log}");
    assert_eq!(looks[0]["about"], centre.callback.to_string());
}

#[tokio::test]
async fn every_path_of_the_api_asks_who_one_is() {
    let centre = Centre::open().await;
    let document = centre.get("/api/v1/openapi.json").await.json();
    let cookie = enter(&centre, json!({ "name": "anna", "role": "operator" })).await;
    let mut forbidden = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        if !path.starts_with("/api/v1/") {
            continue;
        }
        let filled = path
            .replace("{seat}", "102")
            .replace("{id}", "1")
            .replace("{operator}", "bruno")
            .replace("{campaign}", "1")
            .replace("{site}", "teramo")
            .replace("{user}", "rosa")
            .replace("{memo}", "1")
            .replace("{tenant}", "asl-teramo")
            .replace("{queue}", "prenotazioni")
            .replace("{token}", "x");
        assert!(!filled.contains('{'), "{filled}");
        for method in methods.as_object().unwrap().keys() {
            let method = method.to_uppercase();
            let is_stream = filled.ends_with("/events");
            if method == "POST" {
                let nobody = local("POST", &filled).header("content-type", "application/json");
                let heard = centre.ask(nobody, "{}").await;
                assert_eq!(heard.status, StatusCode::UNAUTHORIZED, "{method} {filled}");
            }
            if is_stream {
                continue;
            }
            let heard = ask(&centre, &method, &filled, &cookie, "{}").await;
            forbidden += usize::from(heard.status == StatusCode::FORBIDDEN);
            assert_ne!(
                heard.status,
                StatusCode::INTERNAL_SERVER_ERROR,
                "{method} {filled}"
            );
        }
    }
    assert!(
        forbidden > 50,
        "an operator was refused {forbidden} paths only"
    );
    let names = with_token("GET", "/api/v1/users");
    assert_eq!(centre.ask(names, "").await.status, StatusCode::OK);
    assert_eq!(TOKEN.len(), 22);
}
