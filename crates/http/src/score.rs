//! The score of promises for the page: of the people of each queue who were told a time, or a
//! wait, how many found it true.

use cuptel_core::snapshot::{QueueNow, Snapshot};
use cuptel_store::{PromiseSums, QueuePromises, Totals};

use crate::texts::Language;

/// A line of the table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Score {
    pub(crate) title: String,
    pub(crate) tenant: String,
    /// Of the calls that people were told,
    pub(crate) called: String,
    /// and of the waits.
    pub(crate) served: String,
}

/// Of each queue about which anybody was told anything, in the order of the queues; then of those
/// who had not chosen any.
pub(crate) fn scores(totals: &Totals, look: &Snapshot, language: Language) -> Vec<Score> {
    let queues = look.queues.iter().map(Some).chain([None]);
    queues
        .filter_map(|queue| score(totals, queue, language))
        .collect()
}

fn score(totals: &Totals, queue: Option<&QueueNow>, language: Language) -> Option<Score> {
    let called = sums(&totals.promises_by_queue, queue);
    let served = sums(&totals.waits_by_queue, queue);
    (called.told + served.told > 0).then(|| Score {
        title: queue.map_or_else(
            || language.say("now-score-before"),
            |queue| queue.title.clone(),
        ),
        tenant: queue.map_or_else(|| "–".to_owned(), |queue| queue.tenant.clone()),
        called: told(called, language),
        served: told(served, language),
    })
}

fn sums(of: &[QueuePromises], queue: Option<&QueueNow>) -> PromiseSums {
    let mut all = PromiseSums::default();
    let is_of = |row: &&QueuePromises| match queue {
        Some(queue) => {
            let name = (row.tenant.as_deref(), row.queue.as_deref());
            name == (Some(&queue.tenant), Some(&queue.name))
        }
        None => row.queue.is_none(),
    };
    for row in of.iter().filter(is_of) {
        all.add(row.sums);
    }
    all
}

/// Whole per cent, rounded down: who reads 100 % may rely on it.
fn told(sums: PromiseSums, language: Language) -> String {
    let over = sums.kept + sums.broken;
    match (sums.told, over) {
        (0, _) => "–".to_owned(),
        (told, 0) => language.with("now-score-open", &[("told", told.into())]),
        (told, over) => {
            let share = sums.kept * 100 / over;
            let about = [
                ("share", share.into()),
                ("kept", sums.kept.into()),
                ("over", over.into()),
                ("told", told.into()),
            ];
            language.with("now-score", &about)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums_of(told: i64, kept: i64, broken: i64) -> PromiseSums {
        PromiseSums { told, kept, broken }
    }

    fn of(queue: Option<&str>, sums: PromiseSums) -> QueuePromises {
        QueuePromises {
            tenant: Some("asl-teramo".to_owned()),
            queue: queue.map(str::to_owned),
            sums,
        }
    }

    #[test]
    fn a_share_is_of_what_is_over_and_never_rounded_up() {
        assert_eq!(told(sums_of(0, 0, 0), Language::Italian), "–");
        assert_eq!(
            told(sums_of(3, 0, 0), Language::Italian),
            "dette: 3, esito non ancora noto"
        );
        assert_eq!(
            told(sums_of(300, 199, 1), Language::Italian),
            "99 % (199 su 200; dette: 300)"
        );
        assert_eq!(
            told(sums_of(200, 200, 0), Language::Italian),
            "100 % (200 su 200; dette: 200)"
        );
    }

    #[test]
    fn a_queue_of_which_nobody_was_told_anything_has_no_line() {
        let queue = |name: &str| QueueNow {
            tenant: "asl-teramo".to_owned(),
            name: name.to_owned(),
            title: name.to_uppercase(),
            ..QueueNow::default()
        };
        let look = Snapshot {
            queues: vec![queue("disdette"), queue("prenotazioni")],
            ..Snapshot::default()
        };
        let totals = Totals {
            promises_by_queue: vec![of(None, sums_of(1, 1, 0))],
            waits_by_queue: vec![of(Some("prenotazioni"), sums_of(2, 1, 1))],
            ..Totals::default()
        };
        let lines: Vec<_> = scores(&totals, &look, Language::Italian)
            .into_iter()
            .map(|line| (line.title, line.called, line.served))
            .collect();
        let line = |title: &str, called: &str, served: &str| {
            (title.to_owned(), called.to_owned(), served.to_owned())
        };
        let expected = [
            line("PRENOTAZIONI", "–", "50 % (1 su 2; dette: 2)"),
            line(
                "Prima di scegliere un servizio",
                "100 % (1 su 1; dette: 1)",
                "–",
            ),
        ];
        assert_eq!(lines, expected);
    }
}
