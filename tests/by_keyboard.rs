//! Every task of an operator with a call, a callback or none, at the page and by keyboard alone; in each
//! state axe finds nothing and the focus is on something that has a name.

use serde_json::json;

use crate::console::{in_conversation, signs_in, user, writes_in_charge};
use crate::handling::with_directory;
use crate::harness::{Answers, Caller, Carrier, Centre, Page, Phone, SOON};

fn stands(page: &mut Page<'_>, what: &str) {
    let (_, name) = page.focused();
    assert!(!name.is_empty(), "{what}: the focus is lost");
    page.is_clean(what);
}

/// Anna, who works at seat 101, at her page.
fn at_her_page(centre: &Centre) -> Page<'_> {
    user(centre, "Anna Esempio", "operator");
    let mut page = Page::at(centre);
    signs_in(&mut page, "Anna Esempio");
    page.goes_for("Entra in servizio");
    page.comes_to("/seats/101");
    page
}

/// Somebody is to be called back.
fn enters(centre: &Centre, number: &str) {
    let add = [
        "callbacks",
        "add",
        "--tenant",
        "asl-teramo",
        "--queue",
        "prenotazioni",
    ];
    let whom = ["--class", "B", "--number", number, "--note", "visita"];
    centre.run(&[&add[..], &whom].concat()).succeeded();
}

fn answered(centre: &Centre, caller: &Caller, operator: &str) {
    centre.attempt(caller.call_id(), &format!("{operator} has them"), |row| {
        row["stage"] == "talking" && row["operator"] == operator
    });
}

#[test]
fn a_caller_is_held_hears_keys_and_is_given_to_whom_one_has_asked() {
    let centre = with_directory(&[("wrap_up_s = 1", "wrap_up_s = 900")]);
    let _anna = Phone::registered(&centre, "101", Answers::AtOnce);
    let (mut page, caller) = in_conversation(&centre, &json!({}));
    let bruno = Phone::registered(&centre, "102", Answers::AtOnce);
    centre.sign_in("102", "Bruno Esempio");
    page.shows("#to-seat", "102");
    page.goes_for("Metti in attesa");
    page.shows("#seat-state", "in attesa, con la musica");
    caller.ear.hears("musica");
    stands(&mut page, "a person on hold");
    page.goes_for("Riprendi la persona");
    page.shows("#seat-state", "in conversazione");
    caller.ear.hears_sound();
    page.tabs_to("Tasti da premere (cifre, * e #)");
    page.types("12*#");
    page.presses(&["Enter"]);
    page.shows(".notice", "tasti premuti");
    caller.ear.hears_keys("12*#");

    page.goes_for("Consulta la postazione");
    page.shows("#doing", "Passa la persona a chi hai consultato");
    caller.ear.hears("musica");
    stands(&mut page, "a colleague who is asked");
    page.goes_for("Parla con chi ha chiamato");
    page.shows("#doing", "102 aspetta in linea");
    page.shows(".notice", "parli con l’altra persona");
    caller.ear.hears_sound();
    stands(&mut page, "the other of the two");
    page.goes_for("Chiudi la consultazione e torna alla persona");
    page.shows("#doing", "Consulta la postazione");
    page.goes_for("Consulta la postazione");
    page.shows("#doing", "Passa la persona a chi hai consultato");
    page.goes_for("Passa la persona a chi hai consultato");
    answered(&centre, &caller, "Bruno Esempio");
    page.shows("#seat-state", "dopo la chiamata");
    stands(&mut page, "after somebody was given on");
    page.goes_for("Risolta");
    page.shows("#seat-state", "libera");
    bruno.talks(25);
    caller.hangs_up();
    centre.audit();
}

#[test]
fn a_caller_is_given_to_a_seat_a_service_and_the_directory() {
    let centre = with_directory(&[]);
    let mut carrier = Carrier::with(&centre, "person_answers");
    let _anna = Phone::registered(&centre, "101", Answers::AtOnce);
    let (mut page, caller) = in_conversation(&centre, &json!({}));
    let _bruno = Phone::registered(&centre, "102", Answers::AtOnce);
    centre.sign_in("102", "Bruno Esempio");
    page.shows("#to-seat", "102");
    page.goes_for("Passa alla postazione");
    answered(&centre, &caller, "Bruno Esempio");
    page.shows("#seat-state", "libera");
    stands(&mut page, "free after somebody was given on");
    // They come back by the line, and this time go on to it.
    centre.post("seats/102/transfer", &json!({ "queue": "prenotazioni" }));
    answered(&centre, &caller, "Anna Esempio");
    page.shows("#doing", "Passa al servizio");
    page.goes_for("Passa al servizio");
    page.shows(".notice", "la persona è stata passata");
    answered(&centre, &caller, "Bruno Esempio");
    centre.post("seats/102/transfer", &json!({ "queue": "prenotazioni" }));
    answered(&centre, &caller, "Anna Esempio");
    page.shows("#doing", "Passa al numero della rubrica");
    page.goes_for("Passa al numero della rubrica");
    let invite = carrier.invited();
    assert!(invite.starts_with("INVITE sip:+390861777777@"), "{invite}");
    carrier.ear.hears_sound();
    caller.hangs_up();
    carrier.sipp.went_well(SOON);
    centre.audit();
}

#[test]
fn the_directory_is_called_and_what_is_owed_is_handed_back_chosen_and_taken_in_charge() {
    let centre = with_directory(&[(
        "spacing_declined_s = 1",
        "spacing_declined_s = 1\npreview_s = 120\ntake_by_hand = true\ndecline_rest_s = 600",
    )]);
    let mut carrier = Carrier::with(&centre, "person_answers");
    let _anna = Phone::registered(&centre, "101", Answers::AtOnce);
    let mut page = at_her_page(&centre);
    page.shows("#seat-state", "libera");
    page.goes_for("Chiama");
    page.shows("#doing", "In linea con");
    stands(&mut page, "a call to the directory");
    assert!(carrier.invited().contains("sip:+390861777777@"));
    page.goes_for("Chiudi la chiamata");
    page.shows("#seat-state", "libera");
    carrier.sipp.went_well(SOON);

    enters(&centre, "0861555341");
    page.shows("#doing", "Chiama la persona");
    page.shows("#seat-owed", "visita");
    stands(&mut page, "a callback to be read");
    page.tabs_to("Motivo");
    page.types("lingua");
    page.tabs_to("Una parola in più (facoltativa)");
    page.types("solo francese");
    page.goes_for("Restituisci");
    page.shows("#seat-state", "libera");
    stands(&mut page, "what was handed back");
    let mut carrier = Carrier::with(&centre, "person_answers");
    page.goes_for("In pausa");
    page.shows("#seat-state", "in pausa");
    // Who is away sees what comes meanwhile, and goes on from there.
    page.tabs_to("Torno disponibile");
    enters(&centre, "0861555343");
    page.shows("#part-queue", "+39…343");
    stands(&mut page, "what may be chosen");
    page.goes_for("Richiama +39…343");
    page.shows("#doing", "Chiama la persona");
    page.goes_for("Chiama la persona");
    assert!(carrier.invited().contains("sip:+390861555343@"));
    page.shows("#doing", "Chiudi la chiamata");
    page.goes_for("Chiudi la chiamata");
    carrier.sipp.went_well(SOON);
    page.shows("#seat-state", "in pausa");

    page.opens("/find");
    page.tabs_to("Numero di telefono");
    page.types("0861555342");
    page.presses(&["Enter"]);
    page.shows("#found", "Questioni aperte a questo numero: 0");
    assert_eq!(page.focused().0, "found", "the answer is read first");
    page.is_clean("a number for which nothing is open");
    page.goes_for("Prendi in carico questo numero");
    page.comes_to("/seats/101/in-charge");
    assert_eq!(page.value("#their-number"), "0861555342");
    page.is_clean("a number that is taken in charge");
    page.tabs_to("Servizio che richiama");
    page.types("Prenotazioni");
    writes_in_charge(&mut page);
    page.goes_for("Conferma la presa in carico");
    page.shows(".notice", "Presa in carico registrata");
    let owed = centre.callback("it is owed", |row| row["priority_class"] == "U");
    let need = &centre.callback_detail(&owed["id"])["needs"][0];
    assert_eq!(
        (&owed["tenant"], &need["queue"]),
        (&json!("asl-teramo"), &json!("prenotazioni"))
    );
    centre.audit();
}

#[test]
fn a_task_is_taken_handed_back_and_done_and_a_shift_ends_after_one_more() {
    let centre = with_directory(&[]);
    let _anna = Phone::registered(&centre, "101", Answers::AtOnce);
    let mut page = at_her_page(&centre);
    page.tabs_to("In pausa");
    let add = [
        "tasks",
        "add",
        "--tenant",
        "asl-teramo",
        "--queue",
        "prenotazioni",
    ];
    for (what, ends) in [
        ("Contare i posti", "È fatta"),
        ("Spostare l'agenda", "Non posso, la restituisco"),
    ] {
        centre.run(&[&add[..], &[what]].concat()).succeeded();
        page.shows("#doing", "Prendi l’attività");
        page.shows("#doing", what);
        stands(&mut page, "a task that is offered");
        page.goes_for("Prendi l’attività");
        page.shows("#doing", ends);
        stands(&mut page, "a task that is done");
        page.goes_for(ends);
        page.shows("#seat-state", "libera");
    }
    centre.task("it is done", |task| task["state"] == "done");
    page.shows("#seat-state", "libera");
    page.goes_for("Allo sportello");
    page.shows("#seat-state", "sportello");
    stands(&mut page, "at the counter");
    page.goes_for("Torno disponibile");
    page.shows("#seat-state", "libera");
    page.goes_for("Una ancora, poi fine servizio");
    page.shows("#seat-state", "poi fine servizio");
    stands(&mut page, "one more");
    let caller = Caller::connected(&centre, "0861555913");
    answered(&centre, &caller, "Anna Esempio");
    caller.hangs_up();
    page.shows("#seat-state", "nessuno in servizio");
    centre.audit();
}
