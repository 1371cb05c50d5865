//! What a town has seen, compared with what its centre has stored.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::centre::{Centre, Setup};
use super::{Peace, SEATS, Town};

/// A centre whose times are as short as they can be, so that much happens in a second.
pub(crate) fn hasty_centre() -> (Centre, Peace) {
    let mut centre = Centre::prepare(Setup {
        start: "menu",
        answer_after_ms: 40,
        ..Setup::default()
    });
    for (old, new) in [
        ("wrap_up_s = 1", "wrap_up_s = 0"),
        (
            "spacing_no_answer_s = 600",
            "spacing_no_answer_s = 5\ntries_max = 100",
        ),
        ("spacing_busy_s = 600", "spacing_busy_s = 3"),
        ("spacing_unreachable_s = 600", "spacing_unreachable_s = 4"),
        ("reject_delay_s = 1", "reject_delay_s = 0"),
        ("busy_delay_s = 1", "busy_delay_s = 0"),
        ("no_answer_delay_s = 1", "no_answer_delay_s = 0"),
        (
            "[limits]",
            "[limits]\nreconcile_after_s = 4\nno_ringing_s = 1\nmisses_max = 100",
        ),
    ] {
        centre.reconfigure(old, new);
    }
    centre.serve();
    let peace = Peace {
        shortest: Duration::from_secs(1),
        unknown: Duration::from_secs(4),
    };
    (centre, peace)
}

/// Dials that came before the rest was over that the one before them asked for, in the same
/// configuration.
const TOO_SOON: &str = "SELECT count(*) FROM dial AS one JOIN dial AS next \
    ON next.callback = one.callback AND next.placed_ms > one.placed_ms \
    AND next.placed_ms < one.ended_ms + CASE one.result \
        WHEN 'busy' THEN 3000 WHEN 'no_answer' THEN 5000 WHEN 'unknown' THEN 4000 \
        WHEN 'cancelled' THEN 1000 ELSE 0 END";

impl Town {
    /// Every final that a caller heard has its row with that status; nobody was rung without a row;
    /// nobody saw a promise broken; the audit holds.
    pub(crate) fn assert_books_agree(&self, centre: &Centre, when: &str) {
        let rows =
            centre.sql("SELECT sip_call_id, sip_status FROM attempt WHERE sip_status IS NOT NULL");
        let rows: BTreeSet<(&str, u16)> = rows
            .lines()
            .map(|row| {
                let (call, status) = row.split_once('|').expect("two columns");
                (call, status.parse().expect("a status"))
            })
            .collect();
        let dials = centre.sql(
            "SELECT e164, count(*) FROM dial JOIN number ON number.id = dial.number GROUP BY e164",
        );
        let dials: BTreeMap<&str, usize> = dials
            .lines()
            .map(|row| {
                let (number, count) = row.split_once('|').expect("two columns");
                (number, count.parse().expect("a count"))
            })
            .collect();
        self.look(|seen| {
            let lost: Vec<_> = seen
                .finals
                .iter()
                .filter(|(call, status)| !rows.contains(&(call.as_str(), **status)))
                .collect();
            assert!(lost.is_empty(), "{when}: finals without a row: {lost:?}");
            let unwritten: Vec<_> = seen
                .dialled
                .iter()
                .filter(|(number, calls)| {
                    let calls: BTreeSet<&String> = calls.iter().collect();
                    dials.get(number.as_str()).copied().unwrap_or(0) < calls.len()
                })
                .collect();
            assert!(
                unwritten.is_empty(),
                "{when}: dials without a row: {unwritten:?}"
            );
            assert!(seen.wrong.is_empty(), "{when}: {:#?}", seen.wrong);
        });
        assert_eq!(centre.sql(TOO_SOON), "0", "{when}: dials came too soon");
        centre.audit();
    }

    /// Looks from now on who talks.
    pub(crate) fn forgets_who_talked(&self) {
        self.shared().seen.talked.clear();
    }

    /// Whether every seat has talked.
    pub(crate) fn every_seat_talks(&self) -> Option<()> {
        self.look(|seen| (seen.talked.len() == SEATS.len()).then_some(()))
    }
}
