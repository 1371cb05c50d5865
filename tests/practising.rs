//! A real operator practises a whole call with an invented person: with a real phone, from a shell and by
//! keyboard alone on a real page. Nothing of it stays.

use serde_json::json;

use crate::console::{signs_in, user, with_time_to_read};
use crate::harness::{Answers, Caller, Centre, Page, Phone, SOON, until};

const ANNA: &str = "Anna Esempio";

fn trial(centre: &Centre) -> serde_json::Value {
    let look = centre.get("snapshot");
    let seats = look["seats"].as_array().expect("seats");
    let seat = seats.iter().find(|seat| seat["name"] == "101");
    seat.expect("seat 101")["trial"].clone()
}

fn is(
    centre: &Centre,
    what: &str,
    wanted: impl Fn(&serde_json::Value) -> bool,
) -> serde_json::Value {
    until(what, SOON * 3, || {
        Some(trial(centre)).filter(|it| wanted(it))
    })
}

/// What there is of real work, told by the database.
fn counts(centre: &Centre) -> Vec<String> {
    let tables = [
        "attempt",
        "offer",
        "assignment",
        "callback",
        "dial",
        "number",
        "need_detail",
    ];
    let count = |table: &str| centre.sql(&format!("SELECT count(*) FROM {table}"));
    tables.map(count).into()
}

#[test]
fn a_whole_call_is_practised_by_keyboard_alone_and_nothing_of_it_stays() {
    let centre = with_time_to_read();
    let phone = Phone::registered(&centre, "101", Answers::ByHand);
    user(&centre, ANNA, "operator");
    let mut page = Page::at(&centre);
    signs_in(&mut page, ANNA);
    page.goes_for("Entra in servizio");
    page.comes_to("/seats/101");
    page.shows("#seat-state", "libera");
    let before = counts(&centre);
    page.tabs_to("Con chi");
    page.presses(&["ArrowDown", "ArrowDown"]);
    page.goes_for("Comincia l’esercitazione");
    page.shows("#seat-state", "ESERCITAZIONE: squilla");
    page.shows("#person-who", "ESERCITAZIONE: Carla Prova");
    page.shows("#seat-practice", "ESERCITAZIONE: la persona è inventata");
    page.is_clean("a practice call rings");
    assert!(!page.focused().1.is_empty(), "the focus is lost");
    phone.command("accept");
    page.shows("#seat-state", "ESERCITAZIONE: in conversazione");
    page.shows("#seat-trial", "Dovevate richiamarmi");
    page.shows("#doing", "Esito della conversazione");
    page.presses(&["F2"]);
    page.shows("#announcer", "ESERCITAZIONE: Carla Prova");
    page.is_clean("a practice call");
    is(&centre, "she has said it", |it| it["stage"] == "echo");
    phone.talks(100);
    page.goes_for("Metti in attesa");
    page.shows("#seat-state", "ESERCITAZIONE: chiamata in attesa");
    page.is_clean("a practice call on hold");
    page.goes_for("Riprendi la persona");
    page.shows("#seat-state", "ESERCITAZIONE: in conversazione");
    phone.hangs_up();
    page.shows("#seat-state", "ESERCITAZIONE: dopo la chiamata");
    page.shows("#seat-clock", "Restano");
    page.is_clean("after a practice call");
    page.tabs_to("Nota (facoltativa)");
    page.types("non prima delle 15");
    page.goes_for("Risolta");
    page.shows("#seat-practice", "In una chiamata vera:");
    page.shows(
        "#seat-practice",
        "resterebbe aperta, finché qualcuno non la chiude",
    );
    page.shows("#seat-state", "libera");
    page.is_clean("what a real call had done");
    assert_eq!(counts(&centre), before, "nothing of it stays");
    assert_eq!(trial(&centre)["practice"]["noted"], true);
    centre.audit();
}

#[test]
fn who_practises_gives_way_to_a_real_person() {
    let centre = with_time_to_read();
    let phone = Phone::registered(&centre, "101", Answers::ByHand);
    centre.sign_in("101", ANNA);
    centre.post("seats/101/practice", &json!({ "exercise": "booking" }));
    is(&centre, "it rings", |it| it["stage"] == "ringing");
    phone.command("accept");
    is(&centre, "she speaks", |it| it["stage"] == "told");
    let caller = Caller::connected(&centre, "0861555971");
    is(&centre, "somebody waits", |it| {
        !it["practice"]["gives_way_ms"].is_null()
    });
    let over = is(&centre, "it ends by itself", |it| it["stage"] == "over");
    assert_eq!(over["end"], "gave_way", "{over}");
    centre.seat_works("101", "ringing");
    phone.command("accept");
    centre.seat_works("101", "talking");
    caller.hangs_up();
    let attempts = centre.sql("SELECT count(*) FROM attempt");
    assert_eq!(attempts, "1", "that of the caller");
    centre.audit();
}

#[test]
fn from_a_shell_it_is_told_how_it_goes_and_what_a_real_call_had_done() {
    let centre = with_time_to_read();
    let told = centre.run(&["seats", "practice", "101"]).failed();
    assert!(told.contains("nobody is signed in"), "{told}");
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", ANNA);
    let asked = ["seats", "practice", "101", "--exercise", "upset"];
    let told = std::thread::scope(|scope| {
        let shell = scope.spawn(|| centre.run_within(SOON * 12, &asked).succeeded());
        is(&centre, "they talk", |it| it["stage"] == "echo");
        phone.talks(50);
        phone.hangs_up();
        is(&centre, "there is time for the result", |it| {
            it["stage"] == "wrap_up"
        });
        let result = json!({ "disposition": "done", "keep": [1] });
        centre.post("seats/101/practice/disposition", &result);
        shell.join().expect("it ends")
    });
    assert!(told.contains("the invented person says"), "{told}");
    assert!(told.contains("\"interrupted\" would stay open"), "{told}");
    assert_eq!(centre.sql("SELECT count(*) FROM attempt"), "0");
    centre.audit();
}
