//! A seat's phone played by SIPp: it registers, and then treats every call as its scenario says.
//! For what a real phone cannot be told to do: refuse with a certain status, stay dumb, vanish.

use std::fs;

use super::centre::Centre;
use super::patience::{SOON, until};
use super::sipp::Sipp;

/// A phone. It vanishes without a word when this is dropped.
#[derive(Debug)]
pub(crate) struct ScriptedPhone {
    pub(crate) sipp: Sipp,
    seat: String,
    port: u16,
}

impl ScriptedPhone {
    /// A phone of `config/first-start.csv` that has registered.
    pub(crate) fn registered(
        centre: &Centre,
        seat: &str,
        scenario: &str,
        arguments: &[&str],
    ) -> Self {
        let port = 21_000 + 2 * centre.allot();
        Sipp::registering(centre, seat, port, port, 600).went_well(SOON);
        until(&format!("phone {seat} is registered"), SOON, || {
            centre.get(&format!("seats/{seat}"))["seat"]["registered_until_ms"].as_i64()
        });
        let media = (26_000 + 2 * centre.allot()).to_string();
        let mut all = vec!["-mp", media.as_str()];
        all.extend_from_slice(arguments);
        Self {
            sipp: Sipp::answering(centre, scenario, port, &all),
            seat: seat.to_owned(),
            port,
        }
    }

    /// A phone that rings and then refuses every call with this status.
    pub(crate) fn refusing(centre: &Centre, seat: &str, status: &str) -> Self {
        let scenario = include_str!("../sipp/seat_refuses.xml").replace("{status}", status);
        let file = centre.folder().join("seat_refuses.xml");
        fs::write(file, scenario).expect("the folder can be written");
        Self::registered(centre, seat, "seat_refuses", &[])
    }

    /// Takes its registration back, from another port than the one that rings.
    pub(crate) fn unregisters(&self, centre: &Centre) {
        let from = 21_000 + 2 * centre.allot();
        Sipp::registering(centre, &self.seat, from, self.port, 0).went_well(SOON);
    }
}
