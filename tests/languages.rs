//! The language that somebody chooses: every page speaks it from then on, and so does what comes in live.

use crate::console::{OWN, types_name, user, with_time_to_read};
use crate::harness::{Answers, Caller, Centre, Page, Phone, Setup};

#[test]
fn whoever_chooses_english_reads_english_live_too_and_can_go_back() {
    let centre = Centre::start(Setup::default());
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    let mut page = Page::at(&centre);
    page.opens("/board");
    page.shows("html[lang=it] h1", "adesso");
    page.shows("#waiting-note", "nessuno aspetta");
    page.tabs_to("Lingua");
    page.types("English");
    page.goes_for("Usa");
    page.shows("html[lang=en] h1", "now");
    page.comes_to("/board");
    page.shows("#waiting-note", "nobody waits");
    page.is_clean("/board in English");

    // What changes comes in the same language.
    centre.sign_in("101", "Anna Esempio");
    page.shows("#free-note", "in conversation");
    page.shows("#seats-caption", "What each seat does");
    page.shows("#s0-state", "free");
    // The wallboard, which hangs on a wall, speaks what was chosen elsewhere.
    page.opens("/supervisor/wall");
    page.shows("html[lang=en] h1", "The queues at large");

    page.opens("/board");
    page.tabs_to("Language");
    page.types("Italiano");
    page.goes_for("Use");
    page.shows("html[lang=it] h1", "adesso");
}

/// Somebody who reads English signs in, and lands on their page.
fn comes_in(page: &mut Page<'_>, name: &str, lands: &str) {
    page.opens("/session");
    page.tabs_to("Lingua");
    page.types("English");
    page.goes_for("Usa");
    page.comes_to("/session");
    types_name(page, name);
    page.presses(&["Tab"]);
    page.types(OWN);
    page.presses(&["Enter"]);
    page.comes_to(lands);
    assert_eq!(page.count("html[lang=en]"), 1, "{name}");
}

#[test]
fn an_operator_and_a_supervisor_share_a_call_in_english() {
    let centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    user(&centre, "Anna Esempio", "operator");
    user(&centre, "rosa", "supervisor");
    let mut anna = Page::at(&centre);
    comes_in(&mut anna, "Anna Esempio", "/");
    anna.goes_for("Sign in");
    anna.comes_to("/seats/101");
    anna.shows("#seat-state", "free");
    let caller = Caller::connected(&centre, "0861555941");
    let call = caller.call_id().to_owned();
    let row = centre.attempt(&call, "Anna talks", |row| row["stage"] == "talking");
    anna.shows("#seat-state", "in conversation");
    anna.shows("#doing", "Result of the conversation");
    anna.goes_for("Put on hold");
    anna.shows("#main", "Take the person up again");
    anna.is_clean("a conversation in English");

    let mut rosa = Page::at(&centre);
    comes_in(&mut rosa, "rosa", "/supervisor");
    rosa.shows("#main", "1 on the phone");
    rosa.is_clean("the desk in English");
    rosa.opens(&format!("/supervisor/calls/{}", row["id"]));
    rosa.shows("#main", "+39…941");
    rosa.is_clean("the story of a call in English");
    rosa.opens("/supervisor/wall");
    rosa.shows("h1", "The queues at large");

    anna.goes_for("Take the person up again");
    caller.hangs_up();
    anna.shows("#seat-state", "after the call");
    anna.opens("/seats/101");
    anna.goes_for("Settled");
    anna.shows("#seat-state", "free");
    anna.opens("/day");
    anna.is_clean("one's day in English");
    anna.opens("/seats/101");
    anna.goes_for("End of work");
    anna.shows("#seat-state", "nobody signed in");
    centre.audit();
}

#[test]
fn an_administrator_and_an_auditor_work_in_english() {
    let centre = Centre::start(Setup::default());
    user(&centre, "ada", "region_administrator");
    user(&centre, "aldo", "auditor");
    let mut ada = Page::at(&centre);
    comes_in(&mut ada, "ada", "/admin");
    ada.shows(".menu [aria-current]", "Overview");
    ada.opens("/admin/operators");
    ada.shows("h1", "Operators");
    ada.is_clean("operators in English");
    ada.opens("/admin/dialplans");
    ada.is_clean("dialplans in English");
    let mut aldo = Page::at(&centre);
    comes_in(&mut aldo, "aldo", "/admin/oversight");
    aldo.shows("h1", "Oversight");
    aldo.goes_for("Audit now");
    aldo.shows("#main", "Every promise holds");
    aldo.is_clean("an audit in English");
    aldo.opens("/admin/log");
    aldo.shows("h1", "Log of access");
    aldo.is_clean("the log in English");
}
