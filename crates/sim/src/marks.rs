//! Marked numbers of a world: somebody says that people are not to be called, or that many share their
//! number, and takes it back; and what must hold meanwhile of every row that is decided.

use cuptel_core::mark::{MarkTold, Marked};
use cuptel_core::number::Caller;
use cuptel_core::record::{CallbackRow, DialRow, Record};
use cuptel_core::step::Command;
use cuptel_core::words::{CallbackState, DialState, Mark};

use crate::chance::Chance;
use crate::image::Image;
use crate::invented::PEOPLE;
use crate::promises::{Broken, broken};
use crate::world::{Happening, World};

/// The stream that marks are drawn from, beside the others.
const MARKS: u64 = 5_023;

impl World {
    /// In some worlds somebody keeps marking numbers and taking the marks away.
    pub(crate) fn plan_marks(&mut self) {
        self.plan_from_time_to_time((MARKS, "mark"), 30, (5, 120), Happening::Mark);
    }

    /// Somebody marks a number, or takes a mark away.
    pub(crate) fn mark(&mut self, mut chance: Chance) -> Result<(), Broken> {
        let (after_us, marks) = (chance.s(3, 40), chance.percent(70));
        let told = some_mark(&mut chance);
        let lasts_ms = i64::try_from(chance.between(2_000, 120_000)).ok();
        let lasts_ms = lasts_ms.filter(|_| chance.percent(40));
        if self.is_calm() {
            return Ok(());
        }
        self.plan(after_us, Happening::Mark(chance));
        let Some(told) = told.filter(|_| self.process.is_some()) else {
            return Ok(());
        };
        if !marks {
            self.met.deed("takes a mark away");
            return self.commands(Command::ReleaseMark {
                told,
                supervisor: None,
            });
        }
        self.met.deed(told.mark.as_str());
        let marked = Box::new(Marked {
            ends_ms: lasts_ms.map(|ms| self.now().utc_ms + ms),
            ..Marked::default()
        });
        self.commands(Command::MarkNumber { told, marked })
    }
}

fn some_mark(chance: &mut Chance) -> Option<MarkTold> {
    let number = Caller::from_user_part(chance.pick(&PEOPLE)).number?;
    let tenant = chance.pick(&[None, Some("teramo"), Some("avezzano")]);
    let marks = [Mark::DoNotCall, Mark::DoNotCall, Mark::Shared];
    Some(MarkTold {
        number,
        mark: chance.pick(&marks),
        tenant: tenant.map(str::to_owned),
    })
}

/// Nothing is begun against a mark.
pub(crate) fn check_marks(before: &Image, record: &Record) -> Result<(), Broken> {
    match record {
        Record::Dial(row) => not_dialled(before, row),
        Record::Callback(row) => not_opened(before, row),
        Record::Number(_)
        | Record::Attempt(_)
        | Record::CallbackAmended(_)
        | Record::Need(_)
        | Record::NeedDetail(_)
        | Record::CallbackEvent(_)
        | Record::Promise(_)
        | Record::Offer(_)
        | Record::Decision(_)
        | Record::Assignment(_)
        | Record::SignIn(_)
        | Record::Interval(_)
        | Record::Registration(_)
        | Record::Seat(_)
        | Record::Operator(_)
        | Record::OperatorPin(_)
        | Record::Profile(_)
        | Record::Owner(_)
        | Record::CodeWord(_)
        | Record::Decline(_)
        | Record::ChosenTime(_)
        | Record::SideCall(_)
        | Record::Bulk(_)
        | Record::BulkEntry(_)
        | Record::YearsEmptied(_)
        | Record::SiteOutage(_)
        | Record::Closure(_)
        | Record::Announcement(_)
        | Record::Memo(_)
        | Record::MemoReading(_)
        | Record::Mark(_)
        | Record::SpecialDay(_)
        | Record::Review(_)
        | Record::Campaign(_)
        | Record::CampaignEntry(_)
        | Record::Task(_)
        | Record::TaskEvent(_)
        | Record::ConfigVersion(_) => Ok(()),
    }
}

fn not_dialled(before: &Image, row: &DialRow) -> Result<(), Broken> {
    let begins = row.state == DialState::InFlight && !before.dials.contains_key(&row.id);
    let case = before.callbacks.get(&row.callback).filter(|_| begins);
    match case.filter(|case| before.is_marked(row.number, Mark::DoNotCall, case.tenant)) {
        Some(_) => broken(
            "P3",
            format!("dial {} is to a number that is not to be called", row.id),
        ),
        None => Ok(()),
    }
}

fn not_opened(before: &Image, row: &CallbackRow) -> Result<(), Broken> {
    if before.callbacks.contains_key(&row.id) {
        return Ok(());
    }
    // Somebody may have a person called after all whose number is shared since.
    let marks = [(Mark::DoNotCall, true), (Mark::Shared, row.attempts > 0)];
    let counts = |(mark, counts): (Mark, bool)| {
        (counts && before.is_marked(row.number, mark, row.tenant)).then_some(mark)
    };
    let mut marks = marks.into_iter().filter_map(counts);
    match marks.next() {
        Some(mark) => broken(
            "P3",
            format!("callback {} is opened to a number that is {mark}", row.id),
        ),
        None => Ok(()),
    }
}

/// Nobody waits to be dialled whose number is not to be called.
pub(crate) fn check_suppressed(image: &Image) -> Result<(), Broken> {
    if image.marks_held().next().is_none() {
        return Ok(());
    }
    let mut open = image.callbacks_open();
    let found = open.find(|row| {
        let waits = matches!(row.state, CallbackState::Waiting | CallbackState::Offered);
        waits && image.is_marked(row.number, Mark::DoNotCall, row.tenant)
    });
    match found {
        Some(row) => broken(
            "P3",
            format!(
                "callback {} waits, and its number is not to be called",
                row.id
            ),
        ),
        None => Ok(()),
    }
}
