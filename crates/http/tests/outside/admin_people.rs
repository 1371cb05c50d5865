//! People at the administrator's pages: names that nobody tells apart, employers that nobody has, another
//! role for somebody, an entry of the directory that is changed.

use axum::http::StatusCode;
use cuptel_core::step::Command;
use serde_json::json;

use crate::accounts::{ask, enter, get};
use crate::admin::{last, rita, send, tea};
use crate::admin_forms::{form_of, wrong_fields};
use crate::desk::Centre;

#[tokio::test]
async fn names_with_more_spaces_are_the_same_names_and_are_stored_with_one() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let path = "/admin/operators";
    let fields = [("name", "Gina  \u{a0} Nuova"), ("employer", "asl")];
    let heard = send(&centre, path, &cookie, &fields).await;
    assert_eq!(heard.header("location"), "/admin/operators/Gina%20Nuova");
    let Some(Command::SetOperators(changes)) = last(&centre) else {
        panic!("nobody is added");
    };
    assert_eq!(changes[0].name, "Gina Nuova");
    let told = json!({ "operators": [{ "name": "Ugo   Doppio", "employer": "asl" }] });
    centre
        .post_json("/api/v1/operators", &told.to_string())
        .await;
    let Some(Command::SetOperators(changes)) = last(&centre) else {
        panic!("nobody is added");
    };
    assert_eq!(changes[0].name, "Ugo Doppio");
    // Users and entries of the directory.
    let fields = [("name", "Rosa  Bianca"), ("role", "supervisor")];
    let heard = send(&centre, "/admin/users", &cookie, &fields).await;
    assert_eq!(heard.header("location"), "/admin/users/Rosa%20Bianca");
    let again = [("name", "rosa   bianca"), ("role", "supervisor")];
    let heard = send(&centre, "/admin/users", &cookie, &again).await;
    assert!(
        heard.text.contains("per le maiuscole o gli spazi"),
        "{}",
        heard.text
    );
    let entry = |name| [("name", name), ("number", "0861555900")];
    for name in ["Radiologia  Teramo", "Radiologia Teramo"] {
        send(&centre, "/admin/directory", &cookie, &entry(name)).await;
    }
    let entries = centre.app().store.directory().await.unwrap();
    let names: Vec<&str> = entries.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["Radiologia Teramo"]);
}

#[tokio::test]
async fn a_list_with_an_operator_twice_is_not_called_good_and_names_line_and_operator() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let path = "/admin/operators/import";
    let list = "operator,employer\nGina Nuova,asl\nUgo,asl\ngina  nuova,asl\n";
    for look in ["yes", ""] {
        let fields = [("list", list), ("look", look)];
        let heard = send(&centre, path, &cookie, &fields).await;
        assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
        let said = "Riga 4: gina nuova c’è già alla riga 2";
        assert!(heard.text.contains(said), "{}", heard.text);
        assert_eq!(last(&centre), None);
    }
}

#[tokio::test]
async fn an_employer_that_nobody_has_is_refused_with_those_that_there_are() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let fields = [
        ("name", "rosa"),
        ("role", "supervisor"),
        ("employer", "Cooperativa Fantasma"),
    ];
    let heard = send(&centre, "/admin/users", &cookie, &fields).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = "Nessun operatore lavora per Cooperativa Fantasma";
    assert!(heard.text.contains(said), "{}", heard.text);
    assert!(heard.text.contains("scegli uno di questi: asl"));
    assert_eq!(wrong_fields(&heard.text), ["user-employer"]);
    assert!(heard.text.contains("<option value=\"asl\">asl</option>"));
    for path in ["/api/v1/users", "/api/v1/tokens"] {
        let told = json!({ "name": "x", "role": "supervisor", "employer": "Fantasma" });
        let heard = centre.post_json(path, &told.to_string()).await;
        assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
        let said = "no operator works for \\\"Fantasma\\\": expected one of asl";
        assert!(heard.text.contains(said), "{}", heard.text);
    }
}

#[tokio::test]
async fn somebody_is_given_another_role_and_their_sessions_end() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let rosa = enter(&centre, json!({ "name": "rosa", "role": "supervisor" })).await;
    let page = get(&centre, "/admin/users/rosa", &cookie).await.text;
    let path = "/admin/users/rosa/role";
    let form = form_of(&page, path);
    assert!(
        form.contains("<option value=\"supervisor\" selected>"),
        "{form}"
    );
    let fields = [("role", "tenant_administrator"), ("employer", "asl")];
    let heard = send(&centre, path, &cookie, &fields).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong_fields(&heard.text), ["role-tenant"]);
    let kept = form_of(&heard.text, path);
    assert!(kept.contains("<option value=\"asl\" selected>"), "{kept}");
    let fields = [
        ("role", "tenant_administrator"),
        ("tenant", "asl-teramo"),
        ("employer", "asl"),
    ];
    let heard = send(&centre, path, &cookie, &fields).await;
    assert_eq!(
        heard.header("location"),
        "/admin/users/rosa",
        "{}",
        heard.text
    );
    let ended = get(&centre, "/api/v1/me", &rosa).await;
    assert_eq!(ended.status, StatusCode::UNAUTHORIZED);
    let users = centre.get_with_token("/api/v1/users").await.json();
    let rosa = users["users"].as_array().unwrap().iter();
    let rosa = rosa
        .clone()
        .find(|it| it["name"] == "rosa")
        .unwrap()
        .clone();
    assert_eq!(
        (&rosa["role"], &rosa["tenant"], &rosa["employer"]),
        (
            &json!("tenant_administrator"),
            &json!("asl-teramo"),
            &json!("asl")
        )
    );
    let log = get(&centre, "/admin/log", &cookie).await.text;
    assert!(log.contains("rosa: tenant_administrator"), "{log}");
}

#[tokio::test]
async fn nobody_changes_their_own_role_and_the_last_of_the_region_stays_one() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let page = get(&centre, "/admin/users/rita", &cookie).await.text;
    assert!(page.contains("Il proprio ruolo non si cambia da sé"));
    assert!(
        !page.contains("action=\"/admin/users/rita/role\""),
        "{page}"
    );
    let path = "/api/v1/users/rita/role";
    let told = json!({ "role": "auditor" }).to_string();
    let own = ask(&centre, "POST", path, &cookie, &told).await;
    assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(own.text.contains("their own role"), "{}", own.text);
    let last = centre.post_json(path, &told).await;
    assert_eq!(last.status, StatusCode::CONFLICT, "{}", last.text);
    // Nobody gives away more than they have, nor touches whom they do not see.
    let tea = tea(&centre).await;
    let rosa = json!({ "name": "rosa", "role": "supervisor", "tenant": "asl-teramo" });
    enter(&centre, rosa).await;
    for (user, role, tenant, status) in [
        ("rosa", "region_administrator", None, StatusCode::FORBIDDEN),
        ("rosa", "supervisor", None, StatusCode::FORBIDDEN),
        ("rita", "auditor", Some("asl-teramo"), StatusCode::NOT_FOUND),
        ("rosa", "supervisor", Some("asl-teramo"), StatusCode::OK),
    ] {
        let path = format!("/api/v1/users/{user}/role");
        let told = json!({ "role": role, "tenant": tenant }).to_string();
        let heard = ask(&centre, "POST", &path, &tea, &told).await;
        assert_eq!(heard.status, status, "{user} {role}: {}", heard.text);
    }
}

#[tokio::test]
async fn an_entry_of_the_directory_is_changed_by_whoever_sets_it_up() {
    let centre = Centre::open().await;
    let (rita, tea) = (rita(&centre).await, tea(&centre).await);
    for (name, tenant) in [("Radiologia", ""), ("Pronto soccorso", "asl-teramo")] {
        let fields = [("name", name), ("number", "0861555900"), ("tenant", tenant)];
        send(&centre, "/admin/directory", &rita, &fields).await;
    }
    let entries = centre.app().store.directory().await.unwrap();
    let id = entries
        .iter()
        .find(|it| it.name == "Radiologia")
        .unwrap()
        .id;
    let path = format!("/admin/directory/{id}");
    let page = get(&centre, "/admin/directory", &rita).await.text;
    assert!(page.contains(&format!("href=\"{path}\"")), "{page}");
    let page = get(&centre, &path, &rita).await.text;
    assert!(page.contains("value=\"Radiologia\""), "{page}");
    for (name, number, id) in [
        ("Radiologia", "118", "entry-number"),
        ("Pronto  soccorso", "0861555901", "entry-name"),
    ] {
        let fields = [("name", name), ("number", number)];
        let heard = send(&centre, &path, &rita, &fields).await;
        assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(wrong_fields(&heard.text), [id]);
        assert!(heard.text.contains(&format!("value=\"{number}\"")));
    }
    let fields = [
        ("name", "Radiologia A"),
        ("number", "0861 555-901"),
        ("note", "mattina"),
    ];
    let heard = send(&centre, &path, &rita, &fields).await;
    assert_eq!(heard.header("location"), "/admin/directory");
    let entries = centre.app().store.directory().await.unwrap();
    let entry = entries.iter().find(|it| it.id == id).unwrap();
    let told = (entry.name.as_str(), entry.number.as_str());
    assert_eq!(told, ("Radiologia A", "+390861555901"));
    assert_eq!(entry.note.as_deref(), Some("mattina"));
    // It is the region's: whoever sets up one authority changes what is of that one.
    let refused = send(&centre, &path, &tea, &fields).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    let told = json!({ "name": "Radiologia B", "number": "0861555902" });
    let path = format!("/api/v1/directory/{id}");
    let heard = centre.post_json(&path, &told.to_string()).await;
    assert_eq!(heard.json(), json!({ "changed": 1 }));
}
