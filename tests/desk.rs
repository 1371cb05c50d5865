//! The supervisor's desk in a real browser, by keyboard alone: an hour of whoever leads.

use serde_json::{Value, json};

use crate::console::{agreed, signs_in, user};
use crate::harness::{Caller, Centre, Page, SOON, Setup, gives_up, until};

const QUEUE: &str = "/supervisor/queues/asl-teramo";

/// A centre with two queues, where nobody works yet.
fn centre() -> Centre {
    let mut centre = Centre::prepare(Setup::default());
    let another = "[[queue]]\ntenant = \"asl-teramo\"\nname = \"disdette\"\ntitle = \"Disdette\"\n\
        skills = { disdette = 1 }\nanswer_targets = [{ share = 0.7, within_s = 90 }]\n\n[limits]";
    centre.reconfigure("[limits]", another);
    centre.serve();
    user(&centre, "rosa", "supervisor");
    centre
}

fn attempt(centre: &Centre, call: &str) -> Value {
    centre.attempt(call, "it waits", |row| row["stage"] == "queued")
}

#[test]
fn a_supervisor_steps_in_for_who_waits_by_keyboard_alone() {
    let centre = centre();
    let mut page = Page::at(&centre);
    signs_in(&mut page, "rosa");
    page.opens("/supervisor");
    page.shows(
        "tr:has-text(\"Prenotazioni\") .how",
        "aperta, ma nessuno può rispondere",
    );
    page.is_clean("an empty floor");
    agreed("desk_floor", &page.tree());

    // A queue in trouble shows without the page being loaded again, and the focus stays.
    page.tabs_to("Disdette");
    let caller = Caller::connected(&centre, "0861555921");
    let call = caller.call_id().to_owned();
    let id = attempt(&centre, &call)["id"].to_string();
    page.shows(
        "tr:has-text(\"Prenotazioni\") .how",
        "aspettano e nessuno può rispondere",
    );
    assert_eq!(page.focused().1, "Disdette");
    page.shows("#order-note", "l’ordine è cambiato");
    page.opens("/supervisor");
    page.goes_for("Prenotazioni");
    page.comes_to(&format!("{QUEUE}/prenotazioni"));
    page.shows("#main", "+39…921");
    page.is_clean("a queue with somebody in it");
    page.goes_for(&format!("Apri la chiamata {id}"));
    page.comes_to(&format!("/supervisor/calls/{id}"));
    page.shows("#main", "È la prossima della coda Prenotazioni");
    page.is_clean("a call that waits");
    page.goes_for("Sposta");
    page.shows(".notice", "Spostata");
    let row = attempt(&centre, &call);
    assert_eq!(row["queue"], "disdette");

    page.opens(&format!("{QUEUE}/disdette"));
    page.shows("#main", "+39…921");
    page.goes_for("Chiudi la coda");
    page.shows("h1", "Chiudi la coda: Disdette, ASL di Teramo");
    page.shows("#main", "In linea adesso aspetta 1 persona.");
    page.is_clean("what is asked before");
    page.goes_for("Sì, fallo");
    page.shows(".notice", "Fatto.");
    page.shows("#main", "Chiusa a mano da rosa.");
    let stops = centre.get("stops");
    assert_eq!(stops["stops"][0]["button"], "closed");

    page.opens(&format!("/supervisor/calls/{id}"));
    page.goes_for("Saluta e richiama poi");
    page.shows(".notice", "La persona sente che la richiamiamo.");
    centre.attempt(&call, "withdrawn", |row| row["outcome"] == "withdrawn");
    page.opens("/supervisor/callbacks");
    page.shows("#main", "aspetta il suo turno");
    page.is_clean("what is owed");
    page.opens("/supervisor/history");
    page.shows(".beside", "Risposte");
    page.is_clean("history");
    centre.audit();
}

#[test]
fn a_message_reaches_the_operators_page_and_is_read_there() {
    let centre = centre();
    user(&centre, "Anna Esempio", "operator");
    let mut anna = Page::at(&centre);
    signs_in(&mut anna, "Anna Esempio");
    anna.goes_for("Entra in servizio");
    anna.comes_to("/seats/101");
    let mut page = Page::at(&centre);
    signs_in(&mut page, "rosa");
    page.opens("/supervisor/memos");
    page.tabs_to("Messaggio");
    page.types("Riunione alle 14");
    page.goes_for("Invia");
    page.shows(".notice", "Fatto.");
    page.is_clean("a memo that is shown");
    // It comes to the page that is open already.
    anna.shows("#seat-memo", "Riunione alle 14");
    anna.is_clean("a memo at a seat");
    anna.goes_for("Ho letto");
    anna.shows(".notice", "Messaggio letto.");
    until("it was read", SOON, || {
        let memos = centre.get("memos");
        (memos["memos"][0]["read"] == 1).then_some(())
    });
    assert!(!centre.page("/seats/101").contains("Riunione"));
}

#[test]
fn a_page_that_is_open_takes_over_what_changes_and_leaves_what_is_typed() {
    let centre = centre();
    let mut page = Page::at(&centre);
    signs_in(&mut page, "rosa");
    page.opens(&format!("{QUEUE}/prenotazioni"));
    page.shows("#main", "Nessuno aspetta.");
    page.tabs_to("Fino alle (facoltativo)");
    page.types("1830");
    // Somebody comes: it shows by itself, and neither the focus nor the hour is lost.
    let caller = Caller::connected(&centre, "0861555931");
    let call = caller.call_id().to_owned();
    let id = attempt(&centre, &call)["id"].to_string();
    page.shows("#part-line", &format!("Apri la chiamata {id}"));
    assert_eq!(page.focused().1, "Fino alle (facoltativo)");
    assert_eq!(page.value("#close-until"), "18:30");
    page.opens("/supervisor/calls");
    page.shows("#part-calls", "Aspettano in coda: 1");
    page.is_clean("calls that go on");
    page.shows("#part-calls", &format!("n. {id}"));
    page.opens(&format!("/supervisor/calls/{id}"));
    page.comes_to(&format!("/supervisor/calls/{id}"));
    page.goes_for("Saluta e richiama poi");
    page.shows("#part-story", "rosa l’ha tolta dall’attesa");

    let owed = gives_up(&centre, "0861555932");
    let owed = owed["id"].to_string();
    page.opens(&format!("/supervisor/callbacks/{owed}"));
    page.goes_for("Chiudi la richiamata");
    page.shows("#main", "Riguarda +39…932");
    page.is_clean("what closing does");
    page.tabs_to("Perché");
    page.types("numero sbagliato");
    page.goes_for("Sì, fallo");
    page.shows("#part-story", "rosa l’ha chiusa");
    page.goes_for("Annulla la chiusura");
    page.shows("#part-facts", "Dovuta di nuovo in");
    page.is_clean("a callback whose closing was taken back");
    centre.audit();
}

#[test]
fn a_pointer_that_rests_keeps_from_being_shown_only_what_it_rests_on() {
    let centre = centre();
    let mut page = Page::at(&centre);
    signs_in(&mut page, "rosa");
    page.opens(&format!("{QUEUE}/prenotazioni"));
    page.shows("#main", "Nessuno aspetta.");
    page.points_at("#close-until");
    let first = Caller::connected(&centre, "0861555941");
    let id = attempt(&centre, first.call_id())["id"].to_string();
    page.shows("#part-line", &format!("Apri la chiamata {id}"));
    assert_eq!(page.count("#order-note[hidden]"), 1, "all of it is shown");
    page.points_at("#part-line td a");
    let second = Caller::connected(&centre, "0861555942");
    let id = attempt(&centre, second.call_id())["id"].to_string();
    until("it is told", SOON, || {
        (page.count("#order-note:not([hidden])") == 1).then_some(())
    });
    page.points_at("h1");
    page.shows("#part-line", &format!("Apri la chiamata {id}"));
    assert_eq!(
        page.count("#order-note[hidden]"),
        1,
        "nothing is left to tell"
    );
}

#[test]
fn many_callbacks_are_put_off_and_brought_back_by_keyboard_after_a_look_at_what_happens() {
    let centre = centre();
    let first = gives_up(&centre, "0861555951");
    gives_up(&centre, "0861555952");
    let mut page = Page::at(&centre);
    signs_in(&mut page, "rosa");
    page.opens("/supervisor/callbacks");
    page.goes_for("Rimanda o chiudi molte richiamate insieme");
    page.comes_to("/supervisor/bulk");
    page.is_clean("what is asked for");
    page.tabs_to("Rimanda: nessuno le chiama prima di un momento");
    page.presses(&["ArrowDown"]);
    page.tabs_to("Motivo, che resta scritto");
    page.types("agenda spostata");
    page.goes_for("Vedi che cosa succede");
    page.shows("#main", "Si chiudono 2 richiamate");
    page.shows("#main", "Motivo: agenda spostata");
    page.shows("#main", "+39…951");
    page.is_clean("what would happen");
    centre.callback("nothing has changed", |row| row["state"] == "waiting");
    page.goes_for("Sì, chiudile (2)");
    page.shows(".notice", "L’azione su molte richiamate è cominciata");
    page.shows("#main", "2 richiamate toccate.");
    page.is_clean("what was done");
    let closed = centre.callback("closed", |row| row["state"] == "closed");
    assert_eq!(closed["closed_how"], "withdrawn");
    page.goes_for("Annulla (2)");
    page.shows(".notice", "Riportate com’erano: 2.");
    let back = centre.callback("back", |row| row["state"] == "waiting");
    assert!(back["id"] != first["id"], "as a new one at the old place");
    page.opens("/supervisor/bulk");
    page.shows("#main", "Chiuse insieme");
    page.is_clean("what was done before");
    centre.audit();
}

#[test]
fn every_page_of_the_desk_is_clean_and_fits_at_four_times_the_size_in_the_dark_too() {
    let centre = centre();
    centre.sign_in("101", "Anna Esempio");
    let caller = Caller::connected(&centre, "0861555922");
    let call = caller.call_id().to_owned();
    let id = attempt(&centre, &call)["id"].to_string();
    let narrow = json!({ "viewport": { "width": 320, "height": 256 } });
    let dark = json!({ "colorScheme": "dark", "reducedMotion": "reduce" });
    for options in [json!({}), narrow, dark] {
        let mut page = Page::with(&centre, &options);
        signs_in(&mut page, "rosa");
        let call = format!("/supervisor/calls/{id}");
        let queue = format!("{QUEUE}/prenotazioni");
        for path in [
            "/supervisor",
            &queue,
            &call,
            "/supervisor/calls",
            "/supervisor/callbacks",
            "/supervisor/bulk",
            "/supervisor/seats/101",
            "/supervisor/sites/teramo",
            "/supervisor/stops",
            "/supervisor/stops/press?button=outgoing",
            "/supervisor/memos",
            "/supervisor/history",
            "/supervisor/operators",
            "/admin/agreement",
        ] {
            page.opens(path);
            page.fits(path);
            page.is_clean(path);
        }
    }
}

#[test]
fn the_pages_of_the_desk_are_to_a_screen_reader_what_was_agreed() {
    let centre = centre();
    gives_up(&centre, "0861555961");
    let caller = Caller::connected(&centre, "0861555962");
    let call = caller.call_id().to_owned();
    let id = attempt(&centre, &call)["id"].to_string();
    let mut page = Page::at(&centre);
    signs_in(&mut page, "rosa");
    let queue = format!("{QUEUE}/prenotazioni");
    let told = format!("/supervisor/calls/{id}");
    for (path, name) in [
        (queue.as_str(), "desk_queue"),
        (told.as_str(), "desk_call"),
        ("/supervisor/calls", "desk_calls"),
        ("/supervisor/callbacks", "desk_callbacks"),
        ("/supervisor/stops", "desk_stops"),
        ("/supervisor/memos", "desk_memos"),
        ("/supervisor/wall", "wall"),
    ] {
        page.opens(path);
        agreed(name, &page.tree_of("main"));
    }
}
