//! The administrator's pages over HTTP: who may have which, what a form asks the rules for, and that what
//! people wrote stays text.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, COOKIE};
use cuptel_core::staffing::{NotTaken, OperatorChange, SeatChange, WhyNotTaken};
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::{Degraded, WorkKind};
use cuptel_http::{DegradedNow, Example, Refusal};
use serde_json::json;

use crate::accounts::{enter, get, try_in};
use crate::desk::{AT_MS, Centre, Heard, form, with_token};

pub(crate) async fn send(
    centre: &Centre,
    path: &str,
    cookie: &str,
    fields: &[(&str, &str)],
) -> Heard {
    let body = serde_urlencoded::to_string(fields).unwrap();
    centre.ask(form(path).header(COOKIE, cookie), body).await
}

pub(crate) fn last(centre: &Centre) -> Option<Command> {
    centre.desk.commands.lock().unwrap().pop()
}

pub(crate) fn refuse(centre: &Centre, error: CommandError) {
    let refused = Err(Refusal::Refused(error));
    centre.desk.answers.lock().unwrap().push_back(refused);
}

pub(crate) async fn rita(centre: &Centre) -> String {
    enter(
        centre,
        json!({ "name": "rita", "role": "region_administrator" }),
    )
    .await
}

pub(crate) async fn tea(centre: &Centre) -> String {
    enter(
        centre,
        json!({ "name": "tea", "role": "tenant_administrator", "tenant": "asl-teramo" }),
    )
    .await
}

/// Page, and who may have it: Operator, Supervisor, administrator of a Tenant, Auditor, administrator of
/// the Region.
const PAGES: [(&str, &str); 24] = [
    ("/admin", "STAR"),
    ("/profile", "OSTR"),
    ("/admin/operators", "STAR"),
    ("/admin/operators/anna", "STAR"),
    ("/admin/operators/anna/profile", "R"),
    ("/admin/seats", "STAR"),
    ("/admin/seats/101", "STAR"),
    ("/admin/users", "TAR"),
    ("/admin/tokens", "TAR"),
    ("/admin/example", "R"),
    ("/admin/numbers", "STAR"),
    ("/admin/campaigns", "STAR"),
    ("/admin/campaigns/new", "TR"),
    ("/admin/campaigns/cardiologia", "STAR"),
    ("/admin/campaigns/cardiologia/results", "STAR"),
    ("/admin/closures", "STAR"),
    ("/admin/directory", "STAR"),
    ("/admin/dispositions", "STAR"),
    ("/admin/dialplans", "STAR"),
    ("/admin/configuration", "TAR"),
    ("/admin/status", "STAR"),
    ("/admin/oversight", "AR"),
    ("/admin/log", "AR"),
    ("/admin/log/export", "AR"),
];

/// What changes something, and who may.
const CHANGES: [(&str, &str); 22] = [
    ("/admin/operators", "TR"),
    ("/admin/operators/import", "TR"),
    ("/admin/operators/anna/remove", "TR"),
    ("/admin/operators/anna/pin", "TR"),
    ("/admin/seats", "R"),
    ("/admin/seats/101/password", "R"),
    ("/admin/seats/101/remove", "R"),
    ("/admin/users", "TR"),
    ("/admin/tokens", "R"),
    ("/admin/numbers", "STR"),
    ("/admin/numbers/import", "TR"),
    ("/admin/campaigns/new", "TR"),
    ("/admin/campaigns/cardiologia/pause", "STR"),
    ("/admin/campaigns/cardiologia/end", "TR"),
    ("/admin/closures", "TR"),
    ("/admin/closures/remove", "TR"),
    ("/admin/directory", "TR"),
    ("/admin/directory/remove", "TR"),
    ("/admin/configuration/reload", "R"),
    ("/admin/agreement", "R"),
    ("/admin/agreement/end", "R"),
    ("/admin/example", "R"),
];

#[tokio::test]
async fn every_page_and_every_change_is_for_those_whose_role_it_is() {
    let centre = Centre::open().await;
    let roles = [
        (
            'O',
            enter(&centre, json!({ "name": "anna", "role": "operator" })).await,
        ),
        (
            'S',
            enter(&centre, json!({ "name": "rosa", "role": "supervisor" })).await,
        ),
        ('T', tea(&centre).await),
        (
            'A',
            enter(&centre, json!({ "name": "aldo", "role": "auditor" })).await,
        ),
        ('R', rita(&centre).await),
    ];
    for (letter, cookie) in &roles {
        for (path, who_may) in PAGES {
            let heard = get(&centre, path, cookie).await;
            let may = who_may.contains(*letter);
            let expected = if may {
                StatusCode::OK
            } else {
                StatusCode::FORBIDDEN
            };
            assert_eq!(heard.status, expected, "{letter} {path}: {}", heard.text);
            assert!(!heard.text.contains("{\"error\""), "{path} is no page");
            assert!(
                !heard.text.contains(">admin-"),
                "{path}: a text is missing: {}",
                heard.text
            );
        }
        for (path, who_may) in CHANGES {
            let heard = send(&centre, path, cookie, &[("n", "1")]).await;
            let refused = heard.status == StatusCode::FORBIDDEN;
            assert_eq!(
                refused,
                !who_may.contains(*letter),
                "{letter} {path}: {}",
                heard.text
            );
        }
    }
}

#[tokio::test]
async fn every_page_has_the_same_menu_at_the_same_place_with_where_one_is_marked() {
    let centre = Centre::open().await;
    let rita = rita(&centre).await;
    let menu_of = |text: &str| {
        let (before, menu) = text.split_once("<details class=\"fold ways\"").unwrap();
        let before = before.trim_end();
        assert!(before.ends_with("</header>"), "{before}");
        let (menu, after) = menu.split_once("</details>").unwrap();
        assert!(
            after.trim_start().starts_with("<main id=\"main\""),
            "{after}"
        );
        menu.to_owned()
    };
    let mut seen = Vec::new();
    let pages = PAGES.into_iter().map(|(path, _)| path);
    // What is taken away as a file has no menu.
    let is_file = |path: &str| path.ends_with("/export") || path.ends_with("/results");
    let pages = pages.filter(|path| !is_file(path));
    for path in pages.chain(["/admin/agreement"]) {
        let heard = get(&centre, path, &rita).await;
        let menu = menu_of(&heard.text);
        let marks = menu.matches("aria-current").count();
        // The guide leads to the page of the example, while there is one.
        let is_apart = ["/profile", "/admin/example"].contains(&path);
        assert_eq!(marks, usize::from(!is_apart), "{path}: {menu}");
        let page = format!("href=\"{path}\" aria-current=\"page\"");
        let under = menu.contains("aria-current=\"true\"");
        assert!(under || is_apart || menu.contains(&page), "{path}: {menu}");
        seen.push(
            menu.replace(" aria-current=\"page\"", "")
                .replace(" aria-current=\"true\"", ""),
        );
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "{seen:?}");
}

#[tokio::test]
async fn an_auditor_lands_on_a_page_of_their_own_and_finds_nothing_to_change() {
    let centre = Centre::open().await;
    let aldo = enter(&centre, json!({ "name": "aldo", "role": "auditor" })).await;
    let landed = get(&centre, "/", &aldo).await;
    assert_eq!(landed.status, StatusCode::SEE_OTHER);
    let audited = get(&centre, "/admin/oversight?audit=yes", &aldo).await;
    assert_eq!(audited.status, StatusCode::OK, "{}", audited.text);
    assert!(
        audited.text.contains("<dt>Chiamate ricevute</dt>"),
        "{}",
        audited.text
    );
    // The sums are of all authorities: whoever is bound to one is told whether the promises hold.
    let bound = json!({ "name": "ines", "role": "auditor", "tenant": "asl-pescara" });
    let ines = enter(&centre, bound).await;
    let told = get(&centre, "/admin/oversight?audit=yes", &ines).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.text);
    assert!(!told.text.contains("<dt>Chiamate ricevute</dt>"));
    let path = format!("/admin/oversight?id={}", centre.attempt);
    let why = get(&centre, &path, &aldo).await;
    assert_eq!(why.status, StatusCode::SEE_OTHER);
    let none = get(&centre, "/admin/oversight?id=x", &aldo).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let theirs = PAGES.into_iter().filter(|(_, who)| who.contains('A'));
    for (path, _) in theirs {
        let page = get(&centre, path, &aldo).await;
        let (_, main) = page.text.split_once("<main").unwrap_or_default();
        let (main, _) = main.split_once("</main>").unwrap_or((main, ""));
        assert!(!main.contains("method=\"post\""), "{path}: {main}");
    }
    for path in ["/find", "/profile", "/admin/campaigns/new"] {
        let refused = get(&centre, path, &aldo).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        assert!(refused.text.contains("<h1>"), "{path}: {}", refused.text);
    }
}

#[tokio::test]
async fn who_has_not_signed_in_is_asked_to_and_changes_nothing() {
    let centre = Centre::open().await;
    let asked = centre.get("/admin").await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    assert!(
        asked
            .text
            .contains("<form method=\"post\" action=\"/session\"")
    );
    let sent = send(&centre, "/admin/operators", "", &[("name", "x")]).await;
    assert_eq!(sent.header("location"), "/session?ended");
    assert_eq!(last(&centre), None);
}

#[tokio::test]
async fn the_guide_says_how_each_step_stands_and_which_is_next() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let page = get(&centre, "/admin", &cookie).await.text;
    for said in [
        "Prima di ricevere chiamate vere",
        "aria-current=\"step\"",
        "Fai entrare un secondo amministratore",
        "+390861000000",
        "Registro degli accessi",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    // Rita is the only one: a second administrator is what comes next.
    let next = page.split("aria-current=\"step\"").nth(1).unwrap();
    assert!(
        next.find("secondo amministratore") < next.find("</li>"),
        "{next}"
    );
    enter(
        &centre,
        json!({ "name": "rino", "role": "region_administrator" }),
    )
    .await;
    let page = get(&centre, "/admin", &cookie).await.text;
    let next = page.split("aria-current=\"step\"").nth(1).unwrap();
    assert!(
        next.find("chiamata di prova") < next.find("</li>"),
        "{next}"
    );
    let english = format!("{cookie}; cuptel_language=en");
    let page = get(&centre, "/admin", &english).await.text;
    assert!(page.contains("Before real calls come"), "{page}");
}

#[tokio::test]
async fn an_operator_is_added_changed_and_removed_by_forms() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let fields = [
        ("name", " Gina Nuova "),
        ("employer", "Cooperativa"),
        ("tenant", "asl-teramo"),
        ("level", "prenotazioni 3"),
        ("level", ""),
    ];
    let heard = send(&centre, "/admin/operators", &cookie, &fields).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    assert_eq!(heard.header("location"), "/admin/operators/Gina%20Nuova");
    let change = OperatorChange {
        name: "Gina Nuova".to_owned(),
        employer: Some("Cooperativa".to_owned()),
        skills: Some([("prenotazioni".to_owned(), 3)].into()),
        home: Some("asl-teramo".to_owned()),
        pin: None,
    };
    assert_eq!(last(&centre), Some(Command::SetOperators(vec![change])));
    // Who adds somebody of a name that is taken does not change whoever has it.
    let fields = [("name", "anna"), ("employer", "altra")];
    let heard = send(&centre, "/admin/operators", &cookie, &fields).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        heard
            .text
            .contains("Il nome anna c’è già. Nulla è stato cambiato"),
        "{}",
        heard.text
    );
    assert!(
        heard.text.contains("value=\"altra\""),
        "what was typed stays"
    );
    assert_eq!(last(&centre), None);
    let remove = "/admin/operators/anna/remove";
    let heard = send(&centre, remove, &cookie, &[]).await;
    assert!(heard.text.contains("Manca la conferma"), "{}", heard.text);
    assert_eq!(last(&centre), None);
    let heard = send(&centre, remove, &cookie, &[("sure", "yes")]).await;
    assert_eq!(heard.header("location"), "/admin/operators");
    assert_eq!(
        last(&centre),
        Some(Command::RemoveOperator("anna".to_owned()))
    );
    let page = get(&centre, "/admin/operators", &cookie).await.text;
    assert!(page.contains("anna non lavora più qui."), "{page}");
}

#[tokio::test]
async fn a_list_of_operators_is_looked_at_and_taken_whole_or_named_line_by_line() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let path = "/admin/operators/import";
    let good = "operator;employer;skills\nGina;Coop;prenotazioni:3\n";
    let heard = send(&centre, path, &cookie, &[("list", good), ("look", "yes")]).await;
    assert!(
        heard
            .text
            .contains("una voce. Non è ancora stato importato nulla"),
        "{}",
        heard.text
    );
    assert!(heard.text.contains("Gina;Coop"), "the list is still there");
    assert_eq!(last(&centre), None);
    let heard = send(&centre, path, &cookie, &[("list", good)]).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER);
    assert!(matches!(last(&centre), Some(Command::SetOperators(_))));
    let bad = "operator,skills\nGina,prenotazioni\n,\"x:1\"\n";
    let heard = send(&centre, path, &cookie, &[("list", bad)]).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in [
        "Riga 2: le competenze",
        "Riga 3: manca il nome",
        "2 voci sono da correggere",
    ] {
        assert!(heard.text.contains(said), "{said} in {}", heard.text);
    }
    let why = WhyNotTaken::UnknownSkill {
        skill: "volo".to_owned(),
        known: vec!["prenotazioni".to_owned()],
    };
    let which = "Gina".to_owned();
    refuse(
        &centre,
        CommandError::NotTaken(vec![NotTaken { which, why }]),
    );
    let heard = send(&centre, path, &cookie, &[("list", good)]).await;
    let said = "Gina: nessuna coda chiede la competenza volo; ci sono prenotazioni";
    assert!(heard.text.contains(said), "{}", heard.text);
}

#[tokio::test]
async fn an_administrator_of_one_authority_sets_up_its_people_alone() {
    let centre = Centre::open().await;
    let cookie = tea(&centre).await;
    let page = get(&centre, "/admin/operators", &cookie).await.text;
    assert!(
        page.contains("ASL di Teramo") && !page.contains("ASL di Pescara"),
        "{page}"
    );
    let fields = [
        ("name", "Gina"),
        ("employer", "Coop"),
        ("tenant", "asl-pescara"),
    ];
    let heard = send(&centre, "/admin/operators", &cookie, &fields).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        heard.text.contains("Non è tra le cose che puoi fare"),
        "{}",
        heard.text
    );
    assert_eq!(last(&centre), None);
    let plans = get(&centre, "/admin/dialplans?tenant=asl-pescara", &cookie)
        .await
        .text;
    assert!(
        plans.contains("ASL di Teramo") && !plans.contains("ASL di Pescara"),
        "{plans}"
    );
    let users = get(&centre, "/admin/users", &cookie).await.text;
    assert!(!users.contains("amministratore della regione"), "{users}");
    let fields = [
        ("number", "0861123499"),
        ("mark", "shared"),
        ("tenant", "asl-pescara"),
    ];
    let heard = send(&centre, "/admin/numbers", &cookie, &fields).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(last(&centre), None);
    let heard = send(
        &centre,
        "/admin/campaigns/new",
        &cookie,
        &[
            ("queue", "asl-pescara/prenotazioni"),
            ("name", "x"),
            ("list", "number\n0861123499\n"),
        ],
    );
    assert_eq!(heard.await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(last(&centre), None);
}

#[tokio::test]
async fn a_profile_is_seen_by_the_operator_and_by_whoever_keeps_it() {
    let centre = Centre::open().await;
    let rita = rita(&centre).await;
    let path = "/admin/operators/anna/profile";
    let fields = [
        ("ring_s", "40"),
        ("whisper", "yes"),
        ("not_kinds", "task"),
        ("not_queues", "asl-teramo/prenotazioni"),
    ];
    let heard = send(&centre, path, &rita, &fields).await;
    assert_eq!(
        heard.header("location"),
        "/admin/operators/anna",
        "{}",
        heard.text
    );
    let Some(Command::SetProfile { operator, profile }) = last(&centre) else {
        panic!("no profile");
    };
    assert_eq!(
        (operator.as_str(), profile.profile.ring_s),
        ("anna", Some(40))
    );
    assert!(profile.profile.whisper && profile.profile.not_kinds.contains(&WorkKind::Task));
    let heard = send(&centre, path, &rita, &[("ring_s", "molto")]).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    let anna = enter(&centre, json!({ "name": "anna", "role": "operator" })).await;
    let own = get(&centre, "/profile", &anna).await;
    assert!(own.text.contains("Il mio profilo"), "{}", own.text);
    let rosa = enter(&centre, json!({ "name": "rosa", "role": "supervisor" })).await;
    let page = get(&centre, "/admin/operators/anna", &rosa).await.text;
    assert!(!page.contains("rofilo di accomodamento"), "{page}");
}

#[tokio::test]
async fn a_seats_password_is_shown_once_and_never_again() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let path = "/admin/seats/101/password";
    let heard = send(&centre, path, &cookie, &[("password", "mia-nuova-101")]).await;
    assert_eq!(
        heard.header("location"),
        "/admin/seats/101#phone",
        "{}",
        heard.text
    );
    let Some(Command::SetSeats(changes)) = last(&centre) else {
        panic!("no seat");
    };
    assert_eq!(changes[0].account.as_ref().unwrap().ha1_md5, "of 101");
    let page = get(&centre, "/admin/seats/101", &cookie).await.text;
    for said in [
        "auth_pass=mia-nuova-101",
        "&#60;sip:101@127.0.0.1:5060;transport=tcp&#62;",
        "account.1.password = mia-nuova-101",
        "è di questa sola macchina",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    let again = get(&centre, "/admin/seats/101", &cookie).await.text;
    assert!(!again.contains("mia-nuova-101") && again.contains("auth_pass=********"));
    let fields = [("name", "107"), ("site", "teramo"), ("password", "")];
    let heard = send(&centre, "/admin/seats", &cookie, &fields).await;
    assert_eq!(heard.header("location"), "/admin/seats/107");
    let Some(Command::SetSeats(changes)) = last(&centre) else {
        panic!("no seat");
    };
    let SeatChange {
        name,
        site,
        account,
    } = &changes[0];
    assert_eq!((name.as_str(), site.as_deref()), ("107", Some("teramo")));
    assert!(account.is_some());
    for name in ["", "1 0", "101"] {
        let heard = send(&centre, "/admin/seats", &cookie, &[("name", name)]).await;
        assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
    }
    assert_eq!(last(&centre), None);
    let missing = send(
        &centre,
        "/admin/seats/999/site",
        &cookie,
        &[("site", "teramo")],
    )
    .await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_user_is_let_in_with_a_password_that_is_shown_once_and_ends() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let fields = [
        ("name", "rosa"),
        ("role", "supervisor"),
        ("tenant", "asl-teramo"),
    ];
    let heard = send(&centre, "/admin/users", &cookie, &fields).await;
    assert_eq!(
        heard.header("location"),
        "/admin/users/rosa",
        "{}",
        heard.text
    );
    let page = get(&centre, "/admin/users/rosa", &cookie).await.text;
    let once = page
        .split("<code>")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(once.len(), 19, "{once}");
    assert!(page.contains("per una volta, entro il"), "{page}");
    let again = get(&centre, "/admin/users/rosa", &cookie).await.text;
    assert!(!again.contains(&once));
    centre.desk.looks.send_modify(|look| {
        let mut later = look.as_ref().clone();
        later.at_ms += 72 * 3_600_000 + 1;
        *look = later.into();
    });
    let late = try_in(&centre, "rosa", &once).await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
    assert!(
        late.text.contains("è scaduta: chiedine un’altra"),
        "{}",
        late.text
    );
    let wrong = try_in(&centre, "rosa", "another").await;
    assert_eq!(
        wrong.status,
        StatusCode::UNAUTHORIZED,
        "who does not know it is told nothing"
    );
    for (role, tenant, said) in [
        ("tenant_administrator", "", "ha bisogno di un’ASL"),
        ("region_administrator", "asl-teramo", "non ha né ASL"),
        ("operator", "", "non è tra gli operatori"),
        ("nobody", "", "Manca il ruolo"),
    ] {
        let fields = [("name", "nuova"), ("role", role), ("tenant", tenant)];
        let heard = send(&centre, "/admin/users", &cookie, &fields).await;
        assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY, "{role}");
        assert!(heard.text.contains(said), "{said} in {}", heard.text);
    }
    let heard = send(
        &centre,
        "/admin/users/rita/remove",
        &cookie,
        &[("sure", "yes")],
    )
    .await;
    assert!(
        heard
            .text
            .contains("Nessun altro amministratore della regione è mai entrato"),
        "{}",
        heard.text
    );
}

#[tokio::test]
async fn a_programs_key_is_shown_once_and_revoked_by_name() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let fields = [("name", "cruscotto"), ("role", "auditor")];
    let heard = send(&centre, "/admin/tokens", &cookie, &fields).await;
    assert_eq!(heard.header("location"), "/admin/tokens", "{}", heard.text);
    let page = get(&centre, "/admin/tokens", &cookie).await.text;
    assert!(page.contains("cuptel_"), "{page}");
    let again = get(&centre, "/admin/tokens", &cookie).await.text;
    assert!(
        !again.contains("<code>cuptel_") && again.contains("cruscotto"),
        "{again}"
    );
    let fields = [("name", "cruscotto"), ("sure", "yes")];
    let heard = send(&centre, "/admin/tokens/revoke", &cookie, &fields).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    let page = get(&centre, "/admin/tokens", &cookie).await.text;
    assert!(page.contains("Nessun programma ha una chiave"), "{page}");
}

#[tokio::test]
async fn a_pin_is_made_and_shown_once_or_typed_twice_and_never_written_down() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let path = "/admin/operators/anna/pin";
    let made = send(&centre, path, &cookie, &[("number", "27")]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let Some(Command::SetPin {
        operator, number, ..
    }) = last(&centre)
    else {
        panic!("no PIN is set");
    };
    assert_eq!((operator.as_str(), number.as_deref()), ("anna", Some("27")));
    let once = get(&centre, "/admin/operators/anna", &cookie).await.text;
    let (_, pin) = once.split_once("<code>").unwrap();
    let (pin, _) = pin.split_once("</code>").unwrap();
    assert_eq!(pin.len(), 6);
    let again = get(&centre, "/admin/operators/anna", &cookie).await.text;
    assert!(!again.contains(pin), "it is shown once");

    let typed = [("number", "27"), ("pin", "481516"), ("again", "481516")];
    let done = send(&centre, path, &cookie, &typed).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert!(matches!(last(&centre), Some(Command::SetPin { .. })));
    for (pin, again, said) in [
        ("481516", "481517", "non sono uguali"),
        ("111111", "111111", "da 6 a 16 cifre"),
        ("12345", "12345", "da 6 a 16 cifre"),
    ] {
        let typed = [("number", "27"), ("pin", pin), ("again", again)];
        let refused = send(&centre, path, &cookie, &typed).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains(said), "{said} in {}", refused.text);
        assert!(!refused.text.contains(&format!("value=\"{pin}\"")));
        assert_eq!(last(&centre), None);
    }
    let log = get(&centre, "/admin/log", &cookie).await.text;
    assert!(
        log.contains("<td>ha dato un PIN a un operatore</td>"),
        "{log}"
    );
    assert!(!log.contains("481516") && !log.contains(pin));
}

#[tokio::test]
async fn a_list_of_operators_may_have_numbers_and_pins() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let path = "/admin/operators/import";
    let list = "operator,employer,number,pin\nGina,Coop,27,481516\nUgo,Coop,,\n";
    let heard = send(&centre, path, &cookie, &[("list", list)]).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    let Some(Command::SetOperators(changes)) = last(&centre) else {
        panic!("nothing is set");
    };
    let pin = changes[0].pin.as_ref().unwrap();
    assert_eq!(pin.number.as_deref(), Some("27"));
    assert!(pin.digest.as_ref().unwrap().0.starts_with("$argon2"));
    assert_eq!(changes[1].pin, None);
    let bad = "operator,number,pin\nGina,27,111111\n";
    let heard = send(&centre, path, &cookie, &[("list", bad)]).await;
    assert!(
        heard.text.contains("Riga 2: il numero ha da 1 a 8 cifre"),
        "{}",
        heard.text
    );
    assert_eq!(last(&centre), None);
}

/// The delivered example is still there: one of its operators, one of its passwords, its numbers.
pub(crate) fn as_delivered(centre: &Centre) {
    let mut health = centre.desk.health.lock().unwrap();
    let mut configuration = health.configuration.as_ref().clone();
    configuration.setup.example = Example {
        operators: vec!["anna".to_owned()],
        seats: vec![("101".to_owned(), "known".to_owned())],
        numbers: vec!["+390861000000".to_owned()],
    };
    health.configuration = configuration.into();
}

#[tokio::test]
async fn the_guide_tells_what_of_the_delivered_example_is_still_there() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let page = get(&centre, "/admin", &cookie).await.text;
    assert!(page.contains("Nessun telefono ha più una password consegnata"));
    as_delivered(&centre);
    let page = get(&centre, "/admin", &cookie).await.text;
    for said in [
        "ancora un operatore di esempio (anna)",
        "Una postazione (101) ha ancora la password consegnata",
        "ancora i numeri di esempio",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    let seat = get(&centre, "/admin/seats/101", &cookie).await.text;
    assert!(
        seat.contains("chiunque può registrarsi al suo posto"),
        "{seat}"
    );
    let english = format!("{cookie}; cuptel_language=en");
    let page = get(&centre, "/admin", &english).await.text;
    assert!(
        page.contains("One seat (101) still has the delivered password"),
        "{page}"
    );
}

#[tokio::test]
async fn a_phones_password_that_is_weak_or_that_no_file_can_hold_is_refused_with_why() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let fields = |password| [("name", "777"), ("site", "teramo"), ("password", password)];
    for (password, said) in [
        ("segreta", "ha meno di 12 caratteri"),
        ("777777777777", "si indovina facilmente"),
        ("primo-avvio-777", "delle password dell’esempio"),
        ("k7wq;9fxm-3hdp", "c’è un carattere (;)"),
        ("k7wq\"9fxm-3hdp", "c’è un carattere (&#34;)"),
        ("k7wq 9fxm-3hdp", "c’è un carattere (spazio)"),
    ] {
        let heard = send(&centre, "/admin/seats", &cookie, &fields(password)).await;
        assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = heard.text;
        assert!(page.contains(said), "{said} in {page}");
        assert!(page.contains("<a href=\"#seat-password\">"), "{page}");
        let invalid = "aria-describedby=\"seat-password-fault seat-password-hint\" aria-invalid=\"true\" autofocus";
        assert!(page.contains(invalid), "{page}");
        assert_eq!(page.matches("autofocus").count(), 1, "{page}");
        let again = [("password", password)];
        let heard = send(&centre, "/admin/seats/101/password", &cookie, &again).await;
        let is_own = password == "777777777777" || password.starts_with("primo");
        assert!(
            heard.text.contains(said) || is_own,
            "{said} in {}",
            heard.text
        );
    }
    assert_eq!(last(&centre), None);
    let heard = send(&centre, "/admin/seats", &cookie, &fields("mia-nuova-777")).await;
    assert_eq!(heard.status, StatusCode::SEE_OTHER, "{}", heard.text);
    let told = json!({ "seats": [{ "name": "101", "password": "a;b" }] }).to_string();
    let asked = with_token("POST", "/api/v1/seats").header(CONTENT_TYPE, "application/json");
    let heard = centre.ask(asked, told).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(heard.text.contains("';' in it"), "{}", heard.text);
    assert!(!heard.text.contains("a;b"), "no password in an answer");
}

#[tokio::test]
async fn the_state_of_the_system_is_a_page_with_what_to_do_in_both_languages() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let page = get(&centre, "/admin/status", &cookie).await.text;
    assert!(page.contains("Il centro prende chiamate"), "{page}");
    assert!(page.contains("<th scope=\"row\">carrier</th>"), "{page}");
    assert!(page.contains("Descrizione della API"), "{page}");
    {
        let mut health = centre.desk.health.lock().unwrap();
        health.ready = false;
        health.degraded = vec![DegradedNow::new(Degraded::DatabaseFull, AT_MS)];
    }
    let page = get(&centre, "/admin/status", &cookie).await.text;
    assert!(page.contains("non prende chiamate"), "{page}");
    assert!(page.contains("fai spazio"), "{page}");
    let english = format!("{cookie}; cuptel_language=en");
    let page = get(&centre, "/admin/status", &english).await.text;
    assert!(page.contains("make room on the disk"), "{page}");
}

type Wrong = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);

/// A character more than a name has.
const LONG: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

/// What is wrong in a form: where it is sent, its fields, what is said, at which field.
const WRONG: [Wrong; 14] = [
    (
        "/admin/operators",
        &[("name", " "), ("employer", "Coop")],
        "Manca il nome",
        "operator-name",
    ),
    (
        "/admin/operators",
        &[("name", "Gina"), ("employer", LONG)],
        "più di 100 caratteri",
        "operator-employer",
    ),
    (
        "/admin/operators",
        &[("name", "anna"), ("employer", "Coop")],
        "Il nome anna c’è già",
        "operator-name",
    ),
    (
        "/admin/users",
        &[("name", "RITA"), ("role", "supervisor")],
        "cambia solo per le maiuscole",
        "user-name",
    ),
    (
        "/admin/users",
        &[("name", "rita"), ("role", "supervisor")],
        "Il nome rita c’è già",
        "user-name",
    ),
    (
        "/admin/users",
        &[("name", "token"), ("role", "supervisor")],
        "registro degli accessi",
        "user-name",
    ),
    (
        "/admin/users",
        &[("name", "ugo"), ("role", "capo")],
        "Manca il ruolo",
        "user-role",
    ),
    (
        "/admin/users",
        &[("name", "ugo"), ("role", "tenant_administrator")],
        "ha bisogno di un’ASL",
        "user-tenant",
    ),
    (
        "/admin/users",
        &[("name", "ugo"), ("role", "operator")],
        "ugo non è tra gli operatori",
        "user-operator",
    ),
    (
        "/admin/tokens",
        &[("name", ""), ("role", "auditor")],
        "Manca il nome",
        "token-name",
    ),
    (
        "/admin/tokens",
        &[
            ("name", "bot"),
            ("role", "auditor"),
            ("ends", "2020-01-01T00:00"),
        ],
        "già passata",
        "token-ends",
    ),
    (
        "/admin/numbers",
        &[("number", "casa"), ("mark", "shared")],
        "Non è un numero",
        "mark-number",
    ),
    (
        "/admin/closures",
        &[
            ("tenant", "asl-teramo"),
            ("first", "2030-01-01"),
            ("reason", LONG),
        ],
        "più di 100 caratteri",
        "closure-reason",
    ),
    (
        "/admin/directory",
        &[("name", ""), ("number", "0861123456")],
        "Manca il nome",
        "entry-name",
    ),
];

#[tokio::test]
async fn what_is_wrong_in_a_form_is_said_at_its_field_and_what_was_typed_stays() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    for (path, fields, said, id) in WRONG {
        let heard = send(&centre, path, &cookie, fields).await;
        assert_eq!(
            heard.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{path} {said}"
        );
        let page = heard.text;
        assert!(page.contains(said), "{path}: {said} in {page}");
        let field = page.split(&format!("id=\"{id}\"")).nth(1);
        let field = field.and_then(|it| it.split('>').next()).unwrap_or("");
        assert!(
            field.contains("aria-invalid=\"true\" autofocus"),
            "{path} {id}: {page}"
        );
        assert!(page.contains(&format!("<a href=\"#{id}\">")), "{path} {id}");
        assert_eq!(page.matches("autofocus").count(), 1, "{path}");
        for (name, value) in fields
            .iter()
            .filter(|(_, value)| value.len() > 2 && *value != "capo")
        {
            let typed = format!("value=\"{value}\"");
            assert!(page.contains(&typed), "{path}: {name} is not kept");
        }
    }
    assert_eq!(last(&centre), None);
}

#[tokio::test]
async fn what_was_typed_while_the_database_is_away_can_be_sent_again() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    centre.app().store.close().await.unwrap();
    let fields = [
        ("name", "Gina <b>"),
        ("employer", "Coop"),
        ("pin", "271828"),
    ];
    let heard = send(&centre, "/admin/operators", &cookie, &fields).await;
    assert_eq!(
        heard.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        heard.text
    );
    for said in [
        "Invia di nuovo",
        "action=\"/admin/operators\"",
        "name=\"name\" value=\"Gina &#60;b&#62;\"",
        "name=\"employer\" value=\"Coop\"",
    ] {
        assert!(heard.text.contains(said), "{said} in {}", heard.text);
    }
    assert!(!heard.text.contains("271828"));
}
