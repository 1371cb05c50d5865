//! The pages as somebody has them in front of them for a shift: in a real browser, by keyboard alone,
//! with a real phone at the seat.

use std::fs;

use serde_json::json;

use crate::harness::{Answers, Browser, Caller, Centre, Page, Phone, Setup, repository};

const OWN: &str = "una frase che ricordo";

/// Somebody who has a password of their own.
fn user(centre: &Centre, name: &str, role: &str) {
    let told = centre.run(&["user", "add", name, "--role", role]);
    let told = told.succeeded();
    let (_, rest) = told.split_once("signs in with ").expect("it is told");
    let once = rest.split(' ').next().expect("a word");
    Browser::at(centre).chooses(name, once, OWN);
}

fn signs_in(page: &mut Page<'_>, name: &str) {
    page.opens("/session");
    assert_eq!(page.focused().0, "name", "one can type at once");
    page.types(name);
    page.presses(&["Tab"]);
    page.types(OWN);
    page.presses(&["Enter"]);
    page.comes_to("/");
}

#[test]
fn an_operator_works_a_shift_by_keyboard_alone() {
    let mut centre = Centre::prepare(Setup::default());
    // Time to read the page after a call, as in real life.
    centre.reconfigure("wrap_up_s = 1", "wrap_up_s = 900");
    centre.serve();
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    user(&centre, "Anna Esempio", "operator");
    let mut page = Page::at(&centre);
    signs_in(&mut page, "Anna Esempio");
    page.is_clean("where she chooses a seat");
    page.goes_for("Entra in servizio");
    page.comes_to("/seats/101");
    page.shows("#seat-state", "libera");
    page.is_clean("a free seat");

    // What has the focus is replaced when somebody calls: it stays on something that has a name.
    page.tabs_to("In pausa");
    let caller = Caller::connected(&centre, "0861555911");
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "Anna talks", |row| row["stage"] == "talking");
    page.shows("#seat-state", "in conversazione");
    page.shows("#doing", "Esito della conversazione");
    let (_, name) = page.focused();
    assert!(!name.is_empty(), "the focus is lost");
    page.is_clean("a conversation");

    // Who is writing is not disturbed by it, and is told.
    page.tabs_to("Motivo (facoltativo)");
    page.types("pran");
    caller.hangs_up();
    centre.attempt(&call, "served", |row| row["outcome"] == "served");
    page.shows("#seat-state", "dopo la chiamata");
    page.types("zo");
    assert_eq!(page.focused().1, "Motivo (facoltativo)");
    page.opens("/seats/101");
    page.is_clean("after a call");
    page.goes_for("Risolta");
    page.shows(".notice", "Fatto.");
    page.shows("#seat-state", "libera");
    page.goes_for("Fine servizio");
    page.shows("#seat-state", "nessuno in servizio");
    page.is_clean("an empty seat");
    centre.audit();
}

#[test]
fn every_page_is_clean_and_fits_at_four_times_the_size_in_the_dark_too() {
    let centre = Centre::start(Setup::default());
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    user(&centre, "rosa", "supervisor");
    let narrow = json!({ "viewport": { "width": 320, "height": 256 } });
    let dark = json!({ "colorScheme": "dark", "reducedMotion": "reduce" });
    for options in [json!({}), narrow, dark] {
        let mut page = Page::with(&centre, &options);
        page.opens("/session");
        page.is_clean("signing in");
        page.fits("signing in");
        signs_in(&mut page, "rosa");
        for path in [
            "/",
            "/board",
            "/supervisor",
            "/seats/101",
            "/seats/102",
            "/password",
            "/nothing",
        ] {
            page.opens(path);
            page.fits(path);
            if path != "/nothing" {
                page.is_clean(path);
            }
        }
    }
}

#[test]
fn what_a_screen_reader_is_told_is_what_was_agreed() {
    let centre = Centre::start(Setup::default());
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    user(&centre, "Anna Esempio", "operator");
    let mut page = Page::at(&centre);
    page.opens("/session");
    agreed("sign_in", &page.tree());
    signs_in(&mut page, "Anna Esempio");
    page.goes_for("Entra in servizio");
    page.shows("#seat-state", "libera");
    agreed("seat_free", &page.tree());
}

/// Compares with the tree that is kept; `CUPTEL_KEEP_TREES` keeps the one of today, to be looked at.
fn agreed(name: &str, tree: &str) {
    let path = repository().join(format!("tests/browser/trees/{name}.yml"));
    if std::env::var_os("CUPTEL_KEEP_TREES").is_some() {
        fs::write(&path, tree).expect("the tree can be kept");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(tree, kept, "{}", path.display());
}
