//! Where an operator can be reached: for how long, at how many phones, and no longer.

use crate::harness::{Answers, Caller, Centre, Phone, SOON, Setup, Sipp, until};

/// A phone of seat 101 at this port says that it is there for so long; the contacts that the
/// centre then knows.
fn registers(centre: &Centre, port: u16, expires_s: u32) -> Vec<String> {
    let phones = centre.phones().to_string();
    let expires = expires_s.to_string();
    let contact = format!("<sip:101@{}:{port}>", centre.address);
    let contact = if port == 0 { "*" } else { contact.as_str() };
    let arguments = [
        "-m",
        "1",
        "-s",
        "101",
        "-au",
        "101",
        "-ap",
        "primo-avvio-101",
        "-key",
        "contact",
        contact,
        "-key",
        "expires",
        &expires,
        &phones,
    ];
    let own = 20_000 + 2 * centre.allot();
    let mut sipp = Sipp::answering(centre, "register", own, &arguments);
    sipp.went_well(SOON);
    let messages = sipp.messages();
    let (_, granted) = messages.rsplit_once("SIP/2.0 200").expect("a 200");
    let contacts = granted
        .lines()
        .filter_map(|line| line.strip_prefix("Contact: "));
    contacts.map(|line| line.trim().to_owned()).collect()
}

fn at(centre: &Centre, port: u16, expires_s: u32) -> String {
    format!("<sip:101@{}:{port}>;expires={expires_s}", centre.address)
}

fn becomes_reachable(centre: &Centre, wanted: bool) {
    until(&format!("seat 101 is reachable: {wanted}"), SOON, || {
        let rows = centre.get("snapshot")["seats"].take();
        let mut rows = rows.as_array()?.iter();
        let seat = rows.find(|row| row["name"] == "101")?;
        (seat["reachable"] == wanted).then_some(())
    });
}

#[test]
fn phones_of_a_seat_come_and_go_and_it_is_reachable_while_one_is_there() {
    let centre = Centre::start(Setup::default());
    assert_eq!(registers(&centre, 7_001, 600), [at(&centre, 7_001, 600)]);
    let both = registers(&centre, 7_002, 1_200);
    assert_eq!(both.len(), 2, "{both:?}");
    assert_eq!(both[0], at(&centre, 7_002, 1_200), "longest first");
    let left = registers(&centre, 7_002, 0);
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].contains(":7001>"), "{left:?}");
    becomes_reachable(&centre, true);
    assert_eq!(registers(&centre, 7_001, 0), Vec::<String>::new());
    becomes_reachable(&centre, false);
    for port in 7_003..7_010 {
        registers(&centre, port, 600);
    }
    assert_eq!(
        registers(&centre, 7_010, 600).len(),
        4,
        "so many and no more"
    );
    assert_eq!(
        registers(&centre, 0, 0),
        Vec::<String>::new(),
        "all at once"
    );
    becomes_reachable(&centre, false);
    centre.audit();
}

#[test]
fn a_registration_that_is_not_renewed_ends_and_its_seat_is_offered_nothing() {
    let mut centre = Centre::prepare(Setup::default());
    centre.reconfigure("[limits]\n", "[limits]\nregister_min_s = 1\n");
    centre.serve();
    registers(&centre, 7_001, 3);
    becomes_reachable(&centre, true);
    centre.sign_in("101", "Anna Esempio");
    becomes_reachable(&centre, false);
    let caller = Caller::connected(&centre, "0861555401");
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "the caller waits", |row| row["stage"] == "queued");
    caller.ear.hears("in_attesa");
    assert_eq!(centre.sql("SELECT count(*) FROM offer"), "0");
    // The phone comes back, and the caller who waited is offered to it.
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.attempt(&call, "the caller talks", |row| row["stage"] == "talking");
    phone.talks(25);
    caller.hangs_up();
    centre.audit();
}
