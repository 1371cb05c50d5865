//! What somebody who cannot look everywhere at once needs of their page: a note that is not lost, whoever
//! rings first and everywhere, nothing of one person beside the next, and a name for every button.

use serde_json::json;

use crate::console::{
    in_conversation, in_service, opens_in_charge, signs_in, user, with_time_to_read,
    writes_in_charge,
};
use crate::harness::{Answers, Caller, Centre, Page, Phone, SOON, Setup, until};

const NOTE: &str = "Nota (facoltativa)";
const BACK: &str = "Ripresa la nota che stavi scrivendo.";

/// What was typed into the note, once the page has it.
fn noted(page: &mut Page<'_>, text: &str) {
    page.shows("#keep-note", "Salva la nota");
    assert_eq!(page.value("#note"), text);
}

#[test]
fn a_note_that_is_being_written_comes_back_to_who_wrote_it_and_to_nobody_else() {
    let centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    user(&centre, "rosa", "supervisor");
    let (mut page, caller) = in_conversation(&centre, &json!({}));
    page.shows("#doing", NOTE);
    page.tabs_to(NOTE);
    page.types("preferisce il mattino");
    page.opens("/day");
    page.opens("/seats/101");
    page.shows("#note-back", BACK);
    noted(&mut page, "preferisce il mattino");
    // A form that comes new because of something else that was done keeps it too.
    page.goes_for("Metti in attesa");
    page.shows("#seat-state", "in attesa, con la musica");
    noted(&mut page, "preferisce il mattino");
    page.goes_for("Riprendi la persona");
    page.shows("#seat-state", "in conversazione");
    // The session ends; what is done then leads to where one signs in.
    page.forgets_who();
    page.goes_for("Salva la nota");
    page.comes_to("/session?ended");
    page.forgets_faults();
    signs_in_here(&mut page, "Anna Esempio");
    page.comes_to("/seats/101");
    page.shows("#note-back", BACK);
    noted(&mut page, "preferisce il mattino");
    page.is_clean("a note that came back");
    page.goes_for("Salva la nota");
    page.shows(".notice", "nota registrata");
    noted(&mut page, "");
    page.opens("/seats/101");
    noted(&mut page, "");
    let kept = "SELECT count(*) FROM assignment WHERE note = 'preferisce il mattino'";
    assert_eq!(centre.sql(kept), "1");
    // What is not stored is nobody else's, neither another person's nor another operator's.
    page.tabs_to(NOTE);
    page.types("solo mio");
    page.forgets_who();
    signs_in(&mut page, "rosa");
    page.opens("/seats/101");
    noted(&mut page, "");
    caller.hangs_up();
    centre.audit();
}

fn signs_in_here(page: &mut Page<'_>, name: &str) {
    crate::console::types_name(page, name);
    page.presses(&["Tab"]);
    page.types(crate::console::OWN);
    page.presses(&["Enter"]);
}

#[test]
fn a_note_of_a_conversation_that_a_restart_ended_is_shown_as_of_that_one_until_it_is_removed() {
    let mut centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    user(&centre, "Anna Esempio", "operator");
    let url = centre.url("");
    let mut page = Page::detached(&url, &json!({}));
    signs_in(&mut page, "Anna Esempio");
    page.goes_for("Entra in servizio");
    page.shows("#seat-state", "libera");
    let caller = Caller::connected(&centre, "0861555911");
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "Anna talks", |row| row["stage"] == "talking");
    page.shows("#doing", NOTE);
    page.tabs_to(NOTE);
    page.types("richiama per la risonanza");
    centre.kill();
    page.shows("#connection", "Collegamento perso");
    centre.serve();
    page.forgets_faults();
    page.opens("/seats/101");
    page.shows("#left-note", "richiama per la risonanza");
    page.is_clean("a note that was left");
    drop(caller);
    let seat = centre.run(&["seats", "available", "101"]);
    drop(seat);
    let next = Caller::connected(&centre, "0861555912");
    page.shows("#person-who", "+39…912");
    page.shows("#left-note", "richiama per la risonanza");
    page.goes_for("Salvala con quella conversazione");
    page.shows("#left-note-said", "non può più ricevere note");
    page.goes_for("Togli la nota");
    until("the note is gone", SOON, || {
        (!page.text("main").contains("risonanza")).then_some(())
    });
    next.hangs_up();
}

#[test]
fn who_still_writes_when_the_next_person_comes_saves_it_with_the_one_before() {
    let centre = with_time_to_read();
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    let (mut page, caller) = in_conversation(&centre, &json!({}));
    page.shows("#doing", NOTE);
    page.tabs_to(NOTE);
    page.types("richiama per la risonanza");
    caller.hangs_up();
    page.shows("#seat-state", "dopo la chiamata");
    centre.disposes("101", "done");
    let next = Caller::connected(&centre, "0861555912");
    page.shows("#person-who", "+39…912");
    page.presses(&["Tab", "Enter"]);
    page.shows(".notice", "nota registrata");
    noted(&mut page, "");
    // Who goes elsewhere first finds it beside what can be done.
    page.tabs_to(NOTE);
    page.types("porta gli esami");
    next.hangs_up();
    page.shows("#seat-state", "dopo la chiamata");
    centre.disposes("101", "done");
    let last = Caller::connected(&centre, "0861555913");
    page.shows("#person-who", "+39…913");
    // The same on a page that has come back from elsewhere.
    opens_in_charge(&mut page);
    writes_in_charge(&mut page);
    page.presses(&["Enter"]);
    page.shows(".notice", "Presa in carico registrata");
    page.goes_for("Mostra il numero intero");
    page.shows("#left-note", "porta gli esami");
    page.is_clean("a note of the person before");
    page.goes_for("Salvala con quella conversazione");
    page.shows("#left-note-said", "salvata con la conversazione di prima");
    noted(&mut page, "");
    last.hangs_up();
    let notes = "SELECT count(*) FROM assignment WHERE id IN (SELECT id FROM assignment ORDER BY id LIMIT 2)
        AND note IN ('richiama per la risonanza', 'porta gli esami')";
    assert_eq!(centre.sql(notes), "2");
}

#[test]
fn who_rings_is_heard_first_and_on_every_page_and_the_tab_says_so() {
    let centre = with_time_to_read();
    let phone = Phone::registered(&centre, "101", Answers::ByHand);
    let mut page = in_service(&centre, &json!({}));
    page.is_titled("libera — ");
    let caller = Caller::call(&centre, "0861555911");
    page.is_titled("squilla, ");
    page.shows("#ringing", "squilla");
    page.shows("#ringing", "+39…911");
    assert_eq!(page.text("#announcer"), "", "nothing is said after it");
    page.opens("/find");
    page.shows("#strip-ring", "Squilla la tua postazione 101. +39…911");
    page.is_titled("squilla, ");
    assert_eq!(page.focused().0, "number", "the focus stays");
    page.is_clean("somebody rings on another page");
    phone.command("accept");
    page.shows("#strip-state", "in conversazione");
    page.is_titled("Cerca per numero");
    page.opens("/seats/101");
    page.tabs_to("Mostra il numero intero");
    page.presses(&["Enter"]);
    page.shows(".notice", "Numero intero: 0861555911");
    drop(caller);
    // The number goes with the person.
    phone.hangs_up();
    page.shows("#seat-state", "dopo la chiamata");
    page.goes_for("Risolta");
    page.shows("#seat-state", "libera");
    assert!(!page.text("main").contains("0861555911"));
}

#[test]
fn seats_that_one_may_pass_to_are_those_that_are_free_now_and_no_button_has_a_twin() {
    let centre = with_time_to_read();
    let _anna = Phone::registered(&centre, "101", Answers::AtOnce);
    let (mut page, caller) = in_conversation(&centre, &json!({}));
    page.shows("#doing", "Nessun’altra postazione è libera");
    let _bruno = Phone::registered(&centre, "102", Answers::AtOnce);
    centre.sign_in("102", "Bruno Esempio");
    page.shows("#to-seat", "102");
    page.has_names("a conversation");
    page.is_clean("whom one may pass to");
    centre.post("seats/102/pause", &json!({ "reason": "pranzo" }));
    page.shows("#to-seat", "102 (non più libera)");
    caller.hangs_up();
}

#[test]
fn a_colleague_who_is_asked_and_given_the_person_reads_by_whom_and_why() {
    let centre = with_time_to_read();
    let _anna = Phone::registered(&centre, "101", Answers::AtOnce);
    let (mut page, caller) = in_conversation(&centre, &json!({}));
    let bruno = Phone::registered(&centre, "102", Answers::ByHand);
    user(&centre, "Bruno Esempio", "operator");
    let mut other = Page::at(&centre);
    signs_in(&mut other, "Bruno Esempio");
    other.tabs_to("A quale postazione sei?");
    other.types("102");
    other.goes_for("Entra in servizio");
    other.comes_to("/seats/102");
    page.shows("#to-seat", "102");
    page.tabs_to(NOTE);
    page.types("vuole la radiologia");
    page.goes_for("Consulta la postazione");
    let asked = "Ti consulta Anna Esempio (postazione 101)";
    other.shows("#person-passed", asked);
    other.shows("#person-passed", "Nota: vuole la radiologia");
    other.shows("#ringing", asked);
    other.is_clean("a colleague is asked");
    bruno.command("accept");
    page.shows("#doing", "Passa la persona a chi hai consultato");
    page.goes_for("Passa la persona a chi hai consultato");
    other.shows("#person-passed", "Passata da Anna Esempio (postazione 101)");
    caller.hangs_up();
    centre.audit();
}

#[test]
fn who_leaves_in_a_call_is_asked_and_the_menu_leaves_room_on_a_narrow_page() {
    let centre = Centre::start(Setup::default());
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    let narrow = json!({ "viewport": { "width": 320, "height": 256 } });
    let (mut page, caller) = in_conversation(&centre, &narrow);
    page.shows("#doing", "Esito della conversazione");
    page.goes_for("Menu");
    page.goes_for("Esci");
    page.shows("main", "Sei in conversazione alla postazione 101.");
    page.is_clean("leaving in a call");
    page.fits("leaving in a call");
    page.goes_for("Resta alla postazione");
    page.comes_to("/seats/101");
    page.goes_for("Fine servizio");
    page.shows("main", "Se finisci il servizio adesso");
    assert_eq!(page.focused().0, "title");
    page.goes_for("Finisci questa, poi fine servizio");
    page.shows("#seat-state", "in conversazione");
    caller.hangs_up();
}
