//! The pages as somebody has them in front of them for a shift: in a real browser, by keyboard alone,
//! with a real phone at the seat.

use std::fs;

use serde_json::json;

use crate::harness::{
    Answers, Browser, Caller, Centre, Page, Phone, SOON, Setup, repository, until,
};

pub(crate) const OWN: &str = "una frase che ricordo";

/// Somebody who has a password of their own.
pub(crate) fn user(centre: &Centre, name: &str, role: &str) {
    let told = centre.run(&["user", "add", name, "--role", role]);
    let told = told.succeeded();
    let (_, rest) = told.split_once("signs in with ").expect("it is told");
    let once = rest.split(' ').next().expect("a word");
    Browser::at(centre).chooses(name, once, OWN);
}

/// Types who signs in, where the page has the focus by itself: as soon as the browser has drawn it.
pub(crate) fn types_name(page: &mut Page<'_>, name: &str) {
    until("one can type at once", SOON, || {
        (page.focused().0 == "name").then_some(())
    });
    page.types(name);
}

pub(crate) fn signs_in(page: &mut Page<'_>, name: &str) {
    page.opens("/session");
    types_name(page, name);
    page.presses(&["Tab"]);
    page.types(OWN);
    page.presses(&["Enter"]);
    page.leaves("/session");
}

#[test]
fn an_operator_works_a_shift_by_keyboard_alone() {
    let centre = with_time_to_read();
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
            "/supervisor/wall",
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

/// Anna sits at seat 101, at its page.
pub(crate) fn in_service<'c>(centre: &'c Centre, options: &serde_json::Value) -> Page<'c> {
    user(centre, "Anna Esempio", "operator");
    let mut page = Page::with(centre, options);
    signs_in(&mut page, "Anna Esempio");
    page.goes_for("Entra in servizio");
    page.comes_to("/seats/101");
    page.shows("#seat-state", "libera");
    page
}

/// Anna sits at seat 101 with time to read after each call, and talks with somebody.
pub(crate) fn in_conversation<'c>(
    centre: &'c Centre,
    options: &serde_json::Value,
) -> (Page<'c>, Caller) {
    let page = in_service(centre, options);
    let caller = Caller::connected(centre, "0861555911");
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "Anna talks", |row| row["stage"] == "talking");
    (page, caller)
}

/// A centre that leaves time to read the page while it rings and after a call, as in real life.
pub(crate) fn with_time_to_read() -> Centre {
    let mut centre = Centre::prepare(Setup::default());
    centre.reconfigure("ring_s = 4", "ring_s = 60");
    centre.reconfigure("wrap_up_s = 1", "wrap_up_s = 900");
    centre.serve();
    centre
}

/// Opens what is taken in charge, and chooses the first service that calls back.
pub(crate) fn opens_in_charge(page: &mut Page<'_>) {
    page.goes_for("Presa in carico");
    page.tabs_to("Servizio che richiama");
    page.presses(&["ArrowDown"]);
}

/// Fills in what is taken in charge, as urgent, and goes on to the deadline.
pub(crate) fn writes_in_charge(page: &mut Page<'_>) {
    page.tabs_to("U, urgente");
    page.presses(&["Space"]);
    page.tabs_to("Che cosa serve alla persona");
    page.types("visita cardiologica");
    page.goes_for("Continua: leggi la scadenza");
    page.shows("main", "Da richiamare entro");
}

#[test]
fn what_finds_no_slot_is_taken_in_charge_by_keyboard_alone() {
    let centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    let (mut page, caller) = in_conversation(&centre, &json!({}));
    page.shows("#doing", "Presa in carico");
    page.shows("#person-who", "+39…911");
    page.goes_for("Presa in carico");
    page.tabs_to("U, urgente");
    page.presses(&["Space"]);
    page.tabs_to("Che cosa serve alla persona");
    page.types("visita cardiologica");
    page.tabs_to("Codice fiscale (facoltativo, solo controllato)");
    page.types("RSSMRA85T10A562T");
    page.is_clean("the form of what is taken in charge");
    page.goes_for("Continua: leggi la scadenza");
    // What is wrong is where the focus goes, and nothing of the rest is lost.
    page.shows(
        "#wrong",
        "L’ultima lettera del codice fiscale non corrisponde",
    );
    assert_eq!(page.focused().0, "wrong");
    // That it was not taken (422) is what the browser tells of it.
    page.forgets_faults();
    page.is_clean("what is to be corrected");
    page.tabs_to("Codice fiscale (facoltativo, solo controllato)");
    page.presses(&["End", "Backspace"]);
    page.types("S");
    page.goes_for("Continua: leggi la scadenza");
    page.shows("main", "Da richiamare entro");
    page.shows("main", "visita cardiologica");
    assert_eq!(page.focused().1, "Conferma la presa in carico");
    page.is_clean("what is to be confirmed");
    page.presses(&["Enter"]);
    page.shows(".notice", "Presa in carico registrata");
    page.shows("#announcer", "Presa in carico registrata");
    page.shows("#doing", "Esito della conversazione");
    assert!(!page.focused().1.is_empty(), "the focus is lost");
    page.shows(".keys", "Alt+Shift+I");
    let entered = centre.callback("it is owed", |row| {
        row["kinds"] == json!(["taken_in_charge"])
    });
    assert_eq!(entered["priority_class"], "U");
    assert_eq!(
        centre.sql("SELECT count(*) FROM need_detail WHERE note LIKE '%RSSMRA%'"),
        "0"
    );
    // The page shows it with a box of its own, which is not ticked by itself.
    page.shows("#seat-owed", "visita cardiologica");
    page.goes_for("Risolta");
    page.shows(".notice", "esito registrato");
    page.shows("#told", "Esito dato: risolta");
    caller.hangs_up();
    page.shows("#seat-state", "dopo la chiamata");
    page.shows("#seat-clock", "Restano");
    page.is_clean("a result that was told");
    centre.audit();
}

/// Of which conversation the forms of a seat's page are, once it has them.
fn conversation_at(anna: &Browser<'_>) -> String {
    until("the page has the forms of a conversation", SOON, || {
        let page = anna.opens("/seats/101").text;
        let (_, id) = page.split_once("name=\"conversation\" value=\"")?;
        Some(id.split('"').next()?.to_owned())
    })
}

#[test]
fn what_is_taken_in_charge_is_for_whoever_it_was_written_about() {
    let centre = Centre::start(Setup::default());
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    user(&centre, "Anna Esempio", "operator");
    let anna = Browser::at(&centre);
    anna.signs_in("Anna Esempio", OWN);
    let first = Caller::connected(&centre, "0861555921");
    centre.attempt(first.call_id(), "the first talks", |row| {
        row["stage"] == "talking"
    });
    let written = conversation_at(&anna);
    first.hangs_up();
    centre.seat_works("101", "idle");
    let form = [
        ("queue", "asl-teramo/prenotazioni"),
        ("class", "B"),
        ("note", "visita cardiologica"),
        ("conversation", written.as_str()),
    ];
    // The time after the call is over: whose number it is is known still.
    let page = anna.sends("/seats/101/in-charge", &form).text;
    assert!(page.contains("0861 555 921"), "{page}");
    let second = Caller::connected(&centre, "0861555922");
    centre.attempt(second.call_id(), "the second talks", |row| {
        row["stage"] == "talking"
    });
    let page = anna.sends("/seats/101/in-charge", &form).text;
    assert!(
        page.contains("0861 555 921") && !page.contains("922"),
        "{page}"
    );
    assert!(page.contains("Prenotazioni, ASL di Teramo"), "{page}");
    // Nobody else's conversation can be meant.
    let forged = [&form[..3], &[("conversation", "1")]].concat();
    let refused = anna.sends("/seats/101/in-charge", &forged).text;
    assert!(refused.contains("Non si conosce il numero"), "{refused}");
    let key = key_in(&page).to_owned();
    let confirmed = [&form[..], &[("key", key.as_str()), ("step", "confirm")]].concat();
    assert_eq!(anna.sends("/seats/101/in-charge", &confirmed).status, 303);
    let owed = centre.callback("it is owed", |row| {
        row["kinds"] == json!(["taken_in_charge"])
    });
    assert_eq!(owed["number"], "+39…921");
    let log = centre.get("access-log").to_string();
    assert!(
        log.contains("look_at_number") && !log.contains("861555921"),
        "{log}"
    );
    second.hangs_up();
    centre.audit();
}

#[test]
fn things_are_said_when_asked_and_keys_are_those_that_one_chose() {
    let centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    let (mut page, caller) = in_conversation(&centre, &json!({}));
    page.shows("#person-who", "+39…911");
    page.presses(&["F2"]);
    page.shows("#announcer", "+39…911, ");
    // The page hears within a moment that nobody waits any more.
    page.shows("#line-figures", "nessuno aspetta");
    page.presses(&["F8"]);
    page.shows("#announcer", "nessuno aspetta");
    page.presses(&["F9"]);
    page.shows("#announcer", "in conversazione");
    page.shows("#doing", "Presa in carico");
    page.presses(&["Alt+Shift+P"]);
    assert_eq!(page.focused().0, "person");
    page.presses(&["Alt+Shift+I"]);
    assert_eq!(page.focused().0, "in-charge");
    // Nothing is said by itself while somebody talks: what was said last stands there still.
    page.presses(&["F4"]);
    page.shows("#announcer", "Ha aspettato");
    caller.hangs_up();
    page.shows("#announcer", "dopo la chiamata");

    page.opens("/preferences");
    page.is_clean("preferences");
    page.tabs_to("Dice chi è la persona (di norma F2)");
    page.presses(&["Control+a"]);
    page.types("w");
    page.goes_for("Salva le preferenze");
    page.shows("main", "una lettera o una cifra da sola no");
    page.forgets_faults();
    page.is_clean("preferences that cannot be");
    page.tabs_to("Dice chi è la persona (di norma F2)");
    page.presses(&["Control+a"]);
    page.types("alt+shift+w");
    page.goes_for("Salva le preferenze");
    page.shows(".notice", "Preferenze salvate");
    page.opens("/seats/101");
    page.shows(".keys", "Alt+Shift+W");
    page.shows("#seat-state", "dopo la chiamata");
    page.presses(&["F9", "F2"]);
    page.shows("#announcer", "dopo la chiamata");
    page.presses(&["Alt+Shift+W"]);
    page.shows("#announcer", "+39…911");
    // A letter alone does nothing but what letters do.
    page.presses(&["F9", "w"]);
    page.shows("#announcer", "dopo la chiamata");
    page.opens("/preferences");
    page.tabs_to("Usa i tasti rapidi");
    page.presses(&["Space"]);
    page.goes_for("Salva le preferenze");
    page.shows(".notice", "Preferenze salvate");
    page.opens("/seats/101");
    page.presses(&["F9", "Alt+Shift+W"]);
    page.shows("main", "Postazione 101");
    assert_eq!(page.text("#announcer"), "");
    assert!(!page.text("main").contains("Tasti rapidi"));
}

#[test]
fn a_server_that_is_away_loses_nothing_that_was_typed() {
    let mut centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    user(&centre, "Anna Esempio", "operator");
    let url = centre.url("");
    let mut page = Page::detached(&url, &json!({}));
    signs_in(&mut page, "Anna Esempio");
    page.goes_for("Entra in servizio");
    page.shows("#seat-state", "libera");
    page.tabs_to("Motivo (facoltativo)");
    page.types("pranzo");
    centre.kill();
    page.goes_for("In pausa");
    page.shows("#sending", "Non inviato: il server non risponde.");
    page.shows("#connection", "Collegamento perso: dati fermi alle");
    assert_eq!(
        page.value("#reason"),
        "pranzo",
        "what was typed is still there"
    );
    assert_eq!(page.focused().1, "In pausa");
    page.forgets_faults();
    centre.serve();
    page.shows("#sending", "Il collegamento è tornato");
    page.presses(&["Enter"]);
    page.shows("#seat-state", "in pausa");
    page.shows(".notice", "in pausa");
}

#[test]
fn the_focus_stays_through_every_state_and_a_whole_day_fits_a_narrow_screen() {
    let centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    let narrow = json!({ "viewport": { "width": 320, "height": 256 } });
    let (mut page, caller) = in_conversation(&centre, &narrow);
    let holds = |page: &mut Page<'_>, what: &str| {
        let (_, name) = page.focused();
        assert!(!name.is_empty(), "{what}: the focus is lost");
        page.fits(what);
        page.is_clean(what);
    };
    page.shows("#doing", "Presa in carico");
    page.tabs_to("Mostra il numero intero");
    page.presses(&["Enter"]);
    page.shows(".notice", "Numero intero: 0861555911");
    holds(&mut page, "the whole number");
    page.tabs_to("Presa in carico");
    page.presses(&["Enter"]);
    holds(&mut page, "the form of what is taken in charge");
    page.tabs_to("In pausa");
    caller.hangs_up();
    page.shows("#seat-state", "dopo la chiamata");
    holds(&mut page, "after the call");
    page.goes_for("Risolta");
    page.shows("#seat-state", "libera");
    holds(&mut page, "free again");
    page.goes_for("In pausa");
    page.shows("#seat-state", "in pausa");
    holds(&mut page, "a pause");
    page.goes_for("Torno disponibile");
    page.shows("#seat-state", "libera");
    holds(&mut page, "back");
    for path in ["/preferences", "/day"] {
        page.opens(path);
        page.fits(path);
        page.is_clean(path);
    }
    page.shows("main", "Chiamate ricevute");
    page.goes_for("Torna alla postazione");
    page.comes_to("/seats/101");
    page.goes_for("Fine servizio");
    page.shows("#seat-state", "nessuno in servizio");
    holds(&mut page, "nobody there");
}

/// Somebody else sits down at the seat that this page was left at, and their phone rings.
fn is_seen_and_not_heard(centre: &Centre, page: &mut Page<'_>) {
    centre.sign_in("101", "Bruno Esempio");
    page.shows("#seat-operator", "in servizio");
    let heard = page.text("#announcer");
    let _caller = Caller::call(centre, "0861555911");
    page.shows("#seat-state", "squilla");
    page.is_titled("squilla");
    assert_eq!(page.text("#ringing"), "");
    assert_eq!(page.text("#announcer"), heard);
}

#[test]
fn who_is_signed_out_by_somebody_else_keeps_their_place_on_the_page() {
    let centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::ByHand);
    let mut page = in_service(&centre, &json!({}));
    page.tabs_to("In pausa");
    centre.run(&["seats", "sign-out", "101"]).succeeded();
    page.shows("main", "Su questa postazione agisce chi ci lavora");
    assert_eq!(page.focused().0, "do");
    page.shows("#seat-state", "nessuno in servizio");
    page.is_clean("signed out by somebody else");
    is_seen_and_not_heard(&centre, &mut page);
    assert_eq!(page.focused().0, "do");
}

#[test]
fn who_works_again_at_a_seat_whose_page_stands_open_has_it_back_and_hears_who_rings() {
    let centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::ByHand);
    let mut page = in_service(&centre, &json!({}));
    page.goes_for("Fine servizio");
    page.shows("main", "Su questa postazione agisce chi ci lavora");
    // As by phone, or by whoever leads.
    centre.sign_in("101", "Anna Esempio");
    page.shows("main", "Fai squillare il mio telefono");
    assert_eq!(page.focused().0, "do");
    page.shows(".keys", "Alt+Shift+I");
    page.is_clean("at work again");
    let _caller = Caller::call(&centre, "0861555911");
    page.shows("#ringing", "squilla");
    page.shows("#person-who", "+39…911");
}

#[test]
fn an_answer_that_comes_after_a_look_takes_the_focus_from_nobody() {
    let centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::ByHand);
    let mut page = in_service(&centre, &json!({}));
    page.holds_answers("*/sign-out");
    page.goes_for("Fine servizio");
    page.shows("main", "Su questa postazione agisce chi ci lavora");
    assert_eq!(page.focused().0, "do");
    page.tabs_to("Aggiorna");
    page.lets_answers_go();
    page.shows(".notice", "Fatto");
    assert_eq!(page.focused().1, "Aggiorna");
    // What was told is over when somebody else does something there.
    centre.sign_in("101", "Bruno Esempio");
    let _caller = Caller::call(&centre, "0861555911");
    until("the notice is gone", SOON, || {
        (page.count(".notice") == 0).then_some(())
    });
    page.is_clean("signed out, and told so later");
}

const LEFT: &str = "Non sei più in servizio a questa postazione";

#[test]
fn who_is_signed_out_while_they_fill_in_a_form_keeps_it_and_is_told() {
    let centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    let (mut page, caller) = in_conversation(&centre, &json!({}));
    page.shows("#doing", "Presa in carico");
    opens_in_charge(&mut page);
    writes_in_charge(&mut page);
    page.goes_for("Torna indietro e correggi");
    page.tabs_to("Che cosa serve alla persona");
    page.types("visita ortopedica");
    caller.hangs_up();
    centre.seat_works("101", "wrap_up");
    centre.disposes("101", "done");
    centre.run(&["seats", "sign-out", "101"]).succeeded();
    page.shows("#connection", LEFT);
    assert_eq!(page.focused().1, "Che cosa serve alla persona");
    page.is_clean("signed out beside a form");
    // Whoever comes next is heard by nobody else.
    centre.sign_in("101", "Bruno Esempio");
    let heard = page.text("#announcer");
    let next = Caller::connected(&centre, "0861555912");
    let call = next.call_id().to_owned();
    centre.attempt(&call, "Bruno talks", |row| row["stage"] == "talking");
    page.is_titled("Presa in carico");
    assert_eq!(page.text("#announcer"), heard);
    assert_eq!(page.value("#need"), "visita ortopedica");
    next.hangs_up();
}

#[test]
fn who_is_signed_out_while_they_write_on_their_page_hears_nobody_elses_ring() {
    let centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::ByHand);
    let mut page = in_service(&centre, &json!({}));
    page.tabs_to("Motivo (facoltativo)");
    page.types("visita medica");
    centre.run(&["seats", "sign-out", "101"]).succeeded();
    page.shows("#connection", LEFT);
    is_seen_and_not_heard(&centre, &mut page);
    assert_eq!(page.focused().1, "Motivo (facoltativo)");
}

#[test]
fn who_rings_is_heard_beside_a_form_that_has_taken_the_pages_place() {
    let centre = with_time_to_read();
    let phone = Phone::registered(&centre, "101", Answers::ByHand);
    let mut page = in_service(&centre, &json!({}));
    let caller = Caller::call(&centre, "0861555911");
    page.shows("#ringing", "+39…911");
    phone.command("accept");
    page.shows("#doing", "Presa in carico");
    opens_in_charge(&mut page);
    writes_in_charge(&mut page);
    phone.hangs_up();
    drop(caller);
    centre.seat_works("101", "wrap_up");
    centre.disposes("101", "done");
    let _next = Caller::call(&centre, "0861555912");
    page.shows("#ringing", "squilla");
    page.shows("#ringing", "+39…912");
    page.is_titled("squilla");
    page.presses(&["F2"]);
    page.shows("#announcer", "+39…912");
    page.is_clean("somebody rings beside a form");
}

#[test]
fn what_was_chosen_stays_chosen_through_answers_and_looks() {
    let centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    let (mut page, caller) = in_conversation(&centre, &json!({}));
    page.shows("#doing", "Presa in carico");
    opens_in_charge(&mut page);
    let chosen = page.value("#for-queue");
    assert_ne!(chosen, "");
    // What is done elsewhere brings the forms anew.
    page.tabs_to("Continua: leggi la scadenza");
    centre.post("seats/101/hold", &json!({}));
    page.shows("#doing", "Riprendi la persona");
    assert_eq!(page.value("#for-queue"), chosen);
    assert_eq!(page.focused().1, "Continua: leggi la scadenza");
    // So does what they do themselves, whatever else they have filled in.
    page.tabs_to("U, urgente");
    page.presses(&["Space"]);
    page.tabs_to("NRE della ricetta (facoltativo)");
    page.types("1234567890");
    page.goes_for("Riprendi la persona");
    page.shows("#doing", "Metti in attesa");
    assert_eq!(page.value("#for-queue"), chosen);
    assert_eq!(page.value("#nre"), "1234567890");
    assert_eq!(page.count("#class-U:checked"), 1);
    caller.hangs_up();
}

#[test]
fn a_result_that_ends_the_service_leaves_no_note_behind() {
    let centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    let (mut page, caller) = in_conversation(&centre, &json!({}));
    caller.hangs_up();
    page.shows("#seat-state", "dopo la chiamata");
    centre.run(&["seats", "sign-out", "101"]).succeeded();
    page.tabs_to("Nota (facoltativa)");
    page.types("preferisce il mattino");
    page.goes_for("Risolta");
    page.shows("main", "Su questa postazione agisce chi ci lavora");
    let kept = "SELECT count(*) FROM assignment WHERE note = 'preferisce il mattino'";
    assert_eq!(centre.sql(kept), "1");
    centre.sign_in("101", "Anna Esempio");
    page.shows("main", "Fai squillare il mio telefono");
    assert_eq!(page.count("#left-note:not([hidden])"), 0);
}

#[test]
fn who_signs_in_from_another_tab_finds_nothing_of_who_was_here() {
    let centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::ByHand);
    user(&centre, "rosa", "supervisor");
    let mut page = in_service(&centre, &json!({}));
    page.shows(".who", "Anna Esempio");
    page.sends_from_another_tab("/session", &json!({ "name": "rosa", "password": OWN }));
    page.goes_for("In pausa");
    page.shows(".who", "rosa");
    page.is_clean("somebody else");
}

#[test]
fn who_signs_in_from_another_tab_takes_nothing_from_who_still_writes() {
    let centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    user(&centre, "rosa", "supervisor");
    let (mut page, caller) = in_conversation(&centre, &json!({}));
    page.shows("#doing", "Nota (facoltativa)");
    page.tabs_to("Nota (facoltativa)");
    page.types("preferisce il mattino");
    page.sends_from_another_tab("/session", &json!({ "name": "rosa", "password": OWN }));
    caller.hangs_up();
    page.shows("#connection", "La sessione è finita");
    assert_eq!(page.text(".who"), "Anna Esempio");
    assert_eq!(page.value("#note"), "preferisce il mattino");
    assert_eq!(page.focused().0, "note");
}

/// By which a form that is sent twice is known.
fn key_in(page: &str) -> &str {
    let (_, key) = page
        .split_once("name=\"key\" value=\"")
        .expect("it has a key");
    key.split('"').next().expect("a word")
}

#[test]
fn a_day_goes_on_without_a_script() {
    let centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    user(&centre, "Anna Esempio", "operator");
    let browser = Browser::at(&centre);
    browser.signs_in("Anna Esempio", OWN);
    let seat = |what: &str| {
        until(what, SOON, || {
            let shown = browser.opens("/seats/101");
            shown.text.contains(what).then_some(shown.text)
        })
    };
    assert_eq!(
        browser.sends("/seat", &[("seat", "101")]).location,
        "/seats/101"
    );
    seat("libera");
    let caller = Caller::connected(&centre, "0861555911");
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "Anna talks", |row| row["stage"] == "talking");
    seat("+39…911, ");
    browser.sends("/seats/101/number", &[]);
    seat("Numero intero: 0861555911");
    let typed = [
        ("queue", "asl-teramo/prenotazioni"),
        ("class", "B"),
        ("note", "visita"),
    ];
    let shown = browser.sends("/seats/101/in-charge", &typed);
    assert_eq!(shown.status, 200, "{}", shown.text);
    let key = key_in(&shown.text);
    let confirmed = [
        typed[0],
        typed[1],
        typed[2],
        ("key", key),
        ("step", "confirm"),
    ];
    for _ in 0..2 {
        let shown = browser.sends("/seats/101/in-charge", &confirmed);
        assert_eq!(shown.status, 303, "{}", shown.text);
        seat("Presa in carico registrata");
    }
    let owed = centre.get("callbacks");
    assert_eq!(
        owed["callbacks"].as_array().map(Vec::len),
        Some(1),
        "pressed twice"
    );
    caller.hangs_up();
    centre.attempt(&call, "served", |row| row["outcome"] == "served");
    let told = [("disposition", "done"), ("note", "preferisce il mattino")];
    browser.sends("/api/v1/seats/101/disposition", &told);
    let id = &owed["callbacks"][0]["id"];
    let detail = centre.callback_detail(id);
    assert_eq!(detail["needs"][0]["note"], "visita · preferisce il mattino");
    // Who rings again is met with what was before.
    browser.sends("/api/v1/seats/101/available", &[]);
    let caller = Caller::connected(&centre, "0861555911");
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "Anna talks", |row| row["stage"] == "talking");
    let shown = seat("Contatti precedenti");
    assert!(shown.contains("ha chiamato, prenotazioni, "), "{shown}");
    let log = centre.get("access-log").to_string();
    assert!(log.contains("look_at_contacts"), "{log}");
    browser.opens("/day");
    caller.hangs_up();
    centre.attempt(&call, "served", |row| row["outcome"] == "served");
    // Who goes first ends what is to be done after a call.
    browser.sends("/api/v1/seats/101/disposition", &told[..1]);
    browser.sends("/api/v1/seats/101/sign-out", &[]);
    seat("nessuno in servizio");
    centre.audit();
}

#[test]
fn what_a_screen_reader_is_told_is_what_was_agreed() {
    let centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    user(&centre, "Anna Esempio", "operator");
    let mut page = Page::at(&centre);
    page.opens("/session");
    agreed("sign_in", &page.tree());
    signs_in(&mut page, "Anna Esempio");
    page.goes_for("Entra in servizio");
    page.shows("#seat-state", "libera");
    agreed("seat_free", &page.tree());
    for (path, name) in [
        ("/preferences", "preferences"),
        ("/day", "day"),
        ("/find", "find"),
    ] {
        page.opens(path);
        agreed(name, &page.tree_of("main"));
    }
    page.opens("/seats/101");
    let caller = Caller::connected(&centre, "0861555911");
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "Anna talks", |row| row["stage"] == "talking");
    page.shows("#doing", "Esito della conversazione");
    page.opens("/seats/101");
    agreed("seat_talking", &page.tree_of("main"));
    caller.hangs_up();
    page.shows("#seat-state", "dopo la chiamata");
    page.opens("/seats/101");
    agreed("seat_wrap_up", &page.tree_of("main"));
}

/// Compares with the tree that is kept; `CUPTEL_KEEP_TREES` keeps the one of today, to be looked at.
pub(crate) fn agreed(name: &str, tree: &str) {
    let path = repository().join(format!("tests/browser/trees/{name}.yml"));
    if std::env::var_os("CUPTEL_KEEP_TREES").is_some() {
        fs::write(&path, tree).expect("the tree can be kept");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(tree, kept, "{}", path.display());
}
