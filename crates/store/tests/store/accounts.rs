//! Accounts, sessions, tokens and the log of access: kept, ended and told as they were made.

use cuptel_core::words::Role;
use cuptel_store::{
    AccessFilter, AccessMade, AccessView, KnownRequest, NewAccount, NewDirectoryEntry, Store,
    TokenView,
};

use crate::home::{Home, on_every_database};
use crate::rows::{NOW, names};

on_every_database!(
    an_account_is_found_by_name_and_by_session_until_it_is_removed,
    who_is_bound_to_a_tenant_that_is_not_there_is_not_let_in,
    a_name_is_taken_once_and_free_again_after_its_owner,
    another_password_ends_the_sessions,
    another_role_ends_the_sessions_and_leaves_the_password,
    an_entry_of_the_directory_is_changed_where_its_name_is_free,
    a_session_ends_with_its_time_and_is_forgotten,
    a_token_holds_until_its_end_or_until_it_is_revoked,
    the_log_of_access_is_told_newest_first_and_by_who,
    old_entries_are_forgotten_a_few_at_a_time_and_the_newest_stays,
    a_request_is_kept_before_it_is_carried_out_and_its_answer_after,
);

fn account(name: &str) -> NewAccount {
    NewAccount {
        name: name.to_owned(),
        role: Role::Supervisor,
        tenant: Some("asl-pescara".to_owned()),
        employer: Some("Cooperativa".to_owned()),
        operator: None,
        password: format!("digest of {name}'s"),
        once_until_ms: NOW + 1_000,
        created_ms: NOW,
        created_by: "token".to_owned(),
    }
}

async fn open(home: &Home) -> Store {
    let store = home.serve().await;
    store.intern(&names()).await.unwrap();
    store.begin().await.unwrap();
    store
}

async fn begin(store: &Store, digest: &str, name: &str, until_ms: i64) {
    let id = store.account(name).await.unwrap().unwrap().account.id;
    store
        .begin_session(digest, id, NOW, until_ms)
        .await
        .unwrap();
}

async fn an_account_is_found_by_name_and_by_session_until_it_is_removed(home: &Home) {
    let store = open(home).await;
    assert!(store.has_no_account().await.unwrap());
    assert!(store.add_account(&account("rosa")).await.unwrap());
    assert!(!store.has_no_account().await.unwrap());
    let kept = store.account("rosa").await.unwrap().unwrap();
    assert_eq!(kept.password, "digest of rosa's");
    assert_eq!(kept.account.tenant.as_deref(), Some("asl-pescara"));
    assert_eq!(kept.account.role, Role::Supervisor);
    assert!(kept.account.must_change);
    assert_eq!(kept.account.once_until_ms, Some(NOW + 1_000));
    begin(&store, "d1", "rosa", NOW + 10).await;
    let found = store.session("d1", NOW).await.unwrap();
    assert_eq!(found, Some((kept.account.clone(), NOW + 10)));
    assert!(store.remove_account("rosa", NOW + 1).await.unwrap());
    assert!(!store.remove_account("rosa", NOW + 1).await.unwrap());
    assert!(store.account("rosa").await.unwrap().is_none());
    assert!(store.session("d1", NOW).await.unwrap().is_none());
    assert!(store.accounts().await.unwrap().is_empty());
}

async fn who_is_bound_to_a_tenant_that_is_not_there_is_not_let_in(home: &Home) {
    let store = open(home).await;
    let nowhere = NewAccount {
        tenant: Some("asl-nessuna".to_owned()),
        ..account("rosa")
    };
    let refused = store.add_account(&nowhere).await.unwrap_err();
    assert!(refused.to_string().contains("asl-nessuna"), "{refused}");
    assert!(store.has_no_account().await.unwrap());
}

async fn a_name_is_taken_once_and_free_again_after_its_owner(home: &Home) {
    let store = open(home).await;
    assert!(store.add_account(&account("rosa")).await.unwrap());
    assert!(!store.add_account(&account("rosa")).await.unwrap());
    assert!(store.remove_account("rosa", NOW).await.unwrap());
    assert!(store.add_account(&account("rosa")).await.unwrap());
    assert_eq!(store.accounts().await.unwrap().len(), 1);
}

async fn another_password_ends_the_sessions(home: &Home) {
    let store = open(home).await;
    store.add_account(&account("rosa")).await.unwrap();
    store.add_account(&account("tea")).await.unwrap();
    begin(&store, "d1", "rosa", NOW + 10).await;
    begin(&store, "d2", "tea", NOW + 10).await;
    assert!(store.set_password("rosa", "another", None).await.unwrap());
    assert!(!store.set_password("nobody", "another", None).await.unwrap());
    let kept = store.account("rosa").await.unwrap().unwrap();
    assert_eq!(
        (kept.password.as_str(), kept.account.must_change),
        ("another", false)
    );
    assert!(store.session("d1", NOW).await.unwrap().is_none());
    assert!(store.session("d2", NOW).await.unwrap().is_some());
}

async fn another_role_ends_the_sessions_and_leaves_the_password(home: &Home) {
    let store = open(home).await;
    store.add_account(&account("rosa")).await.unwrap();
    begin(&store, "d1", "rosa", NOW + 10).await;
    let auditor = |name: &'static str, tenant| {
        store.set_role(name, Role::Auditor, (tenant, None), Some("nessuno"))
    };
    assert!(auditor("rosa", Some("asl-nessuna")).await.is_err());
    assert!(store.session("d1", NOW).await.unwrap().is_some());
    assert!(!auditor("nobody", None).await.unwrap());
    assert!(auditor("rosa", None).await.unwrap());
    let kept = store.account("rosa").await.unwrap().unwrap();
    assert_eq!(kept.account.role, Role::Auditor);
    assert_eq!((kept.account.tenant, kept.account.employer), (None, None));
    assert_eq!(kept.account.operator, None);
    assert_eq!(kept.password, "digest of rosa's");
    assert!(store.session("d1", NOW).await.unwrap().is_none());
}

async fn an_entry_of_the_directory_is_changed_where_its_name_is_free(home: &Home) {
    let store = open(home).await;
    let entry = |name: &str, tenant: Option<&str>| NewDirectoryEntry {
        name: name.to_owned(),
        number: "+390861555900".to_owned(),
        tenant: tenant.map(str::to_owned),
        note: None,
        created_ms: NOW,
        created_by: "rita".to_owned(),
    };
    let add = async |name: &str| {
        let added = store.add_directory_entry(&entry(name, None)).await;
        added.unwrap().unwrap()
    };
    let (id, other) = (add("Radiologia").await, add("Farmacia").await);
    let change = async |id, name: &str, tenant| {
        let changed = entry(name, tenant);
        store.change_directory_entry(id, &changed).await.unwrap()
    };
    assert!(!change(id, "Farmacia", None).await);
    assert!(change(id, "Radiologia", Some("asl-pescara")).await);
    assert!(
        store
            .remove_directory_entry(other, NOW, "rita")
            .await
            .unwrap()
    );
    assert!(change(id, "Farmacia", None).await);
    assert!(!change(other, "Altra", None).await, "it is there no more");
    let kept = store.directory().await.unwrap();
    let kept: Vec<_> = kept.iter().map(|it| (it.id, it.name.as_str())).collect();
    assert_eq!(kept, [(id, "Farmacia")]);
}

async fn a_session_ends_with_its_time_and_is_forgotten(home: &Home) {
    let store = open(home).await;
    store.add_account(&account("rosa")).await.unwrap();
    begin(&store, "d1", "rosa", NOW + 10).await;
    assert!(store.session("d1", NOW + 9).await.unwrap().is_some());
    assert!(store.session("d1", NOW + 10).await.unwrap().is_none());
    begin(&store, "d2", "rosa", NOW + 20).await;
    store.end_session("d2").await.unwrap();
    assert!(store.session("d2", NOW).await.unwrap().is_none());
}

async fn a_token_holds_until_its_end_or_until_it_is_revoked(home: &Home) {
    let store = open(home).await;
    let token = |name: &str, ends_ms| TokenView {
        name: name.to_owned(),
        role: Role::Auditor,
        tenant: Some("asl-teramo".to_owned()),
        employer: None,
        created_ms: NOW,
        created_by: "token".to_owned(),
        ends_ms,
    };
    let short = token("short", Some(NOW + 10));
    assert!(store.add_token(&short, "d1").await.unwrap());
    assert!(store.add_token(&token("long", None), "d2").await.unwrap());
    assert!(!store.add_token(&token("long", None), "d3").await.unwrap());
    assert_eq!(store.token("d1", NOW + 9).await.unwrap(), Some(short));
    assert!(store.token("d1", NOW + 10).await.unwrap().is_none());
    assert!(store.token("d3", NOW).await.unwrap().is_none());
    let names: Vec<String> = store
        .tokens(NOW + 10)
        .await
        .unwrap()
        .into_iter()
        .map(|it| it.name)
        .collect();
    assert_eq!(names, ["long"]);
    assert!(store.revoke_token("long", NOW).await.unwrap());
    assert!(!store.revoke_token("long", NOW).await.unwrap());
    assert!(store.token("d2", NOW).await.unwrap().is_none());
}

async fn logged(store: &Store, filter: AccessFilter) -> Vec<AccessView> {
    let filter = AccessFilter {
        limit: 10,
        ..filter
    };
    store.access_log(&filter).await.unwrap()
}

async fn acts_of_a_list_are_found(store: &Store) {
    for (act, acts, found) in [
        (None, &["sign_in", "sign_out"][..], 3),
        (None, &["sign", "POST /api/v1/stops"], 0),
        (Some("stops"), &["sign_in"], 3),
        (Some("stops"), &[], 0),
    ] {
        let some = logged(
            store,
            AccessFilter {
                act: act.map(str::to_owned),
                acts: Some(acts.iter().map(|it| (*it).to_owned()).collect()),
                ..AccessFilter::default()
            },
        );
        assert_eq!(some.await.len(), found, "{act:?} {acts:?}");
    }
}

async fn the_log_of_access_is_told_newest_first_and_by_who(home: &Home) {
    let store = open(home).await;
    for (at_ms, who) in [(NOW, "rosa"), (NOW + 1, "tea"), (NOW + 2, "rosa")] {
        let made = AccessMade {
            at_ms,
            who,
            role: Some(Role::Supervisor),
            origin: Some("127.0.0.1"),
            act: "sign_in",
            about: None,
            tenant: (who == "tea").then_some("asl-teramo"),
            refused: at_ms == NOW,
        };
        store.log_access(&made).await.unwrap();
    }
    let asked = |filter| logged(&store, filter);
    let all = asked(AccessFilter::default()).await;
    let times: Vec<i64> = all.iter().map(|it| it.at_ms).collect();
    assert_eq!(times, [NOW + 2, NOW + 1, NOW]);
    let older = asked(AccessFilter {
        who: Some("rosa".to_owned()),
        before: Some(all[0].id),
        ..AccessFilter::default()
    });
    let older = older.await;
    assert_eq!(older.len(), 1);
    assert_eq!((older[0].at_ms, older[0].who.as_str()), (NOW, "rosa"));
    for (act, found) in [("SIGN", 3), ("sign%in", 0), ("sign_in", 3), ("sign!in", 0)] {
        let act = Some(act.to_owned());
        let some = asked(AccessFilter {
            act,
            ..AccessFilter::default()
        });
        assert_eq!(some.await.len(), found);
    }
    acts_of_a_list_are_found(&store).await;
    let between = asked(AccessFilter {
        from_ms: Some(NOW + 1),
        until_ms: Some(NOW + 2),
        ..AccessFilter::default()
    });
    assert_eq!(between.await.len(), 1);
    let refused = asked(AccessFilter {
        refused: Some(true),
        ..AccessFilter::default()
    });
    assert_eq!(refused.await.len(), 1);
    let theirs = asked(AccessFilter {
        tenant: Some("asl-teramo".to_owned()),
        refused: Some(false),
        ..AccessFilter::default()
    });
    let theirs = theirs.await;
    assert_eq!((theirs.len(), theirs[0].who.as_str()), (1, "tea"));
    let places = store.signed_in_from("rosa").await.unwrap();
    assert_eq!(places, ["127.0.0.1", "127.0.0.1"]);
    let places = store.signed_in_from("lia").await.unwrap();
    assert_eq!(places, [""; 0], "who was refused was nowhere");
}

async fn old_entries_are_forgotten_a_few_at_a_time_and_the_newest_stays(home: &Home) {
    let store = open(home).await;
    for n in 0..5 {
        let made = AccessMade {
            at_ms: NOW + n,
            who: "rosa",
            role: None,
            origin: None,
            act: "sign_in",
            about: None,
            tenant: None,
            refused: false,
        };
        store.log_access(&made).await.unwrap();
    }
    assert_eq!(store.forget_access(NOW + 2, 1).await.unwrap(), 1);
    assert_eq!(store.forget_access(NOW + 2, 1).await.unwrap(), 0);
    assert_eq!(store.forget_access(NOW + 100, 10).await.unwrap(), 0);
    let filter = AccessFilter {
        limit: 10,
        ..AccessFilter::default()
    };
    let left = store.access_log(&filter).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].at_ms, NOW + 4);
}

async fn a_request_is_kept_before_it_is_carried_out_and_its_answer_after(home: &Home) {
    let store = open(home).await;
    assert_eq!(store.begin_request("k", "body", NOW).await.unwrap(), None);
    let known = |status, answer: Option<&str>| KnownRequest {
        body: "body".to_owned(),
        status,
        answer: answer.map(str::to_owned),
    };
    let again = store.begin_request("k", "other", NOW).await.unwrap();
    assert_eq!(
        again,
        Some(known(None, None)),
        "nobody knows what became of it"
    );
    store.answer_request("k", 201, Some("{}")).await.unwrap();
    store.drop_request("k").await.unwrap();
    let again = store.begin_request("k", "body", NOW).await.unwrap();
    assert_eq!(again, Some(known(Some(201), Some("{}"))));
    assert_eq!(
        store.begin_request("refused", "body", NOW).await.unwrap(),
        None
    );
    store.drop_request("refused").await.unwrap();
    assert_eq!(
        store.begin_request("refused", "body", NOW).await.unwrap(),
        None
    );
    store.forget_requests(NOW, 10).await.unwrap();
    assert!(
        store
            .begin_request("k", "body", NOW)
            .await
            .unwrap()
            .is_some()
    );
    store.forget_requests(NOW + 1, 10).await.unwrap();
    assert_eq!(store.begin_request("k", "body", NOW).await.unwrap(), None);
}
