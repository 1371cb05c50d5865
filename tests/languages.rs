//! The language that somebody chooses: every page speaks it from then on, and so does what comes in live.

use crate::harness::{Answers, Centre, Page, Phone, Setup};

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
