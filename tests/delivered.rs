//! A delivered dialplan on the real binary: the key for private visits, and the message for days
//! on which nobody can be served.

use std::fs;

use crate::harness::{Caller, Centre, SOON, Setup, repository};

/// A centre that speaks the delivered plan of Teramo; `active` switches its emergency message on.
fn delivered(active: bool) -> Centre {
    let mut centre = Centre::prepare(Setup::default());
    let plan = fs::read_to_string(repository().join("dialplans/asl-teramo.toml"));
    let plan = plan.expect("the plan is delivered");
    let plan = plan.replace("active = false", &format!("active = {active}"));
    assert_eq!(plan.matches("active = true }").count(), usize::from(active));
    fs::write(centre.folder().join("plan.toml"), plan).expect("the folder can be written");
    centre.reconfigure("name = \"always\"", "name = \"prenotazioni\"");
    let queue = |name: &str| format!("[[queue]]\ntenant = \"asl-teramo\"\nname = \"{name}\"\n\n");
    let queues = queue("disdette") + &queue("intramoenia");
    centre.reconfigure("[limits]", &format!("{queues}[limits]"));
    centre.serve();
    centre
}

#[test]
fn the_key_for_private_visits_leads_to_their_queue() {
    let centre = delivered(false);
    let mut caller = Caller::connected(&centre, "0861555601");
    let call = caller.call_id().to_owned();
    caller.ear.hears("scelta");
    caller.press_by_info('3');
    let waits = centre.attempt(&call, "the caller waits", |row| row["stage"] == "queued");
    assert_eq!(waits["queue"], "intramoenia");
    caller.hangs_up();
    let attempt = centre.attempt(&call, "the caller gave up", |row| row["stage"] == "ended");
    let debt = centre.callback_detail(&attempt["callback"]);
    assert_eq!(debt["needs"][0]["queue"], "intramoenia");
    centre.audit();
}

#[test]
fn the_emergency_message_is_heard_and_a_call_is_owed() {
    let centre = delivered(true);
    let mut caller = Caller::connected(&centre, "0861555602");
    let call = caller.call_id().to_owned();
    caller.ear.hears("emergenza");
    caller.is_hung_up_on(SOON);
    let attempt = centre.attempt(&call, "the call is over", |row| row["stage"] == "ended");
    assert_eq!(attempt["outcome"], "withdrawn");
    let debt = centre.callback_detail(&attempt["callback"]);
    assert_eq!(debt["state"], "waiting");
    centre.audit();
}
