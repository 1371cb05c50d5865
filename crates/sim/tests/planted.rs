//! The checker bites: each planted fault breaks a promise within a few worlds, and the promise
//! that is named is one that the fault breaks.

use cuptel_core::planted::{Fault, plant};
use cuptel_sim::{Broken, breaks};
use cuptel_sip::planted::forget_repetitions;

/// Worlds in which a fault must show. The rarest, a phone that is let go late, needs a crash between
/// a row on disk and the CANCEL behind it.
const WORLDS: u64 = 3_000;
/// Worlds that must be sound without one; `worlds.rs` has more.
const SOUND: u64 = 300;

/// What breaks first, in the worlds of the first seeds.
fn first_broken(worlds: u64) -> Option<(u64, Broken)> {
    (0..worlds).find_map(|seed| Some((seed, breaks(seed)?)))
}

/// Which promises a fault may break first.
fn broken_by(fault: Fault) -> &'static [&'static str] {
    match fault {
        Fault::EffectBeforeCommit => &["P1", "P3", "P4"],
        Fault::StaleEffect => &["P1", "P3", "P4"],
        Fault::RecordDropped => &["P1", "P2", "P4"],
        // What comes behind the gap may be what the database refuses: then the process ends.
        Fault::EntrySkipped => &["P1", "P6"],
        Fault::RingsOnSpill => &["P3", "P4"],
        Fault::ChosenTimeIgnored | Fault::DialWithoutRow | Fault::GraceIgnored => &["P3"],
        Fault::CalledTwice => &["P3"],
        Fault::SpecialDayIgnored => &["P5", "P6"],
        Fault::StopIgnored | Fault::MarkIgnored | Fault::PauseIgnored => &["P3"],
        // Whose phone is let go late is not free either, and may be picked up meanwhile.
        Fault::LetGoLate => &["P3", "P4", "P5"],
        Fault::DialForgotten => &["P2", "P3"],
        Fault::KeepIgnored | Fault::NotMarried | Fault::SecondCase | Fault::NeedLeftOpen => &["P2"],
        Fault::NothingOwed | Fault::LeftOpen | Fault::CancelIgnored => &["P1"],
        Fault::LeaseNotReturned
        | Fault::SeatDoubleBooked
        | Fault::PhoneNotLetGo
        | Fault::OfferSurvives
        | Fault::OffersNotHeld
        | Fault::ChannelKept
        | Fault::PortKept
        | Fault::NotHungUp
        | Fault::RingsUnheard => &["P4"],
        Fault::SpareTaken | Fault::MoreCalledThanFree => &["P6"],
        Fault::YearKept => &["P7"],
        Fault::BulkUnrecorded
        | Fault::DeclineForgotten
        | Fault::AsideForgotten
        | Fault::LineNotLeft
        | Fault::SeatForgotten
        | Fault::OfferUnexplained
        | Fault::HoldUntold => &["P5"],
    }
}

#[test]
fn every_planted_fault_is_found_and_named() {
    let mut missed = Vec::new();
    for fault in Fault::ALL {
        plant(Some(fault));
        let found = first_broken(WORLDS);
        plant(None);
        println!("{fault:?}: {found:?}");
        let is_named = |(_, broken): &(u64, Broken)| broken_by(fault).contains(&broken.promise);
        if !found.as_ref().is_some_and(is_named) {
            missed.push((fault, found));
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn a_second_row_for_a_repeated_invite_is_found() {
    forget_repetitions(true);
    let found = first_broken(WORLDS);
    forget_repetitions(false);
    let promise = found.as_ref().map(|(_, broken)| broken.promise);
    assert_eq!(promise, Some("P1"), "{found:?}");
}

#[test]
fn nothing_breaks_where_nothing_is_planted() {
    assert_eq!(first_broken(SOUND), None);
}
