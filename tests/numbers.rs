//! At which number a person is called back: read back and confirmed, replaced by another, or
//! keyed in by who withholds theirs.

use serde_json::Value;

use crate::harness::{Caller, Centre, SOON, Setup};

/// A caller of this number who wishes to be called back, and their SIP call.
fn wishing(centre: &Centre, number: &str) -> (Caller, String) {
    let caller = Caller::connected(centre, number);
    let call = caller.call_id().to_owned();
    (caller, call)
}

fn centre() -> Centre {
    Centre::start(Setup {
        start: "wish",
        ..Setup::default()
    })
}

fn press(caller: &Caller, keys: &str) {
    for key in keys.chars() {
        caller.ear.press(key);
    }
}

/// The number of every callback.
fn owed(centre: &Centre) -> String {
    centre.sql("SELECT e164 FROM callback JOIN number ON number.id = callback.number")
}

/// The attempt, once it ended as a wish that its callback stands for.
fn requested(centre: &Centre, call: &str) -> Value {
    let attempt = centre.attempt(call, "the call is over", |row| row["stage"] == "ended");
    assert_eq!(attempt["outcome"], "callback_requested");
    assert_eq!(attempt["suppressed"], Value::Null);
    centre.callback("the debt", |row| row["id"] == attempt["callback"]);
    assert_eq!(centre.sql("SELECT kind FROM callback_need"), "requested");
    attempt
}

#[test]
fn the_number_is_read_back_digit_by_digit_and_confirmed_by_key() {
    let centre = centre();
    let (mut caller, call) = wishing(&centre, "0861555601");
    for prompt in ["numero_letto", "cifra_8", "cifra_6", "numero_conferma"] {
        caller.ear.hears(prompt);
    }
    assert_eq!(owed(&centre), "", "nothing is promised before");
    press(&caller, "1");
    caller.ear.hears("richiamata_confermata");
    caller.is_hung_up_on(SOON);
    requested(&centre, &call);
    assert_eq!(owed(&centre), "+390861555601");
    centre.audit();
}

#[test]
fn another_number_than_the_one_they_called_from_can_be_left() {
    let centre = centre();
    let (mut caller, call) = wishing(&centre, "0861555602");
    press(&caller, "2");
    caller.ear.hears("numero_chiedi");
    press(&caller, "3385550602#");
    caller.ear.hears("cifra_3");
    press(&caller, "1");
    caller.ear.hears("richiamata_confermata");
    caller.is_hung_up_on(SOON);
    requested(&centre, &call);
    assert_eq!(owed(&centre), "+393385550602");
    centre.audit();
}

#[test]
fn who_withholds_the_number_is_asked_for_one_by_key() {
    let centre = centre();
    let (mut caller, call) = wishing(&centre, "anonymous");
    caller.ear.hears("numero_chiedi");
    // A tariff that nobody may be charged for is refused; the silence after a number ends it.
    press(&caller, "899123456#");
    caller.ear.hears("numero_non_valido");
    press(&caller, "0861555603");
    caller.ear.hears("cifra_6");
    press(&caller, "1");
    caller.ear.hears("richiamata_confermata");
    caller.is_hung_up_on(SOON);
    let attempt = requested(&centre, &call);
    assert_eq!(attempt["class"], "anonymous");
    assert_eq!(owed(&centre), "+390861555603");
    centre.audit();
}

#[test]
fn who_gives_no_number_is_told_and_recorded_as_not_callable() {
    let centre = centre();
    let (mut caller, call) = wishing(&centre, "anonymous");
    caller.ear.hears("numero_non_disponibile");
    caller.is_hung_up_on(SOON);
    let attempt = centre.attempt(&call, "the call is over", |row| row["stage"] == "ended");
    assert_eq!(attempt["outcome"], "abandoned_menu");
    assert_eq!(attempt["suppressed"], "anonymous");
    assert_eq!(attempt["callback"], Value::Null);
    assert_eq!(owed(&centre), "");
    centre.audit();
}
