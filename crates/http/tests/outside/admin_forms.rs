//! What a form of the administrator's pages says when something is wrong: where it is said, what stays
//! typed, and what could happen to whoever presses Enter then.

use axum::http::StatusCode;
use cuptel_core::campaign::CampaignError;
use cuptel_core::staffing::{NotTaken, WhyNotTaken};
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::Mark;

use crate::accounts::try_in;
use crate::admin::{last, refuse, rita, send};
use crate::desk::Centre;

/// What stands between the beginning of a form and its end.
pub(crate) fn form_of<'p>(page: &'p str, action: &str) -> &'p str {
    let begin = format!("method=\"post\" action=\"{action}\"");
    let (_, rest) = page
        .split_once(&begin)
        .unwrap_or_else(|| panic!("no form to {action} in {page}"));
    rest.split_once("</form>").unwrap().0
}

#[tokio::test]
async fn a_number_that_is_not_listed_is_told_where_it_was_to_be_taken_off_and_is_in_no_other_form()
{
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let release = "/admin/numbers/release";
    let fields = [("number", "0861123499"), ("mark", "do_not_call")];
    refuse(&centre, CommandError::NotMarked(Mark::DoNotCall));
    let heard = send(&centre, release, &cookie, &fields).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    let (adds, takes) = (
        form_of(&heard.text, "/admin/numbers"),
        form_of(&heard.text, release),
    );
    assert!(takes.contains("value=\"0861123499\""), "{takes}");
    assert!(takes.contains("non è in elenco"), "{takes}");
    assert!(takes.contains("autofocus"), "{takes}");
    assert!(!adds.contains("0861123499"), "{adds}");
    assert!(!adds.contains("autofocus") && !adds.contains("class=\"fault\""));
    assert!(heard.text.contains("<a href=\"#release-number\">"));
    // Listed, and otherwise than was said.
    refuse(&centre, CommandError::MarkedAs(Mark::Shared));
    let heard = send(&centre, release, &cookie, &fields).await;
    let takes = form_of(&heard.text, release);
    assert!(
        takes.contains("è in elenco come «condiviso da più persone»"),
        "{takes}"
    );
    assert!(heard.text.contains("<a href=\"#release-mark\">"), "{takes}");
    let english = format!("{cookie}; cuptel_language=en");
    refuse(&centre, CommandError::MarkedAs(Mark::Shared));
    let heard = send(&centre, release, &english, &fields).await;
    assert!(heard.text.contains("on the list as “"), "{}", heard.text);
    let asked = centre.desk.commands.lock().unwrap();
    assert!(
        asked
            .iter()
            .all(|it| matches!(it, Command::ReleaseMark { .. })),
        "{asked:?}"
    );
}

/// The fields of a form that are said to be wrong, by their identifiers.
pub(crate) fn wrong_fields(page: &str) -> Vec<&str> {
    let inputs = page.split(" id=\"").skip(1);
    let wrong = inputs.filter(|it| {
        let tag = it.split('>').next().unwrap_or("");
        tag.contains("aria-invalid=\"true\"")
    });
    wrong.filter_map(|it| it.split('"').next()).collect()
}

#[tokio::test]
async fn each_fault_of_a_profile_is_said_at_its_own_field_and_the_first_has_the_focus() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let path = "/admin/operators/anna/profile";
    let bound = |what, least, most| NotTaken {
        which: "anna".to_owned(),
        why: WhyNotTaken::Bound { what, least, most },
    };
    let half = NotTaken {
        which: "anna".to_owned(),
        why: WhyNotTaken::HalfABreak,
    };
    let faults = vec![bound("ring_s", 1, 300), bound("works_per_h", 1, 60), half];
    refuse(&centre, CommandError::NotTaken(faults));
    let fields = [
        ("ring_s", "900"),
        ("break_after", "3"),
        ("works_per_h", "99"),
    ];
    let page = send(&centre, path, &cookie, &fields).await.text;
    let fields = [
        "profile-ring_s",
        "profile-break_after",
        "profile-break_s",
        "profile-works_per_h",
    ];
    assert_eq!(wrong_fields(&page), fields, "{page}");
    assert_eq!(page.matches(" autofocus").count(), 1);
    for said in [
        "Squillo, almeno (secondi): da 1 a 300",
        "Lavori all’ora, al massimo: da 1 a 60",
        "la pausa vuole tutti e due",
        "<a href=\"#profile-works_per_h\">",
        "value=\"99\"",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    let fields = [("ring_s", "molto"), ("rest_s", "-1"), ("break_s", "60")];
    let page = send(&centre, path, &cookie, &fields).await.text;
    assert_eq!(wrong_fields(&page), ["profile-ring_s", "profile-rest_s"]);
}

#[tokio::test]
async fn days_that_cannot_be_are_said_at_their_own_field_with_one_fault_in_a_sentence() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    for (first, last, hours, id, said) in [
        (
            "mai",
            "",
            "",
            "closure-first",
            "Il primo giorno manca o non si legge",
        ),
        (
            "2030-01-02",
            "dopo",
            "",
            "closure-last",
            "L’ultimo giorno non si legge",
        ),
        (
            "2030-01-02",
            "2030-01-01",
            "",
            "closure-last",
            "viene prima del primo",
        ),
        (
            "2030-01-02",
            "",
            "08:00-12:00 11:00-13:00",
            "closure-hours",
            "Due fasce si sovrappongono",
        ),
    ] {
        let fields = [
            ("tenant", "asl-teramo"),
            ("first", first),
            ("last", last),
            ("hours", hours),
        ];
        let heard = send(&centre, "/admin/closures", &cookie, &fields).await;
        assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        assert!(heard.text.contains(said), "{said} in {}", heard.text);
        assert_eq!(wrong_fields(&heard.text), [id]);
    }
    assert_eq!(last(&centre), None, "the rules are asked nothing");
}

#[tokio::test]
async fn a_campaign_says_which_of_its_moments_is_over_and_between_what_its_pace_is() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let asked = |due: &'static str, ends: &'static str, pace: &'static str| {
        [
            ("name", "ortopedia"),
            ("queue", "asl-teramo/prenotazioni"),
            ("kind", "recall"),
            ("due", due),
            ("ends", ends),
            ("pace", pace),
            ("list", "number\n0861123499\n"),
        ]
    };
    for (fields, error, id, said) in [
        (
            asked("2020-01-01T10:00", "2030-01-01T10:00", ""),
            CampaignError::TooLate,
            "campaign-due",
            "La scadenza passa prima",
        ),
        (
            asked("2030-01-01T10:00", "2020-01-01T10:00", ""),
            CampaignError::TooLate,
            "campaign-ends",
            "La fine passa prima",
        ),
        (
            asked("", "", "0"),
            CampaignError::Pace,
            "campaign-pace",
            "un numero da 1 a 2000",
        ),
    ] {
        refuse(&centre, CommandError::Campaign(error));
        let heard = send(&centre, "/admin/campaigns/new", &cookie, &fields).await;
        assert!(heard.text.contains(said), "{said} in {}", heard.text);
        assert_eq!(wrong_fields(&heard.text), [id]);
    }
}

#[tokio::test]
async fn the_number_typed_for_a_pin_stays_and_no_pin_is_shown_again() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let path = "/admin/operators/anna/pin";
    for (number, pin, again, id) in [
        ("27", "481516", "481517", "by-phone-pin"),
        ("27", "111111", "111111", "by-phone-pin"),
        ("27x", "481516", "481516", "by-phone-number"),
    ] {
        let fields = [("number", number), ("pin", pin), ("again", again)];
        let heard = send(&centre, path, &cookie, &fields).await;
        assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
        let form = form_of(&heard.text, path);
        assert!(form.contains(&format!("value=\"{number}\"")), "{form}");
        assert!(!heard.text.contains(pin) && !heard.text.contains(again));
        assert_eq!(wrong_fields(&heard.text), [id]);
        // The rest of the page is as it is stored.
        let others = form_of(&heard.text, "/admin/operators");
        assert!(others.contains("value=\"asl\""), "{others}");
    }
}

#[tokio::test]
async fn after_a_wrong_password_the_name_stays_and_the_password_has_the_focus() {
    let centre = Centre::open().await;
    rita(&centre).await;
    let heard = try_in(&centre, "rita \"<b>", "wrong").await;
    assert_eq!(heard.status, StatusCode::UNAUTHORIZED);
    assert!(
        heard.text.contains("value=\"rita &#34;&#60;b&#62;\""),
        "{}",
        heard.text
    );
    let (_, password) = heard.text.split_once("id=\"password\"").unwrap();
    let password = password.split('>').next().unwrap();
    assert!(password.contains(" autofocus") && !password.contains("value"));
    assert_eq!(heard.text.matches(" autofocus").count(), 1);
    assert!(!heard.text.contains("wrong"), "no password is shown");
    let fresh = centre.get("/session").await;
    let (_, name) = fresh.text.split_once("id=\"name\"").unwrap();
    assert!(name.split('>').next().unwrap().contains(" autofocus"));
}

#[tokio::test]
async fn a_short_number_is_refused_with_which_numbers_are_taken() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    for number in ["118", "112", "116117"] {
        let fields = [("name", "Soccorso"), ("number", number)];
        let heard = send(&centre, "/admin/directory", &cookie, &fields).await;
        assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
        let said = "I numeri brevi e di emergenza (112, 118, 116117) non si prendono";
        assert!(heard.text.contains(said), "{}", heard.text);
        assert_eq!(wrong_fields(&heard.text), ["entry-number"]);
        let form = form_of(&heard.text, "/admin/directory");
        assert!(!form.contains("Teramo, 118"), "no such example is given");
    }
}

#[tokio::test]
async fn an_agreement_is_ended_only_by_whoever_is_sure() {
    let centre = Centre::open().await;
    let cookie = rita(&centre).await;
    let fields = [
        ("reached_on", "2026-11-02"),
        ("protocol", "77/2026"),
        ("listening", "yes"),
    ];
    send(&centre, "/admin/agreement", &cookie, &fields).await;
    let end = "/admin/agreement/end";
    let heard = send(&centre, end, &cookie, &[]).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(heard.text.contains("Manca la conferma"), "{}", heard.text);
    assert!(form_of(&heard.text, end).contains("aria-invalid=\"true\""));
    let held = centre.app().store.agreements().await.unwrap();
    assert_eq!(held[0].ended_ms, None);
    let heard = send(&centre, end, &cookie, &[("sure", "yes")]).await;
    assert_eq!(heard.header("location"), "/admin/agreement");
    let held = centre.app().store.agreements().await.unwrap();
    assert!(held[0].ended_ms.is_some());
}
