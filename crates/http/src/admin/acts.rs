//! What the log of access has, in the words of whoever reads it: an act goes by a name of its own or by the
//! path that it was done by, of the API or of a page, and both are told alike.

use cuptel_core::words::{Button, Mark};

use crate::texts::Language;
use crate::words;

/// Every act that is known, as the log has it.
const ACTS: [&str; 129] = [
    "sign_in",
    "wrong_sign_in",
    "sign_out",
    "own_password",
    "look_at_number",
    "look_at_contacts",
    "look_at_profile",
    "look_for_number",
    "find_by_number",
    "POST /api/v1/users",
    "POST /admin/users",
    "POST /api/v1/users/{user}/password",
    "POST /admin/users/{user}/password",
    "POST /api/v1/users/{user}/remove",
    "POST /admin/users/{user}/remove",
    "POST /api/v1/users/{user}/role",
    "POST /admin/users/{user}/role",
    "POST /api/v1/example/remove",
    "POST /admin/example",
    "POST /api/v1/tokens",
    "POST /admin/tokens",
    "POST /api/v1/tokens/{token}/revoke",
    "POST /admin/tokens/revoke",
    "POST /api/v1/operators",
    "POST /admin/operators",
    "POST /admin/operators/import",
    "POST /api/v1/operators/{operator}/remove",
    "POST /admin/operators/{operator}/remove",
    "POST /api/v1/operators/{operator}/pin",
    "POST /admin/operators/{operator}/pin",
    "POST /api/v1/operators/{operator}/profile",
    "POST /admin/operators/{operator}/profile",
    "POST /api/v1/seats",
    "POST /admin/seats",
    "POST /admin/seats/{seat}/password",
    "POST /admin/seats/{seat}/site",
    "POST /api/v1/seats/{seat}/remove",
    "POST /admin/seats/{seat}/remove",
    "POST /admin/seats/{seat}/test",
    "POST /admin/test",
    "POST /api/v1/numbers",
    "POST /admin/numbers",
    "POST /api/v1/numbers/import",
    "POST /admin/numbers/import",
    "POST /api/v1/numbers/release",
    "POST /admin/numbers/release",
    "POST /api/v1/campaigns",
    "POST /admin/campaigns/new",
    "POST /api/v1/campaigns/check",
    "POST /api/v1/campaigns/{campaign}/entries",
    "POST /api/v1/campaigns/{campaign}/complete",
    "POST /api/v1/campaigns/{campaign}/start",
    "POST /admin/campaigns/{campaign}/start",
    "POST /api/v1/campaigns/{campaign}/pause",
    "POST /admin/campaigns/{campaign}/pause",
    "POST /api/v1/campaigns/{campaign}/resume",
    "POST /admin/campaigns/{campaign}/resume",
    "POST /api/v1/campaigns/{campaign}/end",
    "POST /admin/campaigns/{campaign}/end",
    "GET /admin/campaigns/{campaign}/results",
    "POST /api/v1/reload",
    "POST /admin/configuration/reload",
    "POST /api/v1/closures",
    "POST /admin/closures",
    "POST /api/v1/closures/{id}/remove",
    "POST /admin/closures/remove",
    "POST /api/v1/directory",
    "POST /admin/directory",
    "POST /api/v1/directory/{id}",
    "POST /admin/directory/{id}",
    "POST /api/v1/directory/{id}/remove",
    "POST /admin/directory/remove",
    "POST /api/v1/agreement",
    "POST /admin/agreement",
    "POST /api/v1/agreement/end",
    "POST /admin/agreement/end",
    "POST /api/v1/stops",
    "POST /supervisor/stops/press",
    "POST /api/v1/stops/announcements",
    "POST /api/v1/stops/resume",
    "POST /supervisor/stops/release",
    "POST /supervisor/queues/{tenant}/{queue}/close",
    "POST /supervisor/queues/{tenant}/{queue}/open",
    "POST /supervisor/queues/{tenant}/{queue}/hours",
    "POST /api/v1/sites/{site}/outage",
    "POST /supervisor/sites/{site}/outage",
    "POST /api/v1/sites/{site}/resume",
    "POST /supervisor/sites/{site}/resume",
    "POST /api/v1/attempts/import",
    "POST /api/v1/attempts/{id}/withdraw",
    "POST /supervisor/calls/{id}/withdraw",
    "POST /api/v1/attempts/{id}/move",
    "POST /supervisor/calls/{id}/move",
    "POST /api/v1/attempts/{id}/ahead",
    "POST /supervisor/calls/{id}/ahead",
    "POST /api/v1/callbacks/{id}/ahead",
    "POST /supervisor/callbacks/{id}/ahead",
    "POST /api/v1/callbacks/{id}/assign",
    "POST /supervisor/callbacks/{id}/assign",
    "POST /api/v1/callbacks/{id}/close",
    "POST /supervisor/callbacks/{id}/close",
    "POST /api/v1/callbacks/{id}/acknowledge",
    "POST /supervisor/callbacks/{id}/acknowledge",
    "POST /api/v1/callbacks/{id}/reopen",
    "POST /supervisor/callbacks/{id}/reopen",
    "POST /api/v1/callbacks/{id}/number",
    "POST /api/v1/bulks",
    "POST /supervisor/bulk",
    "POST /supervisor/bulk/preview",
    "POST /api/v1/bulks/{id}/undo",
    "POST /supervisor/bulk/{id}/undo",
    "POST /api/v1/tasks",
    "POST /api/v1/tasks/{id}/assign",
    "POST /api/v1/tasks/{id}/withdraw",
    "POST /api/v1/seats/{seat}/pause",
    "POST /supervisor/seats/{seat}/pause",
    "POST /api/v1/seats/{seat}/available",
    "POST /supervisor/seats/{seat}/available",
    "POST /api/v1/seats/{seat}/sign-out",
    "POST /supervisor/seats/{seat}/sign-out",
    "POST /seats/{seat}/sign-out",
    "POST /api/v1/seats/{seat}/front-office",
    "POST /api/v1/seats/{seat}/one-more",
    "POST /api/v1/memos",
    "POST /supervisor/memos",
    "POST /api/v1/memos/{memo}/withdraw",
    "POST /supervisor/memos/{memo}/withdraw",
    "GET /supervisor/operators",
    "GET /admin/log/export",
];

/// An act in words; as it stands in the log, where there are none.
pub(super) fn told(language: Language, act: &str) -> String {
    let id = id_of(act);
    if language.knows(&id) {
        language.say(&id)
    } else {
        act.to_owned()
    }
}

/// Each thing that is done, once, by its words: the first of its acts, and the words.
pub(super) fn choices(language: Language) -> Vec<(&'static str, String)> {
    let mut all: Vec<(&'static str, String)> = Vec::new();
    for act in ACTS {
        let words = told(language, act);
        if all.iter().all(|(_, known)| *known != words) {
            all.push((act, words));
        }
    }
    all.sort_by(|one, other| one.1.cmp(&other.1));
    all
}

/// The acts that are told as this one is.
pub(super) fn alike(language: Language, act: &str) -> Vec<&'static str> {
    let words = told(language, act);
    let all = ACTS.into_iter();
    all.filter(|it| told(language, it) == words).collect()
}

/// The acts in whose words a text stands.
pub(super) fn told_with(language: Language, text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase();
    let all = ACTS.into_iter();
    all.filter(|it| told(language, it).to_lowercase().contains(&text))
        .collect()
}

/// What it was done about: what is counted, and what is a word of ours, in words.
pub(super) fn about(language: Language, about: &str) -> String {
    let (first, rest) = about.split_once(' ').unwrap_or((about, ""));
    if let Ok(n) = first.parse::<u32>() {
        let id = match rest {
            "operators" => "admin-about-operators",
            "seats" => "admin-about-seats",
            "numbers" => "admin-about-numbers",
            _ => return about.to_owned(),
        };
        return language.with(id, &[("n", n.into())]);
    }
    if let Ok(button) = first.parse::<Button>() {
        let what = words::stopped(language, button);
        let of = match rest {
            "" => language.say("word-whole-region"),
            rest => rest.to_owned(),
        };
        return format!("{what} ({of})");
    }
    if let Ok(mark) = rest.parse::<Mark>() {
        return format!("{first}, {}", marked(language, mark));
    }
    about.to_owned()
}

fn marked(language: Language, mark: Mark) -> String {
    language.say(match mark {
        Mark::DoNotCall => "admin-mark-do-not-call",
        Mark::Shared => "admin-mark-shared",
    })
}

fn id_of(act: &str) -> String {
    let Some((method, path)) = act.split_once(' ') else {
        return format!("admin-act-{}", act.replace('_', "-"));
    };
    let path = ["/api/v1/", "/admin/", "/supervisor/", "/"]
        .iter()
        .find_map(|prefix| path.strip_prefix(prefix))
        .unwrap_or(path);
    let parts = path.split('/').filter(|part| !part.starts_with('{'));
    let name = parts.collect::<Vec<_>>().join("-");
    match method {
        "GET" => format!("admin-did-read-{name}"),
        _ => format!("admin-did-{name}"),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use utoipa::OpenApi as _;

    use super::*;
    use crate::rights::is_logged;

    #[test]
    fn every_act_has_words_in_both_languages() {
        for language in Language::ALL {
            for act in ACTS {
                assert_ne!(told(language, act), act, "{act}");
            }
        }
    }

    #[test]
    fn whatever_the_log_has_of_the_api_has_words() {
        let api = serde_json::to_value(crate::openapi::Description::openapi()).unwrap();
        let mut unknown = Vec::new();
        for (path, of) in api["paths"].as_object().unwrap() {
            for method in [Method::POST, Method::PUT, Method::DELETE] {
                let act = format!("{method} {path}");
                let is_there = of.get(method.as_str().to_lowercase()).is_some();
                if is_there && is_logged(&method, path) && !ACTS.contains(&act.as_str()) {
                    unknown.push(act);
                }
            }
        }
        assert_eq!(unknown, [""; 0]);
    }

    #[test]
    fn the_same_is_told_of_a_form_and_of_the_api_and_found_by_its_words() {
        let added = "POST /api/v1/users";
        assert_eq!(told(Language::Italian, added), "ha aggiunto un utente");
        let both = [added, "POST /admin/users"];
        assert_eq!(alike(Language::Italian, "POST /admin/users"), both);
        assert_eq!(told_with(Language::Italian, "Aggiunto un utente"), both);
        assert_eq!(told_with(Language::English, "added a user"), both);
        assert_eq!(told_with(Language::Italian, "È entrato"), ["sign_in"]);
        let offered = choices(Language::Italian);
        let users = offered.iter().filter(|it| it.1 == "ha aggiunto un utente");
        assert_eq!(users.count(), 1);
    }

    #[test]
    fn what_it_was_about_is_told_in_words() {
        let said = |text: &str| about(Language::Italian, text);
        assert_eq!(said("2 seats"), "2 postazioni");
        assert_eq!(said("1 seats"), "una postazione");
        assert_eq!(said("2 vigili"), "2 vigili");
        assert!(
            said("outgoing").contains("tutta la regione"),
            "{}",
            said("outgoing")
        );
        assert_eq!(said("Gina Nuova"), "Gina Nuova");
    }
}
